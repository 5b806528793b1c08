"""Values that no column can hold, wherever they are met: named by table, column and row."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from annotator.project.assessment_records import Assessment, StoredFinding
from annotator.project.engine import sqlite_check
from annotator.project.errors import DamagedProject
from annotator.project.project import Project
from annotator.project.records import Verdict
from annotator.project.strokes import Stroke

SPREAD = np.full(468, 0.01, np.float16)


@pytest.fixture
def database(predicted, edit) -> Path:
    """The database of a closed project with strokes, verdicts and a failed file."""
    edit(predicted, 1, 2)
    predicted.visits.record(1, annotator="Ann", started_at=datetime.now(UTC), seconds=1, strokes=2)
    predicted.annotations.undo(1, revision=2)
    predicted.assessments.store(
        predicted.assessments.register(1, 1, ["blur", "size"]),
        [
            Assessment(
                1, 1, 0, 0.1, {"blur": 0.5}, SPREAD, (StoredFinding("flipped", 3, "Odd."),), (5, 6)
            )
        ],
    )
    predicted.reviews.accept(2, reviewer="Rae")
    predicted.close()
    return predicted.home / "project.sqlite"


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every database count as too large for all rows to be gone through as it is opened."""
    monkeypatch.setattr(sqlite_check, "_FULL_CHECK_BYTES", 0)


def put(path: Path, where: str, value: str, *, into: str) -> None:
    """Put a value into a row of `TABLE.COLUMN`, whatever the rules of the database say."""
    table, column = where.split(".")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        named = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = connection.execute(named).fetchall()
        for trigger, _ in triggers:
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(f'UPDATE {table} SET "{column}" = {value} WHERE {into}')
        for _, statement in triggers:
            connection.execute(statement)
        connection.commit()


def edit_one(project: Project) -> None:
    mesh = project.annotations.load(1)
    stroke = Stroke("grab", [1], mesh.landmarks[[1]], mesh.landmarks[[1]] + 1)
    mesh = project.annotations.record_stroke(1, stroke, revision=mesh.revision, annotator="Ann")
    project.annotations.undo(1, revision=mesh.revision)


def release(project: Project) -> None:
    with project.samples.all_accepted() as accepted:
        list(accepted), list(accepted.file_names())


WAYS: dict[str, Callable[[Project], object]] = {
    "list": lambda project: project.samples.summaries(),
    "images": lambda project: project.images.all(),
    "removals": lambda project: project.removals.all(),
    "failed": lambda project: project.images.failed(),
    "table": lambda project: project.to_dataframe(),
    "history": lambda project: project.reviews.history(2),
    "judge": lambda project: project.reviews.give(Verdict.REOPEN, [2], reviewer="Rae"),
    "visits": lambda project: project.visits.history(1),
    "strokes": lambda project: project.annotations.strokes(1),
    "assessments": lambda project: project.assessments.of(1),
    "columns": lambda project: project.assessments.columns(),
    "hashes": lambda project: project.assessments.hashed_faces(),
    "edit": edit_one,
    "release": release,
}


@pytest.mark.parametrize(
    ("where", "row", "value", "ways"),
    [
        ("visits.seconds", 1, "9e999", "visits"),
        ("visits.purpose", 1, "'odd'", "visits"),
        ("reviews.verdict", 1, "'odd'", "history"),
        ("reviews.reasons", 1, "'blurred,-odd'", "history table"),
        ("reviews.created_at", 1, "'yesterday'", "history release"),
        ("reviews.comment", 1, "x'ff00'", "history table"),
        ("samples.state", 1, "'odd'", "list edit"),
        ("samples.state", 2, "7", "list judge"),
        ("samples.presence", 2, "'much'", "list"),
        ("samples.box_left", 1, "9e999", "list edit"),
        ("samples.box_left", 1, "-1e300", "list edit"),
        ("samples.stroke_count", 1, "-1", "list table edit"),
        ("samples.stroke_count", 1, "9223372036854775807", "list table edit"),
        ("samples.stroke_count", 1, "1.5", "list table edit"),
        ("samples.created_at", 1, "'2025-13-01 00:00:00'", "table edit"),
        ("samples.annotator", 3, "CAST(x'41ff' AS TEXT)", "list table"),
        ("samples.image_id", 3, "77", "list"),
        ("images.path", 1, "'a' || char(0) || 'b'", "list images table"),
        ("images.failure", 1, "x'00'", "failed"),
        ("images.sha256", 1, "'../' || hex(zeroblob(30)) || 'a'", "images table"),
        ("images.width", 2, "'wide'", "images"),
        ("images.removed_at", 2, "'odd'", "removals"),
        ("models.name", 1, "x'00'", "table release"),
        ("assessments.doubt", 1, "'much'", "assessments columns"),
        ("assessments.signals", 1, "x'0000807f0000807f'", "assessments columns"),
        ("assessments.signals", 1, "'12345678'", "assessments columns"),
        ("assessments.spread", 1, "x'007c'", "assessments"),
        ("assessments.revision", 1, "-1", "assessments"),
        ("assessments.face_hashes", 1, "x'00'", "assessments hashes"),
        ("assessments.face_hashes", 1, "'0123456789abcdef'", "assessments hashes"),
        ("assessments.unchanged_since_sent_back", 1, "7", "assessments"),
        ("findings.severity", 1, "9e999", "assessments"),
        ("findings.of_mesh", 1, "'odd'", "assessments"),
        ("findings.vertices", 1, "x'00'", "assessments"),
        ("strokes.undone", 1, "7", "strokes"),
        ("strokes.created_at", 1, "'odd'", "edit strokes"),
    ],
)
@pytest.mark.usefixtures("large")
def test_a_value_that_no_column_holds_is_named_wherever_it_is_met(
    database, where, row, value, ways
):
    key = "sample_id" if where.startswith("annotations") else "rowid"
    put(database, where, value, into=f"{key} = {row}")
    table, column = where.split(".")
    with Project.open(database.parent) as project:
        for way in ways.split():
            with pytest.raises(DamagedProject) as caught:
                WAYS[way](project)
            message = str(caught.value)
            assert f"table {table}, column {column}, row {row}: " in message
            assert message.isprintable()
            assert "restore it from a backup" in message


@pytest.mark.parametrize(
    ("where", "row", "value", "named"),
    [
        ("samples.state", 2, "'odd'", "table samples, column state, row 2: 'odd'"),
        (
            "samples.image_id",
            3,
            "77",
            "column image_id, row 3: images has no row 77",
        ),
        ("visits.seconds", 1, "-1", "table visits, row 1: against the rule"),
        ("images.width", 1, "0", "table images, row 1: against the rule"),
        ("prediction_runs.face_count", 1, "-1", "table prediction_runs, column face_count, row 1"),
    ],
)
def test_rows_against_the_rules_are_named_as_the_project_is_opened(
    database, where, row, value, named
):
    put(database, where, value, into=f"rowid = {row}")
    with pytest.raises(DamagedProject) as caught:
        Project.open(database.parent)
    assert named in str(caught.value)


@pytest.mark.usefixtures("large")
def test_damaged_pages_that_are_met_later_are_told_as_damage(database):
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'strokes'"
        ((page,),) = connection.execute(query).fetchall()
        ((size,),) = connection.execute("PRAGMA page_size").fetchall()
    content = bytearray(database.read_bytes())
    content[(page - 1) * size : (page - 1) * size + 100] = b"\xff" * 100
    database.write_bytes(content)
    with Project.open(database.parent) as project:
        for way in ("strokes", "edit"):
            with pytest.raises(DamagedProject, match="malformed"):
                WAYS[way](project)
        assert len(project.samples.summaries()) == 3


def test_a_value_of_any_size_is_not_taken_into_memory(database):
    put(database, "images.failure", "CAST(zeroblob(70000000) AS TEXT)", into="id = 1")
    with pytest.raises(DamagedProject, match="too big"), Project.open(database.parent) as project:
        project.images.failed()


@pytest.mark.parametrize(
    ("lost", "ways"), [("annotations", "release edit"), ("reviews", "release")]
)
def test_a_sample_that_has_lost_rows_is_neither_unknown_nor_left_out_of_a_release(
    database, lost, ways
):
    with closing(sqlite3.connect(database)) as connection:
        named = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = connection.execute(named).fetchall()
        for trigger, _ in triggers:
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(f"DELETE FROM {lost}")
        for _, statement in triggers:
            connection.execute(statement)
        connection.commit()
    with Project.open(database.parent) as project:
        for way in ways.split():
            with pytest.raises(DamagedProject, match=r"sample \d has lost"):
                WAYS[way](project)
