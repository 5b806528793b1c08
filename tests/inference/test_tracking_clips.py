"""Faces are followed through real clips, encoded on the spot."""

from pathlib import Path

import numpy as np
import pytest

from annotator.imaging.clips import open_clip
from annotator.inference import FaceMesh
from annotator.inference.tracking import TrackedFace, Tracker
from annotator.mesh.landmarks import outer_iod
from tests.clips import portrait_frames, portrait_similarities, write_clip

pytest.importorskip("av")

FRAMES, SIZE = 20, (480, 240)


def carried(mesh: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return x, y of a mesh of one frame where the camera takes it in another."""
    portrait = (mesh[:, :2] - before[:, 2]) @ np.linalg.inv(before[:, :2]).T
    return portrait @ after[:, :2].T + after[:, 2]


def tracked(model: FaceMesh, path: Path) -> list[list[TrackedFace]]:
    tracker = Tracker(model)
    with open_clip(path) as clip:
        return [tracker.step(image) for _, image in clip.frames()]


@pytest.mark.parametrize("motion", ["pan", "fast"])
def test_two_faces_of_a_clip_are_followed_where_the_camera_takes_them(
    face_mesh: FaceMesh, tmp_path: Path, motion: str
) -> None:
    frames = portrait_frames(FRAMES, *SIZE, faces=2, motion=motion)
    faces = tracked(face_mesh, write_clip(tmp_path / "clip.mp4", frames))
    assert len(faces) == FRAMES
    assert all([face.identity for face in frame] == [0, 1] for frame in faces)
    places = portrait_similarities(FRAMES, *SIZE, faces=2, motion=motion)
    layout = face_mesh.info.layout
    for first, last in zip(faces[0], faces[-1], strict=True):
        errors = [
            np.linalg.norm(carried(first.landmarks, *ways) - last.landmarks[:, :2], axis=1).mean()
            for ways in zip(places[0], places[-1], strict=True)
        ]
        assert min(errors) < 0.04 * outer_iod(last.landmarks, layout)


def test_a_pillar_that_passes_before_a_face_gives_no_second_person_at_once(
    face_mesh: FaceMesh, tmp_path: Path
) -> None:
    frames = portrait_frames(30, 320, 240, occluder=True, motion="still")
    faces = tracked(face_mesh, write_clip(tmp_path / "clip.mp4", frames))
    assert all(len(frame) <= 1 for frame in faces)
    assert [face.identity for frame in faces[:10] for face in frame] == [0] * 10
    shown = [face.identity for frame in faces for face in frame]
    assert shown == sorted(shown)
    assert len(faces[-1]) == 1
