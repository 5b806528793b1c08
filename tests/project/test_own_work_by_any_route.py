"""Nobody accepts their own work: not by another form of their name, nor in a roundabout way."""

import pytest

from annotator.project import (
    Judgement,
    OwnWork,
    Project,
    Reason,
    SampleState,
    UnknownSample,
    Verdict,
)

ACCEPT = Judgement(Verdict.ACCEPT, "Ann")


@pytest.fixture
def team(predicted) -> Project:
    """A project of two steps, in which Ann edited sample 1."""
    predicted.settings.put("review", "two steps", by="Rae")
    return predicted


@pytest.mark.parametrize(
    ("made_by", "name"),
    [
        ("José", "Jose\u0301"),
        ("Straße", "STRASSE"),
        ("Ann Lee", "ann  lee"),
        ("Ann Lee", "Ann\xa0Lee"),
        ("Ann", "Ａｎｎ"),
        ("Ann", "An\u200dn"),
        ("Ann", "Ann\ufe0f"),
        ("Ϊ", "ΐ".upper()[:1] + "\u0308"),
        ("İnci", "i̇nci"),
        ("ǅana", "ǆana"),
    ],
)
def test_another_way_to_write_a_name_is_nobody_else(team, edit, made_by, name):
    edit(team, 1, annotator=made_by)
    with pytest.raises(OwnWork):
        team.reviews.accept(1, reviewer=name)
    assert team.reviews.own_work([1], name) == {1}


def test_a_mesh_that_somebody_else_brought_back_is_the_work_of_those_who_made_it(team, edit):
    edit(team, 1)
    team.annotations.undo(1, revision=1)
    team.annotations.restore(1, 1, revision=2, annotator="Bo")
    team.reviews.submit(1, reviewer="Bo")
    with pytest.raises(OwnWork):
        team.reviews.accept(1, reviewer="Ann")
    assert team.reviews.own_work([1], "Bo") == {1}
    assert team.reviews.accept(1, reviewer="Rae").state is SampleState.ACCEPTED


def test_an_opinion_that_is_reopened_after_the_consensus_stays_its_annotators_work(team, edit):
    ann, ben = team.opinions.ask([(1, "ann"), (1, "ben")])
    for each, name in ((ann, "ann"), (ben, "ben")):
        edit(team, each, annotator=name)
        team.reviews.submit(each, reviewer=name)
    edit(team, 1, annotator=None)
    team.reviews.submit(1, reviewer="Rae")
    team.reviews.reopen(ann, reviewer="ann")
    edit(team, ben, annotator="ben")
    for name in ("ann", "ben"):
        with pytest.raises(OwnWork):
            team.reviews.accept(1, reviewer=name)


def test_taking_a_verdict_back_brings_none_back_that_was_given_on_another_mesh(team, edit):
    accepted = team.reviews.judge(1, Judgement(Verdict.ACCEPT, "Ann")).given
    edit(team, 1)
    excluded = team.reviews.judge(
        1, Judgement(Verdict.EXCLUDE, "Ann", reasons=[Reason.BLURRED])
    ).given
    forged = excluded._replace(prior=accepted.review_id, replaced=True)
    team.reviews.take_back([forged], reviewer="Ann")
    assert team.samples.get(1).state is SampleState.IN_PROGRESS


def test_taking_a_verdict_back_brings_none_back_of_another_sample(team, edit):
    accepted = team.reviews.judge(2, Judgement(Verdict.ACCEPT, "Ann")).given
    edit(team, 1)
    excluded = team.reviews.judge(
        1, Judgement(Verdict.EXCLUDE, "Ann", reasons=[Reason.BLURRED])
    ).given
    forged = excluded._replace(prior=accepted.review_id, replaced=True)
    team.reviews.take_back([forged], reviewer="Ann")
    assert team.samples.get(1).state is SampleState.IN_PROGRESS


def test_removing_and_restoring_a_photograph_makes_nobodys_work_of_nothing(team, edit):
    edit(team, 1)
    team.removals.remove([1], by="Ann")
    team.removals.restore([1], by="Ann")
    with pytest.raises(OwnWork):
        team.reviews.judge_all([1, 2], ACCEPT)
    assert team.reviews.give_undecided(Verdict.ACCEPT, reviewer="Ann") == []


def test_redoing_ones_own_stroke_withdraws_the_acceptance_of_the_mesh_without_it(team, edit):
    edit(team, 1)
    team.annotations.undo(1, revision=1)
    team.reviews.accept(1, reviewer="Ann")
    team.annotations.redo(1, revision=2)
    assert team.samples.get(1).state is SampleState.IN_PROGRESS
    with pytest.raises(OwnWork):
        team.reviews.accept(1, reviewer="Ann")


def test_an_acceptance_that_is_taken_back_after_the_rules_changed_comes_back_to_nobody(team, edit):
    team.settings.put("review", "alone", by="Ann")
    edit(team, 1)
    team.reviews.accept(1, reviewer="Ann")
    excluded = team.reviews.judge(
        1, Judgement(Verdict.EXCLUDE, "Bo", reasons=[Reason.BLURRED])
    ).given
    team.settings.put("review", "two steps", by="Rae")
    team.reviews.take_back([excluded], reviewer="Ann")
    assert team.samples.get(1).state is SampleState.IN_PROGRESS


def test_what_a_restore_brush_did_is_its_painters_work_alone(team, edit, draw):
    edit(team, 1)
    team.annotations.undo(1, revision=1)
    mesh = team.annotations.load(1)
    team.annotations.record_stroke(
        1, draw(mesh, tool="restore"), revision=mesh.revision, annotator="Bo"
    )
    team.reviews.accept(1, reviewer="Ann")
    assert team.samples.get(1).state is SampleState.ACCEPTED


def test_nobody_else_takes_a_stroke_of_an_opinion_back(team, edit):
    (opinion,) = team.opinions.ask([(1, "ann")])
    edit(team, opinion, annotator="ann")
    for change, revision in ((team.annotations.undo, 1), (team.annotations.redo, 1)):
        with pytest.raises(UnknownSample):
            change(opinion, revision=revision, by="ben")
    assert team.annotations.load(opinion).revision == 1
