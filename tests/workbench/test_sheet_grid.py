"""Where the cells of a contact sheet lie."""

import pytest

from annotator.workbench.sheet_grid import SheetGrid, Way

# Three cells of 100 in 330 px, 15 px left over on either side; ten cells are four rows.
GRID = SheetGrid(count=10, width=330, height=250, cell_width=100, cell_height=120)


def test_as_many_cells_stand_in_a_row_as_there_is_room_for():
    assert (GRID.columns, GRID.rows, GRID.left, GRID.full_height) == (3, 4, 15, 480)
    assert GRID.rect(0) == (15, 0, 100, 120)
    assert GRID.rect(4) == (115, 120, 100, 120)


def test_a_window_narrower_than_a_cell_has_one_column():
    narrow = SheetGrid(10, 40, 250, 100, 120)
    assert (narrow.columns, narrow.left, narrow.rows) == (1, 0, 10)


@pytest.mark.parametrize(
    ("place", "cell"),
    [((15, 0), 0), ((114, 119), 0), ((115, 120), 4), ((14, 10), None), ((316, 10), None),
     ((120, 370), None), ((20, 370), 9), ((20, -1), None)],
)  # fmt: skip
def test_a_place_is_a_cell_or_none(place, cell):
    assert GRID.cell_at(*place) == cell


def test_what_is_in_sight_follows_the_scrolling():
    assert GRID.in_sight(0) == range(0, 9)
    assert GRID.in_sight(120) == range(3, 10)
    assert GRID.in_sight(119) == range(0, 10)
    assert GRID.wholly_in_sight(0) == range(0, 6)
    assert GRID.wholly_in_sight(1) == range(3, 6)
    assert GRID.wholly_in_sight(230) == range(6, 10)


def test_nothing_is_in_sight_of_an_empty_sheet():
    empty = SheetGrid(0, 330, 250, 100, 120)
    assert len(empty.in_sight(0)) == len(empty.wholly_in_sight(0)) == 0
    assert empty.touched(0, 0, 300, 300) == []
    assert empty.beside(0, Way.RIGHT) == 0


def test_a_rectangle_touches_runs_of_cells_whichever_corner_it_began_at():
    assert GRID.touched(120, 10, 300, 130) == [(1, 2), (4, 5)]
    assert GRID.touched(300, 130, 120, 10) == [(1, 2), (4, 5)]
    assert GRID.touched(0, 0, 5000, 5000) == [(0, 2), (3, 5), (6, 8), (9, 9)]
    assert GRID.touched(0, 470, 10, 5000) == []  # left of the first column
    assert GRID.touched(300, 470, 320, 5000) == []  # right of the last cell


@pytest.mark.parametrize(
    ("start", "way", "end"),
    [(0, Way.LEFT, 0), (0, Way.RIGHT, 1), (2, Way.RIGHT, 3), (9, Way.RIGHT, 9),
     (4, Way.UP, 1), (1, Way.UP, 1), (4, Way.DOWN, 7), (7, Way.DOWN, 9), (6, Way.DOWN, 9),
     (9, Way.DOWN, 9), (1, Way.PAGE_DOWN, 7), (9, Way.PAGE_UP, 3), (5, Way.FIRST, 0),
     (5, Way.LAST, 9)],
)  # fmt: skip
def test_the_keyboard_goes_along_rows_and_columns(start, way, end):
    assert GRID.beside(start, way) == end
