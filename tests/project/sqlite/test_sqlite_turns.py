"""A program's turn to write, among others that write one change after the other."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy

from annotator.project.engine.sqlite_connections import immediately, pooled
from annotator.project.project import Project


@contextmanager
def locked(folder: Path) -> Iterator[sqlite3.Connection]:
    """Hold the write lock."""
    path = folder / "project.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


@pytest.fixture
def pool(project: Project) -> Iterator[sqlalchemy.Engine]:
    """The connections of a program."""
    opened = pooled(project.home / "project.sqlite", 5, foreign_keys=True)
    yield opened
    opened.dispose()


def asked_in(pool: sqlalchemy.Engine, seconds: float) -> int:
    """Return how often the lock was asked for in vain."""
    said: list[str] = []
    with pool.connect() as connection:
        connection.connection.dbapi_connection.set_trace_callback(said.append)
    with (
        immediately(pool, seconds).connect() as connection,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        connection.begin()
    return said.count("BEGIN IMMEDIATE")


def test_a_lock_is_asked_for_without_growing_pauses(
    project: Project, pool: sqlalchemy.Engine
) -> None:
    with locked(project.home):
        assert asked_in(pool, 0.5) > 5


def test_who_waits_for_nobody_asks_once(project: Project, pool: sqlalchemy.Engine) -> None:
    with locked(project.home):
        assert asked_in(pool, 0) == 1


def test_whoever_waits_gets_the_lock_once_it_is_free(
    project: Project, pool: sqlalchemy.Engine
) -> None:
    with locked(project.home) as other:
        freed = threading.Timer(0.2, other.rollback)
        freed.start()
        with immediately(pool, 60).begin() as connection:
            assert connection.in_transaction()
        freed.join()
