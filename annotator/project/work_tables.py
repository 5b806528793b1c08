"""The tables of verdicts and of visits; named, like all tables, by `annotator.project.tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, text
from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.columns import Table, UtcDateTime, one_of
from annotator.project.records import Verdict, VisitPurpose
from annotator.project.values import Count, WordList


class ReviewRow(Table):
    """One verdict, on one revision of the annotation; triggers keep the history whole.

    As with predictions, only the verdicts on a removed image's samples may go.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("verdict <> 'send_back' OR reasons <> ''", name="send_back_has_reasons"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict, "verdict"))
    reviewer: Mapped[str]
    reasons: Mapped[str] = mapped_column(WordList)
    comment: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(Count)


class VisitRow(Table):
    """Somebody worked on a sample for a while, to annotate or to review it."""

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint("seconds >= 0", name="seconds"),
        CheckConstraint("strokes >= 0", name="strokes"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), index=True)
    annotator: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[float]
    strokes: Mapped[int] = mapped_column(Count)
    purpose: Mapped[VisitPurpose] = mapped_column(
        one_of(VisitPurpose, "purpose"),
        default=VisitPurpose.ANNOTATE,
        server_default=text("'annotate'"),
    )
