"""The tables of splits and of releases that were made; named by `annotator.project.tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.columns import PathText, Table, UtcDateTime, one_of
from annotator.project.split_records import Split
from annotator.project.values import Count, Sha256


class SplitRow(Table):
    """Which split an image is in.

    Triggers refuse to move one that a release has had in a split, and to delete its row but with
    the image.
    """

    __tablename__ = "splits"

    image_id: Mapped[int] = mapped_column(
        ForeignKey("images.id"), primary_key=True, autoincrement=False
    )
    split: Mapped[Split] = mapped_column(one_of(Split, "split"))
    is_fixed: Mapped[bool]
    cluster: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str]


class ReleaseRow(Table):
    """A release that was made; triggers keep it as it is, but that it may be withdrawn, once."""

    __tablename__ = "releases"
    __table_args__ = (
        UniqueConstraint("name", "version"),
        CheckConstraint("length(content_sha256) = 64", name="content_sha256_length"),
        CheckConstraint("images >= 0 AND samples >= 0", name="counts"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) "
            "AND (withdrawn_at IS NULL) = (withdrawn_why IS NULL)",
            name="withdrawn",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    version: Mapped[str]
    folder: Mapped[str] = mapped_column(PathText)
    content_sha256: Mapped[str] = mapped_column(Sha256)
    format: Mapped[str]
    images: Mapped[int] = mapped_column(Count)
    samples: Mapped[int] = mapped_column(Count)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None]
    withdrawn_why: Mapped[str | None]


class ReleaseEntryRow(Table):
    """A sample as a release holds it; triggers keep it as it is.

    `sample_id` and `image_id` refer to nothing, as what they are of may be deleted for good: their
    numbers never come back. `landmarks` are the first 8 bytes of a SHA-256,
    see `ReleaseEntry.landmarks`.
    """

    __tablename__ = "release_entries"
    __table_args__ = (CheckConstraint("length(landmarks) = 8", name="landmarks_length"),)

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(Count, primary_key=True)
    image_id: Mapped[int] = mapped_column(Count, index=True)
    split: Mapped[Split | None] = mapped_column(one_of(Split, "split"))
    landmarks: Mapped[bytes]


class ReleasedImageRow(Table):
    """The content of an image that is in a release, by which it is known once it was deleted."""

    __tablename__ = "released_images"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("frame >= 0", name="frame"),
    )

    image_id: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(Sha256, primary_key=True, index=True)
    frame: Mapped[int | None] = mapped_column(Count)
