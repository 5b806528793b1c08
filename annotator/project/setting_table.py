"""The tables of what a project has set, and its secret; `annotator.project.tables` names them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.clip_columns import PackedBlob
from annotator.project.columns import Table, UtcDateTime
from annotator.project.values import Count


class SettingRow(Table):
    """A setting that somebody changed; those that nobody did have no row. `value` is JSON."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SecretRow(Table):
    """The project's secret, in a row of its own; triggers keep it as it is."""

    __tablename__ = "secrets"
    __table_args__ = (
        CheckConstraint("id = 1", name="one"),
        CheckConstraint("length(secret) = 32", name="secret_length"),
    )

    id: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(PackedBlob)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
