"""Reviewing under real clicks and keys, in the real dock: two people, one after the other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QPushButton, QWidget

from annotator.mesh.tools.base import Edit
from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu.review_row import ReviewRow
from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import EditSession, Project, Reason, SampleState, Verdict
from annotator.project.known_settings import TWO_STEPS
from annotator.workbench.batch import planned
from annotator.workbench.look.view_settings import Colours

Workplace = tuple[AnnotatorDock, Pointer]
Asked = Callable[[Callable[[Any], object]], object]
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
CHIN, MOUTH_CORNER = 152, 61
# The rows of the list that ada submits.
SUBMITTED = (2, 4)


def drag_chin(project: Project, sample_id: int, down: float) -> None:
    session = EditSession(project, sample_id, annotator="ada")
    moved = np.array(session.landmarks)
    moved[CHIN, 1] += down
    session.apply("grab", Edit(moved))


@pytest.fixture
def submitted(project_folder: Path) -> list[int]:
    """Samples that ada worked on and submitted, in a project of two steps; kim reviews here."""
    with Project.open(project_folder) as project:
        project.settings.put("review", TWO_STEPS, by="ada")
        ids = [sample.id for sample in project.samples.summaries()]
        chosen = [ids[row] for row in SUBMITTED]
        for sample_id in chosen:
            drag_chin(project, sample_id, 12.0)
            project.reviews.submit(sample_id, reviewer="ada")
    return chosen


@pytest.fixture
def reviewer(submitted: list[int], workplace: Workplace) -> Workplace:
    """Kim's dock, in which reviewing has begun by its key."""
    dock, hand = workplace
    hand.key(Qt.Key.Key_R, "R", SHIFT)
    return dock, hand


def state(dock: AnnotatorDock, sample_id: int) -> SampleState:
    return dock.workbench.project.samples.get(sample_id).state


def given(
    dock: AnnotatorDock, sample_id: int, wanted: SampleState, key: Qt.Key, hand: Pointer
) -> bool:
    """Press a verdict's key, and say whether it was written: a thread may hold the database."""
    hand.key(key)
    return state(dock, sample_id) is wanted


def click_vertex(dock: AnnotatorDock, hand: Pointer, vertex: int) -> None:
    x, y, _ = dock.workbench.session.landmarks[vertex].tolist()
    hand.move((x, y))
    hand.press((x, y))
    hand.release((x, y))


def button(dock: AnnotatorDock, text: str) -> QPushButton:
    (found,) = [b for b in dock.review.panel.findChildren(QPushButton) if b.text() == text]
    return found


def test_the_key_begins_at_what_waits_and_the_dock_says_so(
    reviewer: Workplace, submitted: list[int]
):
    dock, hand = reviewer
    line = dock.findChild(ReviewRow)
    assert dock.workbench.sample_id == submitted[0]
    assert line.isVisible()
    assert line.text().startswith("2 samples wait for a review. Click a vertex")
    assert dock.review.panel.reviews.isChecked()
    hand.key(Qt.Key.Key_R, "R", SHIFT)
    assert not line.isVisible()
    assert not dock.review.panel.reviews.isChecked()


def test_one_key_a_verdict_and_the_zoom_stays(
    reviewer: Workplace, submitted: list[int], when_asked: Asked, wait_for: Callable[..., None]
):
    dock, hand = reviewer
    camera = dock._viewer.scene.camera
    # As large as the first was looked at, whatever the size of the next face.
    face = np.ptp(dock.workbench.session.landmarks[:, 1])
    camera.zoom *= 2
    seen = camera.zoom * face
    wait_for(lambda: given(dock, submitted[0], SampleState.ACCEPTED, Qt.Key.Key_Return, hand))
    assert dock.workbench.sample_id == submitted[1]
    following = camera.zoom * np.ptp(dock.workbench.session.landmarks[:, 1])
    assert following == pytest.approx(seen, rel=0.35)

    def answer(dialog: QWidget) -> None:
        assert isinstance(dialog, SendBackDialog)
        QTest.keyClick(dialog, Qt.Key.Key_2)
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    def sent_back() -> bool:
        when_asked(answer)
        return given(dock, submitted[1], SampleState.SENT_BACK, Qt.Key.Key_X, hand)

    wait_for(sent_back)
    hand.key(Qt.Key.Key_Z, "z", Qt.KeyboardModifier.ControlModifier)
    assert state(dock, submitted[1]) is SampleState.SUBMITTED


def test_a_drag_over_the_mesh_moves_the_photograph_and_no_vertex(
    reviewer: Workplace, submitted: list[int]
):
    dock, hand = reviewer
    x, y, _ = dock.workbench.session.landmarks[CHIN].tolist()
    before, centre = dock.workbench.session.landmarks.copy(), dock._viewer.scene.camera.center
    hand.move((x, y))
    assert dock.view.aim is None
    hand.drag((x, y), (x + 40, y - 30))
    assert (dock.workbench.session.landmarks == before).all()
    assert dock._viewer.scene.camera.center != centre
    assert not dock.review.field.isVisible()
    hand.key(Qt.Key.Key_Left)  # a nudge
    assert (dock.workbench.session.landmarks == before).all()


def test_a_click_on_a_vertex_pins_a_remark_there_and_the_panel_resolves_it(
    reviewer: Workplace, submitted: list[int]
):
    dock, hand = reviewer
    click_vertex(dock, hand, MOUTH_CORNER)
    assert dock.review.field.isVisible()
    QTest.keyClicks(dock.review.field.field, "too far <b>out</b>")
    QTest.keyClick(dock.review.field.field, Qt.Key.Key_Return)
    assert not dock.review.field.isVisible()
    (remark,) = dock.workbench.project.remarks.of(submitted[0], is_open=True)
    assert (remark.author, remark.vertices) == ("kim", (MOUTH_CORNER,))
    assert dock.review.shown_pins.texts() == ["1  too far <b>out</b>"]
    _, dot, _ = dock.review.shown_pins._shown[0]
    x, y, _ = dock.workbench.session.landmarks[MOUTH_CORNER].tolist()
    assert (dot.geometry().center().x(), dot.geometry().center().y()) == pytest.approx(
        hand.on_canvas((x, y)), abs=1.5
    )
    dock._viewer.scene.camera.zoom *= 1.5
    assert (dot.geometry().center().x(), dot.geometry().center().y()) == pytest.approx(
        hand.on_canvas((x, y)), abs=1.5
    )
    hand.key(Qt.Key.Key_V, "v")
    assert dock.review.shown_pins.texts() == [], "it goes with the mesh"
    hand.key(Qt.Key.Key_V, "v")
    button(dock, "Resolve").click()
    process_events()
    assert dock.review.shown_pins.texts() == []
    assert dock.workbench.project.remarks.of(submitted[0], is_open=True) == []


def test_esc_says_nothing_and_another_sample_puts_the_field_away(
    reviewer: Workplace, submitted: list[int]
):
    dock, hand = reviewer
    click_vertex(dock, hand, CHIN)
    QTest.keyClicks(dock.review.field.field, "no")
    QTest.keyClick(dock.review.field.field, Qt.Key.Key_Escape)
    assert not dock.review.field.isVisible()
    click_vertex(dock, hand, CHIN)
    dock.workbench.step(1)
    assert not dock.review.field.isVisible()
    assert dock.workbench.project.remarks.of(submitted[0]) == []


def test_the_annotator_sees_at_once_why_a_sample_came_back_and_where(
    project_folder: Path, submitted: list[int], workplace: Workplace
):
    dock, hand = workplace
    with Project.open(project_folder) as elsewhere:
        elsewhere.reviews.send_back(
            submitted[0], reviewer="bob", reasons=[Reason.POOR_MESH],
            comment="chin too low", vertices=[CHIN],
        )  # fmt: skip
    dock.workbench.refresh()
    dock.workbench.go_to(submitted[0])
    process_events()
    assert "Sent back by bob" in dock.remark.text()
    assert "mesh too poor to correct" in dock.remark.text()
    assert dock.review.shown_pins.texts() == ["1  chin too low"]
    before = dock.workbench.session.landmarks.copy()
    x, y, _ = before[CHIN].tolist()
    hand.drag((x, y), (x, y - 15))  # the pin lies there, and lets the mouse through
    assert (dock.workbench.session.landmarks != before).any()
    hand.key(Qt.Key.Key_Return)
    assert state(dock, submitted[0]) is SampleState.SUBMITTED


def press(*keys: Qt.Key) -> Callable[[Any], None]:
    """Return what answers the question with keys."""

    def answer(dialog: QWidget) -> None:
        assert isinstance(dialog, SendBackDialog)
        for key in keys:
            QTest.keyClick(dialog, key)

    return answer


def verdict_pressed(
    dock: AnnotatorDock, hand: Pointer, key: tuple[Any, ...], when_asked: Asked, *keys: Qt.Key
) -> Callable[[], bool]:
    """Return what presses a verdict's key, answers, and says whether it was written."""
    sample_id = dock.workbench.sample_id
    before = len(dock.workbench.project.reviews.history(sample_id))

    def is_given() -> bool:
        when_asked(press(*keys))
        hand.key(*key)
        return len(dock.workbench.project.reviews.history(sample_id)) > before

    return is_given


def test_what_a_reviewer_pinned_goes_with_sending_back_and_the_annotator_sees_it_once(
    project_folder: Path,
    reviewer: Workplace,
    submitted: list[int],
    when_asked: Asked,
    wait_for: Callable[..., None],
):
    dock, hand = reviewer
    for vertex, text in ((MOUTH_CORNER, "too far out"), (CHIN, "too low")):
        click_vertex(dock, hand, vertex)
        QTest.keyClicks(dock.review.field.field, text)
        QTest.keyClick(dock.review.field.field, Qt.Key.Key_Return)
    wait_for(
        verdict_pressed(dock, hand, (Qt.Key.Key_X,), when_asked, Qt.Key.Key_2, Qt.Key.Key_Return)
    )
    with Project.open(project_folder) as project:
        *_, marked = project.remarks.of(submitted[0], is_open=True)
        (review,) = [r for r in project.reviews.history(submitted[0]) if r.id == marked.review_id]
    assert review.verdict is Verdict.SEND_BACK
    assert (marked.vertices, marked.region) == ((MOUTH_CORNER, CHIN), None)
    dock.workbench.go_to(submitted[0])
    process_events()
    assert dock.review.shown_pins.texts() == ["1  too far out", "2  too low"]


def test_sending_back_marks_the_region_under_the_pointer_where_that_is_chosen(
    project_folder: Path,
    reviewer: Workplace,
    submitted: list[int],
    when_asked: Asked,
    wait_for: Callable[..., None],
):
    dock, hand = reviewer
    session = dock.workbench.session
    left_eye = session.layout.regions["left_eye"].vertices
    x, y = session.landmarks[left_eye, :2].mean(axis=0).tolist()
    hand.move((x, y))
    keys = Qt.Key.Key_2, Qt.Key.Key_0, Qt.Key.Key_Return
    wait_for(verdict_pressed(dock, hand, (Qt.Key.Key_X,), when_asked, *keys))
    with Project.open(project_folder) as project:
        (marked,) = project.remarks.of(submitted[0], is_open=True)
    assert (marked.vertices, marked.region) == ((), "left_eye")
    dock.workbench.go_to(submitted[0])
    process_events()
    assert dock.review.shown_pins.texts() == ["1"]


def test_the_whole_face_is_meant_where_nobody_says_otherwise(
    project_folder: Path,
    reviewer: Workplace,
    submitted: list[int],
    when_asked: Asked,
    wait_for: Callable[..., None],
):
    dock, hand = reviewer
    keys = Qt.Key.Key_2, Qt.Key.Key_Return
    wait_for(verdict_pressed(dock, hand, (Qt.Key.Key_X,), when_asked, *keys))
    with Project.open(project_folder) as project:
        assert project.remarks.of(submitted[0]) == []


def test_excluding_asks_for_a_reason_where_several_people_decide(
    project_folder: Path,
    reviewer: Workplace,
    submitted: list[int],
    when_asked: Asked,
    wait_for: Callable[..., None],
):
    dock, hand = reviewer
    keys = Qt.Key.Key_Return, Qt.Key.Key_4, Qt.Key.Key_Return  # the first says nothing
    wait_for(verdict_pressed(dock, hand, (Qt.Key.Key_E, "e"), when_asked, *keys))
    with Project.open(project_folder) as project:
        *_, review = project.reviews.history(submitted[0])
    assert (review.verdict, review.reasons) == (Verdict.EXCLUDE, (Reason.BLURRED,))


def test_who_works_alone_excludes_by_one_key_and_says_why_by_another(
    workplace: Workplace, when_asked: Asked, wait_for: Callable[..., None]
):
    dock, hand = workplace
    first = dock.workbench.sample_id
    wait_for(lambda: given(dock, first, SampleState.EXCLUDED, Qt.Key.Key_E, hand))
    second = dock.workbench.sample_id
    keys = Qt.Key.Key_6, Qt.Key.Key_Return
    wait_for(verdict_pressed(dock, hand, (Qt.Key.Key_E, "E", SHIFT), when_asked, *keys))
    third = dock.workbench.sample_id
    wait_for(verdict_pressed(dock, hand, (Qt.Key.Key_E, "E", SHIFT), when_asked, Qt.Key.Key_Return))
    history = dock.workbench.project.reviews.history
    reasons = [history(sample_id)[-1].reasons for sample_id in (first, second, third)]
    assert reasons == [(), (Reason.DUPLICATE,), ()]


def test_many_are_excluded_for_a_reason_where_several_people_decide(
    reviewer: Workplace, submitted: list[int], when_asked: Asked
):
    dock, _ = reviewer
    asked = when_asked(press(Qt.Key.Key_5, Qt.Key.Key_Return))
    dock.samples.batch.run(planned(dock.workbench.samples, Verdict.EXCLUDE, submitted))
    assert asked.was_asked
    history = dock.workbench.project.reviews.history
    assert [history(i)[-1].reasons for i in submitted] == [(Reason.EXTREME_POSE,)] * 2


def test_a_reviewer_is_told_what_came_back_as_it_was_sent(
    project_folder: Path, submitted: list[int], workplace: Workplace
):
    dock, hand = workplace
    with Project.open(project_folder) as elsewhere:
        elsewhere.reviews.send_back(submitted[0], reviewer="bob", reasons=[Reason.POOR_MESH])
        elsewhere.reviews.submit(submitted[0], reviewer="ada")
    dock.workbench.refresh()
    hand.key(Qt.Key.Key_R, "R", SHIFT)
    assert dock.workbench.sample_id == submitted[0]
    said = [row.sentence for row in dock.finding_rows.rows if row.isVisible()]
    assert "It was sent back, and nothing was changed since." in said


def test_the_list_of_what_is_to_do_has_ones_own_that_came_back_and_not_what_was_submitted(
    project_folder: Path, submitted: list[int], workplace: Workplace
):
    dock, hand = workplace
    with Project.open(project_folder) as elsewhere:
        elsewhere.reviews.send_back(submitted[0], reviewer="bob", reasons=[Reason.POOR_MESH])
    dock.workbench.refresh()
    dock.samples.choices.filter.setCurrentText("To do")
    samples = dock.workbench.samples

    def shown() -> list[int]:
        return [samples.at(row).id for row in range(len(samples))]

    assert not {*submitted} & {*shown()}, "it is ada's to mend"
    dock.workbench.rename_annotator("ada")
    assert submitted[0] in shown()
    assert submitted[1] not in shown()
    dock.workbench.go_to(shown()[shown().index(submitted[0]) - 1])
    hand.key(Qt.Key.Key_Space, " ")
    assert dock.workbench.sample_id == submitted[0]


def test_the_button_says_what_enter_does(submitted: list[int], workplace: Workplace):
    dock, hand = workplace
    assert dock.edit.buttons["accept"].text() == "Submit  (Enter)"
    hand.key(Qt.Key.Key_R, "R", SHIFT)
    assert dock.edit.buttons["accept"].text() == "Accept  (Enter)"


def test_differences_show_what_moved_since_the_last_review(
    project_folder: Path, submitted: list[int], workplace: Workplace
):
    dock, hand = workplace
    with Project.open(project_folder) as elsewhere:
        elsewhere.reviews.send_back(submitted[0], reviewer="bob", reasons=[Reason.POOR_MESH])
        judged = elsewhere.annotations.load(submitted[0]).landmarks
        drag_chin(elsewhere, submitted[0], -9.0)
        elsewhere.reviews.submit(submitted[0], reviewer="ada")
    dock.workbench.refresh()
    hand.key(Qt.Key.Key_R, "R", SHIFT)
    assert dock.workbench.sample_id == submitted[0]
    hand.key(Qt.Key.Key_Y, "Y", SHIFT)
    assert dock.view.settings.ghost
    assert dock.view.settings.colours is Colours.DISPLACEMENT
    assert (dock.view._scene.compared == judged).all()
    colours = dock.view.drawing.vertex_colours
    others = [v for v in range(len(colours)) if v != CHIN]
    assert (colours[others] == colours[others[0]]).all()
    assert (colours[CHIN] != colours[others[0]]).any()
    assert dock.review.panel.differences.isChecked()
    hand.key(Qt.Key.Key_Y, "Y", SHIFT)
    assert not dock.view.settings.ghost
    assert dock.view.settings.colours is Colours.NONE


def test_an_earlier_revision_is_looked_at_and_brought_back(
    submitted: list[int], workplace: Workplace
):
    dock, _ = workplace
    dock.workbench.go_to(submitted[0])
    panel, session = dock.review.panel, dock.workbench.session
    texts = [panel.past.item(row).text() for row in range(panel.past.count())]
    assert texts[-1] == "0: as predicted"
    assert "ada submitted this face" in texts[0]
    panel.past.setCurrentRow(panel.past.count() - 1)
    button(dock, "Compare").click()
    assert dock.view.settings.ghost
    assert (dock.view._scene.compared == session.prediction).all()
    assert (session.landmarks != session.prediction).any()
    button(dock, "Restore").click()
    assert (dock.workbench.session.landmarks == session.prediction).all()
    assert "revision 0" in dock._message.text()
    *_, entry = dock.workbench.project.audit.entries(sample_id=submitted[0])
    assert (entry.what, entry.who) == ("restore_revision", "kim")
    assert entry.detail == {"brought_back": 0, "revision": session.revision}
    dock.workbench.undoing.undo()
    assert (dock.workbench.session.landmarks != session.prediction).any()
