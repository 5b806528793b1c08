"""How a program gets its turn to write to an SQLite file that others write to as well.

SQLite itself asks for the lock ever more seldom, ten times a second in the end. Somebody who stores
one stroke after the other frees it for a few milliseconds each time: whoever asks so seldom meets
none of them, and gives up after seconds although everybody else got on. Who asks all the time does.
"""

from __future__ import annotations

import sqlite3
from time import monotonic, sleep
from typing import cast

from sqlalchemy import Connection

_PAUSE = 0.002  # seconds


def begin_writing(connection: Connection, seconds: float) -> None:
    """Begin a transaction with the write lock, which is waited for that long.

    Raises
    ------
    sqlite3.OperationalError
        Of `SQLITE_BUSY`, if others have it all that time.
    """
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    driver.execute("PRAGMA busy_timeout = 0")
    end = monotonic() + seconds
    while not _has_begun(driver, is_last=monotonic() >= end):
        sleep(_PAUSE)
    driver.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")


def _has_begun(driver: sqlite3.Connection, *, is_last: bool) -> bool:
    """Try once to begin; return whether it did."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if is_last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
