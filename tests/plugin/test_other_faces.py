"""The other faces of a photograph on the canvas, with real mouse events on the real window."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from annotator.plugin.canvas.pointer import Pointer, Position
from annotator.plugin.dock import AnnotatorDock
from annotator.project import Project, SampleState
from annotator.workbench.look.palette import from_hex
from annotator.workbench.states import STATE_COLOURS

Workplace = tuple[AnnotatorDock, Pointer]


@pytest.fixture
def two_faces(workplace: Workplace) -> Workplace:
    """The window on a photograph of two people, both of them on the canvas."""
    dock, pointer = workplace
    dock.workbench.go_to(named(dock, "two_portraits.jpg")[0])
    show_all(dock)
    return dock, pointer


def named(dock: AnnotatorDock, name: str) -> list[int]:
    project = dock.workbench.project
    assert project is not None
    return [sample.id for sample in project.samples.summaries() if sample.image_name == name]


def show_all(dock: AnnotatorDock) -> None:
    """Let the camera show the whole photograph."""
    height, width = dock._display.photograph.shape[:2]
    camera, canvas = dock._viewer.scene.camera, dock._viewer.canvas.size
    camera.center = (height / 2, width / 2)
    camera.zoom = 0.95 * min(canvas[0] / height, canvas[1] / width)


def middle_of_the_other(dock: AnnotatorDock) -> Position:
    (other,) = dock.others.neighbours.faces
    x, y = other.outline.mean(axis=0).tolist()
    return x, y


def test_a_click_on_another_face_goes_there(two_faces: Workplace) -> None:
    dock, pointer = two_faces
    first, second = named(dock, "two_portraits.jpg")
    there = middle_of_the_other(dock)
    pointer.move(there)
    assert dock.others.marked is not None
    assert dock.others._note.isVisible()
    assert dock.others._note.text() == "Face #2, predicted: click to go there"
    assert len(dock.view.drawing.others.marked)
    pointer.press(there)
    pointer.release(there)
    assert dock.workbench.current.id == second
    assert not dock.others._note.isVisible()
    assert [face.sample_id for face in dock.others.neighbours.faces] == [first]


def test_a_drag_on_another_face_moves_the_photograph_and_stays(two_faces: Workplace) -> None:
    dock, pointer = two_faces
    here, before = dock.workbench.current.id, dock._viewer.scene.camera.center
    mesh = dock.workbench.session.landmarks
    x, y = middle_of_the_other(dock)
    pointer.press((x, y))
    pointer.move((x + 40, y), pressed=True)
    pointer.move((x + 80, y), pressed=True)
    pointer.release((x + 80, y))
    assert dock.workbench.current.id == here
    assert dock._viewer.scene.camera.center[-1] < before[-1] - 10
    np.testing.assert_array_equal(dock.workbench.session.landmarks, mesh)


def test_where_the_tool_reaches_a_press_is_its_stroke_even_over_another_face(
    two_faces: Workplace,
) -> None:
    dock, pointer = two_faces
    here = dock.workbench.current.id
    x, y = middle_of_the_other(dock)
    session = dock.workbench.session
    nose = session.landmarks[4, :2]
    # A stroke carries a vertex of this face over to the other one.
    pointer.drag((float(nose[0]), float(nose[1])), (x, y))
    vertex = session.landmarks[4, :2].tolist()
    pointer.move((vertex[0], vertex[1]))
    assert dock.others.marked is None
    pointer.drag((vertex[0], vertex[1]), (vertex[0] + 40, vertex[1]))
    assert dock.workbench.current.id == here
    assert session.unsaved_count == 0
    screen_pixel = 1 / dock._viewer.scene.camera.zoom  # presses and releases come at whole ones
    assert session.landmarks[4, 0] == pytest.approx(vertex[0] + 40, abs=1.5 * screen_pixel)


def test_outlines_have_the_colours_of_the_states_and_follow_other_windows(
    two_faces: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, _ = two_faces
    _, second = named(dock, "two_portraits.jpg")

    def colour() -> list[float]:
        return [] if not len(shown()) else dock.view.drawing.others.colours[0].tolist()

    def shown() -> np.ndarray:
        return dock.view.drawing.others.points

    assert colour() == pytest.approx(from_hex(STATE_COLOURS[SampleState.PREDICTED]))
    with Project.open(dock.workbench.project.home) as other:
        other.reviews.accept(second, reviewer="robin")
        accepted = from_hex(STATE_COLOURS[SampleState.ACCEPTED])
        wait_for(lambda: colour() == pytest.approx(accepted), "the other window's verdict")
        other.reviews.delete(second, reviewer="robin")
        wait_for(lambda: not len(shown()), "the other window's deletion")


def test_a_turned_view_and_a_hidden_mesh_have_no_other_faces(two_faces: Workplace) -> None:
    dock, pointer = two_faces
    here = dock.workbench.current.id
    there = middle_of_the_other(dock)
    dock.view.toggle_mesh()
    pointer.press(there)
    pointer.release(there)
    dock.view.toggle_mesh()
    assert len(dock.view.drawing.others.points)
    dock.view.toggle_turned()
    assert not len(dock.view.drawing.others.points)
    pointer.press(there)
    pointer.release(there)
    assert dock.workbench.current.id == here


def test_the_box_for_a_missed_face_may_begin_on_another_one(two_faces: Workplace) -> None:
    dock, pointer = two_faces
    here = dock.workbench.current.id
    dock.workbench.tools.draw_box(adds_face=True)
    x, y = middle_of_the_other(dock)
    pointer.move((x, y))
    assert dock.others.marked is None
    pointer.press((x, y))
    pointer.release((x, y))
    assert dock.workbench.current.id == here
    assert dock.workbench.tools.draws_box


def test_thirty_faces_are_drawn_by_the_same_few_lines(workplace: Workplace) -> None:
    dock, _ = workplace
    bench: Any = dock.workbench
    mesh = bench.session.landmarks
    for face in range(30):
        bench.project.samples.add(
            bench.image_id, mesh + np.float32([3 * face, 0, 0]), model_id=1, presence=1.0,
            detection_score=1.0, added_by="kim",
        )  # fmt: skip
    bench.refresh()
    assert len(dock.others.neighbours.faces) == 30
    ring = len(bench.session.state.layout.contours["face_oval"].vertices)
    assert len(dock.view.drawing.others.points) == 30 * 2 * ring
    drawn = dock.view.drawing.others
    x, y, _ = mesh[4].tolist()
    hand = Pointer(dock._viewer)
    hand.press((x, y))
    hand.move((x + 5, y), pressed=True)
    assert dock.view.drawing.others is drawn, "a stroke does not draw the others anew"
    hand.release((x + 5, y))
