"""Faces of a clip's frames, with what the model said of them a moment before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from annotator.project import FaceToAssess, ImageRecord, Project


class FacesOfClips:
    """Looks up the neighbours in time of faces that lie on tracks.

    What is read of a clip is kept until another clip's faces come: those of one come together.

    Parameters
    ----------
    project
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._clip_id: int | None = None
        self._tracks: dict[int, int] = {}  # by sample

    def with_neighbours(
        self, record: ImageRecord, faces: Sequence[FaceToAssess]
    ) -> list[FaceToAssess]:
        """Return the faces of an image with those beside them in time; none of a photograph."""
        if record.clip_id is None or record.clip_frame is None:
            return list(faces)
        if record.clip_id != self._clip_id:
            self._clip_id, self._tracks = record.clip_id, self._tracks_of(record.clip_id)
        return [self._with_neighbours(face, record.clip_frame) for face in faces]

    def _with_neighbours(self, face: FaceToAssess, frame: int) -> FaceToAssess:
        track_id = self._tracks.get(face.sample_id)
        if track_id is None or not face.is_due:
            return face
        piece = self._project.clips.meshes(track_id, max(frame - 1, 0), frame + 2)
        found = dict(zip(piece.frames.tolist(), piece.landmarks, strict=True))
        before, after = (_of_layout(found.get(at), face) for at in (frame - 1, frame + 1))
        return replace(face, before=before, after=after)

    def _tracks_of(self, clip_id: int) -> dict[int, int]:
        clips = self._project.clips
        return {
            sample_id: track.id
            for track in clips.tracks(clip_id)
            for sample_id in clips.states(track.id).sample_ids.tolist()
        }


def _of_layout(mesh: NDArray[np.float32] | None, face: FaceToAssess) -> NDArray[np.float32] | None:
    return mesh if mesh is not None and mesh.shape == face.predicted.shape else None
