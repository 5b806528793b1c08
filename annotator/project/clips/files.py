"""The clips that a project has: added, found again elsewhere, taken out and brought back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from annotator.imaging.clips import content_sha256
from annotator.project.audit import entry, note, note_all
from annotator.project.clips.records import ClipRecord, NewClip
from annotator.project.clips.rows import IN_PROJECT, clip_record, clip_row
from annotator.project.engine.base import Engine
from annotator.project.errors import ProjectError
from annotator.project.fact_rows import keep_clip_refusal
from annotator.project.image_rows import REPLACED, stamp_of
from annotator.project.paths import ImagePaths
from annotator.project.people import who_does_it
from annotator.project.removals import Removals
from annotator.project.tables import (
    ClipRow,
    FactsRow,
    ImageRow,
    TrackChunkRow,
    TrackingRow,
    TrackRow,
)
from annotator.system.hashing import still_holds


class ClipFiles:
    """The clips of a project, as files and folders."""

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def add(self, new: NewClip) -> ClipRecord:
        """Add a clip, or return the one that there is of the same content.

        One that was removed is back, with what was made of it. Where the clip's own file has gone
        or was changed, it follows to the one that was given, with its frames. A clip whose path
        now holds another one has lost its own: its frames have failed.
        """
        lost = self._lost(new)
        with self._engine.writing(alone=True) as session:
            row = session.scalar(select(ClipRow).where(ClipRow.sha256 == new.sha256))
            if row is None:
                row = _new_row(new, self._paths)
                session.add(row)
                session.flush()
            elif lost or row.path == self._paths.stored(new.path):
                _follow(
                    session,
                    self._paths,
                    row,
                    Place(new.path, new.files, (new.file_size, new.modified_ns)),
                )
            if row.removed_at is not None:
                _bring_back(session, row)
            _mark_replaced(session, row)
            session.flush()
            return clip_record(row, self._paths)

    def all(self) -> list[ClipRecord]:
        """Return all clips, in the order they were added."""
        return self._records(True)

    def removed(self) -> list[ClipRecord]:
        """Return the clips that were taken out, in the order they were added."""
        return self._records(False)

    def get(self, clip_id: int) -> ClipRecord:
        """Return a clip, a removed one too, or raise `UnknownClip`."""
        with self._engine.reading() as session:
            return clip_record(clip_row(session, clip_id), self._paths)

    def times(self, clip_id: int) -> npt.NDArray[np.float64]:
        """Return the (n,) seconds of a clip's frames, ascending from 0; read-only."""
        with self._engine.reading() as session:
            return clip_row(session, clip_id).times

    def unchanged(self, paths: Collection[Path]) -> set[Path]:
        """Return those paths whose video was added and has kept its size and time since.

        An import can skip them without reading them again.
        """
        query = select(ClipRow.path, ClipRow.file_size, ClipRow.modified_ns).where(
            IN_PROJECT, ClipRow.file_size.is_not(None)
        )
        with self._engine.reading() as session:
            known = {path: (size, modified) for path, size, modified in session.execute(query)}
        stored = self._paths.all_stored(paths)
        return {
            path
            for path, name in zip(paths, stored, strict=True)
            if name in known and known[name] == stamp_of(path)
        }

    def frames_removed(self, clip_id: int) -> set[int]:
        """Return the frames of a clip that were images and that somebody took out."""
        query = select(ImageRow.clip_frame).where(
            ImageRow.clip_id == clip_id, ImageRow.removed_at.is_not(None)
        )
        with self._engine.reading() as session:
            return {frame for frame in session.scalars(query) if frame is not None}

    def relocate(self, clip_id: int, path: Path) -> ClipRecord:
        """Let a clip follow to where it is now, with its frames that are images.

        All of it is read, to see that it is the same.

        Raises
        ------
        UnknownClip
            If there is no such clip.
        ProjectError
            If another clip is there; nothing is changed.
        ImageError, OSError
            If it cannot be read.
        """
        self._engine.check_writable()
        before = self.get(clip_id)
        # The stamp comes first: what is written to the file from here on will show.
        stamp = stamp_of(path)
        if content_sha256(path) != before.sha256:
            raise ProjectError(
                f"{path} is not the clip {before.name} that was added: find that one, or add this "
                "one as another clip"
            )
        with self._engine.writing(alone=True) as session:
            row = clip_row(session, clip_id, to_change=True)
            _follow(session, self._paths, row, Place(path, before.files, stamp))
            session.flush()
            return clip_record(row, self._paths)

    def remove(self, clip_id: int, *, by: str | None = None) -> ClipRecord:
        """Take a clip out of the project, with its frames that are images; all of it is kept.

        `by` is who does it, here and below; None for whoever is logged in.
        """
        who, now = who_does_it(by), datetime.now(UTC)
        with self._engine.writing(alone=True) as session:
            row = clip_row(session, clip_id, to_change=True)
            if row.removed_at is None:
                row.removed_at = now  # what says which of its images were removed with it
                frames = select(ImageRow).where(
                    ImageRow.clip_id == clip_id, ImageRow.removed_at.is_(None)
                )
                images = session.scalars(frames).all()
                for image in images:
                    image.removed_at = now
                note(session, "remove_clip", who, clip=row.id, sha256=row.sha256)
                note_all(session, [entry("remove", who, image_id=image.id) for image in images])
            session.flush()
            return clip_record(row, self._paths)

    def restore(self, clip_id: int, *, by: str | None = None) -> ClipRecord:
        """Bring a clip back, with the frames that went with it: not those that went before."""
        who = who_does_it(by)
        with self._engine.writing(alone=True) as session:
            row = clip_row(session, clip_id, to_change=True)
            if row.removed_at is not None:
                images = _bring_back(session, row)
                note(session, "restore_clip", who, clip=row.id, sha256=row.sha256)
                note_all(session, [entry("restore", who, image_id=each) for each in images])
            session.flush()
            return clip_record(row, self._paths)

    def delete(self, clip_id: int, *, by: str | None = None) -> None:
        """Delete a removed clip for good, with its tracks and all that was made of its frames.

        Its files stay.

        Raises
        ------
        UnknownClip
            If there is no such clip.
        ProjectError
            If it, or a frame of it, is still in the project; nothing is deleted.
        """
        who = who_does_it(by)
        self._engine.check_writable()
        with self._engine.reading() as session:
            clip = clip_row(session, clip_id)
            if clip.removed_at is None:
                raise ProjectError(f"clip {clip_id} is still in the project: remove it first")
            images = list(session.scalars(select(ImageRow.id).where(ImageRow.clip_id == clip_id)))
        if images:
            Removals(self._engine, self._paths).delete(images, by=who)
        with self._engine.writing(alone=True) as session:
            row = clip_row(session, clip_id, to_change=True)
            if row.removed_at is None:
                raise ProjectError(f"clip {clip_id} is in the project again: remove it first")
            note(session, "delete_clip_for_good", who, clip=row.id, sha256=row.sha256)
            mine = select(TrackRow.id).where(TrackRow.clip_id == clip_id)
            keep_clip_refusal(session, clip_id)
            session.execute(delete(FactsRow).where(FactsRow.clip_id == clip_id))
            session.execute(delete(TrackChunkRow).where(TrackChunkRow.track_id.in_(mine)))
            for table in (TrackRow, TrackingRow):
                session.execute(delete(table).where(table.clip_id == clip_id))
            session.execute(delete(ClipRow).where(ClipRow.id == clip_id))

    def _records(self, present: bool) -> list[ClipRecord]:
        query = select(ClipRow).where(IN_PROJECT if present else ~IN_PROJECT).order_by(ClipRow.id)
        with self._engine.reading() as session:
            return [clip_record(row, self._paths) for row in session.scalars(query)]

    def _lost(self, new: NewClip) -> bool:
        """Return whether the clip of a content has no longer its file; may read that."""
        with self._engine.reading() as session:
            row = session.scalar(select(ClipRow).where(ClipRow.sha256 == new.sha256))
            if row is None:
                return False
            path, stamp = self._paths.absolute(row.path), (row.file_size, row.modified_ns)
        if row.is_folder:
            return not path.is_dir()
        size, modified = stamp
        known = None if size is None or modified is None else (size, modified)
        try:
            return not still_holds(path, new.sha256, known)
        except OSError:
            return True


class Place(NamedTuple):
    """Where a clip is now: its files, if it is a folder, and the stamp of a video that was read."""

    path: Path
    files: Sequence[str]
    stamp: tuple[int | None, int | None]


def _follow(session: Session, paths: ImagePaths, row: ClipRow, now: Place) -> None:
    """Let a clip and its frames be where they are now."""
    row.path = paths.stored(now.path)
    if not row.is_folder:
        row.file_size, row.modified_ns = now.stamp
    for image in session.scalars(select(ImageRow).where(ImageRow.clip_id == row.id)):
        assert image.clip_frame is not None  # as the database checks
        file = now.path / now.files[image.clip_frame] if row.is_folder else now.path
        image.path = paths.stored(file)
        image.file_size, image.modified_ns = stamp_of(file) if row.is_folder else now.stamp
        image.failure = None


def _bring_back(session: Session, row: ClipRow) -> list[int]:
    """Bring a clip back with the frames that went with it; return their ids."""
    went = (ImageRow.clip_id == row.id) & (ImageRow.removed_at == row.removed_at)
    images = list(session.scalars(select(ImageRow.id).where(went)))
    session.execute(update(ImageRow).where(ImageRow.id.in_(images)).values(removed_at=None))
    row.removed_at = None
    return images


def _mark_replaced(session: Session, row: ClipRow) -> None:
    """Fail the frames of other clips that were at the path of one: their file is gone."""
    others = select(ClipRow.id).where(ClipRow.path == row.path, ClipRow.id != row.id)
    session.execute(
        update(ImageRow)
        .where(ImageRow.clip_id.in_(others), ImageRow.frame.is_not(None))
        .values(failure=REPLACED, file_size=None, modified_ns=None)
    )


def _new_row(new: NewClip, paths: ImagePaths) -> ClipRow:
    return ClipRow(
        path=paths.stored(new.path),
        sha256=new.sha256,
        width=new.width,
        height=new.height,
        frame_count=len(new.times),
        duration=float(new.times[-1]),
        is_folder=new.is_folder,
        file_size=new.file_size,
        modified_ns=new.modified_ns,
        note=new.note,
        added_at=datetime.now(UTC),
        times=new.times,
        files=new.files if new.is_folder else None,
    )
