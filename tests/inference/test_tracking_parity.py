"""One step of the tracker answers what MediaPipe answers; data/mediapipe_tracks.npz holds that."""

from pathlib import Path

import numpy as np
import pytest

from annotator.inference import FaceMesh
from annotator.inference.tracking import TrackedFace, Tracker
from tests.inference.make_mediapipe_tracks import frames

GOLDEN = Path(__file__).parent / "data" / "mediapipe_tracks.npz"


def given(meshes: np.ndarray) -> list[TrackedFace]:
    """Return MediaPipe's meshes (n, 468, 2) as faces of the frame before."""
    deep = np.concatenate([meshes, np.zeros_like(meshes[..., :1])], axis=-1)
    return [TrackedFace(at, mesh, 1.0, None) for at, mesh in enumerate(deep)]


@pytest.mark.parametrize("name", ["hopper", "collins_tilted", "two_portraits"])
def test_each_step_from_a_mesh_of_mediapipe_gives_its_next_one(
    as_mediapipe: FaceMesh, photographs: dict[str, np.ndarray], name: str
) -> None:
    with np.load(GOLDEN) as archive:
        theirs = archive[name]
    shots = list(frames(photographs[name]))
    errors = []
    for number in range(1, len(shots)):
        tracker = Tracker(as_mediapipe, previous=given(theirs[number - 1]), max_faces=2)
        for face in tracker.step(shots[number])[: len(theirs[number])]:
            mesh = theirs[number][face.identity]
            off = np.linalg.norm(face.landmarks[:, :2] - mesh, axis=1)
            errors.append(off / np.linalg.norm(mesh[33] - mesh[263]))
    assert len(errors) == (len(shots) - 1) * theirs.shape[1]
    assert np.median(errors) < 3e-5
    assert np.max(errors) < 5e-4


@pytest.mark.parametrize("name", ["hopper", "two_portraits"])
def test_the_first_frame_has_the_faces_of_mediapipe(
    as_mediapipe: FaceMesh, photographs: dict[str, np.ndarray], name: str
) -> None:
    with np.load(GOLDEN) as archive:
        theirs = archive[name][0]
    first = next(iter(frames(photographs[name])))
    found = [face.landmarks[:, :2] for face in Tracker(as_mediapipe, max_faces=2).step(first)]
    assert len(found) == len(theirs)
    for mesh in theirs:
        nearest = min(float(np.abs(one - mesh).mean()) for one in found)
        assert nearest < 1e-4 * np.linalg.norm(mesh[33] - mesh[263])
