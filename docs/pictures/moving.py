"""A clip for pictures: a drawn one, in part of which the model's prediction went wrong."""

import math
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.inference.tracking import TrackedFace, Tracker
from annotator.project import Project, TrackPiece
from annotator.system.assets import asset_path
from annotator.workflow.importing_clips import import_clips

Frame = NDArray[np.uint8]
Floats = NDArray[np.float32]

COUNT, RATE, SIZE = 120, 30, (854, 480)
# While these frames were predicted, a dark board lay over the lower half of the face.
COVERED = range(38, 74)
_PORTRAIT, _HEAD, _ZOOM = "collins.jpg", (226.0, 150.0), 1.5
_BOARD = (slice(130, 330), slice(120, 340))  # rows and columns of the portrait
_DARK = (44, 40, 36)


def make_clip_project(folder: Path) -> tuple[Path, Floats]:
    """Return a project of one tracked clip, and its face's true meshes (COUNT, 468, 3)."""
    path = _encoded(folder / "walk.mp4")
    face_mesh = FaceMesh.load(threads=1)
    truth = Tracker(face_mesh, max_faces=1, quality=True)
    told = Tracker(face_mesh, max_faces=1, quality=True)
    meshes = np.stack([truth.step(view)[0].landmarks for view in frames()])
    said = [told.step(view)[0] for view in frames(covered=COVERED)]
    with Project.create(folder / "walk") as project:
        import_clips(project, [path], copy=True)
        (clip,) = project.clips.all()
        model = project.models.register(face_mesh.info)
        project.rounds.start(model)
        project.clips.store_tracked(clip.id, model, [_piece(said)], COUNT)
        return project.home, meshes


def frames(covered: range = range(0)) -> Iterator[Frame]:
    """Yield a portrait before a camera in motion; in some frames half of it is covered."""
    portrait = read_image(asset_path("datasets", "sample", _PORTRAIT))
    for number in range(COUNT):
        seen = portrait
        if number in covered:
            seen = portrait.copy()
            seen[_BOARD] = _DARK
        yield cv2.warpAffine(seen, _camera(number), SIZE, borderMode=cv2.BORDER_REPLICATE)


def _camera(number: int) -> NDArray[np.float64]:
    """Return the similarity from the portrait to a frame, (2, 3)."""
    phase = 2 * math.pi * number / COUNT
    matrix = cv2.getRotationMatrix2D(
        _HEAD, 8 * math.sin(phase), _ZOOM * (1 + 0.1 * math.sin(phase))
    )
    shift = (90 * math.sin(phase), 22 * math.sin(2 * phase))
    matrix[:, 2] += np.subtract((SIZE[0] / 2, SIZE[1] / 2), _HEAD) + shift
    return np.asarray(matrix, np.float64)


def _encoded(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = {"crf": "16"}
        for view in frames():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(view, "rgb24")))
        container.mux(stream.encode())
    return path


def _piece(faces: list[TrackedFace]) -> TrackPiece:
    return TrackPiece(
        faces[0].identity,
        np.arange(len(faces)),
        np.stack([face.landmarks for face in faces]),
        np.array([face.presence for face in faces], np.float32),
        np.array([face.doubt for face in faces], np.float32),
    )
