"""The tables of what is known of photographs; named by `annotator.project.tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.columns import Table, UtcDateTime, one_of
from annotator.project.fact_records import Consent
from annotator.project.values import Count, Sha256

_REVOKED = (
    "(revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_why IS NULL)"
)


class FactsRow(Table):
    """What is known of an image, or of a clip and so of all its frames; NULL where nobody said.

    Triggers give the samples of an image a new change when it may no longer leave the project, or
    may again.
    """

    __tablename__ = "facts"
    __table_args__ = (
        CheckConstraint("(image_id IS NULL) <> (clip_id IS NULL)", name="one"),
        CheckConstraint(_REVOKED, name="revoked"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    image_id: Mapped[int | None] = mapped_column(ForeignKey("images.id"), unique=True)
    clip_id: Mapped[int | None] = mapped_column(ForeignKey("clips.id"), unique=True)
    subject: Mapped[str | None]
    group_name: Mapped[str | None]
    licence: Mapped[str | None]
    consent: Mapped[Consent | None] = mapped_column(one_of(Consent, "consent"))
    source: Mapped[str | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None]
    revoked_why: Mapped[str | None]


class RefusedPictureRow(Table):
    """A picture that may not leave the project and was deleted for good.

    Known by content, so that it stays so when it is added again: a trigger sees to that. Of a clip
    the content is the clip's, and `frame` NULL, which stands for all frames.
    """

    __tablename__ = "refused_pictures"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("length(coded_sha256) = 64", name="coded_sha256_length"),
        CheckConstraint("frame >= 0", name="frame"),
        CheckConstraint(_REVOKED, name="revoked"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sha256: Mapped[str] = mapped_column(Sha256, index=True)
    coded_sha256: Mapped[str | None] = mapped_column(Sha256, index=True)
    frame: Mapped[int | None] = mapped_column(Count)
    consent: Mapped[Consent | None] = mapped_column(one_of(Consent, "consent"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None]
    revoked_why: Mapped[str | None]
