"""The table of guides; named, like all tables, by `annotator.project.tables`."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.columns import Table, UtcDateTime
from annotator.project.number_columns import BytesBlob, PointsBlob


class GuideRow(Table):
    """Sparse landmarks of another origin for a sample; triggers refuse to change them.

    `points` are NaN where nobody labelled one; `visibility` is NULL where nobody said any.
    """

    __tablename__ = "guides"
    __table_args__ = (
        CheckConstraint("length(points) > 0 AND length(points) % 12 = 0", name="points_length"),
        CheckConstraint("12 * length(visibility) = length(points)", name="visibility_length"),
        CheckConstraint("length(digest) = 8", name="digest_length"),
        {"sqlite_autoincrement": True},  # an id that was deleted never comes back
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id"), index=True)
    scheme: Mapped[str]
    origin: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[str]
    points: Mapped[npt.NDArray[np.float32]] = mapped_column(PointsBlob)
    visibility: Mapped[npt.NDArray[np.uint8] | None] = mapped_column(BytesBlob)
    digest: Mapped[bytes]
