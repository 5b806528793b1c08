"""The copies that upgrades make beside a database: which are kept, and what else goes."""

import gzip
import os
import time
from pathlib import Path

import pytest

from annotator.project import Project
from annotator.project.engine.sqlite import SqliteEngine

DATA = Path(__file__).parents[1] / "data"
COPIES = [
    "project.before-upgrade-0002-20240105T101112Z-0a1b2c.sqlite",
    "project.before-upgrade-0003-20240601T101112Z-ffffff.sqlite",
    "project.before-upgrade-0002-20250301T000000Z-000000.sqlite",
]
OTHERS = [
    "project.before-upgrade-0003-20240105T101112Z-0a1b2c.sqlite.mine",
    "my project.before-upgrade-0003-20240105T101112Z-0a1b2c.sqlite",
    "project.before-upgrade-0003-20240105T101112Z.sqlite",
    "project.before-upgrade-0003.sqlite",
    "project.before-restore-20240105T101112Z-0a1b2c.sqlite",
    "projectXbefore-upgrade-0002-20240105T101112Z-0a1b2c.sqlite",
    "project.sqlite.new",
    "photograph.jpg",
]
HALF = [
    ".project.before-upgrade-0002-20240105T101112Z-0a1b2c.sqlite.part",
    ".project.before-upgrade-0002-20240105T101112Z-0a1b2c.sqlite.part-journal",
    ".project.sqlite.4711.new",
    ".project.sqlite.4711.new-wal",
]


@pytest.fixture
def older(tmp_path) -> Path:
    """The folder of a project that an earlier version left."""
    folder = tmp_path / "project"
    folder.mkdir()
    database = gzip.decompress((DATA / "project_0004.sqlite.gz").read_bytes())
    (folder / "project.sqlite").write_bytes(database)
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_newest_two_copies_are_kept_and_nothing_else_is_removed(older):
    for name in COPIES + OTHERS:
        (older / name).write_bytes(b"theirs")
    Project.open(older).close()
    (made,) = older.glob("project.before-upgrade-0004-*.sqlite")
    assert names(older) == {"project.sqlite", made.name, COPIES[2], *OTHERS}


def test_the_copy_of_the_program_that_upgraded_outlives_those_of_programs_that_were_slower(
    older, monkeypatch
):
    migrating = SqliteEngine.migrating
    slower = []

    def while_others_copy(engine):
        slower.extend(engine.back_up("0004") for _ in range(2))
        return migrating(engine)

    monkeypatch.setattr(SqliteEngine, "migrating", while_others_copy)
    Project.open(older).close()
    for copy in slower:  # as they do once they see that another one was faster
        copy.discard()
    assert len(list(older.glob("project.before-upgrade-0004-*.sqlite"))) == 1


def test_what_killed_upgrades_left_goes_after_a_day(older):
    for name in HALF:
        (older / name).write_bytes(b"")
    fresh = older / ".project.sqlite.4712.new"
    fresh.write_bytes(b"")
    long_ago = time.time() - 2 * 24 * 3600
    for name in HALF:
        os.utime(older / name, (long_ago, long_ago))
    Project.open(older).close()
    (made,) = older.glob("project.before-upgrade-0004-*.sqlite")
    assert names(older) == {"project.sqlite", made.name, fresh.name}


def test_nothing_is_removed_where_nothing_is_upgraded(older):
    Project.open(older).close()
    for name in COPIES:
        (older / name).write_bytes(b"theirs")
    before = names(older)
    Project.open(older).close()
    assert names(older) == before


def test_copies_that_cannot_be_removed_do_not_keep_a_project_from_being_opened(older):
    (older / COPIES[0]).mkdir()
    (older / COPIES[1]).write_bytes(b"theirs")
    (older / COPIES[2]).write_bytes(b"theirs")
    with Project.open(older) as project:
        assert sum(project.samples.counts().values())
    assert COPIES[0] in names(older)
    assert COPIES[1] not in names(older)
