"""Where the cells of a sheet lie: pure numbers, for any width and any number of cells."""

from dataclasses import dataclass
from enum import Enum

Rect = tuple[int, int, int, int]


class Way(Enum):
    """Where the keyboard goes from a cell."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    PAGE_UP = "page up"
    PAGE_DOWN = "page down"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True)
class SheetGrid:
    """Cells of one size in rows from left to right, as many in a row as there is room for.

    Attributes
    ----------
    count : int
        How many cells there are.
    width, height : int
        Of what can be seen at once, in px.
    cell_width, cell_height : int
        Of a cell with the gap after it, in px.
    """

    count: int
    width: int
    height: int
    cell_width: int
    cell_height: int

    @property
    def columns(self) -> int:
        """How many cells a row has."""
        return max(self.width // self.cell_width, 1)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return -(-self.count // self.columns)

    @property
    def left(self) -> int:
        """What is left over of the width on either side: the cells stand in the middle."""
        return max((self.width - self.columns * self.cell_width) // 2, 0)

    @property
    def full_height(self) -> int:
        """Of all rows, in px."""
        return self.rows * self.cell_height

    def rect(self, cell: int) -> Rect:
        """Return left, top, width and height of a cell on the whole sheet, in px."""
        row, column = divmod(cell, self.columns)
        left, top = self.left + column * self.cell_width, row * self.cell_height
        return left, top, self.cell_width, self.cell_height

    def cell_at(self, x: int, y: int) -> int | None:
        """Return the cell at a place of the whole sheet, or None between and beyond them."""
        column, row = (x - self.left) // self.cell_width, y // self.cell_height
        if not (0 <= column < self.columns and row >= 0):
            return None
        cell = int(row * self.columns + column)
        return cell if cell < self.count else None

    def in_rows(self, top: int, bottom: int) -> range:
        """Return the cells of which some part lies between two heights of the sheet, in px."""
        first = max(top, 0) // self.cell_height * self.columns
        last = (max(bottom, 0) // self.cell_height + 1) * self.columns
        return range(min(first, self.count), min(last, self.count))

    def in_sight(self, top: int) -> range:
        """Return the cells of which some part is seen where the sheet is scrolled to ``top``."""
        return self.in_rows(top, top + self.height - 1)

    def wholly_in_sight(self, top: int) -> range:
        """Return the cells that are seen from top to bottom where it is scrolled to ``top``."""
        first = -(-max(top, 0) // self.cell_height) * self.columns
        last = (max(top, 0) + self.height) // self.cell_height * self.columns
        return range(min(first, self.count), min(max(last, first), self.count))

    def touched(self, left: int, top: int, right: int, bottom: int) -> list[tuple[int, int]]:
        """Return the runs of cells, first and last, that a rectangle of the sheet touches."""
        first = max((min(left, right) - self.left) // self.cell_width, 0)
        last = min((max(left, right) - self.left) // self.cell_width, self.columns - 1)
        if first > last:
            return []
        rows = range(max(min(top, bottom), 0) // self.cell_height, self.rows)
        runs = []
        for row in rows:
            begin = row * self.columns + first
            if row * self.cell_height > max(top, bottom) or begin >= self.count:
                break
            runs.append((begin, min(row * self.columns + last, self.count - 1)))
        return runs

    def beside(self, cell: int, way: Way) -> int:
        """Return the cell that the keyboard goes to from a cell; the same at the sheet's ends."""
        page = max(self.height // self.cell_height, 1) * self.columns
        steps = {
            Way.LEFT: -1, Way.RIGHT: 1, Way.UP: -self.columns, Way.DOWN: self.columns,
            Way.PAGE_UP: -page, Way.PAGE_DOWN: page,
        }  # fmt: skip
        if way is Way.FIRST or not self.count:
            return 0
        if way is Way.LAST:
            return self.count - 1
        target = cell + steps[way]
        if way in (Way.LEFT, Way.RIGHT):
            return min(max(target, 0), self.count - 1)
        if target < 0:
            return cell % self.columns
        if target >= self.count:
            below = target % self.columns + (self.rows - 1) * self.columns
            return below if below < self.count else self.count - 1
        return target
