"""What can be done with the samples selected in the list: a menu, and what it asks."""

from functools import partial

from qtpy.QtWidgets import QMenu, QPushButton, QWidget

from annotator.plugin.canvas.plain_text import add_entry, name_button
from annotator.plugin.panels.parts import MENU_BUTTON_STYLE, refuse_entry
from annotator.plugin.samples.batch_asking import BatchAsking, RunLong
from annotator.plugin.samples.removal_menu import add_removal
from annotator.plugin.samples.sample_list import SampleList
from annotator.project import Verdict
from annotator.workbench.batch import Batch, planned
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.verdict_words import VERDICT_WORDS
from annotator.workbench.workbench import Workbench


class BatchButton(QPushButton):
    """Offers one verdict on all samples selected; of use when there are several.

    Parameters
    ----------
    workbench : Workbench
    samples : SampleList
        Its context menu is the same.
    run_long : callable
        Runs work on a thread, then calls a function; returns False if other work is under way.
    """

    def __init__(
        self,
        workbench: Workbench,
        samples: SampleList,
        run_long: RunLong,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self.asking = BatchAsking(workbench, self.window, run_long)
        self._list = samples
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.setStyleSheet(MENU_BUTTON_STYLE)
        self.setToolTip("One verdict on all of them. Shift or Ctrl and a click in the list select.")
        samples.selected.connect(self._count)
        samples.customContextMenuRequested.connect(
            lambda position: self._menu.popup(samples.mapToGlobal(position))
        )
        self._count(0)

    def run(self, batch: Batch) -> None:
        """Ask, then give the verdict: see `BatchAsking.run`."""
        self.asking.run(batch)

    def _fill(self) -> None:
        self._menu.clear()
        self._workbench.note_seen()
        selected = self._list.selected_ids
        for verdict, words in VERDICT_WORDS.items():
            if verdict is Verdict.SUBMIT and not self._workbench.reviewing.submits:
                continue
            batch = planned(self._workbench.samples, verdict, selected)
            text = f"{words.entry} ({len(batch.sample_ids):,})…"
            entry = add_entry(self._menu, text, partial(self._run_chosen, batch))
            # One that nobody has seen can be chosen, to be told why it is not accepted.
            entry.setEnabled(bool(batch.sample_ids or batch.unseen))
        add_removal(self._menu, self._workbench, selected, self.window())
        self._menu.setToolTipsVisible(self._workbench.is_read_only)
        if self._workbench.is_read_only:
            for entry in self._menu.actions():
                refuse_entry(entry, READ_ONLY)
        self._menu.addSeparator()
        shown = len(self._workbench.samples)
        add_entry(self._menu, f"Select all that are shown ({shown:,})", self._list.selectAll)

    def _run_chosen(self, batch: Batch, _checked: bool = False) -> None:
        self.run(batch)

    def _count(self, selected: int) -> None:
        name_button(self, f"{selected:,} selected")
