"""Predicting again, adding and deleting faces, with real keys and a real mouse."""

from numpy.testing import assert_allclose, assert_array_equal
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from annotator.mesh.brush import Brush
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.project import SampleState

Workplace = tuple[AnnotatorDock, Pointer]
CHIN = 152
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def undo(pointer: Pointer) -> None:
    pointer.key(Qt.Key.Key_Z, "z", CONTROL)


def redo(pointer: Pointer) -> None:
    pointer.key(Qt.Key.Key_Z, "Z", CONTROL | SHIFT)


def draw_box_around_the_face(dock: AnnotatorDock, pointer: Pointer) -> None:
    mesh = dock.workbench.session.landmarks[:, :2]
    left, top = map(float, mesh.min(axis=0) - 3)
    right, bottom = map(float, mesh.max(axis=0) + 3)
    pointer.drag((left, top), (right, bottom))


def test_n_predicts_again_where_the_mesh_is_as_one_stroke(workplace: Workplace) -> None:
    dock, pointer = workplace
    session = dock.workbench.session
    dock.workbench.tools.brush = Brush(radius_iod=2.0)
    x, y, _ = map(float, session.landmarks[CHIN])
    far = 0.3 * outer_iod(session.prediction, FACE_468)
    pointer.drag((x, y), (x + far, y + far))
    spoiled = session.landmarks.copy()
    assert nme(spoiled, session.prediction, FACE_468) > 0.04
    pointer.key(Qt.Key.Key_N, "n")
    assert nme(session.landmarks, session.prediction, FACE_468) < 0.02
    undo(pointer)
    assert_array_equal(session.landmarks, spoiled)


def test_a_drawn_box_adds_a_face_and_undo_takes_it_away(workplace: Workplace) -> None:
    dock, pointer = workplace
    first, project = dock.workbench.current, dock.workbench.project
    before = dock.workbench.session.prediction
    pointer.key(Qt.Key.Key_A, "A", SHIFT)
    assert dock.workbench.tools.draws_box
    draw_box_around_the_face(dock, pointer)
    QTest.mouseClick(dock.question.make, Qt.MouseButton.LeftButton)
    added = dock.workbench.current
    assert added.image_id == first.image_id
    assert added.id != first.id
    assert added.added_by == dock.workbench.annotator
    assert nme(dock.workbench.session.prediction, before, FACE_468) < 0.03
    assert not dock.workbench.tools.draws_box
    undo(pointer)
    assert project.samples.get(added.id).state is SampleState.DELETED
    assert dock.workbench.current.id == first.id
    redo(pointer)
    assert project.samples.get(added.id).state is SampleState.PREDICTED
    assert dock.workbench.current.id == added.id


def test_a_box_over_a_face_with_a_mesh_is_asked_about_and_enter_adds_none(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    here, total = dock.workbench.current.id, dock.workbench.samples.total
    pointer.key(Qt.Key.Key_A, "A", SHIFT)
    draw_box_around_the_face(dock, pointer)
    assert dock.question.isVisible()
    assert dock.question.text.text().startswith("This face has a mesh already")
    QTest.keyClick(dock.question, Qt.Key.Key_X)
    QTest.keyClick(dock.question, Qt.Key.Key_Return)
    assert not dock.question.isVisible()
    assert (dock.workbench.current.id, dock.workbench.samples.total) == (here, total)
    assert dock.workbench.current.state is SampleState.PREDICTED


def test_a_question_that_is_left_adds_nothing(workplace: Workplace) -> None:
    dock, pointer = workplace
    total = dock.workbench.samples.total
    for leave in (
        lambda: QTest.keyClick(dock.question, Qt.Key.Key_Escape),
        lambda: pointer.press_at((5.0, 5.0)) or pointer.release_at((5.0, 5.0)),
        lambda: dock.workbench.step(1),
    ):
        pointer.key(Qt.Key.Key_A, "A", SHIFT)
        draw_box_around_the_face(dock, pointer)
        assert dock.question.isVisible()
        leave()
        assert not dock.question.isVisible()
    assert dock.workbench.samples.total == total


def test_a_box_predicts_the_current_face_again(workplace: Workplace) -> None:
    dock, pointer = workplace
    sample = dock.workbench.current
    prediction = dock.workbench.session.prediction
    pointer.key(Qt.Key.Key_N, "N", SHIFT)
    draw_box_around_the_face(dock, pointer)
    assert dock.workbench.current.id == sample.id
    assert dock.workbench.session.can_undo
    assert nme(dock.workbench.session.landmarks, prediction, FACE_468) < 0.03


def test_escape_puts_the_box_away_and_a_slip_draws_none(workplace: Workplace) -> None:
    dock, pointer = workplace
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.key(Qt.Key.Key_N, "N", SHIFT)
    pointer.drag((x, y), (x + 0.5, y + 0.5))
    assert dock.workbench.tools.draws_box
    assert not dock.workbench.session.can_undo
    pointer.key(Qt.Key.Key_Escape)
    assert not dock.workbench.tools.draws_box


def test_a_box_beside_the_photograph_is_refused_in_words(workplace: Workplace) -> None:
    dock, pointer = workplace
    told: list[str] = []
    dock.workbench.failed.connect(told.append)
    pointer.key(Qt.Key.Key_A, "A", SHIFT)
    pointer.drag((-400.0, -400.0), (-300.0, -300.0))
    assert len(told) == 1
    assert "box" in told[0]


def test_delete_takes_a_false_face_out_and_undo_brings_it_back(workplace: Workplace) -> None:
    dock, pointer = workplace
    sample, project = dock.workbench.current, dock.workbench.project
    pointer.key(Qt.Key.Key_Delete)
    assert project.samples.get(sample.id).state is SampleState.DELETED
    assert dock.workbench.current.id != sample.id
    undo(pointer)
    assert project.samples.get(sample.id).state is SampleState.PREDICTED
    assert dock.workbench.current.id == sample.id


def test_after_another_stroke_undo_takes_that_back_first(workplace: Workplace) -> None:
    dock, pointer = workplace
    deleted, project = dock.workbench.current, dock.workbench.project
    pointer.key(Qt.Key.Key_Delete)
    session = dock.workbench.session
    x, y, _ = map(float, session.landmarks[CHIN])
    pointer.drag((x, y), (x, y + 9))
    undo(pointer)
    assert_allclose(session.landmarks, session.prediction)
    assert project.samples.get(deleted.id).state is SampleState.DELETED


def test_a_photograph_without_a_face_is_shown_and_gets_one(workplace: Workplace) -> None:
    dock, pointer = workplace
    bench, project = dock.workbench, dock.workbench.project
    assert [image.name for image in project.images.without_faces()] == ["coffee.jpg"]
    sample, mesh = bench.current, bench.session.landmarks
    outline = mesh[:, :2]
    dock.faces.delete()
    (image,) = [i for i in project.images.without_faces() if i.id == sample.image_id]
    bench.look_at_photograph(image)
    assert bench.current is None
    assert dock.view.is_shown
    left, top = map(float, outline.min(axis=0))
    right, bottom = map(float, outline.max(axis=0))
    pointer.drag((left, top), (right, bottom))
    assert bench.current.image_id == image.id
    assert nme(bench.session.landmarks, mesh, FACE_468) < 0.03
    assert image not in project.images.without_faces()


def test_tools_do_nothing_on_a_photograph_without_a_face(workplace: Workplace) -> None:
    dock, pointer = workplace
    (image,) = dock.workbench.project.images.without_faces()
    dock.workbench.look_at_photograph(image)
    pointer.key(Qt.Key.Key_Escape)
    pointer.drag((100.0, 100.0), (150.0, 120.0))
    pointer.key(Qt.Key.Key_Return, "\r")
    assert dock.workbench.current is None
    pointer.key(Qt.Key.Key_D, "d")
    assert dock.workbench.current is not None


def test_undo_in_the_middle_of_a_drag_drops_the_drag_alone(workplace: Workplace) -> None:
    dock, pointer = workplace
    deleted = dock.workbench.current.id
    pointer.key(Qt.Key.Key_Delete)
    session = dock.workbench.session
    x, y, _ = map(float, session.landmarks[CHIN])
    pointer.press((x, y))
    pointer.move((x, y + 9), pressed=True)
    undo(pointer)
    assert not session.is_dragging
    assert dock.workbench.project.samples.get(deleted).state is SampleState.DELETED
    pointer.release((x, y + 9))
