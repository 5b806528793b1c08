"""Verdicts that somebody has not seen are not passed over, and one's own are taken back whole."""

import threading

import numpy as np
import pytest

from annotator.project import (
    EditSession,
    Judgement,
    Reason,
    SampleState,
    StaleAnnotation,
    Stroke,
    UnseenVerdict,
    Verdict,
)
from annotator.project.judgements import Given

ACCEPT = Judgement(Verdict.ACCEPT, "Kim")
SEND_BACK = Judgement(Verdict.SEND_BACK, "Anna", "left lid", [Reason.POOR_MESH])


def verdicts(project, sample_id):
    return [(r.verdict.value, r.reviewer) for r in project.reviews.history(sample_id)]


def nudge(project, sample_id, **seen):
    annotation = project.annotations.load(sample_id)
    before = annotation.landmarks[[0]]
    stroke = Stroke("grab", np.array([0]), before, before + 1)
    return project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator="Kim", **seen
    )


def test_a_verdict_is_refused_over_one_that_was_not_seen_and_names_it(predicted):
    theirs = predicted.reviews.judge(1, SEND_BACK).given
    with pytest.raises(
        UnseenVerdict, match="Anna gave the verdict send_back on sample 1"
    ) as refused:
        predicted.reviews.accept(1, reviewer="Kim", revision=0, seen=0)
    assert refused.value.review == predicted.reviews.newest(1)
    assert predicted.samples.get(1).state is SampleState.SENT_BACK
    assert predicted.reviews.accept(1, reviewer="Kim", seen=theirs.review_id).reviewer == "Kim"


def test_a_withdrawal_that_was_not_seen_counts_as_a_verdict(predicted):
    predicted.reviews.accept(1, reviewer="Kim")
    seen = predicted.reviews.newest(1).id
    predicted.reviews.reopen(1, reviewer="Anna", comment="look at the lips")
    with pytest.raises(UnseenVerdict):
        predicted.reviews.judge(1, ACCEPT, seen=seen)


@pytest.mark.parametrize("change", ["stroke", "undo", "redo"])
def test_no_change_of_the_mesh_withdraws_a_verdict_that_was_not_seen(predicted, edit, change):
    edit(predicted, 1, 2)
    if change == "redo":
        predicted.annotations.undo(1, revision=2)
    before = predicted.annotations.load(1)
    predicted.reviews.judge(1, SEND_BACK)
    act = {"undo": predicted.annotations.undo, "redo": predicted.annotations.redo}.get(change)
    with pytest.raises(UnseenVerdict):
        if act is None:
            nudge(predicted, 1, seen=0)
        else:
            act(1, revision=before.revision, seen=0)
    assert predicted.annotations.load(1).revision == before.revision
    assert predicted.samples.get(1).state is SampleState.SENT_BACK


def test_a_stroke_passes_over_a_verdict_that_is_withdrawn_already(predicted):
    predicted.reviews.judge(1, SEND_BACK)
    nudge(predicted, 1)
    nudge(predicted, 1, seen=0)
    assert predicted.samples.get(1).stroke_count == 2


def test_of_two_verdicts_at_once_on_what_both_saw_one_is_refused(predicted):
    outcomes = []

    def judge(who):
        try:
            predicted.reviews.accept(1, reviewer=who, seen=0)
            outcomes.append("given")
        except UnseenVerdict:
            outcomes.append("refused")

    threads = [threading.Thread(target=judge, args=(f"r{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["given", "refused", "refused", "refused"]
    assert len(predicted.reviews.history(1)) == 1


def test_a_session_knows_the_verdicts_from_before_it_and_no_later_ones(predicted):
    predicted.reviews.judge(1, SEND_BACK)
    session = EditSession(predicted, 1, annotator="Kim")
    assert session.seen == predicted.reviews.newest(1).id
    predicted.reviews.judge(1, SEND_BACK)
    assert session.seen < predicted.reviews.newest(1).id


def test_a_batch_as_of_a_number_is_refused_whole_once_one_of_them_changed(predicted):
    number = predicted.samples.last_change()
    predicted.reviews.judge(2, SEND_BACK)
    with pytest.raises(StaleAnnotation, match="sample 2"):
        predicted.reviews.judge_all([1, 2, 3], ACCEPT, as_of=number)
    assert predicted.samples.counts()[SampleState.ACCEPTED] == 0
    number = predicted.samples.last_change()
    given = predicted.reviews.judge_all([1, 2, 3], ACCEPT, as_of=number)
    assert [g.sample_id for g in given] == [1, 2, 3]


def test_a_batch_is_refused_whole_where_one_is_at_another_revision_than_was_seen(predicted, edit):
    edit(predicted, 2, 1)
    assert predicted.annotations.revisions([1, 2, 9]) == {1: 0, 2: 1}
    with pytest.raises(StaleAnnotation, match="sample 2"):
        predicted.reviews.judge_all([1, 2], ACCEPT, revisions={2: 0})
    assert predicted.samples.counts()[SampleState.ACCEPTED] == 0


def test_a_verdict_taken_back_leaves_the_sample_as_it_was_and_stays_in_the_history(predicted):
    given = predicted.reviews.judge(1, ACCEPT).given
    taken = predicted.reviews.take_back([given], reviewer="Kim")
    assert [s.state for s in taken.samples] == [SampleState.PREDICTED]
    assert not taken.left
    assert verdicts(predicted, 1) == [("accept", "Kim"), ("reopen", "Kim")]
    assert taken.newest == {1: predicted.reviews.newest(1).id}


def test_the_verdict_before_the_one_taken_back_is_in_effect_again(predicted):
    predicted.reviews.judge(1, SEND_BACK)
    theirs = predicted.reviews.newest(1)
    given = predicted.reviews.judge(1, ACCEPT).given
    (sample,) = predicted.reviews.take_back([given], reviewer="Kim").samples
    assert (sample.state, sample.reviewer) == (SampleState.SENT_BACK, "Anna")
    again = predicted.reviews.newest(1)
    assert (again.reasons, again.comment, again.created_at) == (
        theirs.reasons, theirs.comment, theirs.created_at,
    )  # fmt: skip
    assert [v for v, _ in verdicts(predicted, 1)] == ["send_back", "accept", "reopen", "send_back"]


def test_an_acceptance_that_is_in_effect_again_is_released_as_it_was_given(predicted):
    predicted.reviews.accept(1, reviewer="Anna")
    at = predicted.reviews.newest(1).created_at
    given = predicted.reviews.judge(1, Judgement(Verdict.EXCLUDE, "Kim")).given
    predicted.reviews.take_back([given], reviewer="Kim")
    (released,) = predicted.samples.accepted()
    assert (released.reviewer, released.accepted_at) == ("Anna", at)


def test_a_verdict_from_before_a_stroke_is_not_in_effect_again(predicted):
    predicted.reviews.judge(1, SEND_BACK)
    nudge(predicted, 1)
    given = predicted.reviews.judge(1, ACCEPT).given
    (sample,) = predicted.reviews.take_back([given], reviewer="Kim").samples
    assert sample.state is SampleState.IN_PROGRESS


def test_a_withdrawal_can_be_taken_back(predicted):
    predicted.reviews.judge(1, SEND_BACK)
    given = predicted.reviews.judge(1, Judgement(Verdict.REOPEN, "Kim")).given
    (sample,) = predicted.reviews.take_back([given], reviewer="Kim").samples
    assert (sample.state, sample.reviewer) == (SampleState.SENT_BACK, "Anna")


def test_verdicts_that_are_no_longer_in_effect_are_left_alone(predicted):
    given = predicted.reviews.judge_all([1, 2, 3], ACCEPT)
    predicted.reviews.judge(1, SEND_BACK)
    nudge(predicted, 2)
    taken = predicted.reviews.take_back([*given, Given(99, 7, 0)], reviewer="Kim")
    assert [s.id for s in taken.samples] == [3]
    assert taken.left == {1: predicted.reviews.newest(1), 2: None, 99: None}
    assert predicted.samples.get(1).state is SampleState.SENT_BACK


def test_an_annotation_says_whose_stroke_is_undone_next(predicted, edit):
    edit(predicted, 1, 2)
    annotation = predicted.annotations.load(1)
    strokes = predicted.annotations.strokes(1)
    assert annotation.last_stroke.id == strokes[1].id
    assert annotation.next_redo is None
    undone = predicted.annotations.undo(1, revision=annotation.revision)
    assert (undone.last_stroke.id, undone.next_redo.id) == (strokes[0].id, strokes[1].id)
    assert undone.next_redo.created_at == strokes[1].created_at
    assert predicted.annotations.is_in_effect(1, strokes[0].id)
    assert not predicted.annotations.is_in_effect(1, strokes[1].id)
    assert not predicted.annotations.is_in_effect(2, strokes[0].id)


def test_nothing_is_taken_back_of_photographs_that_were_removed(predicted):
    given = predicted.reviews.judge_all([1, 3], ACCEPT)
    predicted.removals.remove([1])
    taken = predicted.reviews.take_back(given, reviewer="Kim")
    assert [s.id for s in taken.samples] == [3]
    assert taken.left == {1: None}
    predicted.removals.restore([1])
    assert predicted.samples.get(1).state is SampleState.ACCEPTED
