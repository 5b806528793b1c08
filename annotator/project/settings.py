"""What the people of a project have agreed on: settings by name, the same for everybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.audit import note
from annotator.project.engine.base import Engine
from annotator.project.errors import RESTORE, DamagedProject
from annotator.project.known_settings import KNOWN_SETTINGS, check_setting, known_setting
from annotator.project.locking import locked
from annotator.project.people import who_does_it
from annotator.project.tables import SettingRow

_SHOWN = 60  # characters of a value that is not understood


class Settings:
    """The settings of a project; `annotator.project.known_settings` says which there are.

    Values are what JSON holds. One that no setting of this version can have counts as not set, or
    as the strictest where it decides what people may do; `not_understood` tells of it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a setting.

        Parameters
        ----------
        name
        default
            What to return where nobody has set it; None stands for what is declared.

        Raises
        ------
        SettingError
            If there is no such setting.
        """
        known = known_setting(name)
        with self._engine.reading() as session:
            row = session.get(SettingRow, name)
            value = None if row is None else _value_of(row)
        if row is None or (known.problem(value) and known.strictest is None):
            return known.default if default is None else default
        return known.in_force(value)

    def put(self, name: str, value: Any, *, by: str | None = None) -> None:
        """Change a setting, for everybody.

        Parameters
        ----------
        name, value
        by
            Who does it; None for whoever is logged in.

        Raises
        ------
        SettingError
            If there is no such setting, or it cannot have this value; nothing is changed.
        UnusableName
            If nobody could be called so.
        """
        check_setting(name, value)
        who = who_does_it(by)
        with self._engine.writing(alone=True) as session:
            row = session.scalar(
                locked(select(SettingRow).where(SettingRow.name == name), SettingRow)
            )
            before = None if row is None else _value_of(row)
            if row is None:
                row = SettingRow(name=name)
                session.add(row)
            row.value = json.dumps(value, sort_keys=True)
            row.changed_by, row.changed_at = who, datetime.now(UTC)
            note(session, "setting", who, name=name, value=value, before=before)

    def all(self) -> dict[str, Any]:
        """Return the value of every setting, by its name; of those that nobody set the default."""
        with self._engine.reading() as session:
            rows = {row.name: _value_of(row) for row in session.scalars(select(SettingRow))}
        return {
            name: known.in_force(rows[name]) if name in rows else known.default
            for name, known in KNOWN_SETTINGS.items()
        }

    def not_understood(self) -> tuple[str, ...]:
        """Return what is stored and no value of its setting, and what holds, in sentences."""
        with self._engine.reading() as session:
            rows = {row.name: _value_of(row) for row in session.scalars(select(SettingRow))}
        return tuple(
            f"the setting {name} is {_in_short(rows[name])}, but {problem}: "
            f"{json.dumps(known.in_force(rows[name]))} holds until somebody sets it again with "
            "`settings`, or restores a backup"
            for name, known in KNOWN_SETTINGS.items()
            if name in rows and (problem := known.problem(rows[name]))
        )


def setting_in(session: Session, name: str) -> Any:
    """Return the value of a setting as it is in a transaction."""
    known, row = known_setting(name), session.get(SettingRow, name)
    return known.default if row is None else known.in_force(_value_of(row))


def _in_short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _value_of(row: SettingRow) -> Any:
    try:
        return json.loads(row.value)
    except (ValueError, RecursionError) as error:
        raise DamagedProject(
            f"the database is damaged (no JSON in table settings, row {row.name!a}): {RESTORE}"
        ) from error
