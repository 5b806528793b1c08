"""Which vertex a press means."""

from dataclasses import replace

import numpy as np
import pytest

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import no_marks, with_pins
from annotator.mesh.tools.base import MeshState, Position
from annotator.mesh.tools.reach import nearest_in_reach, reach, within_reach
from annotator.mesh.turning import Turn

CHIN = 152


@pytest.fixture
def state() -> MeshState:
    """The canonical face, 100 px between the outer eye corners."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    mesh = vertices * np.float32(100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])
    return MeshState.of(mesh, mesh, FACE_468)


def below_the_chin(state: MeshState, distance: float) -> Position:
    x, y = state.landmarks[CHIN, :2].tolist()
    return x, y + distance


def test_a_press_means_the_nearest_vertex_up_to_a_quarter_of_the_iod(state: MeshState) -> None:
    assert nearest_in_reach(state, below_the_chin(state, 24), 0.1) == CHIN
    assert nearest_in_reach(state, below_the_chin(state, 26), 0.1) is None


def test_small_faces_are_reached_from_ten_pixels_of_the_screen(state: MeshState) -> None:
    assert reach(state, 5.0) == 50
    assert nearest_in_reach(state, below_the_chin(state, 49), 5.0) == CHIN
    assert within_reach(state, below_the_chin(state, 49), 5.0)
    assert not within_reach(state, below_the_chin(state, 51), 5.0)


def test_in_profile_a_face_is_reached_from_as_far(state: MeshState) -> None:
    profile = replace(state, landmarks=Turn(yaw=90).seen(state.landmarks))
    assert reach(profile, 0.1) == pytest.approx(25, abs=0.01)


def test_hidden_vertices_are_passed_over(state: MeshState) -> None:
    hidden = state.hidden.copy()
    hidden[CHIN] = True
    other = nearest_in_reach(replace(state, hidden=hidden), below_the_chin(state, 2), 1.0)
    assert other is not None
    assert other != CHIN
    nothing = replace(state, hidden=np.ones(468, bool))
    assert nearest_in_reach(nothing, below_the_chin(state, 2), 1.0, pinned=True) is None


def test_pinned_vertices_are_passed_over_unless_asked_for(state: MeshState) -> None:
    state = replace(state, marks=with_pins(no_marks(FACE_468.count), [CHIN], pinned=True))
    at = below_the_chin(state, 2)
    assert nearest_in_reach(state, at, 1.0) not in (CHIN, None)
    assert nearest_in_reach(state, at, 1.0, pinned=True) == CHIN
