"""What can be done with the samples selected in the list: a menu, and what it asks."""

from collections.abc import Callable, Sequence
from functools import partial

from qtpy.QtWidgets import QMenu, QPushButton, QWidget

from annotator.plugin.canvas.plain_text import add_entry, name_button
from annotator.plugin.panels.parts import MENU_BUTTON_STYLE, refuse_entry
from annotator.plugin.panels.questions import is_wanted
from annotator.plugin.samples.removal_menu import add_removal
from annotator.plugin.samples.sample_list import SampleList
from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import ImageRecord, ProjectError, Verdict
from annotator.system.words import count
from annotator.workbench.batch import Batch, are_listed, checked, give, planned, to_read
from annotator.workbench.foreign_text import plain
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.steps import Work, comparing
from annotator.workbench.verdict_words import VERDICT_WORDS
from annotator.workbench.workbench import Workbench

# So many photographs are read while the annotator waits: it takes a moment.
_FEW = 8

RunLong = Callable[[Work, Callable[[], None]], bool]


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
        self._run_long = run_long
        self._compared: Batch | None = None
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
        """Ask, then give the verdict.

        Where many photographs must be read first, that is done on a thread, and asked after it.
        """
        if not self._workbench.may_change() or not are_listed(self._workbench, batch):
            return
        try:
            images = to_read(self._workbench, batch)
        except ProjectError as error:
            self._workbench.failed.emit(str(error))
            return
        if len(images) <= _FEW:
            self._ask(batch)
            return
        self._compared = None
        if not self._run_long(self._comparing(batch, images), self._ask_compared):
            self._workbench.failed.emit("Wait for the work under way, or cancel it.")

    def _comparing(self, batch: Batch, images: Sequence[ImageRecord]) -> Work:
        """Read photographs on the thread; only if all were read there is something to ask."""
        yield from comparing(self._workbench.originals, images)
        self._compared = batch

    def _ask_compared(self) -> None:
        batch, self._compared = self._compared, None
        if batch is not None and self._workbench.project is not None:
            self._ask(batch)

    def _ask(self, batch: Batch) -> None:
        if not are_listed(self._workbench, batch):
            return
        try:
            batch = checked(self._workbench, batch)
        except ProjectError as error:
            self._workbench.failed.emit(str(error))
            return
        if not batch.sample_ids:
            self._workbench.told.emit(batch.refusal)
            return
        if batch.verdict is Verdict.SEND_BACK:
            dialog = SendBackDialog(self.window())
            dialog.setWindowTitle(plain(f"Send back {count(len(batch.sample_ids), 'sample')}"))
            if dialog.exec():
                give(self._workbench, batch, dialog.reasons, dialog.comment)
        elif self._is_wanted(batch):
            give(self._workbench, batch)

    def _fill(self) -> None:
        self._menu.clear()
        self._workbench.note_seen()
        selected = self._list.selected_ids
        for verdict, words in VERDICT_WORDS.items():
            if verdict is Verdict.SUBMIT:
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

    def _is_wanted(self, batch: Batch) -> bool:
        return is_wanted(self.window(), count(len(batch.sample_ids), "sample"), batch.question)

    def _count(self, selected: int) -> None:
        name_button(self, f"{selected:,} selected")
