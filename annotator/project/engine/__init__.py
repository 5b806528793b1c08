"""The databases that can hold a project: one module each, and one line here."""

from __future__ import annotations

import os
import re
from pathlib import Path

from annotator.project.engine.backups import LONGEST_BACKUP_NAME, BackupMade, OnProgress, Restored
from annotator.project.engine.base import BUSY_TIMEOUT, Backup, Engine, EngineKind, chunks
from annotator.project.engine.sqlite import SqliteEngine
from annotator.project.errors import NotAProject

__all__ = ["BUSY_TIMEOUT", "ENGINES", "Backup", "Engine", "EngineKind", "chunks", "engine_for"]
__all__ += ["LONGEST_BACKUP_NAME", "BackupMade", "OnProgress", "Restored"]

ENGINES: tuple[type[EngineKind], ...] = (SqliteEngine,)
"""All kinds of databases; the first that serves an address is taken."""


def engine_for(address: str | Path) -> type[EngineKind]:
    """Return the kind of database that serves an address.

    Raises
    ------
    NotAProject
        If none does, or the address is empty.
    TypeError
        If it is neither text nor a path: ``None`` is the name of no folder.
    """
    if not isinstance(address, (str, os.PathLike)):
        raise TypeError(f"expected a project's address, but got {address!r}")
    if not str(address):
        raise NotAProject("an empty address is no project's: choose a folder")
    for engine in ENGINES:
        if engine.serves(str(address)):
            return engine
    served = ", or ".join(engine.addresses for engine in ENGINES)
    # Only the scheme is shown: what follows may hold a password.
    scheme = re.split(r"(?<=://)", str(address))[0]
    raise NotAProject(f"this version opens no {scheme} addresses: choose {served}")
