"""The clips of a project, the faces tracked through them, and their frames that became samples."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.mesh.temporal import KeyCorrection
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
from annotator.project.clips.frame_files import frame_image
from annotator.project.clips.frames import meshes_in, sample_of
from annotator.project.clips.identities import cut, join
from annotator.project.clips.key_frames import (
    is_unlooked,
    key_corrections,
    stale_samples,
    track_states,
)
from annotator.project.clips.linking import put_faces
from annotator.project.clips.records import (
    ClipRecord,
    StaleSample,
    TrackPiece,
    TrackRecord,
    TrackStates,
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
from annotator.project.clips.samples import propagate_again, propagate_first, sample_in
from annotator.project.clips.seen import TrackSeen, track_seen
from annotator.project.clips.tracking import frames_done, last_pieces, next_identity, store_pieces
from annotator.project.engine.base import chunks
from annotator.project.models import layout_of_model
from annotator.project.people import recorded_name
from annotator.project.tables import ClipRow, ImageRow, SampleRow


class Clips(ClipFiles):
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

    def states(self, track_id: int) -> TrackStates:
        """Return the samples of a track, which of them are key frames, and their states."""
        with self._engine.reading() as session:
            track_row(session, track_id)
            return track_states(session, track_id)

    def key_corrections(self, track_id: int) -> list[KeyCorrection]:
        """Return what people made of the track in its key frames; see `key_frames`."""
        with self._engine.reading() as session:
            row = track_row(session, track_id)
            return key_corrections(session, track_id, layout_of_model(session, row.model_id))

    def sample_at(self, track_id: int, frame: int) -> int | None:
        """Return the sample of a track in a frame, None where that is none."""
        with self._engine.reading() as session:
            return session.scalar(sample_of(track_id, frame))

    def make_sample(
        self,
        track_id: int,
        frame: int,
        annotator: str,
        *,
        corrected: npt.ArrayLike | None = None,
    ) -> int:
        """Make a frame an image, and its faces samples that are linked to their tracks.

        Their predictions are the meshes of the tracks, as the model said them. Where the frame is
        an image already, it stays as it is: the same samples are found again.

        Parameters
        ----------
        track_id, frame
            Of the face.
        annotator
            Who does it: whose stroke the propagated correction is.
        corrected
            (n, 3), the mesh with what was propagated from key frames: it becomes one stroke, of
            the tool ``"propagated"``, unless somebody has edited or judged the sample, or has
            undone that stroke.

        Returns
        -------
        int
            The sample of the track in the frame.

        Raises
        ------
        UnknownTrack, UnknownClip
            If there is no such track, or its clip was removed.
        NoFaceThere
            If the track has no mesh in the frame.
        ClipHasChanged
            If the clip is no longer what was added.
        SamePicture
            If the file of a folder's frame is the same as another frame's.
        ProjectError
            If the file of a folder's frame cannot be read.
        ValueError
            If the corrected mesh is none of the layout.
        """
        who = recorded_name(annotator)
        self._engine.check_writable()
        with self._engine.reading() as session:
            row = clip_row(session, track_row(session, track_id).clip_id)
            clip, stamp = clip_record(row, self._paths), (row.file_size, row.modified_ns)
        entry = frame_image(clip, frame, stamp)  # reads a file: not while we write
        with self._engine.writing(alone=True) as session:
            sample_id = sample_in(session, self._engine, self._paths, (track_id, frame), entry)
            if corrected is not None:
                propagate_first(session, sample_id, corrected, who)
            return sample_id

    def refresh(self, sample_id: int, corrected: npt.ArrayLike, annotator: str) -> bool:
        """Let a propagated mesh follow key frames that changed, by one more stroke.

        Returns
        -------
        bool
            False where nothing changed: it is so already, or the sample is none that follows, as
            somebody edited or accepted it.
        """
        who = recorded_name(annotator)
        with self._engine.writing(alone=True) as session:
            return propagate_again(session, sample_id, corrected, who)

    def stale(self, track_id: int) -> list[StaleSample]:
        """Return the propagated samples of a track that its key frames contradict by now.

        Those that somebody edited, accepted, excluded or deleted are none.
        """
        with self._engine.reading() as session:
            row = track_row(session, track_id)
            return stale_samples(session, track_id, layout_of_model(session, row.model_id))

    def unlooked(self, sample_ids: Collection[int]) -> set[int]:
        """Return those samples that are as they were propagated, and that nobody has looked at.

        Each needs a look of its own before it is accepted.
        """
        found: set[int] = set()
        with self._engine.reading() as session:
            for some in chunks(list(sample_ids), self._engine):
                query = select(SampleRow.id).where(SampleRow.id.in_(some), is_unlooked())
                found.update(session.scalars(query))
        return found

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
