"""The faces of a contact sheet: painted, selected from, made larger and smaller."""

from qtpy.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal
from qtpy.QtGui import QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from qtpy.QtWidgets import QApplication, QWidget

from annotator.plugin.samples.grid_view import GridView
from annotator.plugin.samples.kept_selection import KeptSelection
from annotator.plugin.samples.sample_list import SampleModel
from annotator.plugin.samples.sheet_cells import CELL_MARGIN, CellPainter, room_for_name
from annotator.plugin.samples.sheet_pictures import SheetPictures
from annotator.workbench.remarks import Remarks
from annotator.workbench.sheet_grid import SheetGrid
from annotator.workbench.workbench import Workbench

SMALLEST, LARGEST = 64, 320
_STEP = 1.2
# So many rows beyond those in sight get their pictures, once those in sight have them.
_ROWS_AHEAD = 6
_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_LEFT = Qt.MouseButton.LeftButton
_SELECT = QItemSelectionModel.SelectionFlag


class SheetView(GridView):
    """The samples shown, a picture each.

    Parameters
    ----------
    workbench : Workbench
    pictures : SheetPictures
    remarks : Remarks
        Tells what was said of samples, in the tooltips.

    Attributes
    ----------
    opened
        Carries the id of a sample that was clicked twice.
    selected
        Carries how many samples are selected.
    moved
        Something else is in sight, or is seen of it.
    size_asked
        Carries how wide the pictures are to be, in px.
    """

    opened = Signal(int)
    selected = Signal(int)
    moved = Signal()
    size_asked = Signal(int)

    def __init__(
        self,
        workbench: Workbench,
        pictures: SheetPictures,
        remarks: Remarks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._pictures = pictures
        self._cells = CellPainter(pictures)
        self._model = SampleModel(workbench, pictures, remarks, self)
        self._kept = KeptSelection(self, workbench.samples)
        self._pressed_at: QPoint | None = None
        self._band: QRect | None = None
        self._before = QItemSelection()
        self.setModel(self._model)
        self.behave()
        self.doubleClicked.connect(self._open)
        pictures.ready.connect(self.moved)

    @property
    def selected_ids(self) -> list[int]:
        """The selected samples, in the order of the sheet."""
        return self._kept.ids

    @property
    def grid(self) -> SheetGrid:
        """Where the cells lie at this width."""
        viewport, size = self.viewport(), self._pictures.size
        width, height = (1, 1) if viewport is None else (viewport.width(), viewport.height())
        side = size + 2 * CELL_MARGIN
        name = room_for_name(size, self.fontMetrics())
        return SheetGrid(len(self._workbench.samples), width, height, side, side + name)

    def wholly_in_sight(self) -> range:
        """Return the cells that are seen from top to bottom."""
        return self.grid.wholly_in_sight(self.verticalOffset())

    def reset_samples(self) -> None:
        """Show another list; what was selected and is still shown stays selected."""
        rows = self._kept.rows()
        self._model.reset()
        self._kept.select(rows)
        self._note_selection()
        self.lay_out()

    def refresh_sample(self, sample_id: int) -> None:
        """Paint one sample anew."""
        self._model.refresh_sample(sample_id)

    def resize_by(self, steps: int) -> None:
        """Ask for pictures so many steps larger, or smaller if negative."""
        size = round(self._pictures.size * _STEP**steps)
        self.size_asked.emit(min(max(size, SMALLEST), LARGEST))

    def look(self) -> None:
        """Have the pictures made of what is in sight, then of what is next to it."""
        samples, grid = self._workbench.samples, self.grid
        seen = grid.in_sight(self.verticalOffset())
        ahead = range(seen.stop, min(seen.stop + _ROWS_AHEAD * grid.columns, grid.count))
        if self.isVisible():
            self._pictures.want([samples.at(row) for row in (*seen, *ahead)])
        self.moved.emit()

    def selectionChanged(  # noqa: N802
        self, selected: QItemSelection, deselected: QItemSelection
    ) -> None:
        """Note which samples are selected, before their rows become others."""
        super().selectionChanged(selected, deselected)
        self._note_selection()
        self.repaint_all()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Begin a rubber band, besides what a click selects."""
        model = self.selectionModel()
        if event is not None and event.button() == _LEFT and model is not None:
            adds = bool(event.modifiers() & _ADDING)
            self._before = QItemSelection(model.selection()) if adds else QItemSelection()
            self._pressed_at = event.pos() + QPoint(0, self.verticalOffset())
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Select what the rubber band touches."""
        if event is None or self._pressed_at is None or not event.buttons() & _LEFT:
            return
        place = event.pos() + QPoint(0, self.verticalOffset())
        way = (place - self._pressed_at).manhattanLength()
        if self._band is not None or way >= QApplication.startDragDistance():
            self._band = QRect(self._pressed_at, place)
            self._select_band(self._pressed_at, place)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """End the rubber band."""
        self._pressed_at = self._band = None
        super().mouseReleaseEvent(event)
        self.repaint_all()

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Scroll; with Ctrl make the pictures larger or smaller."""
        if event is None or not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        self.resize_by(1 if event.angleDelta().y() > 0 else -1)
        event.accept()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        """Move what is painted; a rubber band over it is painted anew."""
        super().scrollContentsBy(dx, dy)
        if self._band is not None:
            self.repaint_all()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the cells of which some part is to be painted."""
        if event is None:
            return
        painter = QPainter(self.viewport())
        top, asked = self.verticalOffset(), event.rect()
        for cell in self.grid.in_rows(asked.top() + top, asked.bottom() + top):
            self._paint_cell(painter, cell)
        if self._band is not None:
            self._cells.paint_band(painter, self._band.translated(0, -top), self.palette())
        painter.end()

    def _paint_cell(self, painter: QPainter, cell: int) -> None:
        sample, selection = self._workbench.samples.at(cell), self.selectionModel()
        is_selected = selection is not None and selection.isSelected(self.index_of(cell))
        self._cells.paint(
            painter, self.rect_of(cell), sample, self.palette(), is_selected=is_selected,
            has_keyboard=self.hasFocus() and cell == self.currentIndex().row(),
            is_open=sample.id == self._workbench.sample_id,
        )  # fmt: skip

    def _select_band(self, start: QPoint, place: QPoint) -> None:
        model, grid = self.selectionModel(), self.grid
        if model is None or not grid.count:
            return
        touched = grid.touched(start.x(), start.y(), place.x(), place.y())
        selection = QItemSelection(self._before)
        selection.merge(self._kept.of_rows(touched), _SELECT.Select)
        model.select(selection, _SELECT.ClearAndSelect)
        row = min(max(place.y(), 0) // grid.cell_height * grid.columns, grid.count - 1)
        self.scrollTo(self.index_of(row))
        self.repaint_all()

    def _note_selection(self) -> None:
        self.selected.emit(self._kept.note())

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self._workbench.samples.at(index.row()).id)
