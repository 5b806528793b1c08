"""The tables of clips and of the faces tracked through them.

Named, like all tables, by `annotator.project.tables`. What lists and bars of frames ask for is in
small rows; meshes lie in chunks, which nothing but a look at their frames reads.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.clip_columns import NamesBlob, PackedBlob, TimesBlob
from annotator.project.columns import IndicesBlob, PathText, Table, UtcDateTime
from annotator.project.number_columns import NumbersBlob
from annotator.project.values import BigWhole, Count, Sha256


class ClipRow(Table):
    """A video, or a folder of frames that is one sequence; `files` are NULL of a video.

    `removed_at` is NULL while the clip is in the project.
    """

    __tablename__ = "clips"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("width > 0 AND height > 0", name="size"),
        CheckConstraint("length(times) = 8 * frame_count AND frame_count > 0", name="times_length"),
        CheckConstraint("is_folder = (files IS NOT NULL)", name="files"),
        {"sqlite_autoincrement": True},  # an id that was deleted for good never comes back
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    path: Mapped[str] = mapped_column(PathText, index=True)
    sha256: Mapped[str] = mapped_column(Sha256, unique=True)
    width: Mapped[int] = mapped_column(Count)
    height: Mapped[int] = mapped_column(Count)
    frame_count: Mapped[int] = mapped_column(Count)
    duration: Mapped[float]
    is_folder: Mapped[bool]
    file_size: Mapped[int | None] = mapped_column(BigWhole)
    modified_ns: Mapped[int | None] = mapped_column(BigWhole)
    note: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    times: Mapped[npt.NDArray[np.float64]] = mapped_column(TimesBlob, deferred=True)
    files: Mapped[tuple[str, ...] | None] = mapped_column(NamesBlob, deferred=True)


class TrackingRow(Table):
    """How far a model has come through a clip; of two, the one begun later has the greater id."""

    __tablename__ = "trackings"
    __table_args__ = (
        UniqueConstraint("clip_id", "model_id"),
        CheckConstraint("frames_done >= 0", name="frames_done"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    clip_id: Mapped[int] = mapped_column(ForeignKey("clips.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"))
    frames_done: Mapped[int] = mapped_column(Count)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrackRow(Table):
    """One face through a clip, as one model saw it; free of blobs.

    `number` is what people know the face by, the same whichever model tracked it. `identity` is
    what the tracker calls it, NULL where it will never go on: behind a cut, say.
    """

    __tablename__ = "tracks"
    __table_args__ = (
        UniqueConstraint("clip_id", "model_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint(
            "0 <= first_frame AND first_frame <= last_frame "
            "AND frame_count BETWEEN 1 AND last_frame - first_frame + 1",
            name="frames",
        ),
        {"sqlite_autoincrement": True},  # an id that was joined to another never comes back
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    clip_id: Mapped[int] = mapped_column(ForeignKey("clips.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"))
    number: Mapped[int] = mapped_column(Count)
    identity: Mapped[int | None] = mapped_column(Count)
    first_frame: Mapped[int] = mapped_column(Count)
    last_frame: Mapped[int] = mapped_column(Count)
    frame_count: Mapped[int] = mapped_column(Count)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TrackChunkRow(Table):
    """A track's meshes of some frames one after the other, packed, with all that is known of them.

    `frames` count from the chunk's first one, ascending. `doubt` is NaN where nobody looked.
    """

    __tablename__ = "track_chunks"
    __table_args__ = (
        CheckConstraint("0 <= first_frame AND first_frame <= last_frame", name="frames"),
        CheckConstraint(
            "length(frames) > 0 AND length(presence) = 2 * length(frames) "
            "AND length(doubt) = 2 * length(frames)",
            name="lengths",
        ),
        CheckConstraint("length(digest) = 8", name="digest_length"),
    )

    track_id: Mapped[int] = mapped_column(ForeignKey("tracks.id"), primary_key=True)
    first_frame: Mapped[int] = mapped_column(Count, primary_key=True)
    last_frame: Mapped[int] = mapped_column(Count)
    frames: Mapped[npt.NDArray[np.uint16]] = mapped_column(IndicesBlob)
    presence: Mapped[npt.NDArray[np.float32]] = mapped_column(NumbersBlob)
    doubt: Mapped[npt.NDArray[np.float32]] = mapped_column(NumbersBlob)
    digest: Mapped[bytes]
    meshes: Mapped[bytes] = mapped_column(PackedBlob)
