import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy
from sqlalchemy import event, select

from annotator.project import Project
from annotator.project.errors import StaleAnnotation, UnknownSample
from annotator.project.locking import locked
from annotator.project.records import Reason, SampleState, Verdict
from annotator.project.tables import SampleRow


def test_nothing_is_ground_truth_without_a_verdict(predicted, edit):
    edit(predicted, 1)
    assert list(predicted.samples.accepted()) == []


def test_accepting_sets_the_state_and_names_the_reviewer(predicted):
    summary = predicted.reviews.accept(1, reviewer="Rae", comment="crisp")
    assert (summary.state, summary.reviewer) == (SampleState.ACCEPTED, "Rae")
    assert predicted.samples.get(1) == summary
    (review,) = predicted.reviews.history(1)
    assert (review.verdict, review.reviewer, review.comment) == (Verdict.ACCEPT, "Rae", "crisp")
    assert (review.reasons, review.revision) == ((), 0)
    assert abs((datetime.now(UTC) - review.created_at).total_seconds()) < 60


def test_sending_back_keeps_its_reasons(predicted):
    reasons = [Reason.POOR_MESH, Reason.BLURRED, Reason.POOR_MESH]
    summary = predicted.reviews.send_back(2, reviewer="Rae", reasons=reasons)
    assert summary.state is SampleState.SENT_BACK
    assert predicted.reviews.history(2)[0].reasons == (Reason.POOR_MESH, Reason.BLURRED)


def test_sending_back_without_a_reason_is_refused(predicted):
    with pytest.raises(ValueError, match="at least one reason"):
        predicted.reviews.send_back(2, reviewer="Rae", reasons=[])
    assert predicted.reviews.history(2) == []


def test_a_verdict_without_a_name_is_refused(predicted):
    with pytest.raises(ValueError, match="give the name"):
        predicted.reviews.accept(2, reviewer=" ")


def test_every_verdict_stays_in_the_history(predicted):
    reviews = predicted.reviews
    reviews.accept(1, reviewer="Rae")
    reviews.reopen(1, reviewer="Sam", comment="look at the lips")
    reviews.exclude(1, reviewer="Sam", reasons=[Reason.DUPLICATE])
    reviews.send_back(1, reviewer="Rae", reasons=[Reason.OTHER], comment="a statue")
    assert [review.verdict for review in reviews.history(1)] == [
        Verdict.ACCEPT,
        Verdict.REOPEN,
        Verdict.EXCLUDE,
        Verdict.SEND_BACK,
    ]
    assert predicted.samples.get(1).state is SampleState.SENT_BACK


@pytest.mark.parametrize(
    ("strokes", "state"), [(0, SampleState.PREDICTED), (2, SampleState.IN_PROGRESS)]
)
def test_a_reopened_sample_is_where_the_annotators_left_it(predicted, edit, strokes, state):
    edit(predicted, 1, strokes)
    predicted.reviews.accept(1, reviewer="Rae")
    summary = predicted.reviews.reopen(1, reviewer="Rae")
    assert (summary.state, summary.reviewer) == (state, None)
    assert summary.stroke_count == strokes


@pytest.mark.parametrize(
    ("strokes", "state"), [(0, SampleState.PREDICTED), (2, SampleState.IN_PROGRESS)]
)
def test_a_deleted_sample_can_be_brought_back_as_it_was(predicted, edit, strokes, state):
    edit(predicted, 1, strokes)
    before = predicted.annotations.load(1)
    summary = predicted.reviews.delete(1, reviewer="Rae", comment="a poster", revision=strokes)
    assert (summary.state, summary.reviewer) == (SampleState.DELETED, "Rae")
    assert predicted.samples.counts()[SampleState.DELETED] == 1
    assert predicted.reviews.reopen(1, reviewer="Rae").state is state
    after = predicted.annotations.load(1)
    assert after.landmarks.tobytes() == before.landmarks.tobytes()
    assert (after.revision, after.can_undo) == (before.revision, before.can_undo)
    history = [review.verdict for review in predicted.reviews.history(1)]
    assert history == [Verdict.DELETE, Verdict.REOPEN]


def test_a_face_that_somebody_changed_meanwhile_is_not_deleted(predicted, edit):
    edit(predicted, 1)
    with pytest.raises(StaleAnnotation, match="look at it again"):
        predicted.reviews.delete(1, reviewer="Rae", revision=0)
    assert predicted.samples.get(1).state is SampleState.IN_PROGRESS


def test_a_deleted_sample_is_listed_but_neither_to_do_nor_ready_for_a_release(predicted):
    predicted.reviews.delete(1, reviewer="Rae")
    assert predicted.reviews.give_undecided(Verdict.ACCEPT, reviewer="Rae") == [2, 3]
    assert [sample.sample_id for sample in predicted.samples.accepted()] == [2, 3]
    assert len(predicted.samples.summaries()) == 3
    assert [s.id for s in predicted.samples.summaries([SampleState.DELETED])] == [1]


def test_many_samples_can_be_deleted_at_once(predicted):
    assert predicted.reviews.give(Verdict.DELETE, [1, 3], reviewer="Rae") == 2
    assert predicted.samples.counts()[SampleState.DELETED] == 2


VERDICTS = [Verdict.ACCEPT, Verdict.SEND_BACK, Verdict.EXCLUDE, Verdict.DELETE]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_any_edit_withdraws_a_verdict_but_keeps_it_in_the_history(predicted, edit, verdict):
    def judge() -> None:
        predicted.reviews.give(verdict, [1], reviewer="Rae", reasons=[Reason.OTHER])
        assert predicted.samples.get(1).reviewer == "Rae"

    judge()
    edit(predicted, 1)
    assert predicted.samples.get(1).state is SampleState.IN_PROGRESS
    judge()
    predicted.annotations.undo(1, revision=1)
    assert predicted.samples.get(1).state is SampleState.PREDICTED
    judge()
    predicted.annotations.redo(1, revision=2)
    assert predicted.samples.get(1).state is SampleState.IN_PROGRESS
    assert predicted.samples.get(1).reviewer is None
    assert [review.revision for review in predicted.reviews.history(1)] == [0, 1, 2]
    assert list(predicted.samples.accepted()) == []


def test_a_verdict_on_a_revision_that_is_gone_is_refused(predicted, edit):
    edit(predicted, 1)
    with pytest.raises(StaleAnnotation, match="look at it again"):
        predicted.reviews.accept(1, reviewer="Rae", revision=0)
    assert predicted.reviews.history(1) == []
    assert predicted.reviews.accept(1, reviewer="Rae", revision=1).state is SampleState.ACCEPTED


def test_many_samples_get_a_verdict_at_once_or_none_does(predicted):
    assert predicted.reviews.give(Verdict.ACCEPT, [1, 3, 1], reviewer="Rae") == 2
    assert predicted.samples.counts()[SampleState.ACCEPTED] == 2
    with pytest.raises(UnknownSample):
        predicted.reviews.give(Verdict.EXCLUDE, [1, 99], reviewer="Rae")
    assert predicted.samples.counts()[SampleState.EXCLUDED] == 0
    assert len(predicted.reviews.history(1)) == 1


@contextmanager
def listening(name: str, callback: Callable[[object], None]) -> Iterator[None]:
    """Call back at an event of any database."""
    event.listen(sqlalchemy.Engine, name, callback)
    try:
        yield
    finally:
        event.remove(sqlalchemy.Engine, name, callback)


def test_undecided_samples_are_chosen_while_nobody_else_writes(predicted):
    with Project.open(predicted.address) as elsewhere, ThreadPoolExecutor(1) as executor:
        with elsewhere._engine.writing() as session:  # someone else's transaction
            query = locked(select(SampleRow).where(SampleRow.id == 2), SampleRow)
            session.scalars(query).one().state = SampleState.ACCEPTED
            begun = threading.Event()
            with listening("begin", lambda _: begun.set()):
                run = executor.submit(
                    predicted.reviews.give_undecided, Verdict.EXCLUDE, reviewer="ada"
                )
                assert begun.wait(timeout=60)
        assert run.result(timeout=60) == [1, 3]
    states = [predicted.samples.get(number).state for number in (1, 2, 3)]
    assert states == ["excluded", "accepted", "excluded"]
    assert predicted.reviews.history(2) == []
