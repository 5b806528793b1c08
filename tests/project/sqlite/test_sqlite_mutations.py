"""Damaged and forged copies of a small project, each used in every way: right answers or refusals.

What is seeded fails again. `FACEMESH_FUZZ` multiplies the rounds.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
import pytest
from sqlalchemy import Column

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project.assessment_records import HIGH, Assessment, StoredFinding
from annotator.project.errors import ProjectError, UnknownRevision
from annotator.project.image_records import NewImage
from annotator.project.project import Project
from annotator.project.records import Reason, SampleState
from annotator.project.strokes import Stroke
from annotator.project.tables import METADATA
from annotator.quality.agreement.tables import honeypots, pairs
from annotator.quality.standing import Triage, standings
from annotator.quality.tables import tables_of
from annotator.release import ExportError, export_release
from annotator.system.assets import asset_path
from tests.fuzzing import mutated, rounds

# What another program, or somebody who means harm, may put into any column.
VALUES = (
    "x''", "x'00'", "x'ff80'", "zeroblob(100000)", "CAST(x'41ff42' AS TEXT)", "'a' || char(0)",
    "''", "'odd'", "'1'", "'accepted,odd'", "'9999-99-99 00:00:00'", "'2025-01-01 00:00:00+05:00'",
    "0", "-1", "7", "1.5", "9223372036854775807", "-9223372036854775808", "9e999", "-9e999",
    "1e300", "NULL", "'../../../etc/passwd'", "printf('%.100000c', 'a')",
)  # fmt: skip


@dataclass(frozen=True)
class Small:
    """A closed project: its folder, and what its database is."""

    folder: Path
    content: bytes

    def put(self, content: bytes) -> Path:
        """Give it another database, alone, and return its path."""
        for left in self.folder.glob("project*.sqlite*"):
            left.unlink()
        path = self.folder / "project.sqlite"
        path.write_bytes(content)
        return path


@pytest.fixture
def small(project, make_face, edit, tmp_path) -> Small:
    """Four faces in two photographs, in all states, edited, undone, judged and visited."""
    entries = []
    for number, name in enumerate(("collins.jpg", "photograph.jpg")):
        path = project.home / name
        photograph = asset_path("datasets", "sample", "collins.jpg").read_bytes()
        path.write_bytes(photograph + bytes(number))  # which JPEG readers pass over
        entries.append(NewImage(path, sha256(path.read_bytes()).hexdigest(), 600, 800))
    project.images.add(entries)
    model = project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
    faces = [make_face(100, 100), make_face(300, 300, seed=1)]
    project.predictions.store(model, [(1, faces), (2, faces)])
    edit(project, 1, 3)
    project.annotations.undo(1, revision=3)
    edit(project, 2)
    project.reviews.accept(2, reviewer="Rae", comment="crisp")
    project.reviews.accept(3, reviewer="Rae")
    project.reviews.send_back(
        4, reviewer="Sam", reasons=[Reason.BLURRED], comment="lid", vertices=[33], region="lips"
    )
    assessor = project.assessments.register(model, 1, ["blur"])
    folded = (StoredFinding("folds", HIGH, "Folded.", (1, 2)),)
    known = [Assessment(i, i, 0, 0.1, {"blur": 0.5}, None, folded, (5, i)) for i in (1, 2)]
    project.assessments.store(assessor, known)
    review_together(project, make_face(100, 100).landmarks)
    project.close()
    return Small(project.home, (project.home / "project.sqlite").read_bytes())


def review_together(project: Project, answer: np.ndarray) -> None:
    """Set something, draw, and ask for opinions and known answers."""
    project.settings.put("agreement_threshold", 0.1, by="Rae")
    project.settings.put("triage", {"accept": 0.02, "hopeless": 0.2}, by="Rae")
    project.reviews.submit(1, reviewer="Ann")
    project.draws.draw(1, confidence=0.9, by="Rae", seed=1)
    project.opinions.ask([(1, "ann"), (1, "ben")])
    project.opinions.ask_known([(4, "ann")], {4: answer})


def look(project: Project) -> None:
    """Do what `status`, `list` and a window do that shows everything."""
    for record in project.images.all():
        assert record.path.is_absolute()
        project.samples.faces_of(record.id)
    project.images.failed(), project.images.without_faces(), project.removals.all()
    assert set(project.samples.counts()) == set(SampleState)
    project.samples.changed_since(0), project.version()
    for sample in project.samples.summaries():
        assert np.isfinite([*sample.box, sample.presence, sample.displacement]).all()
        assert isinstance(sample.state, SampleState)
        assert isinstance(sample.image_name, str)
        project.reviews.history(sample.id), project.visits.history(sample.id)
        project.annotations.strokes(sample.id), project.assessments.of(sample.id)
    assert np.isfinite(project.assessments.columns().sample_ids).all()
    project.assessments.hashed_faces()


def review(project: Project) -> None:
    """Do what reviewers and those who lead do to look at all that was said and decided."""
    project.settings.all(), list(project.audit.entries()), project.draws.all()
    opinions = project.opinions.all()
    project.opinions.answers([one.sample_id for one in opinions if one.is_honeypot])
    ids = range(1, 5 + len(opinions))
    assert all(np.isfinite(mesh.landmarks).all() for mesh in project.opinions.meshes(list(ids)))
    project.samples.summaries(person="ann"), project.reviews.own_work(ids, "Rae")
    for sample_id in ids:
        project.remarks.of(sample_id)
        for made in project.annotations.made(sample_id):
            with suppress(UnknownRevision):
                project.annotations.at_revision(sample_id, made.revision)


def count(project: Project) -> None:
    """Make the report's figures, and those of agreement and triage."""
    tables_of(project), pairs(project), honeypots(project)
    list(standings(project.samples.summaries(), Triage.of(project)))


def table(project: Project) -> None:
    """Make the table of all samples."""
    project.to_dataframe()


def edit_all(project: Project) -> None:
    """Make, take back and bring back a stroke on each sample, and judge it."""
    for sample_id in (1, 2, 3, 4):
        mesh = project.annotations.load(sample_id)
        where = np.array([5, 6])
        start = mesh.landmarks[where]
        stroke = Stroke("grab", where, start, start + 1)
        for change in (project.annotations.undo, project.annotations.redo):
            mesh = change(sample_id, revision=mesh.revision)
        if np.array_equal(mesh.landmarks[where], start):
            project.annotations.record_stroke(
                sample_id, stroke, revision=mesh.revision, annotator="Ann"
            )
        project.reviews.reopen(sample_id, reviewer="Rae")


def export(project: Project) -> None:
    """Make a release of what is accepted."""
    folder = project.home / "release"
    shutil.rmtree(folder, ignore_errors=True)
    export_release(project, folder, "csv", images="reference")


WAYS: tuple[Callable[[Project], None], ...] = (look, review, count, table, export, edit_all)


def use(folder: Path, *, exports: bool = True) -> list[str]:
    """Use a project in all ways; return what each refusal says."""
    said = []
    try:
        with Project.open(folder) as project:
            for way in WAYS if exports else (look, review, table, edit_all):
                try:
                    way(project)
                except (ProjectError, ExportError) as error:
                    said.append(str(error))
    except ProjectError as error:
        said.append(str(error))
    return said


def assert_told(said: list[str]) -> None:
    for sentence in said:
        assert sentence.isprintable(), sentence
        assert len(sentence) < 1000, sentence


def test_a_project_that_nobody_damaged_refuses_nothing(small):
    assert use(small.folder) == []


def test_damaged_bytes_give_right_answers_or_a_refusal(small):
    for seed in range(rounds(4)):
        small.put(mutated(small.content, Random(seed)))
        try:
            assert_told(use(small.folder, exports=seed % 8 < 2))
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise


def test_forged_values_give_right_answers_or_a_refusal(small):
    places = [
        (each.name, column.name) for each in METADATA.sorted_tables for column in each.columns
    ]
    for seed in range(rounds(6)):
        dice = Random(seed)
        where, value = dice.choice(places), dice.choice(VALUES)
        path = small.put(small.content)
        forge(path, *where, value, dice)
        try:
            assert_told(use(small.folder, exports=seed % 8 < 2))
        except Exception as error:
            error.add_note(f"seed {seed}: {where} = {value}")
            raise


def all_columns() -> list[Column]:
    return [column for each in METADATA.sorted_tables for column in each.columns]


def forge(path: Path, name: str, column: str, value: str, dice: Random) -> None:
    """Put a value into a row, whatever the rules of the database say."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for trigger, _ in triggers:
            connection.execute(f"DROP TRIGGER {trigger}")
        rows = [row for (row,) in connection.execute(f"SELECT rowid FROM {name}")]
        if rows:
            row = dice.choice(rows)
            with suppress(sqlite3.IntegrityError):  # which SQLite does not let pass even so
                connection.execute(f'UPDATE {name} SET "{column}" = {value} WHERE rowid = {row}')
        for _, statement in triggers:
            connection.execute(statement)
        connection.execute("COMMIT")
