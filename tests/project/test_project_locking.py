"""Rows that change are loaded so that an engine with row locks locks them first."""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy
from sqlalchemy import Select, Update, event, select
from sqlalchemy.dialects import postgresql

import annotator.project
from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project.assessment_records import LOW, Assessment, OfMesh, StoredFinding
from annotator.project.guide_records import NewGuide
from annotator.project.image_records import FailedImage
from annotator.project.judgements import Judgement
from annotator.project.locking import locked
from annotator.project.project import Project
from annotator.project.records import Reason, Verdict
from annotator.project.release_records import NewRelease, ReleaseEntry, ReleaseRecord
from annotator.project.round_records import RoundOutcome
from annotator.project.split_records import Split, StoredSplit
from annotator.project.tables import SampleRow

# Whose lock covers a table: a sample's row stands for what belongs to it.
GUARDS = {
    "annotations": "samples",
    "strokes": "samples",
    "revisions": "samples",
    "assessments": "samples",
}

Write = Callable[[Project, Any], object]


def second_model(project: Project) -> int:
    return project.models.register(ModelInfo("retrained", "2" * 64, FACE_468))


def record(project: Project, given: Any) -> None:
    annotation = project.annotations.load(1)
    project.annotations.record_stroke(
        1, given.draw(annotation), revision=annotation.revision, annotator="Ann"
    )


def add_again(project: Project, given: Any) -> None:
    """Content that is there, now elsewhere; another one in its place; a file that fails twice."""
    first, second = project.images.get(1), project.images.get(2)
    failed = FailedImage(project.home / "x.jpg", "is empty")
    project.images.add([failed])
    project.images.add(
        [
            failed,
            given.new_image(first.path, content="something else"),
            given.new_image(project.home / "elsewhere.jpg", content=second.name),
        ]
    )


def restore(project: Project) -> None:
    project.removals.remove([1])
    project.removals.restore([1])


def delete(project: Project) -> None:
    project.removals.remove([1])
    project.removals.delete([1])


def resolve(project: Project, given: Any) -> None:
    said = project.remarks.add(1, "left lid", author="Rae", vertices=[33])
    project.remarks.resolve(said.id, by="Ann")


def draw_submitted(project: Project) -> None:
    project.reviews.submit(1, reviewer="Ann")
    project.draws.draw(1, confidence=0.95, by="Rae")


def change_setting(project: Project) -> None:
    for value in ("two steps", "alone"):
        project.settings.put("review", value, by="Ann")


def assess(project: Project) -> None:
    assessor = project.assessments.register(1, 1, ["blur"])
    known = [Assessment(sample, sample, 0, 0.1, {}) for sample in (1, 2)]
    project.assessments.store(assessor, known)


def store_found(project: Project, given: Any) -> None:
    assess(project)
    found = StoredFinding("alike", LOW, "The same picture twice.", of_mesh=OfMesh.PREDICTION)
    project.assessments.store_found("alike", {1: [found], 2: [found]})


def want_again(project: Project, given: Any) -> None:
    assess(project)
    project.assessments.want_again()


def ending(project: Project, given: Any) -> None:
    """A model that was tried before another one, and then ends the round."""
    second = second_model(project)
    third = project.models.register(ModelInfo("tried", "3" * 64, FACE_468))
    for model in (second, third):
        project.predictions.store(model, [(1, [given.face]), (2, [given.make_face(200, 200)])])
    project.rounds.end_with(RoundOutcome(second))
    project.rounds.finish(1)


def know(project: Project) -> None:
    project.facts.set([1, 2], {"subject": "A"})
    project.facts.set([1], {"subject": "B"})


def allow_again(project: Project) -> None:
    project.facts.revoke([1, 2], "asked to")
    project.facts.allow_again([1, 2])


def fix(project: Project) -> None:
    project.splits.decide({1: StoredSplit(Split.TRAIN, False, "")})
    project.splits.fix([1, 2], Split.TEST)


def unfix(project: Project) -> None:
    fix(project)
    project.splits.unfix([1, 2])


def enter_release(project: Project) -> ReleaseRecord:
    entries = [ReleaseEntry(1, 1, Split.TRAIN, "0" * 16), ReleaseEntry(3, 2, None, "1" * 16)]
    folder = project.home / "releases" / "faces-1.0.0"
    new = NewRelease("faces", "1.0.0", folder, "a" * 64, "npz", 2, entries)
    return project.releases.add(new)


def withdraw(project: Project) -> None:
    project.releases.withdraw(enter_release(project).id, "asked to")


def add_guides(project: Project) -> list[int]:
    guide = NewGuide("ibug_68", np.zeros((68, 3)))
    return project.guides.add_all([(1, guide), (3, guide)])


# What a method calls that writes.
WAYS_IN = ("self._engine.writing(", "self._changed(", "self._write(", "self._written(")

WRITES: dict[str, Write] = {
    "Annotations.record_stroke": record,
    "Annotations.restore": lambda project, given: project.annotations.restore(
        2, 1, revision=2, annotator="Ann"
    ),
    "Annotations.undo": lambda project, given: project.annotations.undo(2, revision=2),
    "Annotations.redo": lambda project, given: project.annotations.redo(2, revision=2),
    "Assessments.register": lambda project, given: project.assessments.register(1, 2, ["blur"]),
    "Assessments.store": lambda project, given: assess(project),
    "Assessments.store_found": store_found,
    "Assessments.want_again": want_again,
    "Audit.note_grab": lambda project, given: project.audit.note_grab(1, "Ann", faces=2),
    "Draws.draw": lambda project, given: draw_submitted(project),
    "Facts.set_each": lambda project, given: know(project),
    "Facts.fill": lambda project, given: project.facts.fill({1: {"licence": "CC0"}}),
    "Facts.revoke": lambda project, given: project.facts.revoke([1, 2], "asked to"),
    "Facts.allow_again": lambda project, given: allow_again(project),
    "Guides.add_all": lambda project, given: add_guides(project),
    "Guides.remove": lambda project, given: project.guides.remove(add_guides(project)),
    "Images.add": add_again,
    "Images.forget_failed": lambda project, given: project.images.forget_failed(
        [project.home / "x.jpg"]
    ),
    "Images.move": lambda project, given: project.images.move(
        {1: given.new_image(project.home / "moved.jpg", content="a.jpg")}
    ),
    "Images.note_pixels": lambda project, given: project.images.note_pixels(
        [(project.images.get(1), "1" * 64)]
    ),
    "Images.mark_failed": lambda project, given: project.images.mark_failed(1, "has vanished"),
    "Models.register": lambda project, given: second_model(project),
    "Opinions.ask": lambda project, given: project.opinions.ask([(1, "ann"), (2, "ben")]),
    "Opinions.ask_known": lambda project, given: project.opinions.ask_known(
        [(1, "ann")], {1: given.face.landmarks}
    ),
    "Predictions.store": lambda project, given: project.predictions.store(
        second_model(project), [(1, [given.face]), (2, [given.make_face(200, 200)])]
    ),
    "Releases.add": lambda project, given: enter_release(project),
    "Releases.withdraw": lambda project, given: withdraw(project),
    "Removals.remove": lambda project, given: project.removals.remove([1, 2]),
    "Removals.restore": lambda project, given: restore(project),
    "Removals.delete": lambda project, given: delete(project),
    "Remarks.add": lambda project, given: project.remarks.add(1, "left lid", author="Rae"),
    "Remarks.resolve": resolve,
    "Settings.put": lambda project, given: change_setting(project),
    "Reviews.judge_all": lambda project, given: project.reviews.give(
        Verdict.SEND_BACK, [1, 2], reviewer="Rae", reasons=[Reason.OTHER]
    ),
    "Reviews.give_undecided": lambda project, given: project.reviews.give_undecided(
        Verdict.ACCEPT, reviewer="Rae"
    ),
    "Reviews.judge": lambda project, given: project.reviews.delete(1, reviewer="Rae"),
    "Reviews.take_back": lambda project, given: project.reviews.take_back(
        project.reviews.judge_all([1], Judgement(Verdict.ACCEPT, "Rae")), reviewer="Rae"
    ),
    "Rounds.start": lambda project, given: project.rounds.start(1),
    "Rounds.end_with": lambda project, given: project.rounds.end_with(
        RoundOutcome(second_model(project))
    ),
    "Rounds.finish": ending,
    "Samples.add": lambda project, given: project.samples.add(
        3, given.face.landmarks, model_id=1, presence=1, detection_score=1, added_by="Ann"
    ),
    "Splits.decide": lambda project, given: project.splits.decide(
        {1: StoredSplit(Split.TRAIN, False, "a"), 2: StoredSplit(Split.TEST, False, "b")}
    ),
    "Splits.fix": lambda project, given: fix(project),
    "Splits.unfix": lambda project, given: unfix(project),
    "Visits.record": lambda project, given: project.visits.record(
        1, annotator="Ann", started_at=datetime.now(UTC), seconds=3, strokes=0
    ),
}


class Given:
    """What the writes are made of."""

    def __init__(self, draw: Any, new_image: Any, make_face: Any) -> None:
        self.draw, self.new_image, self.make_face = draw, new_image, make_face
        self.face = make_face(101, 101, seed=5)


@pytest.fixture
def given(draw, new_image, make_face) -> Given:
    return Given(draw, new_image, make_face)


@pytest.fixture
def worked_on(predicted, edit) -> Project:
    """Sample 2 has a stroke that can be undone; its revision 2 came of an undo."""
    edit(predicted, 2)
    annotation = predicted.annotations.undo(2, revision=1)
    assert annotation.revision == 2
    return predicted


@pytest.fixture
def statements() -> Iterator[list[object]]:
    """All that is sent to any database from now on; "begin" where a transaction begins."""
    sent: list[object] = []

    def on_execute(connection: Any, statement: object, *_: Any) -> None:
        sent.append(statement)

    def on_begin(connection: Any) -> None:
        sent.append("begin")

    event.listen(sqlalchemy.Engine, "before_execute", on_execute)
    event.listen(sqlalchemy.Engine, "begin", on_begin)
    yield sent
    event.remove(sqlalchemy.Engine, "before_execute", on_execute)
    event.remove(sqlalchemy.Engine, "begin", on_begin)


def locked_by(statement: object) -> set[str]:
    """Return the tables whose rows an engine with row locks would lock."""
    if not isinstance(statement, Select):
        return set()
    said = str(statement.compile(dialect=postgresql.dialect()))
    of = re.search(r"FOR UPDATE OF (.+)$", said)
    return set(of[1].split(", ")) if of else set()


def unlocked_changes(statements: list[object]) -> list[str]:
    """Return the tables that were changed by a transaction that had not locked their rows."""
    held: set[str] = set()
    found = []
    for statement in statements:
        if statement == "begin":
            held = set()
        held |= locked_by(statement)
        if isinstance(statement, Update):
            table = statement.table.name
            if GUARDS.get(table, table) not in held:
                found.append(table)
    return found


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_changes_was_locked_before(worked_on, given, statements, write):
    del statements[:]
    write(worked_on, given)
    assert unlocked_changes(statements) == []


def test_the_walk_changes_rows_and_would_see_one_that_was_not_locked(worked_on, given, statements):
    record(worked_on, given)
    changed = [each.table.name for each in statements if isinstance(each, Update)]
    assert {"samples", "annotations"} <= set(changed)
    free = [each for each in statements if not locked_by(each)]
    assert set(unlocked_changes(free)) >= {"samples", "annotations"}


def test_the_walk_takes_every_way_to_write():
    ways = set()
    for path in Path(annotator.project.__file__).parent.glob("*.py"):
        for owner in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(owner, ast.ClassDef):
                continue
            for method in owner.body:
                source = ast.unparse(method)
                writes = any(each in source for each in WAYS_IN)
                if writes and not method.name.startswith("_"):
                    ways.add(f"{owner.name}.{method.name}")
    assert ways == set(WRITES)


def test_looking_locks_nothing(worked_on, statements):
    worked_on.annotations.load(1)
    worked_on.annotations.strokes(1)
    worked_on.samples.summaries()
    worked_on.reviews.history(1)
    worked_on.visits.history(1)
    worked_on.images.get(1)
    worked_on.to_dataframe()
    assert not any(map(locked_by, statements))


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_rows_are_locked_in_the_order_of_their_keys_alone(worked_on, given, statements, write):
    del statements[:]
    write(worked_on, given)
    for query in filter(locked_by, statements):
        said = str(query.compile(dialect=postgresql.dialect()))
        table = re.search(r"FOR UPDATE OF (\w+)", said)[1]
        assert re.search(rf"ORDER BY {table}\.(id|number|name|image_id)\s+FOR UPDATE", said), said


def test_the_order_that_a_query_brings_gives_way_to_that_of_the_keys():
    brought = select(SampleRow.id).order_by(SampleRow.image_id, SampleRow.face_index)
    said = str(locked(brought, SampleRow).compile(dialect=postgresql.dialect()))
    assert re.search(r"ORDER BY samples\.id\s+FOR UPDATE OF samples$", said)
