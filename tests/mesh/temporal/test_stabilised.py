"""The face laid out in texture coordinates, where skin stands still."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.mesh.temporal import stabilised, unwrapped

SIZE = 64
LAYOUT = FACE_468
Image = np.ndarray


def ramp(width: int, height: int) -> Image:
    """A picture that says where one is in it: red is x, green is y, both a quarter of it in px."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    return np.stack([x / 4, y / 4, np.full_like(x, 200)], axis=2).round().astype(np.uint8)


def test_each_pixel_shows_what_lies_at_its_place_on_the_mesh(upright_face: np.ndarray) -> None:
    texture = stabilised(ramp(640, 480), upright_face, LAYOUT, SIZE)
    target = unwrapped(LAYOUT, SIZE)
    shown = texture.reshape(-1, 3)[target.inside]
    assert_allclose(shown[:, :2], target.points(upright_face)[:, :2] / 4, atol=1)
    assert (shown[:, 2] == 200).all()


def test_what_belongs_to_no_triangle_is_black(upright_face: np.ndarray) -> None:
    texture = stabilised(ramp(640, 480), upright_face, LAYOUT, SIZE)
    assert not texture[0].any()
    assert texture[SIZE // 2, SIZE // 2].all()
    outside = np.ones(SIZE * SIZE, bool)
    outside[unwrapped(LAYOUT, SIZE).inside] = False
    assert not texture.reshape(-1, 3)[outside].any()


def test_a_vertex_lies_at_its_texture_coordinates(upright_face: np.ndarray) -> None:
    """Around the tip of the nose a red spot is painted; there it shows."""
    tip = 4
    image = np.zeros((480, 640, 3), np.uint8)
    x, y = upright_face[tip, :2].astype(int)
    image[y - 4 : y + 4, x - 4 : x + 4] = (255, 0, 0)
    red = stabilised(image, upright_face, LAYOUT, 128)[..., 0].astype(float)
    middle = [(np.arange(128) + 0.5) @ red.sum(axis=axis) / red.sum() for axis in (0, 1)]
    assert_allclose(middle, LAYOUT.topology.uv[tip] * 128, atol=2)


def test_it_stands_still_while_the_head_moves(upright_face: np.ndarray) -> None:
    image = ramp(900, 900)
    moved = np.roll(image, (150, 220), axis=(0, 1))
    there = upright_face + np.float32([220, 150, 0])
    first, second = (
        stabilised(*each, LAYOUT, SIZE) for each in ((image, upright_face), (moved, there))
    )
    assert_array_equal(first, second)


def test_of_a_face_much_larger_the_mean_is_taken(upright_face: np.ndarray) -> None:
    """Every second pixel of a picture is white: from afar it is grey."""
    image = np.zeros((3000, 3000, 3), np.uint8)
    image[::2, ::2] = image[1::2, 1::2] = 255
    texture = stabilised(image, 5 * upright_face, LAYOUT, SIZE)
    shown = texture.reshape(-1, 3)[unwrapped(LAYOUT, SIZE).inside].astype(float)
    assert shown.std() < 6
    assert abs(shown.mean() - 127.5) < 3


@pytest.mark.parametrize("shift", [(-300, -200), (1e6, -1e6), (580, 300)])
def test_beyond_the_image_its_edge_goes_on(
    upright_face: np.ndarray, shift: tuple[float, float]
) -> None:
    image = np.full((300, 400, 3), 90, np.uint8)
    texture = stabilised(image, upright_face + np.float32([*shift, 0]), LAYOUT, SIZE)
    assert (texture.reshape(-1, 3)[unwrapped(LAYOUT, SIZE).inside] == 90).all()


def test_an_image_of_one_pixel_is_one_colour(upright_face: np.ndarray) -> None:
    texture = stabilised(np.full((1, 1, 3), 7, np.uint8), upright_face, LAYOUT, SIZE)
    assert (texture.reshape(-1, 3)[unwrapped(LAYOUT, SIZE).inside] == 7).all()


def test_every_pixel_of_the_face_belongs_to_a_triangle_around_it() -> None:
    target = unwrapped(LAYOUT, SIZE)
    assert_allclose(target.weights.sum(axis=1), 1, atol=1e-5)
    assert target.weights.min() > -1e-5
    places = target.points(LAYOUT.topology.uv) * SIZE - 0.5
    rows, columns = np.divmod(target.inside, SIZE)
    assert_allclose(places, np.column_stack([columns, rows]), atol=1e-3)


def test_it_works_for_any_layout(face_with_irises: MeshLayout) -> None:
    vertices = face_with_irises.topology.vertices * np.float32([15, -15, -15]) + 300
    texture = stabilised(ramp(640, 640), vertices, face_with_irises, SIZE)
    assert texture.any()


def test_what_cannot_be_laid_out_is_refused(upright_face: np.ndarray) -> None:
    image = ramp(640, 480)
    with pytest.raises(ValueError, match="expected an image of shape"):
        stabilised(image[..., 0], upright_face, LAYOUT, SIZE)
    with pytest.raises(ValueError, match="NaN"):
        stabilised(image, upright_face * np.nan, LAYOUT, SIZE)
    for size in (7, 1025):
        with pytest.raises(ValueError, match="expected a size from 8 to 1024"):
            stabilised(image, upright_face, LAYOUT, size)
