"""Which samples are selected in a view, by their ids: rows become others' when the list does."""

from collections.abc import Iterable

from qtpy.QtCore import QItemSelection, QItemSelectionModel
from qtpy.QtWidgets import QAbstractItemView

from annotator.workbench.sample_order import runs
from annotator.workbench.shown_samples import ShownSamples

_SELECT = QItemSelectionModel.SelectionFlag


class KeptSelection:
    """Notes what is selected in a view of the samples shown, and selects it again.

    Parameters
    ----------
    view : QAbstractItemView
        Its model has a row for each sample shown.
    samples : ShownSamples
    """

    def __init__(self, view: QAbstractItemView, samples: ShownSamples) -> None:
        self._view = view
        self._samples = samples
        self._ids: list[int] = []

    @property
    def ids(self) -> list[int]:
        """The selected samples, in the order of the list."""
        return list(self._ids)

    def note(self) -> int:
        """Note which samples are selected, before their rows become others; return how many."""
        model = self._view.selectionModel()
        selection = QItemSelection() if model is None else model.selection()
        ranges = (selection[number] for number in range(len(selection)))
        spans = [(part.top(), part.bottom()) for part in ranges]
        self._ids = [i for top, bottom in sorted(spans) for i in self._samples.ids(top, bottom)]
        return len(self._ids)

    def rows(self) -> list[int]:
        """Return the rows of the samples that were selected and are still shown."""
        return [row for i in self._ids if (row := self._samples.row(i)) is not None]

    def select(self, rows: Iterable[int]) -> None:
        """Select these rows and no others."""
        model = self._view.selectionModel()
        if model is not None:
            model.select(self.of_rows(runs(rows)), _SELECT.ClearAndSelect)

    def of_rows(self, spans: Iterable[tuple[int, int]]) -> QItemSelection:
        """Return runs of rows, the first and the last of each, as a selection."""
        model, selection = self._view.model(), QItemSelection()
        for first, last in spans:
            if model is not None:
                selection.select(model.index(first, 0), model.index(last, 0))
        return selection
