"""Coordinates and what is drawn, without any window."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import Aim, MeshState
from annotator.workbench.look.coordinates import (
    from_napari,
    position_from_napari,
    position_to_napari,
    to_napari,
    to_pixel_centres,
)
from annotator.workbench.look.drawing import aim_lines
from annotator.workbench.look.look import look_of
from annotator.workbench.look.view_settings import ViewSettings


@pytest.fixture
def face() -> np.ndarray:
    return (FACE_468.topology.vertices * np.float32([9, -9, 9]) + 200).astype(np.float32)


def test_the_corner_of_the_photograph_lies_half_a_pixel_before_the_first_pixels_centre() -> None:
    assert_array_equal(to_napari(np.float32([[0, 0], [3, 8]])), [[-0.5, -0.5], [7.5, 2.5]])


def test_there_and_back_is_the_same(face: np.ndarray) -> None:
    assert_array_equal(from_napari(to_napari(face)), face[:, :2])
    assert position_from_napari(position_to_napari((12.0, 34.5))) == (12.0, 34.5)


def test_what_vispy_draws_is_napari_data_with_its_axes_swapped(face: np.ndarray) -> None:
    assert_array_equal(to_pixel_centres(face), to_napari(face)[:, ::-1])


def test_without_an_aim_no_vertex_is_coloured(face: np.ndarray) -> None:
    look = look_of(MeshState.of(face, face, FACE_468), ViewSettings())
    assert len(np.unique(look.vertex_colours, axis=0)) == 1
    assert len(np.unique(look.vertex_sizes)) == 1
    assert not len(aim_lines(None).circles)


def test_the_circles_have_the_radii_asked_for() -> None:
    aim = Aim(np.zeros(468), (50.0, 60.0), radius=20.0, inner_radius=5.0)
    circles = aim_lines(aim).circles
    distances = np.linalg.norm(circles - to_pixel_centres(np.array([50.0, 60.0])), axis=1)
    half = len(distances) // 2
    assert_allclose(distances[:half], 20, rtol=1e-4)
    assert_allclose(distances[half:], 5, rtol=1e-4)


def test_a_polyline_is_drawn_from_point_to_point() -> None:
    line = np.array([[0.5, 0.5], [10.5, 0.5], [10.5, 5.5]])
    drawn = aim_lines(Aim(np.zeros(468), lines=(line, line[:1])))
    assert_array_equal(drawn.lines, [[0, 0], [10, 0], [10, 0], [10, 5]])
