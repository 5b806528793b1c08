"""Frames of a track that become samples, with what was propagated to them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.mesh.landmarks import as_landmarks
from annotator.project.clips.frames import image_of, meshes_in, no_face, sample_of
from annotator.project.clips.key_frames import FOLLOWING, PROPAGATED, has_own_strokes
from annotator.project.clips.linking import put_faces
from annotator.project.clips.rows import clip_in_project, track_row
from annotator.project.edit import EditedSample
from annotator.project.engine.base import Engine
from annotator.project.image_records import NewImage
from annotator.project.paths import ImagePaths
from annotator.project.records import SampleState
from annotator.project.stroke_writing import write_stroke
from annotator.project.strokes import Stroke
from annotator.project.tables import AnnotationRow, SampleRow, StrokeRow

Landmarks = npt.NDArray[np.float32]


def sample_in(
    session: Session,
    engine: Engine,
    paths: ImagePaths,
    place: tuple[int, int],
    entry: NewImage,
) -> int:
    """Return the sample of a place, track and frame, which becomes an image with all its faces.

    Raises
    ------
    UnknownTrack, UnknownClip, ProjectError
        If there is no such track, its clip was removed, or the picture is another frame's.
    NoFaceThere
        If the track has no mesh in it.
    """
    track_id, frame = place
    track = track_row(session, track_id, to_change=True)
    clip = clip_in_project(session, track.clip_id)
    meshes = meshes_in(session, clip.id, track.model_id, frame)
    if track_id not in [mesh.track_id for mesh in meshes]:
        raise no_face(track_id, frame)
    image = image_of(session, paths, clip, frame, entry)
    put_faces(session, engine, image.id, track.model_id, meshes, adds=track_id)
    return session.scalars(sample_of(track_id, frame)).one()


def propagate_first(session: Session, sample_id: int, corrected: npt.ArrayLike, who: str) -> None:
    """Correct a sample that nobody has touched as was propagated to it, by one stroke.

    One that has strokes, even undone ones, or a verdict is left as it is.
    """
    made = session.scalar(
        select(func.count()).select_from(StrokeRow).where(StrokeRow.sample_id == sample_id)
    )
    sample = session.get_one(SampleRow, sample_id)
    if not made and sample.state is SampleState.PREDICTED:
        _put(session, sample_id, corrected, who)


def propagate_again(session: Session, sample_id: int, corrected: npt.ArrayLike, who: str) -> bool:
    """Let a propagated mesh follow its key frames, by one more stroke; as `Clips.refresh`."""
    follows = select(SampleRow.id).where(
        SampleRow.id == sample_id,
        SampleRow.stroke_count > 0,
        SampleRow.state.in_(FOLLOWING),
        ~has_own_strokes(),
    )
    return session.scalar(follows) is not None and _put(session, sample_id, corrected, who)


def _put(session: Session, sample_id: int, corrected: npt.ArrayLike, who: str) -> bool:
    revision = session.scalars(
        select(AnnotationRow.revision).where(AnnotationRow.sample_id == sample_id)
    ).one()
    edited = EditedSample.load_to_change(session, sample_id, revision=revision)
    wanted = as_landmarks(corrected, edited.layout)
    vertices = np.flatnonzero((wanted != edited.landmarks).any(axis=1))
    if not vertices.size:
        return False
    stroke = Stroke(PROPAGATED, vertices, edited.landmarks[vertices], wanted[vertices])
    write_stroke(session, edited, stroke, who)
    session.flush()
    return True
