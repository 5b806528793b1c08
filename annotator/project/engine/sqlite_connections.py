"""How connections to an SQLite file are set up, and how their transactions begin.

The database runs in WAL mode, so that readers never wait for a writer, and with
``synchronous=FULL``, so that a committed transaction survives a power cut. A writing
transaction begins with ``BEGIN IMMEDIATE``: what it reads cannot change before it writes.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, ExceptionContext, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from annotator.project.engine.sqlite_turns import begin_writing

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # on macOS a plain fsync does not reach the platter
)

_POOL_LOG = f"{QueuePool.__module__}.{QueuePool.__qualname__}"

# Far more than this program needs: what needs more comes from somebody else.
_LIMITS = {
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LENGTH: 64 * 2**20,  # bytes of a value or a row; a mesh takes 6 kB
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 2**20,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
}


def harden(connection: sqlite3.Connection) -> None:
    """Make a connection trust as little as possible of what is in its file.

    What the schema runs may be no function with effects, pages are checked as they are read, and
    sizes have their limits.
    """
    for limit, most in _LIMITS.items():
        connection.setlimit(limit, most)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")


if sys.version_info >= (3, 12):

    def defend(connection: sqlite3.Connection) -> None:
        """Refuse statements that could damage the file, and views, of which there are none."""
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False)

else:

    def defend(connection: sqlite3.Connection) -> None:
        """Do nothing: Python before 3.12 cannot ask for it."""


def connect(path: Path, busy_timeout: float, options: str = "mode=rw") -> sqlite3.Connection:
    """Open a connection to an existing file, outside of any pool.

    By default one that writes, but never creates a file.
    """
    connection = sqlite3.connect(
        f"{path.as_uri()}?{options}",
        uri=True,
        timeout=busy_timeout,
        isolation_level=None,  # transactions begin where _begin says, not where sqlite3 thinks
        check_same_thread=False,  # the pool lends a connection to one thread at a time
    )
    harden(connection)
    defend(connection)
    return connection


def pooled(path: Path, busy_timeout: float, *, foreign_keys: bool) -> sqlalchemy.Engine:
    """Return a pool of connections to an existing file.

    A migration that rebuilds a table must switch `foreign_keys` off.
    """
    pragmas = (*_PRAGMAS, f"PRAGMA foreign_keys = {int(foreign_keys)}")
    return _pool(path, busy_timeout, "mode=rw", pragmas)


def pooled_to_read(path: Path, busy_timeout: float, options: str) -> sqlalchemy.Engine:
    """Return a pool of connections that write nothing, with these options of SQLite's addresses."""
    return _pool(path, busy_timeout, options, ("PRAGMA query_only = ON",))


def _pool(
    path: Path, busy_timeout: float, options: str, pragmas: Sequence[str]
) -> sqlalchemy.Engine:
    def open_one() -> sqlite3.Connection:
        return connect(path, busy_timeout, options)

    def set_pragmas(connection: Any, _: ConnectionPoolEntry) -> None:
        for pragma in pragmas:
            connection.execute(pragma)

    pool = create_engine(
        "sqlite://",
        creator=open_one,
        poolclass=QueuePool,
        execution_options={"sqlite_wait_ms": round(1000 * busy_timeout)},
    )
    logging.getLogger(_POOL_LOG).addFilter(_is_trouble)
    event.listen(pool, "connect", set_pragmas)
    event.listen(pool, "begin", _begin)
    event.listen(pool, "handle_error", _stay_connected)
    return pool


def _is_trouble(record: logging.LogRecord) -> bool:
    """Return whether a pool logs an error, not that a signal came while it closed connections.

    Who ended the program knows, and is told in one line.
    """
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or issubclass(kind, Exception)


def _stay_connected(context: ExceptionContext) -> None:
    """Keep a connection through which a request to end passes: the transaction is rolled back.

    SQLAlchemy would close it at once, and then say, with a traceback, that the rows that were
    being read could not be closed. That is for connections to servers: here no reply is due.
    """
    if not isinstance(context.original_exception, Exception):
        context.is_disconnect = False


def immediately(pool: sqlalchemy.Engine, wait: float) -> sqlalchemy.Engine:
    """Return the pool for transactions that take the write lock before they read anything.

    They wait so many seconds for another writer.
    """
    return pool.execution_options(sqlite_begin="IMMEDIATE", sqlite_wait_ms=round(1000 * wait))


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("sqlite_begin") == "IMMEDIATE":
        begin_writing(connection, options["sqlite_wait_ms"] / 1000)
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {options['sqlite_wait_ms']}")
    connection.exec_driver_sql("BEGIN DEFERRED")
