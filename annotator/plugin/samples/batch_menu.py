"""What can be done with the samples selected in the list: a menu, and what it asks."""

from functools import partial

from qtpy.QtWidgets import QMenu, QMessageBox, QPushButton, QWidget

from annotator.plugin.samples.reject_dialog import RejectDialog
from annotator.plugin.samples.sample_list import SampleList
from annotator.project import Verdict
from annotator.workbench.batch import Batch, counted, give, planned
from annotator.workbench.verdict_words import VERDICT_WORDS
from annotator.workbench.workbench import Workbench


class BatchButton(QPushButton):
    """Offers one verdict on all samples selected; of use when there are several.

    Parameters
    ----------
    workbench : Workbench
    samples : SampleList
        Its context menu is the same.
    """

    def __init__(
        self, workbench: Workbench, samples: SampleList, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._list = samples
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.setToolTip("One verdict on all of them. Shift or Ctrl and a click in the list select.")
        samples.selected.connect(self._count)
        samples.customContextMenuRequested.connect(
            lambda position: self._menu.popup(samples.mapToGlobal(position))
        )
        self._count(0)

    def run(self, batch: Batch) -> None:
        """Ask, then give the verdict."""
        if not batch.sample_ids:
            self._workbench.told.emit(batch.refusal)
            return
        if batch.verdict is Verdict.REJECT:
            dialog = RejectDialog(self.window())
            dialog.setWindowTitle(f"Reject {counted(len(batch.sample_ids))}")
            if dialog.exec():
                give(self._workbench, batch, dialog.reasons, dialog.comment)
        elif self._is_wanted(batch):
            give(self._workbench, batch)

    def _fill(self) -> None:
        self._menu.clear()
        selected = self._list.selected_ids
        for verdict, words in VERDICT_WORDS.items():
            batch = planned(self._workbench.samples, verdict, selected)
            entry = self._menu.addAction(f"{words.entry} ({len(batch.sample_ids):,})…")
            if entry is not None:
                # One that nobody has seen can be chosen, to be told why it is not accepted.
                entry.setEnabled(bool(batch.sample_ids or batch.unseen))
                entry.triggered.connect(partial(self._run_chosen, batch))
        self._menu.addSeparator()
        shown = len(self._workbench.samples)
        self._menu.addAction(f"Select all that are shown ({shown:,})", self._list.selectAll)

    def _run_chosen(self, batch: Batch, _checked: bool = False) -> None:
        self.run(batch)

    def _is_wanted(self, batch: Batch) -> bool:
        answer = QMessageBox.question(self.window(), counted(len(batch.sample_ids)), batch.question)
        return bool(answer == QMessageBox.StandardButton.Yes)

    def _count(self, selected: int) -> None:
        self.setText(f"{selected:,} selected")
