"""A project of schema 0013, opened by this version: see ``data/README.md``."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from annotator.project import DamagedProject, Project, SampleState
from annotator.project.fact_records import NOTHING_KNOWN
from annotator.project.split_records import Split, StoredSplit

ZIPPED = Path(__file__).parents[1] / "data" / "project_0013.sqlite.gz"
NEW_TABLES = {
    "facts", "refused_pictures", "splits", "releases", "release_entries", "released_images",
    "guides", "secrets",
}  # fmt: skip


@pytest.fixture
def older(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "project.sqlite").write_bytes(gzip.decompress(ZIPPED.read_bytes()))
    return folder


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables, but for what Alembic and SQLite keep for themselves."""
    with closing(sqlite3.connect(folder / "project.sqlite")) as connection:
        named = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = {name for (name,) in connection.execute(named)}
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in tables - {"alembic_version", "sqlite_sequence"}
        }


def test_every_row_of_every_table_is_what_it_was_and_the_new_tables_are_empty(older):
    before = rows(older)
    Project.open(older).close()
    after = rows(older)
    assert after.keys() - before.keys() == NEW_TABLES
    assert {table: after[table] for table in before} == before
    assert not any(after[table] for table in NEW_TABLES)


def test_it_is_whole_and_can_be_worked_with(older):
    with Project.open(older) as project:
        assert project.problems() == []
        assert list(project.samples.damaged()) == []
        assert project.samples.counts()[SampleState.ACCEPTED] == 1
        assert [sample.sample_id for sample in project.samples.accepted()] == [2]
        ids = [image.id for image in project.images.all()]
        assert set(project.facts.of(ids).values()) == {NOTHING_KNOWN}
        project.facts.set(ids, {"subject": "P-7"})
        project.splits.decide({1: StoredSplit(Split.TEST, False, "P-7")})
        project.facts.revoke([1], "asked to")
        assert list(project.samples.accepted()) == []
        assert project.facts.left_out().samples == 1


def test_a_frame_of_a_clip_takes_what_is_known_of_its_clip(older):
    with Project.open(older) as project:
        (frame,) = [image for image in project.images.all() if image.clip_id is not None]
        assert project.facts.set([frame.id], {"licence": "CC0-1.0"}) == 1
        assert project.facts.of([frame.id])[frame.id].licence == "CC0-1.0"
        project.facts.revoke([frame.id], "asked to")
        (entry,) = [each for each in project.audit.entries() if each.what == "revoke"]
        assert (entry.image_id, entry.detail["clip"]) == (None, frame.clip_id)
        clip = frame.clip_id
        project.clips.remove(clip)
        project.clips.delete(clip)
        assert project.problems() == []
    with closing(sqlite3.connect(older / "project.sqlite")) as connection:
        kept = connection.execute("SELECT sha256, frame, revoked_why FROM refused_pictures")
        assert ("5" * 64, None, "asked to") in kept.fetchall()


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DROP TRIGGER splits_refuse_update", "trigger splits_refuse_update is missing"),
        ("DROP TRIGGER images_stay_refused", "trigger images_stay_refused is missing"),
        ("DROP INDEX ix_refused_pictures_sha256", "index ix_refused_pictures_sha256 is missing"),
        ("DROP TABLE release_entries", "release_entries is missing"),
        (
            "CREATE TRIGGER t AFTER INSERT ON facts BEGIN DELETE FROM facts; END",
            "trigger t was not",
        ),
        (
            "UPDATE sqlite_master SET sql = replace(sql, 'length(secret) = 32', '1') "
            "WHERE name = 'secrets'",
            "table secrets is not as this program makes it",
        ),
    ],
)
def test_a_project_whose_rules_were_changed_is_refused(older, statement, why):
    Project.open(older).close()
    with closing(sqlite3.connect(older / "project.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(statement)
    with pytest.raises(DamagedProject, match=why):
        Project.open(older)


@pytest.mark.usefixtures("failing_upgrade")
def test_an_upgrade_that_is_interrupted_leaves_it_as_it_was(older):
    before = rows(older)
    with pytest.raises(DamagedProject, match="cannot be brought up to date"):
        Project.open(older)
    assert rows(older) == before
