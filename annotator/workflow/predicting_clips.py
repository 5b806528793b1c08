"""Tracks for a project's clips: followed frame by frame, and committed some frames at a time.

A tracker looks for a face where it was in the frame before, so what it finds depends on all that
went before. To find the same whenever a run was killed, it begins anew with every stretch of
frames, and stretches always begin at the same ones, with the meshes as the store has them.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from annotator.imaging import ImageError
from annotator.imaging.clips import ClipError
from annotator.inference import FaceMesh
from annotator.inference.tracking import TrackedFace, Tracker
from annotator.project import ClipRecord, FailedImage, OtherTracking, Project, TrackPiece
from annotator.workflow.clip_files import CLIP_HAS_CHANGED, clip_stamp, open_project_clip
from annotator.workflow.clip_stretches import Stretch, stretches
from annotator.workflow.clip_tracking import AS_USUAL, Following, frames_ahead


@dataclass(frozen=True)
class TrackingProgress:
    """How far a run is.

    Attributes
    ----------
    done, total
        Frames dealt with and frames to deal with; those of clips that failed are dealt with.
    clips, meshes, failed
        Clips whose last frame was reached, meshes found and clips failed so far.
    damaged
        Frames that could not be decoded so far.
    failure
        The clip just dealt with, where it failed.
    """

    done: int
    total: int
    clips: int = 0
    meshes: int = 0
    failed: int = 0
    damaged: int = 0
    failure: FailedImage | None = None


def track_clips(
    project: Project, face_mesh: FaceMesh, following: Following = AS_USUAL
) -> Generator[TrackingProgress, None, None]:
    """Track all clips that this model has not tracked to their end, yielding as frames are stored.

    Closing the generator keeps what was stored; a later run goes on from there, and in the end
    finds what one run would have found. A clip that is gone, has changed or cannot be decoded is
    told, and the rest goes on.

    Raises
    ------
    ReadOnlyProject
        If nothing can be changed, before any clip is looked at.
    """
    project.check_writable()
    model_id = project.models.register(face_mesh.info)
    pending = project.clips.pending(model_id)
    if pending and project.rounds.current() is None:
        project.rounds.start(model_id)  # as the first prediction of a photograph does
    now = TrackingProgress(0, sum(record.frame_count - done for record, done in pending))
    for record, done in pending:
        end = now.done + record.frame_count - done
        steps = track_clip(project, record, face_mesh, following)
        try:
            for step in steps:
                left = record.frame_count - step.up_to
                now = replace(
                    now, done=end - left, clips=now.clips + (not left), failure=None,
                    meshes=now.meshes + step.meshes, damaged=now.damaged + step.damaged,
                )  # fmt: skip
                yield now
        except (ImageError, OtherTracking) as error:
            failure = FailedImage(record.path, str(error))
            now = replace(now, done=end, failed=now.failed + 1, failure=failure)
            yield now


@dataclass(frozen=True)
class StoredFrames:
    """What was just stored of a clip: its meshes of all frames before `up_to` are there now.

    Attributes
    ----------
    up_to
        The first frame that is not done.
    meshes, damaged
        Meshes, and frames that could not be decoded, among those just stored.
    """

    up_to: int
    meshes: int
    damaged: int


def track_clip(
    project: Project, record: ClipRecord, face_mesh: FaceMesh, following: Following = AS_USUAL
) -> Generator[StoredFrames, None, None]:
    """Track one clip from where the model left it, yielding whenever frames were stored.

    Raises
    ------
    ClipError
        If it is gone, has changed since it was added, or cannot be read any further. What was
        stored stays.
    """
    model_id = project.models.register(face_mesh.info)
    left = {each.id: done for each, done in project.clips.pending(model_id)}
    if record.id not in left:
        return
    done, stamp = left[record.id], clip_stamp(record.path)
    with open_project_clip(record) as clip, frames_ahead(clip, max(done - 1, 0)) as frames:
        for stretch in stretches(frames, done, len(clip)):
            previous = _faces_before(project, record.id, model_id, stretch.start)
            pieces = _pieces(stretch, following.tracker(face_mesh, previous, stretch))
            if clip_stamp(record.path) != stamp:
                raise ClipError(CLIP_HAS_CHANGED)
            project.clips.store_tracked(record.id, model_id, pieces, stretch.stop)
            meshes = sum(len(piece.frames) for piece in pieces)
            yield StoredFrames(stretch.stop, meshes, stretch.damaged)


def _pieces(stretch: Stretch, tracker: Tracker) -> list[TrackPiece]:
    """Return what is found in a stretch, a piece a face."""
    found: dict[int, list[tuple[int, TrackedFace]]] = {}
    for frame, image in stretch:
        for face in tracker.step(image):
            found.setdefault(face.identity, []).append((frame, face))
    return [_piece(identity, faces) for identity, faces in sorted(found.items())]


def _piece(identity: int, faces: Sequence[tuple[int, TrackedFace]]) -> TrackPiece:
    doubts = [np.nan if face.doubt is None else face.doubt for _, face in faces]
    return TrackPiece(
        number=identity,
        frames=np.array([frame for frame, _ in faces], np.int64),
        landmarks=np.array([face.landmarks for _, face in faces], np.float32),
        presence=np.array([face.presence for _, face in faces], np.float32),
        doubt=np.array(doubts, np.float32),
    )


def _faces_before(project: Project, clip_id: int, model_id: int, start: int) -> list[TrackedFace]:
    """Return the faces of the frame before one, as the store has them; none if none was there."""
    return [
        TrackedFace(piece.number, piece.landmarks[-1], float(piece.presence[-1]), None)
        for piece in project.clips.last_faces(clip_id, model_id)
        if piece.frames[-1] == start - 1
    ]
