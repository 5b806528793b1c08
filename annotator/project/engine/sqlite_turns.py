"""How a program, and a thread of it, gets its turn to write to an SQLite file.

SQLite itself asks for the lock ever more seldom, ten times a second in the end. Somebody who stores
one stroke after the other frees it for a few milliseconds each time: whoever asks so seldom meets
none of them, and gives up after seconds although everybody else got on. Who asks all the time does.
"""

from __future__ import annotations

import sqlite3
import threading
from time import monotonic, sleep
from typing import cast

from sqlalchemy import Connection

_PAUSE = 0.002  # seconds


class WriteTurn:
    """The turn to write among the threads of one process.

    They queue here for SQLite's lock, so that a stroke goes in as soon as a batch of predictions is
    committed. Who waits for no other program has the turn for as long as the disk takes, never for
    as long as somebody else does: the other threads wait for its end, however little patience they
    have. Otherwise a verdict would be refused because the window itself notes something.
    """

    def __init__(self) -> None:
        self._given_back = threading.Condition()
        self._holder: int | None = None
        self._is_brief = False

    def take(self, seconds: float) -> bool:
        """Take the turn, and return whether it was to be had within so many seconds.

        Parameters
        ----------
        seconds
            How long to wait for threads that may wait for other programs themselves; not counted is
            the time that a thread which took it with 0 has it.
        """
        me = threading.get_ident()
        with self._given_back:
            end = monotonic() + seconds
            while self._holder is not None:
                began = monotonic()
                if self._is_brief and self._holder != me:
                    self._given_back.wait()
                    end += monotonic() - began
                elif began >= end:
                    return False
                else:
                    self._given_back.wait(end - began)
            self._holder, self._is_brief = me, seconds <= 0
            return True

    def give_back(self) -> None:
        """Let the next thread have it."""
        with self._given_back:
            self._holder = None
            self._given_back.notify_all()


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
