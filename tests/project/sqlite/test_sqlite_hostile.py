"""Databases from elsewhere, whose schema, log or journal is somebody's program."""

import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from annotator.project.engine import sqlite_schema
from annotator.project.engine.sqlite import SqliteEngine
from annotator.project.engine.sqlite_connections import connect
from annotator.project.engine.sqlite_schema import CURRENT_SCHEMA, expected_schema, schema_problem
from annotator.project.errors import DamagedProject, NewerProject, ProjectUnavailable
from annotator.project.migrate import known_revisions
from annotator.project.project import Project
from annotator.project.tables import CURRENT_REVISION

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def database(predicted) -> Path:
    """The database of a closed project."""
    predicted.reviews.accept(1, reviewer="Rae")
    predicted.close()
    return predicted.home / "project.sqlite"


def tamper(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in ("PRAGMA writable_schema = ON", *statements):
            connection.execute(statement)


def changed(table: str, before: str, after: str) -> str:
    before, after = (text.replace("'", "''") for text in (before, after))
    return (
        f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}') WHERE name = '{table}'"
    )


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        ([f"CREATE VIEW mine AS {ENDLESS}"], "view mine was not made"),
        (
            ["CREATE TRIGGER t AFTER UPDATE ON samples BEGIN DELETE FROM strokes; END"],
            "trigger t was not made",
        ),
        (["CREATE INDEX mine ON samples (presence)"], "index mine was not made"),
        (["CREATE TABLE mine (x)"], "table mine was not made"),
        (['CREATE TABLE "a\nb\x1b[31m" (x)'], r"table 'a\nb\x1b[31m' was not made"),
        (["CREATE VIRTUAL TABLE words USING fts5(x)"], "table words"),
        (["DROP TABLE visits", f"CREATE VIEW visits AS {ENDLESS}"], "view visits was not made"),
        (
            ["DROP TABLE alembic_version", f"CREATE VIEW alembic_version AS {ENDLESS}"],
            "does not say its version",
        ),
        (
            ["DROP TRIGGER reviews_refuse_update"],
            "trigger reviews_refuse_update is missing",
        ),
        (
            [
                "DROP TRIGGER reviews_refuse_update",
                "CREATE TRIGGER reviews_refuse_update BEFORE UPDATE ON reviews BEGIN SELECT 1; END",
            ],
            "trigger reviews_refuse_update is not as",
        ),
        (
            ["ALTER TABLE models ADD COLUMN x GENERATED ALWAYS AS (hex(zeroblob(9e9))) VIRTUAL"],
            "table models is not as",
        ),
        (
            [changed("images", "frame >= 0", "length(zeroblob(2000000000)) > 0")],
            "table images is not as",
        ),
        ([changed("samples", "'deleted'", "'removed'")], "table samples is not as"),
    ],
)
def test_what_this_program_did_not_make_is_named_before_it_runs(
    database, contents, statements, named
):
    tamper(database, *statements)
    before = contents(database.parent)
    with pytest.raises(DamagedProject, match=re.escape(named)) as caught:
        Project.open(database.parent)
    assert str(caught.value).isprintable()
    assert contents(database.parent) == before


def test_statistics_and_another_way_to_write_a_statement_are_no_damage(database):
    tamper(
        database,
        changed("reviews", "sample_id INTEGER NOT NULL", '"sample_id"   INTEGER\tNOT NULL'),
        "ANALYZE",
    )
    with Project.open(database.parent) as project:
        assert len(project.reviews.history(1)) == 1


def test_of_a_newer_schema_nothing_is_read(database):
    tamper(
        database,
        "UPDATE alembic_version SET version_num = '9999'",
        "DROP TABLE visits",
        f"CREATE VIEW visits AS {ENDLESS}",
    )
    with pytest.raises(NewerProject, match="9999"):
        Project.open(database.parent)


@pytest.mark.parametrize("revision", sorted(known_revisions()))
def test_the_schema_of_every_revision_is_known(tmp_path, revision):
    path = tmp_path / "project.sqlite"
    SqliteEngine.create(str(tmp_path), revision=revision)
    with closing(sqlite3.connect(path)) as connection:
        schema = sqlite_schema.read_schema(connection)
    assert schema_problem(schema, revision) is None
    others = sorted(known_revisions() - {revision})
    assert all(schema_problem(schema, other) for other in others)
    Project.open(tmp_path).close()


def test_the_schema_that_is_written_down_is_the_current_one():
    again = "python -m annotator.project.engine.sqlite_schema"
    assert f"Schema {CURRENT_REVISION}," in CURRENT_SCHEMA.read_text("utf-8"), f"run {again}"
    made = sqlite_schema._made_by_migrations(CURRENT_REVISION)
    assert schema_problem(made, CURRENT_REVISION) is None, f"run {again}"
    assert list(expected_schema(CURRENT_REVISION)) == list(made), f"run {again}"


def test_a_journal_that_another_program_left_is_not_written_into_the_project(database, contents):
    # As a program leaves it that is killed: the pages to put back, with another trigger in them.
    other = database.with_name("other.sqlite")
    other.write_bytes(database.read_bytes())
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("CREATE TRIGGER t AFTER UPDATE ON samples BEGIN SELECT 1; END")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DROP TRIGGER t")
        connection.execute("UPDATE images SET failure = zeroblob(1000000)")  # more than it keeps
        journal = other.with_name("other.sqlite-journal").read_bytes()
        connection.execute("ROLLBACK")
    other.unlink()
    assert b"CREATE TRIGGER t" in journal
    database.with_name("project.sqlite-journal").write_bytes(journal)
    before = contents(database.parent)
    with pytest.raises(ProjectUnavailable, match="was left by another program"):
        Project.open(database.parent)
    assert contents(database.parent) == before


def test_a_journal_that_its_program_has_done_with_is_in_nobodys_way(database):
    database.with_name("project.sqlite-journal").write_bytes(bytes(512))
    Project.open(database.parent).close()


@POSIX
@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("what", ["pipe", "link", "folder"])
def test_no_link_pipe_or_folder_is_taken_for_what_sqlite_keeps_beside_a_database(
    database, tmp_path, ending, what
):
    precious = tmp_path / "precious.txt"
    precious.write_text("precious")
    beside = database.with_name(f"project.sqlite{ending}")
    if what == "pipe":
        os.mkfifo(beside)
    elif what == "link":
        beside.symlink_to(precious)
    else:
        beside.mkdir()
    with pytest.raises(DamagedProject, match="move it away"):
        Project.open(database.parent)
    assert precious.read_text() == "precious"


def test_a_log_of_noise_changes_nothing(database):
    database.with_name("project.sqlite-wal").write_bytes(os.urandom(9000))
    with Project.open(database.parent) as project:
        assert len(project.reviews.history(1)) == 1


@POSIX
def test_a_database_behind_a_link_is_read_with_its_log(database, tmp_path, edit):
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "project.sqlite").symlink_to(database)
    with Project.open(database.parent) as window:
        edit(window, 1)
        with Project.open(linked) as project:
            assert len(project.annotations.strokes(1)) == 1


def test_every_connection_distrusts_the_file(database):
    with Project.open(database.parent) as project, project._engine.reading() as session:
        pooled = session.connection().connection.dbapi_connection
        project.version()
        for connection in (pooled, project._engine._watch):
            for pragma, value in (("trusted_schema", 0), ("cell_size_check", 1)):
                assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
            with pytest.raises(sqlite3.OperationalError, match="too many attached"):
                connection.execute("ATTACH ':memory:' AS other")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 cannot ask for it")
def test_the_schema_cannot_be_written_to_by_any_statement(database):
    with closing(connect(database, 0)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        with pytest.raises(sqlite3.OperationalError, match="may not be modified"):
            connection.execute("DELETE FROM sqlite_master")
