"""The faces tracked through a project's clips: what models said of them, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.clips.chunks import (
    chunk_rows,
    doubted,
    joined,
    part,
    piece_of,
    pieces_between,
)
from annotator.project.clips.damage import DamagedTrack, damaged_tracks
from annotator.project.clips.files import ClipFiles
from annotator.project.clips.frames import meshes_in
from annotator.project.clips.identities import cut, join
from annotator.project.clips.linking import put_faces
from annotator.project.clips.records import (
    ClipRecord,
    TrackPiece,
    TrackRecord,
)
from annotator.project.clips.rows import (
    IN_PROJECT,
    clip_in_project,
    clip_record,
    clip_row,
    newest_model,
    track_record,
    track_row,
    tracks_of,
)
from annotator.project.clips.seen import TrackSeen, track_seen
from annotator.project.clips.tracking import frames_done, last_pieces, next_identity, store_pieces
from annotator.project.models import layout_of_model
from annotator.project.people import recorded_name
from annotator.project.tables import ClipRow, ImageRow


class ClipTracks(ClipFiles):
    """The clips of a project, with the faces tracked through them."""

    def pending(self, model_id: int) -> list[tuple[ClipRecord, int]]:
        """Return the clips that a model has not tracked to the end, and how far each is."""
        with self._engine.reading() as session:
            rows = session.scalars(select(ClipRow).where(IN_PROJECT).order_by(ClipRow.id)).all()
            done = {row.id: frames_done(session, row.id, model_id) for row in rows}
            return [
                (clip_record(row, self._paths), done[row.id])
                for row in rows
                if done[row.id] < row.frame_count
            ]

    def store_tracked(
        self, clip_id: int, model_id: int, pieces: Iterable[TrackPiece], up_to: int
    ) -> None:
        """Store what a model saw in the frames up to one, in one transaction.

        A piece goes on with the track of its identity, else begins one: that gets the number of
        the track that another model has there, where their boxes overlap. Frames that are images
        already get the meshes as predictions, and their samples the tracks.

        Parameters
        ----------
        clip_id
        model_id
            As `Models.register` returned it.
        pieces
            One a face; their frames follow those that are stored, and lie before `up_to`.
        up_to
            How many of the clip's frames have been seen now, those without a face included.

        Raises
        ------
        UnknownClip, ProjectError
            If there is no such clip or model; nothing is stored.
        OtherTracking
            If frames of the pieces are stored already: another program tracks the clip.
        ValueError
            If a piece is impossible; nothing is stored.
        """
        self._engine.check_writable()
        with self._engine.reading() as session:
            layout = layout_of_model(session, model_id)
            count = clip_row(session, clip_id).frame_count
        if not 0 < up_to <= count:
            raise ValueError(f"the clip has {count} frames: up to {up_to} is impossible")
        checked = [piece.checked(layout, count) for piece in pieces]
        with self._engine.writing(alone=True) as session:
            clip = clip_in_project(session, clip_id)
            start, stop = store_pieces(session, clip, model_id, layout, checked, up_to=up_to)
            self._predict_frames(session, clip_id, model_id, start, stop)

    def damaged(self) -> Iterator[DamagedTrack]:
        """Yield what is damaged of the tracks, of removed clips too: all their chunks are read."""
        with self._engine.reading() as session:
            yield from damaged_tracks(session)

    def last_faces(self, clip_id: int, model_id: int) -> list[TrackPiece]:
        """Return the faces of the last frame that is stored, for a tracker that goes on.

        Their numbers are the tracker's identities.
        """
        with self._engine.reading() as session:
            layout = layout_of_model(session, model_id)
            return last_pieces(session, clip_id, model_id, layout)

    def next_identity(self, clip_id: int, model_id: int) -> int:
        """Return an identity that no face of a tracking has had yet."""
        with self._engine.reading() as session:
            return next_identity(session, clip_id, model_id)

    def tracks(self, clip_id: int, model_id: int | None = None) -> list[TrackRecord]:
        """Return the tracks of a clip by a model, by number; None is the one that came last."""
        with self._engine.reading() as session:
            clip_row(session, clip_id)
            model = newest_model(session, clip_id) if model_id is None else model_id
            rows = [] if model is None else tracks_of(session, clip_id, model)
            return [track_record(row) for row in rows]

    def track(self, track_id: int) -> TrackRecord:
        """Return a track, or raise `UnknownTrack`."""
        with self._engine.reading() as session:
            return track_record(track_row(session, track_id))

    def meshes(self, track_id: int, start: int, stop: int) -> TrackPiece:
        """Return the meshes of a track in the frames ``start <= frame < stop``, as predicted.

        Raises
        ------
        UnknownTrack
            If there is no such track.
        DamagedProject
            If they are not what was stored.
        """
        with self._engine.reading() as session:
            row = track_row(session, track_id)
            layout = layout_of_model(session, row.model_id)
            pieces = list(pieces_between(session, track_id, layout, start, stop))
        piece = pieces[0] if len(pieces) == 1 else joined(row.number, layout, pieces)
        inside = slice(*np.searchsorted(piece.frames, (start, stop)).tolist())
        found = part(piece, inside)
        return TrackPiece(row.number, found.frames, found.landmarks, found.presence, found.doubt)

    def seen(self, track_id: int) -> TrackSeen:
        """Return where a track's face is seen, and the doubts there, without any mesh."""
        with self._engine.reading() as session:
            track_row(session, track_id)
            return track_seen(session, track_id)

    def cut(self, track_id: int, frame: int, by: str) -> TrackRecord:
        """Make what a track has from a frame on a track of its own, and return that.

        Its samples move along. `join` undoes it. It is entered into the audit log.

        Raises
        ------
        UnknownTrack
            If there is no such track.
        TracksOverlap
            If there is nothing before that frame, or nothing from it on.
        """
        who = recorded_name(by)
        with self._engine.writing(alone=True) as session:
            row = track_row(session, track_id, to_change=True)
            layout = layout_of_model(session, row.model_id)
            return track_record(cut(session, row, layout, frame, who))

    def join(self, track_id: int, other_id: int, by: str) -> TrackRecord:
        """Make two tracks one, which keeps the first one's number, and return that.

        The samples of the other move along. `cut` undoes it. It is entered into the audit log.

        Raises
        ------
        UnknownTrack
            If there is no such track.
        TracksOverlap
            If they are of two clips or models, or one is seen while the other is.
        """
        who = recorded_name(by)
        with self._engine.writing(alone=True) as session:
            row = track_row(session, track_id, to_change=True)
            join(session, row, track_row(session, other_id, to_change=True), who)
            return track_record(row)

    def set_doubt(
        self, track_id: int, frames: Sequence[int] | npt.NDArray[np.integer], values: npt.ArrayLike
    ) -> None:
        """Store how far crops spread in some frames of a track; those without a mesh are left out.

        Parameters
        ----------
        track_id
        frames
            (k,) each once.
        values
            (k,) in shares of the outer IOD; NaN where it is not known.
        """
        doubts = np.asarray(values, np.float32)
        by_frame = dict(zip(np.asarray(frames).tolist(), doubts.tolist(), strict=True))
        if not by_frame or np.isinf(doubts).any():
            raise ValueError("expected one finite doubt, or NaN, for each of one or more frames")
        with self._engine.writing(alone=True) as session:
            track = track_row(session, track_id, to_change=True)
            layout = layout_of_model(session, track.model_id)
            for row in chunk_rows(session, track_id, min(by_frame), max(by_frame) + 1):
                piece = piece_of(row, layout)
                known = zip(piece.frames.tolist(), piece.doubt.tolist(), strict=True)
                new = [by_frame.get(frame, doubt) for frame, doubt in known]
                doubted(row, np.array(new, np.float32))

    def _predict_frames(
        self, session: Session, clip_id: int, model_id: int, start: int, stop: int
    ) -> None:
        """Let frames that are images already have the faces of tracks that were just stored."""
        images = select(ImageRow.clip_frame, ImageRow.id).where(
            ImageRow.clip_id == clip_id,
            ImageRow.clip_frame >= start,
            ImageRow.clip_frame < stop,
            ImageRow.removed_at.is_(None),
        )
        for frame, image_id in session.execute(images.order_by(ImageRow.clip_frame)).all():
            assert frame is not None  # as asked for
            meshes = meshes_in(session, clip_id, model_id, frame)
            put_faces(session, self._engine, image_id, model_id, meshes)
