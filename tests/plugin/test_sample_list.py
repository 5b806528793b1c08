"""The list of samples under real clicks and keys: order, filter, jumping, several at once."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import monotonic

from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QComboBox, QLineEdit, QMessageBox, QWidget

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.samples.sample_rows import ROW_HEIGHT, room_for_detail
from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import Project, Reason, SampleState, Verdict, VisitPurpose
from annotator.workbench.batch import give, planned
from annotator.workbench.sample_order import SortKey

Workplace = tuple[AnnotatorDock, Pointer]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier


def click(dock: AnnotatorDock, row: int, keys: Qt.KeyboardModifier = PLAIN) -> None:
    rows = dock.samples.list
    index = rows.model().index(row, 0)
    rows.scrollTo(index)
    spot = rows.visualRect(index).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, keys, spot)
    process_events()


def answer_yes(box: QWidget) -> None:
    assert isinstance(box, QMessageBox)
    QTest.mouseClick(box.button(QMessageBox.StandardButton.Yes), Qt.MouseButton.LeftButton)


def state_of(dock: AnnotatorDock, sample_id: int) -> SampleState:
    return dock.workbench.project.samples.get(sample_id).state


def test_the_list_is_sorted_and_turned_round(workplace: Workplace) -> None:
    dock, pointer = workplace
    bench = dock.workbench
    first = bench.current.id
    dock.samples.sorting.setCurrentText(f"By {SortKey.NAME.value}")
    QTest.mouseClick(dock.samples.direction, Qt.MouseButton.LeftButton)
    names = [bench.samples.at(row).image_name for row in range(len(bench.samples))]
    assert names == sorted(names, reverse=True)
    assert bench.current.id == first, "the sample under edit stays"
    row = bench.samples.row(first)
    assert dock.samples.list.currentIndex().row() == row
    pointer.key(Qt.Key.Key_A, "a")
    assert bench.samples.row(bench.current.id) == row - 1


def test_typing_filters_by_name_and_esc_shows_all_again(workplace: Workplace) -> None:
    dock, _ = workplace
    everything = len(dock.workbench.samples)
    QTest.mouseClick(dock.samples.text, Qt.MouseButton.LeftButton)
    QTest.keyClicks(dock.samples.text, "hopper")
    shown = dock.samples.list.model().rowCount()
    assert 0 < shown < everything
    QTest.keyClick(dock.samples.text, Qt.Key.Key_Escape)
    assert dock.samples.list.model().rowCount() == everything
    assert not dock.samples.text.hasFocus()


def test_a_click_opens_and_one_with_ctrl_or_shift_selects(workplace: Workplace) -> None:
    dock, pointer = workplace
    click(dock, 1)
    opened = dock.workbench.current.id
    assert dock.workbench.samples.row(opened) == 1
    assert dock.samples.batch.isHidden()
    click(dock, 3, SHIFT)
    click(dock, 2, CTRL)
    assert dock.workbench.current.id == opened
    assert dock.samples.list.selected_ids == [dock.workbench.samples.at(r).id for r in (1, 3)]
    assert "2 selected" in dock.samples.batch.text()
    pointer.key(Qt.Key.Key_D, "d")
    assert dock.samples.list.selected_ids == [dock.workbench.current.id]


def test_rows_that_a_filter_hides_are_no_longer_selected(workplace: Workplace) -> None:
    dock, _ = workplace
    click(dock, 1)
    click(dock, 4, SHIFT)
    assert len(dock.samples.list.selected_ids) == 4
    dock.samples.text.setText("zzzz")
    assert dock.samples.list.selected_ids == []
    assert dock.samples.batch.isHidden()


def test_what_is_selected_stays_so_when_the_list_is_read_anew(workplace: Workplace) -> None:
    dock, _ = workplace
    click(dock, 1)
    click(dock, 3, SHIFT)
    selected = dock.samples.list.selected_ids
    dock.workbench.refresh()
    dock.samples.sorting.setCurrentText(f"By {SortKey.NAME.value}")
    dock.samples.direction.setChecked(True)
    assert sorted(dock.samples.list.selected_ids) == sorted(selected)


def test_several_are_excluded_at_once_and_the_verdict_is_withdrawn_again(
    workplace: Workplace, when_asked: Callable[..., object]
) -> None:
    dock, _ = workplace
    click(dock, 1)
    click(dock, 3, SHIFT)
    selected = dock.samples.list.selected_ids
    when_asked(answer_yes)
    dock.samples.batch.run(planned(dock.workbench.samples, Verdict.EXCLUDE, selected))
    assert {state_of(dock, i) for i in selected} == {SampleState.EXCLUDED}
    assert {dock.workbench.samples.get(i).state for i in selected} == {SampleState.EXCLUDED}
    assert dock.samples.list.selected_ids == selected
    when_asked(answer_yes)
    dock.samples.batch.run(planned(dock.workbench.samples, Verdict.REOPEN, selected))
    assert {state_of(dock, i) for i in selected} == {SampleState.PREDICTED}


def test_the_menu_says_how_many_each_verdict_would_change(workplace: Workplace) -> None:
    dock, _ = workplace
    dock.workbench.verdicts.goes_on = False
    click(dock, 0)
    dock.workbench.verdicts.exclude()
    click(dock, 2, SHIFT)
    dock.samples.batch._fill()
    texts = [action.text() for action in dock.samples.batch._menu.actions()]
    assert texts[:5] == [
        "Accept (1)…",
        "Send back, with reasons (3)…",
        "Exclude (2)…",
        "Delete: no face (3)…",
        "Withdraw the verdict, bring back (1)…",
    ]


def test_several_are_sent_back_with_reasons(
    workplace: Workplace, when_asked: Callable[..., object]
) -> None:
    dock, _ = workplace
    ids = dock.workbench.samples.ids(0, 1)

    def answer(dialog: QWidget) -> None:
        assert isinstance(dialog, SendBackDialog)
        assert "2 samples" in dialog.windowTitle()
        QTest.keyClicks(dialog, "4")
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    when_asked(answer)
    dock.samples.batch.run(planned(dock.workbench.samples, Verdict.SEND_BACK, ids))
    for sample_id in ids:
        (review,) = dock.workbench.project.reviews.history(sample_id)
        assert review.reasons == (Reason.BLURRED,)


def test_what_nobody_looked_at_is_not_accepted_with_others(workplace: Workplace) -> None:
    dock, pointer = workplace
    click(dock, 0)
    pointer.key(Qt.Key.Key_D, "d")
    ids = dock.workbench.samples.ids(0, 4)
    batch = planned(dock.workbench.samples, Verdict.ACCEPT, ids)
    assert batch.sample_ids == tuple(ids[:2])
    assert "3 samples were never seen" in batch.question
    assert give(dock.workbench, batch)
    states = [state_of(dock, sample_id) for sample_id in ids]
    assert states == [SampleState.ACCEPTED] * 2 + [SampleState.PREDICTED] * 3
    told: list[str] = []
    dock.workbench.told.connect(told.append)
    dock.samples.batch.run(planned(dock.workbench.samples, Verdict.ACCEPT, ids[2:]))
    assert "never seen" in told[0]


def test_deleted_faces_are_hidden_and_come_back(workplace: Workplace) -> None:
    dock, _ = workplace
    ids = dock.workbench.samples.ids(2, 3)
    everything = len(dock.workbench.samples)
    assert give(dock.workbench, planned(dock.workbench.samples, Verdict.DELETE, ids))
    dock.samples.filter.setCurrentText("To do")
    dock.samples.filter.setCurrentText("All samples")
    assert len(dock.workbench.samples) == everything - 2
    assert f"of {everything - 2} done" in dock.samples._done.text()
    dock.samples.filter.setCurrentText("Deleted")
    assert dock.workbench.samples.ids(0, 1) == ids
    assert give(dock.workbench, planned(dock.workbench.samples, Verdict.REOPEN, ids))
    dock.samples.filter.setCurrentText("All samples")
    assert len(dock.workbench.samples) == everything


def find(dock: AnnotatorDock, pointer: Pointer, text: str) -> QLineEdit:
    pointer.key(Qt.Key.Key_G, "g", CTRL)
    field = dock._finder.field
    QTest.keyClicks(field, text)
    return field


def test_ctrl_g_jumps_to_a_name(workplace: Workplace) -> None:
    dock, pointer = workplace
    target = dock.workbench.samples.at(len(dock.workbench.samples) - 1)
    field = find(dock, pointer, target.image_name.upper())
    assert dock._finder.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dock.workbench.current.image_name == target.image_name
    assert not dock._finder.isVisible()


def test_the_finder_walks_through_its_matches_and_leaves_with_esc(workplace: Workplace) -> None:
    dock, pointer = workplace
    before = dock.workbench.current.id
    field = find(dock, pointer, ".")
    second = dock._finder.matches.item(1).data(Qt.ItemDataRole.UserRole)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert dock.workbench.current.id == before
    field = find(dock, pointer, ".")
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dock.workbench.current.id == second


def test_jumping_to_what_the_filter_hides_shows_all(workplace: Workplace) -> None:
    dock, pointer = workplace
    target = dock.workbench.samples.at(3)
    dock.samples.filter.setCurrentText("Sent back")
    field = find(dock, pointer, f"#{target.id}")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dock.workbench.current.id == target.id
    assert dock.workbench.samples.row(target.id) is not None


def test_a_name_that_nothing_has_leaves_the_field_open(workplace: Workplace) -> None:
    dock, pointer = workplace
    field = find(dock, pointer, "nobody")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dock._finder.isVisible()
    dock._finder.close_field()


def test_the_list_is_not_cramped_in_a_dock_of_340_pixels(workplace: Workplace) -> None:
    dock, _ = workplace
    for widget in (dock.samples.text, *dock.samples.findChildren(QComboBox)):
        assert widget.width() >= 100, widget
    assert dock.samples.list.height() >= 2 * ROW_HEIGHT, "the tools share so low a window"


def test_seconds_and_strokes_of_a_visit_are_stored(workplace: Workplace) -> None:
    dock, pointer = workplace
    seconds = count(monotonic(), 3.0)
    dock._visits.clock._clock = lambda: next(seconds)
    first = dock.workbench.current.id
    x, y, _ = map(float, dock.workbench.session.landmarks[152])
    pointer.drag((x, y), (x + 5, y))
    pointer.key(Qt.Key.Key_D, "d")
    dock._visits.write()
    (visit,) = dock.workbench.project.visits.history(first)
    assert visit.strokes == 1
    assert visit.seconds > 0
    assert visit.annotator == dock.workbench.annotator
    assert dock.workbench.samples.get(first).seconds_spent == visit.seconds


def test_a_reviewers_look_is_not_added_to_the_annotators_time(workplace: Workplace) -> None:
    dock, pointer = workplace
    project, first = dock.workbench.project, dock.workbench.current.id
    project.reviews.accept(first, reviewer="Rae")
    dock.workbench.refresh()
    second = dock.workbench.samples.neighbour(first, 1)
    dock.workbench.go_to(second)
    seconds = count(monotonic(), 3.0)
    dock._visits.clock._clock = lambda: next(seconds)
    dock.workbench.go_to(first)
    pointer.key(Qt.Key.Key_D, "d")
    dock._visits.write()
    visit = project.visits.history(first)[-1]
    assert (visit.purpose, visit.strokes) == (VisitPurpose.REVIEW, 0)
    sample = dock.workbench.samples.get(first)
    assert sample.seconds_reviewed == visit.seconds > 0
    assert sample.seconds_spent < visit.seconds


def test_the_last_visit_is_stored_when_the_window_closes(
    workplace: Workplace, project_folder: Path
) -> None:
    dock, pointer = workplace
    first = dock.workbench.current.id
    pointer.key(Qt.Key.Key_C, "c")
    dock.shut_down()
    with Project.open(project_folder) as project:
        assert len(project.visits.history(first)) == 1


def test_why_a_row_is_there_leaves_room_for_where_its_sample_stands() -> None:
    assert room_for_detail(200, 80) == 112
    assert room_for_detail(200, 400) == 72
    assert room_for_detail(5, 400) == 0
