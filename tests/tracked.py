"""Projects with a tracked clip, made on the spot: moving portraits, and the meshes that follow."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from annotator.imaging import read_image
from annotator.imaging.clips import content_sha256, inspect_clip
from annotator.inference import FaceMesh, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import ClipRecord, NewClip, Project, TrackPiece
from annotator.system.assets import asset_path
from annotator.system.hashing import file_stamp
from tests.clips import PORTRAITS, portrait_frames, portrait_similarities, write_clip

COUNT, WIDTH, HEIGHT = 40, 320, 240
TEST_MODEL = ModelInfo("test", "1" * 64, FACE_468)
# Frames of which the model is said to be unsure: two places.
DOUBTFUL = (9, 10, 11, 27, 28)


@cache
def portrait_mesh(face: int) -> np.ndarray:
    """The mesh of a portrait in the pixels of its photograph, (468, 3)."""
    image = read_image(asset_path("datasets", "sample", PORTRAITS[face]))
    return FaceMesh.load(threads=1, small_faces=False).predict(image)[0].landmarks


def moved_mesh(face: int, similarity: np.ndarray) -> np.ndarray:
    """The mesh of a portrait where a similarity (2, 3) puts it, (468, 3)."""
    mesh = portrait_mesh(face)
    scale = float(np.hypot(*similarity[:, 0]))
    flat = mesh[:, :2] @ similarity[:, :2].T + similarity[:, 2]
    return np.column_stack([flat, mesh[:, 2] * scale]).astype(np.float32)


def write_portraits(
    path: Path, *, count: int = COUNT, faces: int = 1, gop: int = 12,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Path:  # fmt: skip
    """Write a clip of moving portraits."""
    width, height = size
    return write_clip(path, portrait_frames(count, width, height, faces=faces), gop=gop)


def add_clip(project: Project, path: Path) -> ClipRecord:
    """Take a clip into a project, without any track."""
    info, (size, modified) = inspect_clip(path), file_stamp(path)
    return project.clips.add(
        NewClip(
            path, content_sha256(path), info.width, info.height, info.times,
            file_size=size, modified_ns=modified,
        )
    )  # fmt: skip


def add_tracks(
    project: Project,
    clip: ClipRecord,
    *,
    faces: int = 1,
    gap: Sequence[int] = (),
    wrong_by: float = 0.0,
) -> None:
    """Store true meshes of the portraits, moved to the right by so many px, without some frames."""
    model = project.models.register(TEST_MODEL)
    places = portrait_similarities(clip.frame_count, clip.width, clip.height, faces=faces)
    frames = np.array([f for f in range(clip.frame_count) if f not in gap])
    doubt = np.where(np.isin(frames, DOUBTFUL), 0.03, 0.004).astype(np.float32)
    pieces = [
        TrackPiece(
            face, frames,
            np.stack([moved_mesh(face, places[f, face]) for f in frames])
            + np.float32([wrong_by, 0, 0]),
            np.full(len(frames), 0.99, np.float32), doubt,
        )
        for face in range(faces)
    ]  # fmt: skip
    project.clips.store_tracked(clip.id, model, pieces, clip.frame_count)


def clip_project(
    folder: Path, *, faces: int = 1, gap: Sequence[int] = (), wrong_by: float = 0.0
) -> Path:
    """Make a project with one tracked clip and nothing else; return its folder."""
    path = write_portraits(folder / "walk.mp4", faces=faces)
    with Project.create(folder / "faces") as project:
        add_tracks(project, add_clip(project, path), faces=faces, gap=gap, wrong_by=wrong_by)
    return folder / "faces"
