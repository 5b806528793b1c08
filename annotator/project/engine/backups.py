"""What is known of a backup that was made, and of a project that was restored from one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OnProgress = Callable[[int, int], None]
"""Called with the bytes done and those to do; a `ProjectError` that it raises ends the work."""

LONGEST_BACKUP_NAME = 247
"""Bytes: file systems take 255, and SQLite opens none without room for ``-journal`` after it."""


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup: one file that is complete in itself, and was examined after it was written.

    Attributes
    ----------
    path : Path
    size : int
        In bytes.
    revision : str
        Of its schema.
    rows : dict of str to int
        How many rows each of its tables holds.
    damaged : tuple of str
        Meshes and strokes in it that are not what was stored, because they were not so in the
        project either: a sentence each. Empty for a project of an older schema.
    """

    path: Path
    size: int
    revision: str
    rows: dict[str, int]
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """A project that is as a backup holds it.

    Attributes
    ----------
    address : str
    revision : str
        Of its schema, older ones included: opening the project brings it up to date.
    rows : dict of str to int
        How many rows each of its tables holds.
    kept : Path or None
        Where what was there before has been kept; None if there was nothing.
    damaged : tuple of str
        As in `BackupMade`.
    """

    address: str
    revision: str
    rows: dict[str, int]
    kept: Path | None
    damaged: tuple[str, ...] = ()
