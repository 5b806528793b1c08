"""Meshes that swim over the skin, seen and measured."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.temporal import stabilised
from annotator.quality.slippage import slippage, strip
from tests.clips import PORTRAITS, portrait_frames, portrait_similarities

FRAMES, SIZE = 24, 128
LAYOUT = FACE_468
PREDICTED = Path(__file__).parents[1] / "mesh" / "data" / "predicted_faces.npz"
SWING = np.sin(np.arange(FRAMES) * 2 * np.pi / 8)


@cache
def clip() -> tuple[list[np.ndarray], np.ndarray]:
    """A portrait under a shaken camera, and where its mesh truly lies in each frame."""
    with np.load(PREDICTED) as archive:
        mesh = archive[PORTRAITS[0]][0].astype(np.float64)
    maps = portrait_similarities(FRAMES, 480, 360, motion="fast")[:, 0]
    meshes = np.repeat(mesh[None], FRAMES, axis=0)
    meshes[..., :2] = mesh[:, :2] @ maps[:, :, :2].transpose(0, 2, 1) + maps[:, None, :, 2]
    return list(portrait_frames(FRAMES, 480, 360, motion="fast", noise=3)), meshes


def textures(swimming: float = 0.0, shade: np.ndarray | None = None) -> list[np.ndarray]:
    """The faces laid out by a mesh that swims to and fro by some shares of the outer IOD."""
    frames, meshes = clip()
    meshes = meshes.copy()
    meshes[..., 0] += swimming * SWING[:, None] * [[outer_iod(mesh, LAYOUT)] for mesh in meshes]
    shades = np.ones(FRAMES) if shade is None else shade
    lit = [(frame * s).astype(np.uint8) for frame, s in zip(frames, shades, strict=True)]
    return [stabilised(*each, LAYOUT, SIZE) for each in zip(lit, meshes, strict=True)]


def rms(values: np.ndarray) -> float:
    return float(np.sqrt((values**2).mean()))


def test_a_mesh_that_sticks_does_not_slip() -> None:
    assert slippage(textures(), LAYOUT).max() < 0.003


@pytest.mark.parametrize("share", [0.01, 0.03])
def test_a_mesh_that_swims_slips_by_as_much_as_it_swims(share: float) -> None:
    assert_allclose(rms(slippage(textures(share), LAYOUT)), rms(share * SWING), rtol=0.2)


def test_light_that_changes_is_no_slip() -> None:
    flicker = 0.75 + 0.25 * SWING
    assert slippage(textures(shade=flicker), LAYOUT).max() < 0.004


def test_one_frame_that_is_off_is_told() -> None:
    faces = textures()
    faces[11] = np.roll(faces[11], 2, axis=1)
    values = slippage(faces, LAYOUT)
    assert values.argmax() == 11
    assert values[11] > 5 * np.median(values)


def test_the_strip_of_a_mesh_that_sticks_is_straight_and_the_other_waves() -> None:
    def waves(swimming: float) -> float:
        lines = strip(textures(swimming), across=0.3, vertical=False).astype(float)
        return float(np.abs(np.diff(lines, axis=0)).mean())

    assert waves(0.03) > 3 * waves(0.0)


def test_a_strip_is_one_line_of_each_frame() -> None:
    faces = textures()
    down, right = strip(faces, across=0.4), strip(faces, across=0.4, vertical=False)
    assert down.shape == (SIZE, FRAMES, 3)
    assert right.shape == (FRAMES, SIZE, 3)
    for at, face in enumerate(faces):
        assert (down[:, at] == face[:, 51]).all()
        assert (right[at] == face[51]).all()


def test_where_nothing_is_seen_nothing_is_told() -> None:
    plain = [np.full((SIZE, SIZE, 3), 120, np.uint8)] * 5
    assert np.isnan(slippage(plain, LAYOUT)).all()
    assert np.isnan(slippage(textures()[:1], LAYOUT)).all()


def test_what_are_no_textures_is_refused() -> None:
    faces = textures()
    for wrong in ([], [faces[0], faces[1][:64, :64]], [face[..., 0] for face in faces]):
        with pytest.raises(ValueError, match="expected"):
            slippage(wrong, LAYOUT)
    with pytest.raises(ValueError, match="uint8"):
        strip([face.astype(float) for face in faces])
    with pytest.raises(ValueError, match="place from 0 to 1"):
        strip(faces, across=1.5)
    with pytest.raises(ValueError, match="at least one frame"):
        slippage(faces, LAYOUT, around=0)
