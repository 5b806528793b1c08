"""The pictures that are laid over a face."""

from functools import partial

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.texture import checker_texture, make_up_texture

Picture = np.ndarray


def at(picture: Picture, vertices: list[int]) -> np.ndarray:
    """The pixel in the middle of some vertices."""
    u, v = FACE_468.topology.uv[vertices].mean(axis=0)
    return picture[int(v * len(picture)), int(u * len(picture))].astype(int)


@pytest.fixture
def make_up() -> Picture:
    return make_up_texture(FACE_468)


@pytest.mark.parametrize("picture", [checker_texture, partial(make_up_texture, FACE_468)])
def test_a_picture_is_painted_once_and_not_to_be_written_to(picture) -> None:
    painted = picture()
    assert painted is picture()
    assert painted.shape == (1024, 1024, 4)
    assert painted.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        painted[0, 0] = 0


def test_squares_of_two_kinds_cover_the_face_and_a_line_its_middle() -> None:
    picture = checker_texture()
    kinds = np.unique(picture.reshape(-1, 4), axis=0)
    assert len(kinds) == 3
    assert (picture[:, 511] == picture[0, 511]).all(), "the midline"
    row = picture[600, :, 0].astype(int)
    assert 25 < (np.abs(np.diff(row)) > 100).sum() < 40


def test_lips_lids_cheeks_and_brows_are_made_up_and_eyes_and_forehead_are_not(make_up) -> None:
    red, green, blue, alpha = at(make_up, [0, 11])
    assert alpha > 180
    assert red > green + 100
    assert red > blue + 80
    assert at(make_up, [159])[3] > 150, "the line of the upper lid"
    assert at(make_up, [50, 101, 117])[3] > 60, "the cheek"
    assert at(make_up, [105, 52])[3] > 60, "the brow"
    for vertices in ([159, 145], [151], [199], [5]):
        assert at(make_up, vertices)[3] < 40, vertices


def test_both_halves_are_made_up_alike(make_up) -> None:
    difference = np.abs(make_up.astype(int) - make_up[:, ::-1])
    alpha = make_up[..., 3].astype(int)
    seen = (alpha > 8) & (alpha[:, ::-1] > 8)
    assert difference[..., 3].mean() < 1
    assert difference[seen].mean() < 8


def test_edges_are_soft(make_up) -> None:
    steps = np.abs(np.diff(make_up[..., 3].astype(int), axis=1))
    assert steps.max() < 130
