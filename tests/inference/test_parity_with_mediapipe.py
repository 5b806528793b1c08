"""FaceMesh answers what MediaPipe answers; data/mediapipe_golden.npz holds its answers."""

from pathlib import Path

import numpy as np
import pytest

from annotator.inference import FaceMesh
from annotator.inference.sampling import letterboxed

GOLDEN = Path(__file__).parent / "data" / "mediapipe_golden.npz"
NAMES = ("astronaut", "hopper", "collins_tilted", "two_portraits", "coffee")


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    with np.load(GOLDEN) as archive:
        return dict(archive)


def outer_iod(face: np.ndarray) -> float:
    return float(np.linalg.norm(face[33, :2] - face[263, :2]))


def nearest(faces: list[np.ndarray], face: np.ndarray) -> np.ndarray:
    return min(faces, key=lambda other: float(np.abs(other - face)[:, :2].mean()))


@pytest.mark.parametrize("name", NAMES)
def test_small_faces_off_finds_the_faces_that_mediapipe_finds(
    as_mediapipe: FaceMesh,
    photographs: dict[str, np.ndarray],
    golden: dict[str, np.ndarray],
    name: str,
) -> None:
    assert len(as_mediapipe.predict(photographs[name])) == len(golden[name])


@pytest.mark.parametrize("name", NAMES)
def test_meshes_equal_those_of_mediapipe_with_and_without_small_faces(
    face_mesh: FaceMesh,
    as_mediapipe: FaceMesh,
    photographs: dict[str, np.ndarray],
    golden: dict[str, np.ndarray],
    name: str,
) -> None:
    for predictor in (face_mesh, as_mediapipe):
        faces = [face.landmarks for face in predictor.predict(photographs[name])]
        for theirs in golden[name]:
            ours = nearest(faces, theirs)
            errors = np.linalg.norm((ours - theirs)[:, :2], axis=1)
            assert errors.mean() / outer_iod(theirs) < 1e-4


@pytest.mark.parametrize("name", ["astronaut", "hopper"])
def test_depth_equals_that_of_mediapipe_without_strong_roll(
    as_mediapipe: FaceMesh,
    photographs: dict[str, np.ndarray],
    golden: dict[str, np.ndarray],
    name: str,
) -> None:
    (face,) = as_mediapipe.predict(photographs[name])
    errors = np.abs(face.landmarks[:, 2] - golden[name][0][:, 2])
    assert errors.mean() / outer_iod(golden[name][0]) < 5e-4


def test_the_letterbox_takes_samples_at_whole_steps_of_a_thirty_second_pixel() -> None:
    # 144 columns into 128: every sample lies on a multiple of 1/8 pixel, so its exact value is
    # known, and only the border outside of the image is black.
    ramp = np.tile(np.arange(144, dtype=np.uint8)[None, :, None], (72, 1, 3))
    boxed = letterboxed(ramp, 128)
    np.testing.assert_allclose(boxed[64, :, 0], np.arange(128) * 1.125, atol=0.5)
    assert not boxed[:32].any()
    assert not boxed[96:].any()
