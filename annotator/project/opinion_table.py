"""The table of honeypots' answers; named, like all tables, by `annotator.project.tables`."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.columns import PositionsBlob, Table, UtcDateTime


class HoneypotRow(Table):
    """The known answer to an opinion that is asked for to see how good its annotator is."""

    __tablename__ = "honeypots"
    __table_args__ = (
        CheckConstraint("length(answer) > 0 AND length(answer) % 12 = 0", name="answer_length"),
        CheckConstraint("length(digest) = 8", name="digest_length"),
    )

    sample_id: Mapped[int] = mapped_column(
        ForeignKey("samples.id"), primary_key=True, autoincrement=False
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[npt.NDArray[np.float32]] = mapped_column(PositionsBlob)
    digest: Mapped[bytes]
