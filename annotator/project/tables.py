"""The tables. Change them only together with a new file in ``migrations/versions``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annotator.project.assessment_table import AssessmentRow, AssessorRow, FindingRow
from annotator.project.clip_table import ClipRow, TrackChunkRow, TrackingRow, TrackRow
from annotator.project.columns import (
    PathText,
    Table,
    UtcDateTime,
    one_of,
)
from annotator.project.fact_table import FactsRow, RefusedPictureRow
from annotator.project.guide_table import GuideRow
from annotator.project.history_tables import (
    AuditRow,
    DrawnSampleRow,
    DrawRow,
    DroppedStrokeRow,
    RemarkRow,
    RevisionRow,
)
from annotator.project.mesh_tables import AnnotationRow, ModelRow, PredictionRow, PredictionRunRow
from annotator.project.opinion_table import HoneypotRow
from annotator.project.records import SampleState
from annotator.project.release_table import (
    ReleasedImageRow,
    ReleaseEntryRow,
    ReleaseRow,
    SplitRow,
)
from annotator.project.round_table import RoundRow
from annotator.project.setting_table import SecretRow, SettingRow
from annotator.project.stroke_table import CHANGES_ANCHORS, StrokeRow
from annotator.project.values import BigWhole, Count, Sha256
from annotator.project.work_tables import ReviewRow, VisitRow

__all__ = [
    "CHANGES_ANCHORS",
    "CURRENT_REVISION",
    "METADATA",
    "AnnotationRow",
    "AssessmentRow",
    "AssessorRow",
    "AuditRow",
    "ClipRow",
    "DrawRow",
    "DrawnSampleRow",
    "DroppedStrokeRow",
    "FactsRow",
    "FailedFileRow",
    "FindingRow",
    "GuideRow",
    "HoneypotRow",
    "ImageRow",
    "ModelRow",
    "PredictionRow",
    "PredictionRunRow",
    "RefusedPictureRow",
    "ReleaseEntryRow",
    "ReleaseRow",
    "ReleasedImageRow",
    "RemarkRow",
    "ReviewRow",
    "RevisionRow",
    "RoundRow",
    "SampleChangeRow",
    "SampleRow",
    "SecretRow",
    "SettingRow",
    "SplitRow",
    "StrokeRow",
    "TrackChunkRow",
    "TrackRow",
    "TrackingRow",
    "VisitRow",
]

CURRENT_REVISION = "0014"
"""The newest of ``migrations/versions``: what these tables are."""

METADATA = Table.metadata
"""Of all tables, as this module names them all."""


class ImageRow(Table):
    """An image; its path is relative to the project's home when it lies inside.

    `frame` is NULL where the file is one picture. The two further hashes are NULL while they are
    not known, `removed_at` while the image is in the project. Of a clip's frame `clip_frame` is
    its number and `clip_time` its seconds; they are NULL of a photograph, as `clip_id` is.
    """

    __tablename__ = "images"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("width > 0 AND height > 0", name="size"),
        CheckConstraint("frame >= 0", name="frame"),
        CheckConstraint("length(coded_sha256) = 64", name="coded_sha256_length"),
        CheckConstraint("length(pixels_sha256) = 64", name="pixels_sha256_length"),
        CheckConstraint(
            "clip_frame >= 0 AND (clip_id IS NULL) = (clip_frame IS NULL)", name="clip_frame"
        ),
        CheckConstraint(
            "clip_time >= 0 AND (clip_id IS NULL) = (clip_time IS NULL)", name="clip_time"
        ),
        {"sqlite_autoincrement": True},  # an id that was deleted for good never comes back
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    path: Mapped[str] = mapped_column(PathText, index=True)
    sha256: Mapped[str] = mapped_column(Sha256)
    frame: Mapped[int | None] = mapped_column(Count)
    width: Mapped[int] = mapped_column(Count)
    height: Mapped[int] = mapped_column(Count)
    file_size: Mapped[int | None] = mapped_column(BigWhole)
    modified_ns: Mapped[int | None] = mapped_column(BigWhole)
    failure: Mapped[str | None]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    coded_sha256: Mapped[str | None] = mapped_column(Sha256, index=True)
    pixels_sha256: Mapped[str | None] = mapped_column(Sha256)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id"))
    clip_frame: Mapped[int | None] = mapped_column(Count)
    clip_time: Mapped[float | None]
    clip: Mapped[ClipRow | None] = relationship(viewonly=True)


# NULLs would all differ from one another.
Index("uq_images_content", ImageRow.sha256, func.coalesce(ImageRow.frame, text("-1")), unique=True)

_IS_OF_CLIP = ImageRow.clip_id.is_not(None)
Index(
    "uq_images_clip",
    ImageRow.clip_id,
    ImageRow.clip_frame,
    unique=True,
    sqlite_where=_IS_OF_CLIP,
    postgresql_where=_IS_OF_CLIP,
)


class FailedFileRow(Table):
    """A file that could not be imported."""

    __tablename__ = "failed_files"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    path: Mapped[str] = mapped_column(PathText, unique=True)
    reason: Mapped[str]
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SampleRow(Table):
    """One face in one image, with what lists show of it; free of blobs, so that it scans fast.

    An opinion is a row of its own beside the face's: `copy_of` names that, `assigned_to` whose
    opinion it is. Both are NULL in all others, and whatever counts samples counts only those.
    `track_id` is of the face's track, where the image is a frame of a clip.
    """

    __tablename__ = "samples"
    __table_args__ = (
        CheckConstraint("face_index >= 0", name="face_index"),
        CheckConstraint("(copy_of IS NULL) = (assigned_to IS NULL)", name="opinion"),
        CheckConstraint("stroke_count >= 0", name="stroke_count"),
        CheckConstraint("displacement >= 0", name="displacement"),
        CheckConstraint("seconds_spent >= 0", name="seconds_spent"),
        CheckConstraint("seconds_reviewed >= 0", name="seconds_reviewed"),
        CheckConstraint("round_change >= 0", name="round_change"),
        {"sqlite_autoincrement": True},  # an id that was deleted for good never comes back
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    face_index: Mapped[int] = mapped_column(Count)
    state: Mapped[SampleState] = mapped_column(one_of(SampleState, "state"), index=True)
    presence: Mapped[float]
    stroke_count: Mapped[int] = mapped_column(Count)
    box_left: Mapped[float]
    box_top: Mapped[float]
    box_width: Mapped[float]
    box_height: Mapped[float]
    annotator: Mapped[str | None]
    reviewer: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    displacement: Mapped[float] = mapped_column(default=0.0, server_default=text("0"))
    seconds_spent: Mapped[float] = mapped_column(default=0.0, server_default=text("0"))
    added_by: Mapped[str | None]
    seconds_reviewed: Mapped[float] = mapped_column(default=0.0, server_default=text("0"))
    round_change: Mapped[float | None]
    copy_of: Mapped[int | None] = mapped_column(ForeignKey("samples.id"), index=True)
    assigned_to: Mapped[str | None]
    track_id: Mapped[int | None] = mapped_column(ForeignKey("tracks.id"))
    track: Mapped[TrackRow | None] = relationship(viewonly=True)


_IS_OF_TRACK = SampleRow.track_id.is_not(None)
Index(
    "ix_samples_track_id",
    SampleRow.track_id,
    sqlite_where=_IS_OF_TRACK,
    postgresql_where=_IS_OF_TRACK,
)

# An image's faces have a number each, and nobody has two opinions of one.
Index(
    "uq_samples_face",
    SampleRow.image_id,
    SampleRow.face_index,
    func.coalesce(SampleRow.assigned_to, text("''")),
    unique=True,
)


class SampleChangeRow(Table):
    """The last change of a sample, by a number that only ever grows: triggers write it.

    Whatever changes of a sample that lists or windows show, by whatever statement, gives it a
    new number, greater than all given before.
    """

    __tablename__ = "sample_changes"
    __table_args__ = ({"sqlite_autoincrement": True},)  # no number comes back

    number: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), unique=True)
