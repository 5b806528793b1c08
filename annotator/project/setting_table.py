"""The table of what a project has set; named, like all tables, by `annotator.project.tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from annotator.project.columns import Table, UtcDateTime


class SettingRow(Table):
    """A setting that somebody changed; those that nobody did have no row. `value` is JSON."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
