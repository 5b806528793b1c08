"""The copies that upgrades make beside a database before they change it."""

from __future__ import annotations

import re
import secrets
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from annotator.project.engine.sqlite_backup import back_up
from annotator.project.engine.sqlite_connections import connect
from annotator.project.engine.sqlite_files import remove

# The one of this upgrade, and the one before it, in case what went wrong then is noticed only now.
_KEPT = 2
_MEETING = timedelta(hours=1)
_MOMENT = "%Y%m%dT%H%M%SZ"
_TAKEN_S = 24 * 3600  # nothing takes longer: what is older is of a program that was killed
_COPY = r"before-upgrade-\w+-(\d{8}T\d{6}Z)-[0-9a-f]{6}"


@dataclass(frozen=True, slots=True)
class FileBackup:
    """A copy beside the database."""

    path: Path

    @property
    def name(self) -> str:
        """Of the file."""
        return self.path.name

    def discard(self) -> None:
        """Remove the copy."""
        remove(self.path)


def copy_beside(path: Path, revision: str, busy_timeout: float) -> FileBackup:
    """Copy a database, with what its log holds, to a file named by revision and time."""
    moment = datetime.now(UTC).strftime(_MOMENT)
    # Two programs may find the same older project: neither writes over the other's copy.
    mark = secrets.token_hex(3)
    name = f"{path.stem}.before-upgrade-{revision}-{moment}-{mark}{path.suffix}"
    with closing(connect(path, busy_timeout)) as source:
        made = back_up(source, path, path.with_name(name))
    return FileBackup(made.path)


def remove_old_copies(path: Path) -> None:
    """Remove all but the newest copies. Files of other names stay, and what cannot be removed.

    So do copies of the last hour: of several programs that met the same older project all but one
    are about to discard theirs, and that one's has to be left.
    """
    recent = (datetime.now(UTC) - _MEETING).strftime(_MOMENT)
    stem, suffix = re.escape(path.stem), re.escape(path.suffix)
    copy = re.compile(rf"{stem}\.{_COPY}{suffix}")
    copies = [(found[1], each) for each in _beside(path) if (found := copy.fullmatch(each.name))]
    for moment, old in sorted(copies, reverse=True)[_KEPT:]:
        if moment > recent:
            continue
        with suppress(OSError):  # somebody else was faster, or it is protected: it may stay
            remove(old)


def remove_half_made(path: Path) -> None:
    """Remove what was left half made beside a database by programs that were killed."""
    stem, suffix, name = re.escape(path.stem), re.escape(path.suffix), re.escape(path.name)
    half = re.compile(
        rf"\.({stem}\.{_COPY}{suffix}\.part|{name}\.[0-9a-f]+\.new)(-wal|-shm|-journal)?"
    )
    for found in _beside(path):
        if half.fullmatch(found.name):
            with suppress(OSError):
                if time.time() - found.lstat().st_mtime > _TAKEN_S:
                    found.unlink()


def _beside(path: Path) -> list[Path]:
    try:
        return list(path.parent.iterdir())
    except OSError:
        return []
