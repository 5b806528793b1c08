import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Identity, create_engine, inspect

from annotator.project.engine.sqlite import SqliteEngine
from annotator.project.errors import DamagedProject
from annotator.project.migrate import head_revision, known_revisions
from annotator.project.project import Project
from annotator.project.tables import CURRENT_REVISION, METADATA

# SQLAlchemy cannot read back an index over an expression; `indices` compares it.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based"),
]

ASSESSMENT = "INSERT INTO assessments VALUES (1, 1, 1, 1"
RELEASE = "INSERT INTO releases VALUES (1, 'faces', '1.0.0', 'f'"
STROKE = "INSERT INTO strokes VALUES (9, 1, 1, 'grab', NULL, '2025-01-01', 0"


@pytest.fixture
def migrated(tmp_path) -> Path:
    path = tmp_path / "project.sqlite"
    SqliteEngine.create(str(path.parent))
    return path


@pytest.fixture
def older(tmp_path) -> Path:
    """A database of the first revision, with a model in it."""
    path = tmp_path / "project.sqlite"
    SqliteEngine.create(str(path.parent), revision="0001")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO models VALUES (1, 'm', 'f', '2025-01-01 00:00:00.000000')")
        connection.commit()
    return path


def schema_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM sqlite_master ORDER BY 1")]


def test_the_migrations_build_exactly_the_tables(migrated):
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, METADATA)
    engine.dispose()
    assert [each for each in differences if not is_identity(each)] == []


def is_identity(difference: Any) -> bool:
    """Tell what SQLite does for integer keys without being told."""
    return isinstance(difference, list) and all(
        kind == "modify_default" and isinstance(expected, Identity)
        for kind, *_, expected in difference
    )


def test_the_migrations_build_exactly_the_checks_and_keys(migrated, tmp_path):
    fresh = tmp_path / "fresh.sqlite"
    engines = [create_engine(f"sqlite:///{path}") for path in (migrated, fresh)]
    METADATA.create_all(engines[1])
    of_migrations, of_tables = (inspect(engine) for engine in engines)
    for table in METADATA.tables:
        for get in ("get_check_constraints", "get_foreign_keys", "get_unique_constraints"):
            found, expected = getattr(of_migrations, get)(table), getattr(of_tables, get)(table)
            unnamed = [key for key in found if key["name"] is None]  # by ALTER TABLE, as it is read
            for key in unnamed:
                key["name"] = f"fk_{table}_{key['constrained_columns'][0]}"
            assert sorted(found, key=str) == sorted(expected, key=str), (table, get)
    for engine in engines:
        engine.dispose()
    assert indices(migrated) == indices(fresh)


def indices(path: Path) -> list[str]:
    """Return the statements that make the indices, but for quotes, spaces and brackets."""
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'index' ORDER BY name"
        )
        return [re.sub(r'["()\s]', "", statement) for (statement,) in made if statement]


def test_the_revision_that_opening_expects_is_the_newest(migrated):
    assert head_revision() == CURRENT_REVISION
    assert known_revisions() == {f"{number:04}" for number in range(1, int(CURRENT_REVISION) + 1)}


def test_an_older_database_is_brought_up_to_date_after_a_backup(older):
    with Project.open(older.parent) as project:
        assert project.images.pending(1) == []
    assert "predictions_refuse_update" in schema_of(older)
    (backup,) = older.parent.glob("project.before-upgrade-0001-*.sqlite")
    assert "predictions_refuse_update" not in schema_of(backup)
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT name FROM models").fetchall() == [("m",)]


def test_an_up_to_date_database_is_not_backed_up(migrated):
    Project.open(migrated.parent).close()
    assert [path.name for path in migrated.parent.iterdir()] == ["project.sqlite"]


@pytest.mark.usefixtures("failing_upgrade")
def test_a_failing_migration_leaves_the_older_database_as_it_was(older):
    before = schema_of(older)
    with pytest.raises(DamagedProject, match="cannot be brought up to date"):
        Project.open(older.parent)
    assert schema_of(older) == before
    with closing(sqlite3.connect(older)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert revision == "0001"


@pytest.mark.parametrize("table", ["predictions", "reviews"])
@pytest.mark.parametrize("change", ["UPDATE {} SET sample_id = 2", "DELETE FROM {}"])
def test_predictions_and_reviews_cannot_be_changed_even_by_hand(predicted, table, change):
    predicted.reviews.accept(1, reviewer="Rae")
    predicted.close()
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match=f"{table} never change"),
    ):
        connection.execute(change.format(table))


@pytest.mark.parametrize("table", ["predictions", "reviews"])
def test_predictions_and_reviews_cannot_be_replaced_either(predicted, table):
    predicted.reviews.accept(1, reviewer="Rae")
    predicted.close()
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        before = connection.execute(f"SELECT * FROM {table}").fetchall()
        for statement in (
            f"REPLACE INTO {table} SELECT * FROM {table}",
            f"UPDATE OR REPLACE {table} SET id = 1",
        ):
            with pytest.raises(sqlite3.IntegrityError, match=f"{table} never change"):
                connection.execute(statement)
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == before


def test_a_prediction_cannot_be_replaced_under_another_id(predicted):
    predicted.close()
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="predictions never change"),
    ):
        connection.execute(
            "REPLACE INTO predictions "
            "SELECT 99, sample_id, model_id, 0.1, 0.1, created_at, landmarks, digest "
            "FROM predictions"
        )


@pytest.mark.parametrize("table", ["predictions", "reviews"])
def test_only_what_was_said_of_removed_images_can_be_deleted(predicted, table):
    predicted.reviews.accept(1, reviewer="Rae")
    predicted.reviews.accept(3, reviewer="Rae")
    predicted.close()
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        connection.execute("UPDATE images SET removed_at = '2026-01-01' WHERE id = 1")
        connection.execute(f"DELETE FROM {table} WHERE sample_id IN (1, 2)")
        with pytest.raises(sqlite3.IntegrityError, match=f"{table} never change"):
            connection.execute(f"DELETE FROM {table} WHERE sample_id = 3")


@pytest.mark.parametrize("table", ["images", "samples"])
def test_the_ids_of_deleted_images_and_samples_never_come_back(predicted, table):
    predicted.close()
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        for statement in (
            "CREATE TEMP TABLE kept AS SELECT * FROM {}",
            "DELETE FROM {}",
            "UPDATE kept SET id = NULL",
            "INSERT INTO {} SELECT * FROM kept",
        ):
            connection.execute(statement.format(table))
        assert connection.execute(f"SELECT min(id) FROM {table}").fetchone() == (4,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE samples SET state = 'finished'",
        "INSERT INTO reviews VALUES (9, 1, 'maybe', 'Rae', '', '', '2025-01-01 00:00:00', 0)",
        "INSERT INTO reviews VALUES (9, 1, 'send_back', 'Rae', '', '', '2025-01-01 00:00:00', 0)",
        "UPDATE annotations SET landmarks = x'00'",
        "UPDATE annotations SET landmarks = zeroblob(13)",
        "UPDATE annotations SET landmarks = x''",
        "UPDATE annotations SET marks = x''",
        "UPDATE annotations SET landmarks = zeroblob(5616), marks = x'00'",
        "INSERT INTO predictions VALUES (9, 1, 9, 1, 1, '2025-01-01 00:00:00', x'', NULL)",
        "INSERT INTO predictions VALUES (9, 1, 9, 1, 1, '2025-01-01 00:00:00', x'0102', NULL)",
        "UPDATE annotations SET digest = x'00'",
        "UPDATE annotations SET digest = x''",
        "UPDATE images SET frame = -1",
        "UPDATE samples SET displacement = -1",
        "UPDATE samples SET seconds_spent = -1",
        "UPDATE samples SET seconds_reviewed = -1",
        "UPDATE images SET coded_sha256 = 'ab'",
        "UPDATE images SET pixels_sha256 = ''",
        "INSERT INTO visits VALUES (1, 1, 'Ann', '2025-01-01 00:00:00', -1, 0, 'annotate')",
        "INSERT INTO visits VALUES (1, 1, 'Ann', '2025-01-01 00:00:00', 1, -1, 'review')",
        "INSERT INTO visits VALUES (1, 1, 'Ann', '2025-01-01 00:00:00', 1, 1, 'rest')",
        f"{ASSESSMENT}, -1, 0.1, x'00000000', NULL, '2025-01-01', 0, NULL, 0)",
        f"{ASSESSMENT}, 0, -0.1, x'00000000', NULL, '2025-01-01', 0, NULL, 0)",
        f"{ASSESSMENT}, 0, 0.1, x'', NULL, '2025-01-01', 0, NULL, 0)",
        f"{ASSESSMENT}, 0, 0.1, x'000000', NULL, '2025-01-01', 0, NULL, 0)",
        f"{ASSESSMENT}, 0, 0.1, x'00000000', x'00', '2025-01-01', 0, NULL, 0)",
        f"{ASSESSMENT}, 0, 0.1, x'00000000', NULL, '2025-01-01', 0, x'00', 0)",
        "INSERT INTO assessors VALUES (1, 1, 0, 'blur', '2025-01-01')",
        "INSERT INTO findings VALUES (1, 1, 'guess', 'flipped', 1, 'Odd.', NULL)",
        "INSERT INTO findings VALUES (1, 1, 'prediction', 'flipped', 4, 'Odd.', NULL)",
        f"{STROKE}, x'0100', x'', x'', NULL, NULL, NULL, NULL, NULL, NULL)",
        f"{STROKE}, x'', x'', x'', x'', NULL, NULL, NULL, NULL, NULL)",
        f"{STROKE}, x'', x'', x'', NULL, x'', NULL, NULL, NULL, NULL)",
        f"{STROKE}, x'', x'', x'', x'00', x'00', NULL, NULL, NULL, NULL)",
        f"{STROKE}, x'', x'', x'', NULL, NULL, x'00', NULL, NULL, NULL)",
        f"{STROKE}, x'', x'', x'', NULL, NULL, NULL, x'00', NULL, NULL)",
        f"{STROKE}, x'', x'', x'', NULL, NULL, NULL, NULL, x'00', NULL)",
        f"{STROKE}, x'', x'', x'', NULL, NULL, NULL, NULL, NULL, x'')",
        "INSERT INTO facts (subject) VALUES ('P-7')",
        "INSERT INTO facts (image_id, clip_id) VALUES (1, 1)",
        "INSERT INTO facts (image_id, consent) VALUES (1, 'maybe')",
        "INSERT INTO facts (image_id, revoked_at) VALUES (1, '2026-01-01')",
        "INSERT INTO splits VALUES (1, 'holdout', 0, '', '2026-01-01', 'Ann')",
        f"{RELEASE}, 'ab', 'npz', 1, 1, '2026-01-01', 'Ann', NULL, NULL, NULL)",
        f"{RELEASE}, hex(zeroblob(32)), 'npz', -1, 1, '2026-01-01', 'Ann', NULL, NULL, NULL)",
        f"{RELEASE}, hex(zeroblob(32)), 'npz', 1, 1, '2026-01-01', 'Ann', '2026', NULL, NULL)",
        "INSERT INTO release_entries VALUES (1, 1, 1, NULL, x'00')",
        "INSERT INTO guides VALUES (1, 1, 's', '', '2026', 'Ann', x'00', NULL, zeroblob(8))",
        "INSERT INTO guides VALUES (1, 1, 's', '', '2026', 'Ann', zeroblob(12), x'0000', x'')",
        "INSERT INTO secrets VALUES (1, x'00', '2026-01-01')",
        "INSERT INTO secrets VALUES (2, zeroblob(32), '2026-01-01')",
    ],
)
def test_the_database_itself_refuses_impossible_values(predicted, statement):
    predicted.close()
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"),
    ):
        connection.execute(statement)


def test_the_database_itself_refuses_a_picture_twice(predicted):
    predicted.close()
    again = "INSERT INTO images (path, sha256, frame, width, height, added_at) "
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        (sha256,) = connection.execute("SELECT sha256 FROM images WHERE id = 1").fetchone()
        for frame in ("0", "1"):
            connection.execute(f"{again} VALUES ('x', '{sha256}', {frame}, 1, 1, '2025-01-01')")
        for frame in ("NULL", "0", "1"):
            with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
                connection.execute(f"{again} VALUES ('y', '{sha256}', {frame}, 1, 1, '2025-01-01')")
