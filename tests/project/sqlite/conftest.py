"""What only an SQLite file can do, or can suffer."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.project import Judgement, Project, Verdict, migrate
from tests.rights import public_folder


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


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that anybody may look into, unlike `tmp_path`, with one for private copies."""
    with public_folder() as shelf:
        (shelf / "private").mkdir()
        (shelf / "private").chmod(0o777)
        monkeypatch.setattr(tempfile, "tempdir", str(shelf / "private"))
        yield shelf


@pytest.fixture
def folder(predicted: Project, edit, shelf: Path) -> Path:
    """A closed project with strokes and a verdict, which may still be written."""
    edit(predicted, 1, 3)
    predicted.reviews.judge(2, Judgement(Verdict.ACCEPT, "Rae"), revision=0)
    predicted.close()
    return Path(shutil.copytree(predicted.home, shelf / "project"))
