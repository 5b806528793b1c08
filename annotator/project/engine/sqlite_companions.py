"""What may lie beside an SQLite database: its own log, and nothing that would be put into it.

SQLite believes whatever it finds there. A rollback journal that somebody left, or planted, is
written into the database as soon as it is opened for writing; reading from a pipe never ends.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from annotator.project.engine.sqlite_errors import file_error
from annotator.project.errors import DamagedProject, ProjectUnavailable


def refuse_companions(path: Path, *, is_read: bool = False) -> None:
    """Raise unless what SQLite would use beside a database is its own.

    Parameters
    ----------
    path
    is_read
        Whether the database is only read: a rollback journal is then no danger to it.

    Raises
    ------
    DamagedProject
        If there is a link, a folder, a pipe or the like in place of a log.
    ProjectUnavailable
        If another program left a rollback journal, or is using one: this one never makes any.
    """
    real = os.path.realpath(path)  # SQLite looks beside the file that a link leads to
    for ending in ("-wal", "-shm", "-journal"):
        companion = Path(real + ending)
        try:
            status = companion.lstat()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise file_error(error, path) from error
        if not stat.S_ISREG(status.st_mode):
            raise DamagedProject(f"{companion} is no file that SQLite made: move it away")
        if ending == "-journal" and not is_read and _is_in_use(companion):
            raise ProjectUnavailable(
                f"{companion} was left by another program, and would change the project: close "
                "that program, or move the file away if you do not know it"
            )


def _is_in_use(journal: Path) -> bool:
    """Return whether SQLite would take a journal for one: not if it begins with a zero."""
    try:
        with journal.open("rb") as stream:  # nobody locks it
            return stream.read(1) not in (b"", b"\0")
    except FileNotFoundError:  # its program has just finished
        return False
    except OSError as error:
        raise file_error(error, journal) from error
