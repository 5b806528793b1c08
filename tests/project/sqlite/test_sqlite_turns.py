"""A program's turn to write, among others that write one change after the other."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy

from annotator.project.engine.sqlite_connections import immediately, pooled
from annotator.project.engine.sqlite_turns import WriteTurn
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


class WatchedCondition(threading.Condition):
    """Notes how long is waited for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []
        self.is_waited_for = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        self.is_waited_for.set()
        return super().wait(timeout)


@pytest.fixture
def turn() -> WriteTurn:
    taken = WriteTurn()
    taken._given_back = WatchedCondition()
    return taken


@pytest.mark.parametrize("patience", [0, 0.001])
def test_a_thread_that_waits_for_no_program_is_waited_for_to_the_end(
    turn: WriteTurn, patience: float
) -> None:
    assert turn.take(0)
    with ThreadPoolExecutor(1) as threads:
        other = threads.submit(turn.take, patience)
        turn._given_back.is_waited_for.wait()
        turn.give_back()
        assert other.result()
    assert turn._given_back.waits == [None]


def test_a_thread_that_may_wait_for_programs_is_waited_for_within_patience(
    turn: WriteTurn,
) -> None:
    assert turn.take(5)
    with ThreadPoolExecutor(1) as threads:
        assert not threads.submit(turn.take, 0).result()
        assert not threads.submit(turn.take, 0.01).result()
    assert all(turn._given_back.waits)
    turn.give_back()
    assert turn.take(0)


def test_a_thread_never_waits_for_itself_without_end(turn: WriteTurn) -> None:
    assert turn.take(0)
    assert not turn.take(0)
    assert not turn.take(0.01)
