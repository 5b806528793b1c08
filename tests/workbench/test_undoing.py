"""Undo and redo go along what the annotator did in this window, verdicts included."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from annotator.mesh.tools.grab import GrabTool
from annotator.project import (
    UNDECIDED,
    EditSession,
    Project,
    Reason,
    SampleState,
    StaleAnnotation,
    Verdict,
)
from annotator.workbench.actions_done import FaceAdded
from annotator.workbench.batch import give, planned
from annotator.workbench.keys import KeyBindings
from annotator.workbench.states import FILTERS
from annotator.workbench.workbench import Workbench

CHIN = 152


class Work:
    """A window of kim's, and a hand that works in it."""

    def __init__(self, bench: Workbench, folder: Path) -> None:
        self.bench, self.folder = bench, folder
        self.said: list[str] = []
        bench.told.connect(self.said.append)
        bench.failed.connect(self.said.append)
        self.ids = bench.samples.ids(0, len(bench.samples) - 1)

    def drag(self, by: tuple[float, float] = (0, 6)) -> None:
        x, y, _ = self.bench.session.landmarks[CHIN].tolist()
        assert self.bench.session.press(self.bench.tools.tool, (x, y))
        self.bench.edits.release((x + by[0], y + by[1]))

    def state(self, sample_id: int) -> SampleState:
        return self.bench.project.samples.get(sample_id).state

    def strokes(self, sample_id: int) -> int:
        return self.bench.project.samples.get(sample_id).stroke_count

    def undo(self, times: int = 1) -> None:
        for _ in range(times):
            self.bench.undoing.undo()

    def redo(self, times: int = 1) -> None:
        for _ in range(times):
            self.bench.undoing.redo()

    def as_anna(self, act: Callable[[Project], object]) -> None:
        with Project.open(self.folder) as theirs:
            act(theirs)


def anna_drags(sample_id: int) -> Callable[[Project], None]:
    def act(project: Project) -> None:
        theirs = EditSession(project, sample_id, annotator="Anna")
        x, y, _ = theirs.landmarks[10].tolist()
        assert theirs.press(GrabTool(), (x, y))
        theirs.release((x, y - 9))

    return act


@pytest.fixture
def work(bench: Workbench, project_folder: Path) -> Iterator[Work]:
    bench.go_to(bench.samples.ids(0, 0)[0])
    return Work(bench, project_folder)


def test_undo_after_accepting_returns_to_the_sample_and_withdraws_the_verdict(work: Work) -> None:
    first, second, *_ = work.ids
    work.drag()
    work.bench.verdicts.accept()
    assert work.bench.sample_id == second
    work.undo()
    assert work.bench.sample_id == first
    assert work.state(first) is SampleState.IN_PROGRESS
    assert work.strokes(first) == 1
    assert work.said[-1].startswith("The verdict on ")
    history = work.bench.project.reviews.history(first)
    assert [review.verdict for review in history] == [Verdict.ACCEPT, Verdict.REOPEN]


def test_undo_goes_back_over_samples_in_the_order_of_work_and_redo_forward(work: Work) -> None:
    first, second, *_ = work.ids
    meshes = [work.bench.session.landmarks]
    work.drag()
    meshes.append(work.bench.session.landmarks)
    work.bench.verdicts.accept()
    work.drag((5, 0))
    work.bench.verdicts.send_back([Reason.BLURRED], "foggy")
    work.undo()
    assert (work.bench.sample_id, work.state(second)) == (second, SampleState.IN_PROGRESS)
    work.undo()
    assert (work.bench.sample_id, work.strokes(second)) == (second, 0)
    work.undo()
    assert (work.bench.sample_id, work.state(first)) == (first, SampleState.IN_PROGRESS)
    work.undo()
    assert_array_equal(work.bench.session.landmarks, meshes[0])
    assert not work.bench.undoing.can_undo
    work.redo()
    assert_array_equal(work.bench.session.landmarks, meshes[1])
    work.redo()
    assert work.state(first) is SampleState.ACCEPTED
    work.redo(2)
    assert work.state(second) is SampleState.SENT_BACK
    newest = work.bench.project.reviews.newest(second)
    assert (newest.comment, newest.reasons) == ("foggy", (Reason.BLURRED,))
    assert not work.bench.undoing.can_redo


def test_a_verdict_that_replaced_anothers_gives_it_back(work: Work) -> None:
    first = work.ids[0]
    work.as_anna(lambda p: p.reviews.send_back(first, reviewer="Anna", reasons=[Reason.OCCLUDED]))
    work.bench.go_to(work.ids[1])
    work.bench.go_to(first)
    work.bench.verdicts.accept()
    work.undo()
    assert work.state(first) is SampleState.SENT_BACK
    assert work.bench.current.reviewer == "Anna"
    assert work.said[-1].endswith("is sent back again, by Anna.")


def test_a_stroke_from_before_this_window_is_asked_about_first(
    work: Work, work_on: Callable[[Path], Workbench], project_folder: Path
) -> None:
    first = work.ids[0]
    work.drag()
    work.bench.close()
    again = Work(work_on(project_folder), project_folder)
    again.bench.go_to(first)
    again.undo()
    assert again.strokes(first) == 1
    assert again.said[-1].startswith("That stroke was made today at ")
    assert again.said[-1].endswith(" by kim: undo it too? Press Ctrl+Z again.")
    again.undo()
    assert again.strokes(first) == 0
    again.redo()
    assert again.strokes(first) == 1, "it was undone here: nothing to ask"


def test_the_question_about_an_old_stroke_says_that_the_verdict_goes_with_it(
    work: Work, work_on: Callable[[Path], Workbench], project_folder: Path
) -> None:
    first = work.ids[0]
    work.drag()
    work.as_anna(lambda p: p.reviews.send_back(first, reviewer="Anna", reasons=[Reason.OCCLUDED]))
    work.bench.close()
    again = Work(work_on(project_folder), project_folder)
    again.bench.go_to(first)
    again.undo()
    assert again.said[-1].endswith("undo it too? It withdraws the verdict. Press Ctrl+Z again.")
    assert again.state(first) is SampleState.SENT_BACK
    again.undo()
    assert again.state(first) is SampleState.PREDICTED


def test_an_old_stroke_of_the_next_face_is_not_touched_by_undo_after_accepting(
    work: Work,
) -> None:
    first, second, *_ = work.ids
    work.as_anna(anna_drags(second))
    work.bench.verdicts.accept()
    assert work.bench.sample_id == second
    work.undo()
    assert work.bench.sample_id == first
    work.undo(2)
    assert work.strokes(second) == 1


def test_the_question_is_forgotten_by_going_elsewhere(work: Work) -> None:
    first, second, *_ = work.ids
    work.as_anna(anna_drags(first))
    work.bench.go_to(second)
    work.bench.go_to(first)
    work.undo()
    work.bench.go_to(second)
    work.bench.go_to(first)
    work.undo()
    assert work.strokes(first) == 1
    work.undo()
    assert work.strokes(first) == 0


def test_anothers_stroke_on_top_of_ones_own_is_asked_about(work: Work) -> None:
    first = work.ids[0]
    work.drag()
    work.as_anna(anna_drags(first))
    work.bench.go_to(work.ids[1])
    work.undo()
    assert work.bench.sample_id == first
    assert work.strokes(first) == 2
    assert " by Anna: undo it too?" in work.said[-1]
    work.undo()
    assert work.strokes(first) == 1
    work.undo()
    assert work.strokes(first) == 0
    work.redo(2)
    assert work.strokes(first) == 2


def test_a_redo_that_was_left_by_others_is_asked_about(work: Work) -> None:
    first = work.ids[0]
    work.as_anna(anna_drags(first))
    work.as_anna(lambda p: p.annotations.undo(first, revision=1))
    work.bench.go_to(work.ids[1])
    work.bench.go_to(first)
    work.redo()
    assert work.strokes(first) == 0
    assert "by Anna was taken back before: bring it back?" in work.said[-1]
    work.redo()
    assert work.strokes(first) == 1
    work.undo()
    assert work.strokes(first) == 0


def test_a_verdict_that_others_replaced_is_told_and_the_one_before_is_undone(work: Work) -> None:
    first, second, *_ = work.ids
    work.bench.verdicts.accept()
    work.bench.verdicts.accept()
    work.as_anna(lambda p: p.reviews.send_back(second, reviewer="Anna", reasons=[Reason.OCCLUDED]))
    work.undo()
    assert work.state(second) is SampleState.SENT_BACK
    assert work.state(first) is SampleState.PREDICTED
    assert "was sent back by Anna since. The verdict on " in work.said[-1]
    assert work.bench.sample_id == first


def test_a_stroke_that_others_took_back_is_told_and_the_one_before_is_undone(work: Work) -> None:
    first, second, *_ = work.ids
    work.drag()
    work.bench.go_to(second)
    work.drag()
    work.as_anna(lambda p: p.annotations.undo(second, revision=1))
    work.bench.edits.take_over_theirs(refused=False)
    work.undo()
    assert work.strokes(first) == 0
    assert "was taken back elsewhere. Back on " in work.said[-1]


def test_a_verdict_is_not_given_again_on_what_others_changed(work: Work) -> None:
    first = work.ids[0]
    work.bench.verdicts.accept()
    work.undo()
    work.as_anna(anna_drags(first))
    work.bench.go_to(work.ids[1])
    work.redo()
    assert work.state(first) is SampleState.IN_PROGRESS
    assert work.said[-1] == "That cannot be done again: the face was changed since."
    assert not work.bench.done.undone


def test_several_verdicts_on_one_face_are_undone_and_given_again_in_turn(work: Work) -> None:
    first, verdicts = work.ids[0], work.bench.verdicts
    verdicts.goes_on = False
    work.drag()
    for give_one in (verdicts.accept, verdicts.exclude, verdicts.reopen, verdicts.accept):
        give_one()
    states = [work.state(first)]
    for _ in range(4):
        work.undo()
        states.append(work.state(first))
    done, excluded, open_ = SampleState.ACCEPTED, SampleState.EXCLUDED, SampleState.IN_PROGRESS
    assert states == [done, open_, excluded, done, open_]
    work.undo()
    assert work.state(first) is SampleState.PREDICTED
    work.redo()
    for state in reversed(states[:-1]):
        work.redo()
        assert work.state(first) is state


def test_withdrawing_a_verdict_is_undone_too(work: Work) -> None:
    first = work.ids[0]
    work.bench.verdicts.goes_on = False
    work.bench.verdicts.accept()
    work.bench.verdicts.reopen()
    assert work.state(first) is SampleState.PREDICTED
    work.undo()
    assert work.state(first) is SampleState.ACCEPTED
    work.undo()
    assert work.state(first) is SampleState.PREDICTED


def test_a_batch_is_one_undo_and_asked_about(work: Work) -> None:
    ids = work.ids[1:4]
    assert give(work.bench, planned(work.bench.samples, Verdict.EXCLUDE, ids))
    work.undo()
    assert work.said[-1] == "Undo: 3 samples excluded together? Press Ctrl+Z again."
    assert {work.state(i) for i in ids} == {SampleState.EXCLUDED}
    work.as_anna(lambda p: p.reviews.accept(ids[0], reviewer="Anna"))
    work.undo()
    assert [work.state(i) for i in ids] == [
        SampleState.ACCEPTED, SampleState.PREDICTED, SampleState.PREDICTED,
    ]  # fmt: skip
    assert work.said[-1] == "2 verdicts are withdrawn. 1 was changed since and stays as it is."
    assert {work.bench.samples.get(i).state for i in ids[1:]} == {SampleState.PREDICTED}
    work.redo()
    assert {work.state(i) for i in ids[1:]} == {SampleState.PREDICTED}
    work.redo()
    assert {work.state(i) for i in ids[1:]} == {SampleState.EXCLUDED}
    assert work.state(ids[0]) is SampleState.ACCEPTED


def test_a_batch_on_the_current_sample_is_no_unseen_verdict(work: Work) -> None:
    give(work.bench, planned(work.bench.samples, Verdict.EXCLUDE, work.ids[:2]))
    work.bench.verdicts.goes_on = False
    work.bench.verdicts.accept()
    assert work.state(work.ids[0]) is SampleState.ACCEPTED


def test_undo_of_a_refused_change_stays_where_it_is(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.drag()

    def stale(*_args: object, **_kwargs: object) -> None:
        raise StaleAnnotation("it changed")

    with monkeypatch.context() as patches:
        patches.setattr(type(work.bench.project.annotations), "undo", stale)
        work.undo()
    assert len(work.bench.done.done) == 1
    work.undo()
    assert work.strokes(work.ids[0]) == 0


def test_undo_never_reaches_into_another_project(work: Work) -> None:
    work.drag()
    work.bench.verdicts.accept()
    assert work.bench.open(Project.open(work.folder))
    assert not work.bench.done.done


def test_the_questions_name_the_keys_in_effect(work: Work) -> None:
    work.bench.keys = KeyBindings({"undo": ("Mod-U",), "smaller": (), "larger": ()})
    work.as_anna(anna_drags(work.ids[0]))
    work.bench.go_to(work.ids[1])
    work.bench.go_to(work.ids[0])
    work.undo()
    assert work.said[-1].endswith("Press Ctrl+U again.")


@pytest.mark.parametrize("title", ["Accepted", "Sent back", "Excluded"])
def test_a_verdict_goes_on_to_the_next_shown_under_a_filter_without_samples_to_do(
    work: Work, title: str
) -> None:
    verdict = {
        "Accepted": Verdict.ACCEPT,
        "Sent back": Verdict.SEND_BACK,
        "Excluded": Verdict.EXCLUDE,
    }
    project, ids = work.bench.project, work.ids[:3]
    project.reviews.give(verdict[title], ids, reviewer="Anna", reasons=[Reason.BLURRED])
    work.bench.refresh()
    shown = replace(work.bench.samples.shown, states=dict(FILTERS)[title])
    work.bench.show_samples(shown)
    work.bench.go_to(ids[1])
    work.bench.go_to(ids[0])
    visited = []
    for _ in ids:
        visited.append(work.bench.sample_id)
        work.bench.verdicts.accept()
    assert visited == ids
    assert work.bench.sample_id == ids[-1]
    assert work.said[-1] == "This is the last sample shown."


def test_whoever_goes_over_a_finished_project_goes_on_to_the_next(work: Work) -> None:
    work.bench.project.reviews.give(Verdict.ACCEPT, work.ids, reviewer="Anna")
    work.bench.refresh()
    work.bench.go_to(work.ids[1])
    work.bench.go_to(work.ids[0])
    work.bench.verdicts.accept()
    assert work.bench.sample_id == work.ids[1]


def test_the_last_sample_to_do_says_that_nothing_is_left(work: Work) -> None:
    work.bench.project.reviews.give(Verdict.ACCEPT, work.ids[1:], reviewer="Anna")
    work.bench.refresh()
    work.bench.verdicts.accept()
    assert work.bench.sample_id == work.ids[0]
    assert work.said[-1] == "Every sample has its verdict: nothing is left to do."


def add_face(bench: Workbench) -> int:
    """Add a face to the photograph on the screen as a drawn box does."""
    came_from, project = bench.sample_id, bench.project
    added = project.samples.add(
        bench.image_id,
        bench.session.landmarks + np.float32([3, 0, 0]),
        model_id=1,
        presence=1.0,
        detection_score=1.0,
        added_by="kim",
    )
    bench.refresh()
    bench.go_to(added.id)
    bench.did(FaceAdded(added.id, came_from))
    return added.id


def test_an_added_face_is_undone_in_its_turn_and_comes_back_with_its_strokes(work: Work) -> None:
    first = work.ids[0]
    added = add_face(work.bench)
    work.drag()
    work.bench.verdicts.accept()
    work.undo(2)
    assert work.state(added) is SampleState.PREDICTED
    work.undo()
    assert (work.state(added), work.bench.sample_id) == (SampleState.DELETED, first)
    work.redo()
    assert (work.state(added), work.bench.sample_id) == (SampleState.PREDICTED, added)
    work.redo(2)
    assert work.state(added) is SampleState.ACCEPTED
    assert work.strokes(added) == 1


def test_an_added_face_that_others_worked_on_stays(work: Work) -> None:
    work.drag()
    added = add_face(work.bench)
    work.as_anna(anna_drags(added))
    work.bench.go_to(work.ids[1])
    work.undo()
    assert work.state(added) is SampleState.IN_PROGRESS
    assert "Somebody worked on the face that you added: it stays." in work.said[-1]
    assert work.strokes(work.ids[0]) == 0, "what was done before is undone instead"


def test_a_deleted_face_that_was_accepted_is_accepted_again(work: Work) -> None:
    first = work.ids[0]
    work.bench.verdicts.goes_on = False
    work.bench.verdicts.accept()
    work.bench.verdicts.delete()
    work.undo()
    assert work.state(first) is SampleState.ACCEPTED
    assert work.said[-1] == "The face is back."


def seen(work: Work) -> dict[int, tuple[SampleState, str | None, bytes]]:
    """Where each sample stands, whose verdict it has, and its mesh, as they are stored."""
    project = work.bench.project
    return {
        sample.id: (
            sample.state, sample.reviewer, project.annotations.load(sample.id).landmarks.tobytes(),
        )
        for sample in project.samples.summaries()
    }  # fmt: skip


def act_at_random(work: Work, rng: random.Random) -> None:
    bench = work.bench
    bench.go_to(rng.choice(work.ids))
    verdicts = [bench.verdicts.accept, bench.verdicts.exclude, bench.verdicts.delete]
    if bench.current.state not in UNDECIDED:
        # A stroke would withdraw the verdict, and its undo would not give it again.
        rng.choice([*verdicts, bench.verdicts.reopen])()
    elif rng.random() < 0.5:
        work.drag((rng.uniform(-9, 9), rng.uniform(-9, 9)))
    else:
        rng.choice(verdicts)()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_was_done_in_whatever_order_is_undone_and_redone_exactly(
    work: Work, seed: int
) -> None:
    rng = random.Random(seed)
    work.bench.verdicts.goes_on = rng.random() < 0.5
    states = [seen(work)]
    while len(work.bench.done.done) < 14:
        before = len(work.bench.done.done)
        act_at_random(work, rng)
        if len(work.bench.done.done) > before:
            states.append(seen(work))
    for _ in range(2):  # there and back, and once more from there
        for state in reversed(states[:-1]):
            work.undo()
            assert seen(work) == state
        for state in states[1:]:
            work.redo()
            assert seen(work) == state
    steps = rng.randrange(4, 9)
    work.undo(steps)
    assert seen(work) == states[-1 - steps]
    work.redo(steps)
    assert seen(work) == states[-1]


def test_that_a_sample_is_gone_is_said_once_however_much_was_done_there(work: Work) -> None:
    first, second, *_ = work.ids
    work.drag()
    work.drag()
    work.bench.go_to(second)
    image_id = work.bench.samples.get(first).image_id
    work.as_anna(lambda theirs: theirs.removals.remove([image_id]))
    work.undo()
    assert work.said[-1].count("is not in the project any more") == 1
