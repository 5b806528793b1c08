"""The contact sheet under real clicks and keys, in the real dock."""

from collections.abc import Callable
from pathlib import Path

import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QMessageBox, QWidget

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.samples.contact_sheet import ContactSheet
from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.plugin.samples.sheet_cells import CELL_MARGIN
from annotator.project import Project, SampleState
from annotator.workbench.sort_keys import SortKey

Workplace = tuple[AnnotatorDock, Pointer]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def sheet(workplace: Workplace, wait_for: Callable[..., None]) -> ContactSheet:
    """The sheet, opened by its key, once all faces in sight have come."""
    dock, pointer = workplace
    pointer.key(Qt.Key.Key_S, "S", SHIFT)
    wait_until_seen(dock, wait_for)
    return dock.sheet


def wait_until_seen(dock: AnnotatorDock, wait_for: Callable[..., None]) -> None:
    sheet, samples = dock.sheet, dock.workbench.samples

    def is_seen() -> bool:
        rows = sheet.view.wholly_in_sight()
        shown = [sheet.pictures.shown_revision(samples.at(row)) for row in rows]
        return bool(rows) and None not in shown and not sheet.seen.is_waiting

    assert sheet.isVisible()
    wait_for(is_seen, "the faces in sight")


def spot(sheet: ContactSheet, row: int) -> QPoint:
    return sheet.view.rect_of(row).center()


def click(sheet: ContactSheet, row: int, keys: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.mouseClick(sheet.view.viewport(), LEFT, keys, spot(sheet, row))
    process_events()


def press_key(sheet: ContactSheet, key: Qt.Key, keys: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.keyClick(sheet.view, key, keys)
    process_events()


def drag(sheet: ContactSheet, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = PLAIN):
    part = sheet.view.viewport()
    QTest.mousePress(part, LEFT, keys, start)
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(part, start + (end - start) * share)
    process_events()
    QTest.mouseRelease(part, LEFT, keys, end)
    process_events()


def rows_selected(dock: AnnotatorDock) -> list[int]:
    return sorted(dock.workbench.samples.row(i) for i in dock.sheet.view.selected_ids)


def states(dock: AnnotatorDock, rows: list[int]) -> set[SampleState]:
    ids = [dock.workbench.samples.at(row).id for row in rows]
    return {dock.workbench.project.samples.get(i).state for i in ids}


def answer_yes(box: QWidget) -> None:
    assert isinstance(box, QMessageBox)
    assert box.parent() is not None
    QTest.mouseClick(box.button(QMessageBox.StandardButton.Yes), LEFT)


def test_the_key_and_the_button_open_it_and_the_key_closes_it(workplace: Workplace) -> None:
    dock, pointer = workplace
    pointer.key(Qt.Key.Key_S, "S", SHIFT)
    assert dock.sheet.isVisible()
    assert dock.sheet.windowTitle() == "Contact sheet of faces"
    press_key(dock.sheet, Qt.Key.Key_S, SHIFT)
    assert not dock.sheet.isVisible()
    dock.samples.sheet_asked.emit()
    assert dock.sheet.isVisible()


def test_without_a_project_it_says_so(open_dock: Callable[..., tuple[object, AnnotatorDock]]):
    _, dock = open_dock(None)
    dock.sheet.open()
    assert not dock.sheet.isVisible()
    assert "Open a project" in dock._message.text()


def test_it_shows_each_face_with_its_mesh_and_v_without(workplace: Workplace, sheet: ContactSheet):
    dock, _ = workplace
    sample = dock.workbench.samples.at(0)
    meshed = sheet.pictures.get(sample).toImage()
    press_key(sheet, Qt.Key.Key_V)
    assert sheet.pictures.get(sample).toImage() != meshed
    press_key(sheet, Qt.Key.Key_V)
    assert sheet.pictures.get(sample).toImage() == meshed
    painted = sheet.view.viewport().grab().toImage()
    corner, inside = sheet.view.rect_of(0).topLeft(), QPoint(40, 50)
    at = corner + QPoint(CELL_MARGIN, CELL_MARGIN) + inside
    assert painted.pixelColor(at) == meshed.pixelColor(inside), "it is painted where the cell is"


def test_clicks_with_shift_and_ctrl_select_in_reading_order(
    workplace: Workplace, sheet: ContactSheet
):
    dock, _ = workplace
    columns = sheet.view.grid.columns
    assert len(dock.workbench.samples) > columns + 2, "the list goes on in a second row"
    click(sheet, 2)
    assert rows_selected(dock) == [2]
    click(sheet, columns + 1, SHIFT)
    assert rows_selected(dock) == list(range(2, columns + 2))
    click(sheet, 3, CTRL)
    assert rows_selected(dock) == [2, *range(4, columns + 2)]
    assert f"{columns - 1} selected" in sheet._tally.text()
    press_key(sheet, Qt.Key.Key_Escape)
    assert rows_selected(dock) == []


def test_a_rubber_band_selects_what_it_touches_and_adds_with_ctrl(
    workplace: Workplace, sheet: ContactSheet
):
    dock, _ = workplace
    columns = sheet.view.grid.columns
    drag(sheet, spot(sheet, 1), spot(sheet, columns + 2))
    assert rows_selected(dock) == [1, 2, columns + 1, columns + 2]
    drag(sheet, spot(sheet, columns + 4), spot(sheet, 4), CTRL)
    assert rows_selected(dock) == [1, 2, 4, columns + 1, columns + 2, columns + 4]
    below = QPoint(5, sheet.view.viewport().height() - 5)
    drag(sheet, below, spot(sheet, columns))
    assert rows_selected(dock) == [columns]


def test_the_arrow_keys_walk_and_select(workplace: Workplace, sheet: ContactSheet):
    dock, _ = workplace
    columns = sheet.view.grid.columns
    click(sheet, 0)
    press_key(sheet, Qt.Key.Key_Right)
    press_key(sheet, Qt.Key.Key_Down)
    assert rows_selected(dock) == [columns + 1]
    press_key(sheet, Qt.Key.Key_Left, SHIFT)
    assert rows_selected(dock) == [columns, columns + 1]
    press_key(sheet, Qt.Key.Key_A, CTRL)
    assert len(rows_selected(dock)) == len(dock.workbench.samples)


def test_many_are_accepted_with_enter_and_one_undo_takes_that_back(
    workplace: Workplace, sheet: ContactSheet, when_asked: Callable[..., object]
):
    dock, _ = workplace
    drag(sheet, spot(sheet, 1), spot(sheet, 4))
    when_asked(answer_yes)
    press_key(sheet, Qt.Key.Key_Return)
    assert states(dock, [1, 2, 3, 4]) == {SampleState.ACCEPTED}
    assert states(dock, [0, 5]) == {SampleState.PREDICTED}
    assert rows_selected(dock) == [1, 2, 3, 4]
    assert "4 samples accepted" in sheet._message.text()
    press_key(sheet, Qt.Key.Key_Z, CTRL)  # asks by a sentence
    press_key(sheet, Qt.Key.Key_Z, CTRL)
    assert states(dock, [1, 2, 3, 4]) == {SampleState.PREDICTED}


def test_faces_that_were_not_in_sight_are_not_accepted_with_the_others(
    workplace: Workplace,
    sheet: ContactSheet,
    when_asked: Callable[..., object],
    wait_for: Callable[..., None],
):
    dock, _ = workplace
    sheet.bar.larger.setValue(300)
    wait_for(lambda: sheet.pictures.size == 300)
    last = len(dock.workbench.samples) - 1
    assert last not in sheet.view.grid.in_sight(sheet.view.verticalOffset())
    dock.workbench.samples._seen.clear()
    wait_until_seen(dock, wait_for)
    seen = list(sheet.view.wholly_in_sight())
    assert 0 < len(seen) < last
    press_key(sheet, Qt.Key.Key_A, CTRL)
    questions: list[str] = []

    def answer(box: QWidget) -> None:
        questions.append(box.text())
        answer_yes(box)

    when_asked(answer)
    press_key(sheet, Qt.Key.Key_Return)
    assert "never seen in this window" in questions[0]
    assert states(dock, seen) == {SampleState.ACCEPTED}
    assert SampleState.ACCEPTED not in states(dock, [last])


def test_what_is_hidden_without_its_mesh_is_not_seen(
    workplace: Workplace, wait_for: Callable[..., None]
):
    dock, pointer = workplace
    dock.sheet.pictures.shows_mesh = False
    pointer.key(Qt.Key.Key_S, "S", SHIFT)
    samples = dock.workbench.samples
    wait_for(lambda: dock.sheet.pictures.get(samples.at(3)) is not None)
    wait_for(lambda: not dock.sheet.seen.is_waiting)
    dock.sheet.seen.note()
    assert samples.unseen([samples.at(3).id]) == [samples.at(3).id]


def test_many_are_sent_back_with_reasons(
    workplace: Workplace, sheet: ContactSheet, when_asked: Callable[..., object]
):
    dock, _ = workplace
    click(sheet, 2)
    click(sheet, 5, CTRL)

    def answer(dialog: QWidget) -> None:
        assert isinstance(dialog, SendBackDialog)
        QTest.keyClick(dialog, Qt.Key.Key_2)
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    when_asked(answer)
    press_key(sheet, Qt.Key.Key_X)
    assert states(dock, [2, 5]) == {SampleState.SENT_BACK}
    assert states(dock, [3, 4]) == {SampleState.PREDICTED}


def test_a_verdict_on_nothing_is_told_of(workplace: Workplace, sheet: ContactSheet):
    press_key(sheet, Qt.Key.Key_E)
    assert "Select faces first" in sheet._message.text()


def test_a_double_click_opens_the_sample(workplace: Workplace, sheet: ContactSheet):
    dock, _ = workplace
    assert dock.workbench.samples.row(dock.workbench.sample_id) == 0
    click(sheet, 7)
    QTest.mouseDClick(sheet.view.viewport(), LEFT, PLAIN, spot(sheet, 7))
    process_events()
    assert dock.workbench.samples.row(dock.workbench.sample_id) == 7


def test_filter_and_order_are_those_of_the_list_wherever_they_are_chosen(
    workplace: Workplace, sheet: ContactSheet
):
    dock, _ = workplace
    everything = len(dock.workbench.samples)
    QTest.keyClicks(sheet.choices.text, "hopper")
    assert dock.samples.text.text() == "hopper"
    assert 0 < sheet.view.model().rowCount() == dock.samples.list.model().rowCount() < everything
    assert f"{len(dock.workbench.samples)} faces shown" in sheet._tally.text()
    dock.samples.sorting.setCurrentText(f"By {SortKey.NAME.value}")
    dock.samples.direction.setChecked(True)
    assert sheet.choices.sorting.currentText() == f"By {SortKey.NAME.value}"
    assert sheet.choices.direction.isChecked()
    QTest.keyClick(sheet.choices.text, Qt.Key.Key_Escape)
    assert sheet.view.model().rowCount() == everything
    assert sheet.focusWidget() is sheet.view


def test_what_is_selected_stays_selected_in_another_order(
    workplace: Workplace, sheet: ContactSheet
):
    dock, _ = workplace
    drag(sheet, spot(sheet, 1), spot(sheet, 3))
    before = set(sheet.view.selected_ids)
    dock.samples.direction.setChecked(True)
    assert set(sheet.view.selected_ids) == before
    assert rows_selected(dock) != [1, 2, 3]


def test_a_stroke_elsewhere_shows_in_the_sheet(
    workplace: Workplace, sheet: ContactSheet, wait_for: Callable[..., None]
):
    dock, _ = workplace
    bench = dock.workbench
    before = sheet.pictures.get(bench.current).toImage()
    x, y, _ = bench.session.landmarks[152].tolist()
    assert bench.session.press(bench.tools.tool, (x, y))
    bench.edits.release((x, y + 60.0))
    # What the stroke looked like before its end may be drawn first.
    wait_for(lambda: sheet.pictures.shown_revision(bench.current) == bench.session.revision)
    assert sheet.pictures.get(bench.current).toImage() != before


def test_ctrl_and_the_wheel_make_faces_larger_and_keep_the_place(
    workplace: Workplace, sheet: ContactSheet, wait_for: Callable[..., None]
):
    before = sheet.pictures.size
    local = QPointF(spot(sheet, 0))
    event = QWheelEvent(
        local, QPointF(sheet.view.viewport().mapToGlobal(local.toPoint())), QPoint(),
        QPoint(0, 120), Qt.MouseButton.NoButton, CTRL, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(sheet.view.viewport(), event)
    wait_for(lambda: sheet.pictures.size > before)
    press_key(sheet, Qt.Key.Key_BracketLeft)
    wait_for(lambda: sheet.pictures.size == before)


def test_a_project_that_is_only_looked_at_is_shown_and_stays_as_it_is(
    open_dock: Callable[..., tuple[object, AnnotatorDock]],
    project_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait_for: Callable[..., None],
):
    read_only = Project.open(project_folder, read_only=True)
    _, dock = open_dock(None)
    assert dock.workbench.open(read_only)
    dock.sheet.open()
    wait_until_seen(dock, wait_for)
    click(dock.sheet, 1)
    press_key(dock.sheet, Qt.Key.Key_E)
    assert states(dock, [1]) == {SampleState.PREDICTED}
    assert "ead-only" in dock.sheet._message.text()


def test_closing_the_project_with_the_sheet_open_leaves_nothing_behind(
    workplace: Workplace, sheet: ContactSheet
):
    dock, _ = workplace
    assert dock.workbench.close()
    process_events()
    assert sheet.view.model().rowCount() == 0
    assert rows_selected(dock) == []
    assert sheet.pictures._pool is None
