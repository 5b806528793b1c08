"""A project with work in it, as an older version left it, opened by this one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import no_marks
from annotator.project.engine.sqlite import SqliteEngine
from annotator.project.errors import DamagedProject
from annotator.project.project import Project
from annotator.project.records import Reason, SampleState, Verdict

TABLES = (
    "images",
    "failed_files",
    "models",
    "prediction_runs",
    "samples",
    "predictions",
    "annotations",
    "strokes",
    "reviews",
)
# What values were called at that time.
THEN = {
    "state": "CASE state WHEN 'sent_back' THEN 'rejected' ELSE state END",
    "verdict": "CASE verdict WHEN 'send_back' THEN 'reject' ELSE verdict END",
}


@pytest.fixture
def worked_on(predicted, edit) -> Project:
    """Strokes in effect and undone, and verdicts, none of them newer than revision 0002."""
    edit(predicted, 1, 3)
    predicted.annotations.undo(1, revision=3)
    edit(predicted, 2)
    predicted.reviews.accept(2, reviewer="Rae", comment="crisp")
    predicted.reviews.send_back(3, reviewer="Sam", reasons=[Reason.BLURRED])
    return predicted


@pytest.fixture
def older(worked_on, tmp_path) -> Path:
    """The same project in a database of revision 0002."""
    path = tmp_path / "older" / "project.sqlite"
    path.parent.mkdir()
    SqliteEngine.create(str(path.parent), revision="0002")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS new", [str(worked_on.home / "project.sqlite")])
        for table in TABLES:
            columns = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
            names = [column[1] for column in columns]
            values = ", ".join(f"({THEN.get(name, name)})" for name in names)
            held = ", ".join(names)
            connection.execute(f"INSERT INTO {table} ({held}) SELECT {values} FROM new.{table}")
    return path


def query(path: Path, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def everything(path: Path) -> dict[str, list[tuple]]:
    return {table: query(path, f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}


def test_everything_is_there_after_an_upgrade(worked_on, older):
    with Project.open(older.parent) as upgraded:
        for sample_id in (1, 2, 3):
            mine, theirs = upgraded.samples.get(sample_id), worked_on.samples.get(sample_id)
            assert mine.displacement == pytest.approx(theirs.displacement, rel=1e-5)
            for name in ("state", "presence", "stroke_count", "box", "annotator", "reviewer"):
                assert getattr(mine, name) == getattr(theirs, name)
            assert (mine.seconds_spent, mine.added_by) == (0, None)
            annotation = upgraded.annotations.load(sample_id)
            expected = worked_on.annotations.load(sample_id)
            assert annotation.landmarks.tobytes() == expected.landmarks.tobytes()
            assert annotation.prediction.tobytes() == expected.prediction.tobytes()
            assert annotation.marks.tolist() == no_marks(FACE_468.count).tolist()
            assert (annotation.anchors, annotation.can_redo) == ((), expected.can_redo)
            assert upgraded.reviews.history(sample_id) == worked_on.reviews.history(sample_id)
        assert upgraded.samples.get(1).displacement > 0
        assert upgraded.samples.get(3).displacement == 0


def test_the_strokes_of_an_older_project_have_no_marks_and_can_be_undone_and_redone(older):
    with Project.open(older.parent) as project:
        for stroke in project.annotations.strokes(1):
            assert (stroke.marks_before, stroke.marks_after) == (None, None)
            assert (stroke.anchors_added, stroke.anchors_removed) == ((), ())
        before = project.annotations.load(1)
        after = project.annotations.redo(1, revision=before.revision)
        assert project.samples.get(1).stroke_count == 3
        assert (after.landmarks != before.landmarks).any()
        project.annotations.undo(1, revision=after.revision)
        assert project.annotations.load(1).landmarks.tobytes() == before.landmarks.tobytes()


def test_an_upgraded_project_takes_what_is_new(older):
    with Project.open(older.parent) as project:
        project.reviews.delete(1, reviewer="Rae")
        assert project.samples.get(1).state is SampleState.DELETED
        assert project.reviews.history(1)[-1].verdict is Verdict.DELETE


def test_an_upgraded_project_keeps_its_history_from_being_changed(older):
    Project.open(older.parent).close()
    for table in ("predictions", "reviews"):
        for change in (f"UPDATE {table} SET sample_id = 2", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match=f"{table} never change"):
                query(older, change)


def test_an_upgraded_database_is_built_like_a_new_one(worked_on, older):
    Project.open(older.parent).close()
    kinds = "SELECT type, name, tbl_name FROM sqlite_master ORDER BY 1, 2"
    assert query(older, kinds) == query(worked_on.home / "project.sqlite", kinds)
    assert query(older, "PRAGMA foreign_key_check") == []
    assert query(older, "PRAGMA integrity_check") == [("ok",)]


def test_the_copy_made_before_an_upgrade_is_the_older_database(older):
    before = everything(older)
    Project.open(older.parent).close()
    (backup,) = older.parent.glob("project.before-upgrade-0002-*.sqlite")
    assert everything(backup) == before


@pytest.mark.usefixtures("failing_upgrade")
def test_an_upgrade_that_fails_half_way_leaves_the_older_database_as_it_was(older):
    before, schema = everything(older), query(older, "SELECT * FROM sqlite_master ORDER BY 1, 2")
    with pytest.raises(DamagedProject, match="cannot be brought up to date"):
        Project.open(older.parent)
    assert everything(older) == before
    # Which page a table begins on is not what counts.
    after = query(older, "SELECT * FROM sqlite_master ORDER BY 1, 2")
    assert [row[:3] + row[4:] for row in after] == [row[:3] + row[4:] for row in schema]
    assert query(older, "SELECT version_num FROM alembic_version") == [("0002",)]


def test_a_mesh_without_an_inter_ocular_distance_can_be_upgraded(older):
    flat = np.zeros((468, 3), "<f4").tobytes()
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("UPDATE annotations SET landmarks = ? WHERE sample_id = 1", [flat])
        connection.commit()
    with Project.open(older.parent) as project:
        assert project.samples.get(1).displacement == 0


def test_a_program_that_finds_another_one_was_faster_leaves_no_copy_of_what_it_made(
    older, monkeypatch
):
    copy = SqliteEngine.back_up

    def while_another_upgrades(engine, revision):
        monkeypatch.undo()
        Project.open(older.parent).close()
        return copy(engine, revision)

    monkeypatch.setattr(SqliteEngine, "back_up", while_another_upgrades)
    Project.open(older.parent).close()
    (kept,) = older.parent.glob("project.before-upgrade-0002-*.sqlite")
    assert query(kept, "SELECT version_num FROM alembic_version") == [("0002",)]


def test_a_program_that_waited_while_another_one_upgraded_leaves_no_copy_either(older, monkeypatch):
    migrating = SqliteEngine.migrating

    def after_another(engine):
        monkeypatch.undo()
        Project.open(older.parent).close()
        return migrating(engine)

    monkeypatch.setattr(SqliteEngine, "migrating", after_another)
    Project.open(older.parent).close()
    assert len(list(older.parent.glob("project.before-upgrade-0002-*.sqlite"))) == 1
