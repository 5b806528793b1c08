import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.plane import doubled_areas, plane
from annotator.mesh.texture import checker_texture
from annotator.workbench.live.laid_texture import lay_texture
from annotator.workbench.look.view_settings import Texture
from tests.live import front_face

GREY = 128


def grey(width: int = 400, height: int = 400) -> np.ndarray:
    return np.full((height, width, 3), GREY, np.uint8)


def laid(texture: Texture, mesh: np.ndarray | None = None, **size: int) -> np.ndarray:
    pixels = grey(**size)
    lay_texture(pixels, front_face(60, 40, 300) if mesh is None else mesh, FACE_468, texture, 1.0)
    return pixels


def test_the_checker_lies_where_the_texture_coordinates_say():
    """In the middle of each square that is wholly on large triangles: its own colour."""
    mesh = front_face(60, 40, 300)
    pixels = laid(Texture.CHECKER, mesh).astype(float)
    texture, topology = checker_texture().astype(float), FACE_468.topology
    large = np.abs(doubled_areas(plane(mesh), topology.opened_triangles)) > 120
    wrong = seen = 0
    for triangle in topology.opened_triangles[large]:
        uv = topology.uv[triangle].mean(axis=0)
        squares = uv * 28
        if np.abs(squares - np.round(squares)).min() < 0.25 or abs(uv[0] - 0.5) < 0.02:
            continue  # near a line: colours mix there
        red, green, blue, alpha = texture[tuple((uv[::-1] * 1024).astype(int))]
        expected = np.array([red, green, blue]) * alpha / 255 + GREY * (1 - alpha / 255)
        # Landmarks count from the corner of the first pixel.
        x, y = np.floor(mesh[triangle, :2].mean(axis=0)).astype(int)
        seen += 1
        wrong += np.abs(pixels[y, x] - expected).max() > 12
    assert seen > 60
    assert wrong <= 0.03 * seen


def test_make_up_colours_lips_and_leaves_mouth_and_surroundings_as_they_are():
    mesh = front_face(60, 40, 300)
    pixels = laid(Texture.MAKE_UP, mesh).astype(int)
    lower_lip = np.floor((mesh[17, :2] + mesh[14, :2]) / 2).astype(int)
    red, green, blue = pixels[lower_lip[1], lower_lip[0]]
    assert red > green + 25
    assert red > blue + 15
    assert (pixels[:30] == GREY).all()
    assert (pixels[:, :50] == GREY).all()


def test_an_open_mouth_stays_free():
    mesh = front_face(60, 40, 300)
    mesh[:, 1] += np.where(mesh[:, 1] > mesh[13, 1] + 0.5, 40, 0).astype(np.float32)
    inside = np.floor((mesh[13, :2] + mesh[14, :2]) / 2).astype(int)
    pixels = laid(Texture.CHECKER, mesh)
    assert (pixels[inside[1], inside[0]] == GREY).all()


@pytest.mark.parametrize(
    "place", [(-150, -120, 300), (300, 300, 300), (-900, 0, 300), (0, 0, 3), (-2000, -2000, 5000)]
)
def test_a_face_that_leaves_the_picture_is_drawn_as_far_as_it_is_in_it(place):
    for texture in (Texture.CHECKER, Texture.MAKE_UP):
        assert laid(texture, front_face(*place)).shape == (400, 400, 3)


def test_without_a_texture_nothing_is_drawn_and_numbers_that_are_none_draw_nothing():
    assert (laid(Texture.NONE) == GREY).all()
    mesh = front_face()
    mesh[3] = np.nan
    assert (laid(Texture.CHECKER, mesh) == GREY).all()
