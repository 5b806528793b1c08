"""The clips of a project, with what is done with them: frames that became samples above all."""

from __future__ import annotations

from collections.abc import Collection

import numpy.typing as npt
from sqlalchemy import select

from annotator.mesh.temporal import KeyCorrection
from annotator.project.clips.frame_files import frame_image
from annotator.project.clips.frames import sample_of
from annotator.project.clips.key_frames import (
    is_unlooked,
    key_corrections,
    stale_samples,
    track_states,
)
from annotator.project.clips.records import (
    StaleSample,
    TrackStates,
)
from annotator.project.clips.rows import (
    clip_record,
    clip_row,
    track_row,
)
from annotator.project.clips.samples import propagate_again, propagate_first, sample_in
from annotator.project.clips.tracks import ClipTracks
from annotator.project.engine.base import chunks
from annotator.project.models import layout_of_model
from annotator.project.people import recorded_name
from annotator.project.tables import SampleRow


class Clips(ClipTracks):
    """The clips of a project, their tracks, and the frames that became samples."""

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
        """Make a frame an image, its faces samples of their tracks; return that of the track.

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
