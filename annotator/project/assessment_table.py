"""The tables of assessments; named, like all tables, by `annotator.project.tables`."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.assessment_records import FaceHashes, OfMesh
from annotator.project.columns import IndicesBlob, Table, UtcDateTime, one_of
from annotator.project.number_columns import HalfBlob, HashesBlob, NumbersBlob
from annotator.project.values import Count


class AssessorRow(Table):
    """What assesses: a model, a version of the program's signals, and their names in order."""

    __tablename__ = "assessors"
    __table_args__ = (
        UniqueConstraint("model_id", "version", "signals"),
        CheckConstraint("version > 0", name="version"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id"))
    version: Mapped[int] = mapped_column(Count)
    signals: Mapped[str]
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AssessmentRow(Table):
    """How good a sample's prediction probably is, and what was looked at for it.

    `number` only ever grows: a sample that is assessed again gets a new one. `signals` are those
    of the assessor, in its order. `revision` is that of the annotation in which findings were
    looked for, and `unchanged_since_sent_back` says whether it had been sent back at that very
    revision. `doubt` is NULL where no signal tells of it, `face_hashes` where an older version
    looked at it. `is_due` says that somebody wants it done again.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        CheckConstraint("revision >= 0", name="revision"),
        CheckConstraint("doubt >= 0", name="doubt"),
        CheckConstraint("length(signals) > 0 AND length(signals) % 4 = 0", name="signals_length"),
        CheckConstraint("length(spread) > 0 AND length(spread) % 2 = 0", name="spread_length"),
        CheckConstraint("length(face_hashes) = 16", name="face_hashes_length"),
        {"sqlite_autoincrement": True},  # no number comes back
    )

    number: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), unique=True)
    assessor_id: Mapped[int] = mapped_column(ForeignKey("assessors.id"))
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))
    revision: Mapped[int] = mapped_column(Count)
    doubt: Mapped[float | None]
    signals: Mapped[npt.NDArray[np.float32]] = mapped_column(NumbersBlob)
    spread: Mapped[npt.NDArray[np.float16] | None] = mapped_column(HalfBlob)
    assessed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_due: Mapped[bool] = mapped_column(default=False, server_default=text("0"))
    face_hashes: Mapped[FaceHashes | None] = mapped_column(HashesBlob)
    unchanged_since_sent_back: Mapped[bool] = mapped_column(default=False, server_default=text("0"))


class FindingRow(Table):
    """Something that a check found in a mesh of a sample: `vertices` are NULL where it is all."""

    __tablename__ = "findings"
    __table_args__ = (CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), index=True)
    of_mesh: Mapped[OfMesh] = mapped_column(one_of(OfMesh, "of_mesh"))
    name: Mapped[str]
    severity: Mapped[int] = mapped_column(Count)
    sentence: Mapped[str]
    vertices: Mapped[npt.NDArray[np.uint16] | None] = mapped_column(IndicesBlob)
