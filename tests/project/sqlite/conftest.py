"""What only an SQLite file can do, or can suffer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.project import migrate


@pytest.fixture(params=["sqlite"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """No other engine, whichever there are."""
    name: str = request.param
    return name


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Read all files of a folder, to see whether one changed."""

    def read(folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    return read


@pytest.fixture
def failing_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the migrations run, and what comes after them fail."""
    run = migrate.run_migrations

    def run_and_fail(connection, *revision: str) -> None:
        run(connection, *revision)
        if not revision:  # which older ones are made by
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    monkeypatch.setattr(migrate, "run_migrations", run_and_fail)
