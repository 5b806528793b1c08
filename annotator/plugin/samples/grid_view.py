"""A view of cells in rows, which asks about those in sight only, whatever their number.

Qt's own list in its mode for icons lays out every item whenever the list is another one.
"""

from abc import abstractmethod

from qtpy.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt
from qtpy.QtGui import QRegion, QResizeEvent
from qtpy.QtWidgets import QAbstractItemView

from annotator.workbench.sheet_grid import SheetGrid, Way

_Action = QAbstractItemView.CursorAction
_Hint = QAbstractItemView.ScrollHint
_WAYS = {
    _Action.MoveLeft: Way.LEFT, _Action.MoveRight: Way.RIGHT, _Action.MoveUp: Way.UP,
    _Action.MoveDown: Way.DOWN, _Action.MovePageUp: Way.PAGE_UP,
    _Action.MovePageDown: Way.PAGE_DOWN, _Action.MoveHome: Way.FIRST, _Action.MoveEnd: Way.LAST,
    _Action.MoveNext: Way.RIGHT, _Action.MovePrevious: Way.LEFT,
}  # fmt: skip
_SELECT = QItemSelectionModel.SelectionFlag


class GridView(QAbstractItemView):
    """Cells of one size; whoever derives from it says where they lie, and paints them."""

    def behave(self) -> None:
        """Take on the habits of a grid, once its cells can be told."""
        self.setSelectionMode(self.SelectionMode.ExtendedSelection)
        self.setEditTriggers(self.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there: the number of columns must not depend on it.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerPixel)

    @property
    @abstractmethod
    def grid(self) -> SheetGrid:
        """Where the cells lie at this width."""

    def look(self) -> None:
        """Hear that something else may be in sight; nothing by default."""

    def rect_of(self, cell: int) -> QRect:
        """Return where a cell is in the viewport."""
        return QRect(*self.grid.rect(cell)).translated(0, -self.verticalOffset())

    def index_of(self, cell: int) -> QModelIndex:
        """Return the model's index of a cell."""
        model = self.model()
        return QModelIndex() if model is None else model.index(cell, 0)

    def go_to_cell(self, cell: int) -> None:
        """Bring a cell into sight, and the keyboard to it, without selecting it."""
        selection, index = self.selectionModel(), self.index_of(cell)
        if selection is not None and index.isValid():
            selection.setCurrentIndex(index, _SELECT.NoUpdate)
            self.scrollTo(index)

    def put_on_top(self, cell: int) -> None:
        """Scroll so that a cell's row is the first in sight."""
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setValue(self.grid.rect(cell)[1])

    def lay_out(self) -> None:
        """Lay the cells out anew: their number or their size is another one."""
        self.updateGeometries()
        self.repaint_all()
        self.look()

    def repaint_all(self) -> None:
        """Have all that is in sight painted."""
        viewport = self.viewport()
        if viewport is not None:
            viewport.update()

    def visualRect(self, index: QModelIndex) -> QRect:  # noqa: N802
        """Return where a cell is in the viewport."""
        return self.rect_of(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:  # noqa: N802
        """Return the cell at a place of the viewport."""
        cell = self.grid.cell_at(point.x(), point.y() + self.verticalOffset())
        return QModelIndex() if cell is None else self.index_of(cell)

    def scrollTo(  # noqa: N802
        self, index: QModelIndex, hint: QAbstractItemView.ScrollHint = _Hint.EnsureVisible
    ) -> None:
        """Scroll as little as brings a cell into sight."""
        bar, grid = self.verticalScrollBar(), self.grid
        if not index.isValid() or bar is None:
            return
        _, top, _, height = grid.rect(index.row())
        if top < bar.value():
            bar.setValue(top)
        elif top + height > bar.value() + grid.height:
            bar.setValue(top + height - grid.height)

    def horizontalOffset(self) -> int:  # noqa: N802
        """Return 0: all columns are in sight."""
        return 0

    def verticalOffset(self) -> int:  # noqa: N802
        """Return how far the sheet is scrolled, in px."""
        bar = self.verticalScrollBar()
        return 0 if bar is None else bar.value()

    def isIndexHidden(self, index: QModelIndex) -> bool:  # noqa: N802
        """Return False: a filter hides samples, not the view."""
        return False

    def moveCursor(  # noqa: N802
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Return where the keyboard goes."""
        grid, current = self.grid, self.currentIndex()
        if not grid.count:
            return QModelIndex()
        cell = grid.beside(current.row(), _WAYS[action]) if current.isValid() else 0
        return self.index_of(cell)

    def setSelection(  # noqa: N802
        self, rect: QRect, command: QItemSelectionModel.SelectionFlag
    ) -> None:
        """Select from the cell at one corner to that at the other, in reading order."""
        selection = self.selectionModel()
        corners = map(self.indexAt, (rect.topLeft(), rect.bottomRight()))
        rows = sorted(index.row() for index in corners if index.isValid())
        if selection is not None and rows:
            run = QItemSelection(self.index_of(rows[0]), self.index_of(rows[-1]))
            selection.select(run, command)
        elif selection is not None:
            selection.select(QItemSelection(), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:  # noqa: N802
        """Return all that is in sight: painting it costs a few milliseconds."""
        viewport = self.viewport()
        return QRegion() if viewport is None else QRegion(viewport.rect())

    def keyboardSearch(self, search: str | None) -> None:  # noqa: N802
        """Do nothing: letters are keys here."""

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Lay the cells out for the new width; the first in sight stays there."""
        super().resizeEvent(event)
        self.lay_out()

    def updateGeometries(self) -> None:  # noqa: N802
        """Tell the scroll bar how long the sheet is."""
        super().updateGeometries()
        bar, grid = self.verticalScrollBar(), self.grid
        if bar is not None:
            bar.setRange(0, max(grid.full_height - grid.height, 0))
            bar.setPageStep(grid.height)
            bar.setSingleStep(max(grid.cell_height // 2, 1))

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        """Move what is painted, and have the rest painted."""
        viewport = self.viewport()
        if viewport is not None:
            viewport.scroll(dx, dy)
        self.look()
