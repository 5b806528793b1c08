"""Names of people: refused as the command line refuses them; older ones can be worked with."""

import inspect
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import (
    EditSession,
    ImportRules,
    Judgement,
    NewClip,
    NewGuide,
    NewRelease,
    Project,
    ProjectError,
    Split,
    StoredSplit,
    UnusableName,
    Verdict,
)
from annotator.project.round_records import RoundOutcome
from annotator.system.people import LONGEST_NAME
from tests.tracks import mesh, piece

NOBODY = ["", "  ", "\u200d", "x" * (LONGEST_NAME + 1), "an\nna", "\x1b[2J", "an\x00na", "a\u202eb"]
NOBODY += ["\ud800", "Ann\udcff"]
WRITTEN_LONG_AGO = "\x1b[2JAnn\nforged: line\u202e " + "x" * 200
TODAY = datetime(2026, 3, 4, tzinfo=UTC)
TRAIN = StoredSplit(Split.TRAIN, False, "")
RELEASE = NewRelease("faces", "1.0.0", Path("faces"), "a" * 64, "npz", 0, ())
RULES = ImportRules()
GUIDE = NewGuide("ibug_68", np.zeros((68, 3), np.float32))


@dataclass(frozen=True)
class Given:
    """What is at hand for those who call a method with the name of somebody."""

    project: Project
    draw: Callable[..., Any]
    landmarks: Any

    def stroke(self, name: str | None) -> None:
        annotation = self.project.annotations.load(1)
        self.project.annotations.record_stroke(
            1, self.draw(annotation), revision=annotation.revision, annotator=name
        )

    @property
    def revision(self) -> int:
        return self.project.annotations.load(1).revision

    @property
    def another_model(self) -> int:
        return self.project.models.register(ModelInfo("another", "2" * 64, FACE_468))

    def undo(self, name: str | None) -> None:
        self.project.annotations.undo(1, revision=self.revision, by=name)

    def redo(self, name: str | None) -> None:
        self.project.annotations.redo(1, revision=self.revision, by=name)

    def track(self) -> int:
        """Track two faces through a clip, make a sample of a frame, and return that."""
        clip = NewClip(self.project.home / "x.mp4", "5" * 64, 640, 480, np.arange(20.0))
        clip_id = self.project.clips.add(clip).id
        later = piece(1, 12, 20)
        self.project.clips.store_tracked(clip_id, 1, [piece(0, 0, 10), later], 20)
        return self.project.clips.make_sample(1, 5, "Ben", corrected=mesh(5, shift=1))

    def face(self, name: str) -> None:
        self.project.samples.add(
            1, self.landmarks, model_id=1, presence=1, detection_score=1, added_by=name
        )

    def visit(self, name: str | None) -> None:
        self.project.visits.record(1, annotator=name, started_at=TODAY, seconds=1, strokes=0)


# Each method of a project's parts that takes a person's name, and how it is called.
CALLS: dict[tuple[str, str], Callable[[Given, str], object]] = {
    ("annotations", "record_stroke"): Given.stroke,
    ("samples", "add"): Given.face,
    ("visits", "record"): Given.visit,
    ("reviews", "accept"): lambda given, name: given.project.reviews.accept(1, reviewer=name),
    ("reviews", "send_back"): lambda given, name: given.project.reviews.send_back(
        1, reviewer=name, reasons=["blurred"]
    ),
    ("reviews", "exclude"): lambda given, name: given.project.reviews.exclude(1, reviewer=name),
    ("reviews", "delete"): lambda given, name: given.project.reviews.delete(1, reviewer=name),
    ("reviews", "reopen"): lambda given, name: given.project.reviews.reopen(1, reviewer=name),
    ("reviews", "take_back"): lambda given, name: given.project.reviews.take_back(
        [], reviewer=name
    ),
    ("reviews", "give"): lambda given, name: given.project.reviews.give(
        Verdict.ACCEPT, [1], reviewer=name
    ),
    ("reviews", "give_undecided"): lambda given, name: given.project.reviews.give_undecided(
        Verdict.ACCEPT, reviewer=name
    ),
    ("reviews", "submit"): lambda given, name: given.project.reviews.submit(1, reviewer=name),
    ("annotations", "undo"): Given.undo,
    ("annotations", "redo"): Given.redo,
    ("annotations", "restore"): lambda given, name: given.project.annotations.restore(
        1, 0, revision=given.revision, annotator=name
    ),
    ("removals", "remove"): lambda given, name: given.project.removals.remove([1], by=name),
    ("removals", "restore"): lambda given, name: given.project.removals.restore([1], by=name),
    ("removals", "delete"): lambda given, name: given.project.removals.delete([1], by=name),
    ("rounds", "start"): lambda given, name: given.project.rounds.start(1, by=name),
    ("rounds", "end_with"): lambda given, name: given.project.rounds.end_with(
        RoundOutcome(given.another_model), by=name
    ),
    ("rounds", "finish"): lambda given, name: given.project.rounds.finish(1, by=name),
    ("settings", "put"): lambda given, name: given.project.settings.put(
        "review", "two steps", by=name
    ),
    ("remarks", "add"): lambda given, name: given.project.remarks.add(1, "ear", author=name),
    ("remarks", "resolve"): lambda given, name: given.project.remarks.resolve(1, by=name),
    ("opinions", "ask"): lambda given, name: given.project.opinions.ask([(1, "Ben")], by=name),
    ("opinions", "ask_known"): lambda given, name: given.project.opinions.ask_known(
        [(1, "Ben")], {1: given.landmarks}, by=name
    ),
    ("draws", "draw"): lambda given, name: given.project.draws.draw(1, confidence=0.9, by=name),
    ("facts", "set"): lambda given, name: given.project.facts.set([1], {"subject": "A"}, by=name),
    ("facts", "set_each"): lambda given, name: given.project.facts.set_each(
        {1: {"subject": "A"}}, by=name
    ),
    ("facts", "fill"): lambda given, name: given.project.facts.fill(
        {1: {"licence": "CC0"}}, by=name
    ),
    ("facts", "revoke"): lambda given, name: given.project.facts.revoke([1], "why", by=name),
    ("facts", "allow_again"): lambda given, name: given.project.facts.allow_again([1], by=name),
    ("splits", "decide"): lambda given, name: given.project.splits.decide({1: TRAIN}, by=name),
    ("splits", "fix"): lambda given, name: given.project.splits.fix([1], Split.TRAIN, by=name),
    ("splits", "unfix"): lambda given, name: given.project.splits.unfix([1], by=name),
    ("releases", "add"): lambda given, name: given.project.releases.add(RELEASE, by=name),
    ("releases", "withdraw"): lambda given, name: given.project.releases.withdraw(
        1, "why", by=name
    ),
    ("guides", "add"): lambda given, name: given.project.guides.add(1, GUIDE, by=name),
    ("guides", "add_all"): lambda given, name: given.project.guides.add_all([(1, GUIDE)], by=name),
    ("guides", "remove"): lambda given, name: given.project.guides.remove([1], by=name),
    ("imports", "plan"): lambda given, name: given.project.imports.plan([], RULES, by=name),
    ("imports", "store"): lambda given, name: given.project.imports.store([], RULES, by=name),
    ("imports", "store_opinions"): lambda given, name: given.project.imports.store_opinions(
        [], by=name
    ),
    ("clips", "make_sample"): lambda given, name: given.project.clips.make_sample(1, 6, name),
    ("clips", "refresh"): lambda given, name: given.project.clips.refresh(4, mesh(5), name),
    ("clips", "cut"): lambda given, name: given.project.clips.cut(1, 5, name),
    ("clips", "join"): lambda given, name: given.project.clips.join(1, 2, name),
    ("clips", "remove"): lambda given, name: given.project.clips.remove(1, by=name),
    ("clips", "restore"): lambda given, name: given.project.clips.restore(1, by=name),
    ("clips", "delete"): lambda given, name: given.project.clips.delete(1, by=name),
}
# What has to be there before some of them can do anything.
BEFORE: dict[tuple[str, str], Callable[[Given], object]] = {
    ("annotations", "undo"): lambda given: given.stroke("Ben"),
    ("annotations", "redo"): lambda given: (given.stroke("Ben"), given.undo("Ben")),
    ("annotations", "restore"): lambda given: given.stroke("Ben"),
    ("removals", "restore"): lambda given: given.project.removals.remove([1]),
    ("removals", "delete"): lambda given: given.project.removals.remove([1]),
    ("rounds", "end_with"): lambda given: given.another_model,
    ("rounds", "finish"): lambda given: given.project.rounds.end_with(
        RoundOutcome(given.another_model)
    ),
    ("remarks", "resolve"): lambda given: given.project.remarks.add(1, "ear", author="Ben"),
    ("facts", "allow_again"): lambda given: given.project.facts.revoke([1], "why"),
    ("splits", "unfix"): lambda given: given.project.splits.fix([1], Split.TRAIN),
    ("releases", "withdraw"): lambda given: given.project.releases.add(RELEASE),
    ("guides", "remove"): lambda given: given.project.guides.add(1, GUIDE),
    ("draws", "draw"): lambda given: given.project.reviews.submit(1, reviewer="Ben"),
    **dict.fromkeys(
        [("clips", each) for each in ("make_sample", "refresh", "cut", "join", "remove")],
        Given.track,
    ),
    **dict.fromkeys(
        [("clips", "restore"), ("clips", "delete")],
        lambda given: (given.track(), given.project.clips.remove(1)),
    ),
}
# These write nothing: they look for what belongs to somebody; and a setting has a name, too.
LOOKING = {
    ("samples", "faces_of"), ("samples", "get_shown"), ("samples", "summaries"),
    ("samples", "those_shown"), ("reviews", "own_work"), ("opinions", "refuse_foreign"),
    ("settings", "get"), ("releases", "get"),
}  # fmt: skip
PEOPLE = {"annotator", "author", "reviewer", "added_by", "by", "person", "name"}


@pytest.fixture
def given(predicted, draw, make_face) -> Given:
    return Given(predicted, draw, make_face(400, 400, seed=3).landmarks)


def taking_names(project: Project) -> Iterator[tuple[str, str]]:
    for part, value in vars(project).items():
        if part.startswith("_") or not type(value).__module__.startswith("annotator."):
            continue
        for method, function in inspect.getmembers(value, inspect.ismethod):
            if (
                not method.startswith("_")
                and PEOPLE & inspect.signature(function).parameters.keys()
            ):
                yield part, method


def test_every_method_that_takes_a_name_is_tried_here(predicted):
    assert set(taking_names(predicted)) == set(CALLS) | LOOKING


@pytest.mark.parametrize("method", CALLS, ids=".".join)
def test_nobody_is_called_so_and_nothing_is_written(given, method):
    if method in BEFORE:
        BEFORE[method](given)
    before = given.project.version()
    for name in NOBODY:
        with pytest.raises(UnusableName, match="give the name of who did it") as refused:
            CALLS[method](given, name)
        assert isinstance(refused.value, ProjectError)
        assert str(refused.value).isprintable()
    assert given.project.version() == before
    CALLS[method](given, "Ann")


def test_a_verdict_and_a_session_have_a_name_before_anything_is_done(predicted):
    for name in NOBODY:
        with pytest.raises(UnusableName):
            Judgement(Verdict.ACCEPT, name)
        with pytest.raises(UnusableName):
            EditSession(predicted, 1, annotator=name)


def test_a_name_is_recorded_composed_and_without_blanks_around_it(given):
    given.stroke(" Zoe\u0308 ")
    given.face("Zoe\u0308")
    assert given.project.samples.get(1).annotator == "Zoë"
    assert given.project.reviews.accept(1, reviewer="Zoe\u0308 ").reviewer == "Zoë"
    assert given.project.samples.get(4).added_by == "Zoë"


def test_who_worked_need_not_be_known(given):
    given.stroke(None)
    given.visit(None)
    assert given.project.samples.get(1).annotator is None


def test_names_of_older_projects_are_read_worked_with_and_undone_to(given):
    project = given.project
    given.stroke("Ann")
    with closing(sqlite3.connect(Path(project.home) / "project.sqlite")) as older, older:
        older.execute("UPDATE strokes SET annotator = ?", (WRITTEN_LONG_AGO,))
        older.execute("UPDATE samples SET annotator = ? WHERE id = 1", (WRITTEN_LONG_AGO,))
        older.execute(
            "INSERT INTO reviews (sample_id, verdict, reviewer, reasons, comment, created_at, "
            "revision) SELECT id, 'accept', ?, '', '', '2026-01-01 00:00:00.000000', "
            "(SELECT revision FROM annotations WHERE sample_id = 1) FROM samples WHERE id = 1",
            (WRITTEN_LONG_AGO,),
        )
        older.execute(
            "UPDATE samples SET state = 'accepted', reviewer = ? WHERE id = 1", (WRITTEN_LONG_AGO,)
        )
    sample = project.samples.get(1)
    assert (sample.annotator, sample.reviewer) == (WRITTEN_LONG_AGO, WRITTEN_LONG_AGO)
    judged = project.reviews.judge(1, Judgement(Verdict.EXCLUDE, "Rae"))
    taken = project.reviews.take_back([judged.given], reviewer="Rae")
    assert taken.samples[0].reviewer == WRITTEN_LONG_AGO
    assert project.reviews.newest(1).reviewer == WRITTEN_LONG_AGO
    given.stroke("Rae")
    annotation = project.annotations.load(1)
    project.annotations.undo(1, revision=annotation.revision)
    assert project.samples.get(1).annotator == WRITTEN_LONG_AGO
    assert project.to_dataframe().annotator[0] == WRITTEN_LONG_AGO
