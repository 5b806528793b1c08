"""The table of rounds; named, like all tables, by `annotator.project.tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.columns import PathText, Table, UtcDateTime
from annotator.project.values import Count, Sha256


class RoundRow(Table):
    """A round that was begun; the last one is under way, and triggers keep all others as they are.

    `next_model_id` is NULL until somebody began to finish the round, `finished_at` until that is
    done. `training` and `metrics` are JSON, NULL where nobody said anything.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("finished_at IS NULL OR next_model_id IS NOT NULL", name="finished"),
        CheckConstraint("next_model_id <> model_id", name="next_model"),
        CheckConstraint("length(release_sha256) = 64", name="release_sha256_length"),
        CheckConstraint(
            "(release_sha256 IS NULL) = (release_folder IS NULL) "
            "AND (release_sha256 IS NULL) = (release_samples IS NULL) AND release_samples >= 0",
            name="release",
        ),
    )

    number: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=False)
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_model_id: Mapped[int | None] = mapped_column(ForeignKey("models.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    release_sha256: Mapped[str | None] = mapped_column(Sha256)
    release_folder: Mapped[str | None] = mapped_column(PathText)
    release_samples: Mapped[int | None] = mapped_column(Count)
    training: Mapped[str | None]
    metrics: Mapped[str | None]
