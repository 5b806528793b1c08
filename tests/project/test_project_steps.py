"""Two steps: annotators submit, and somebody else accepts. A person alone knows of none of it."""

import pytest

from annotator.project import (
    Decided,
    Judgement,
    OwnWork,
    Project,
    ReasonNeeded,
    SampleState,
    SettingError,
    UnknownReason,
    Verdict,
)


@pytest.fixture
def team(predicted) -> Project:
    """A project of two steps."""
    predicted.settings.put("review", "two steps", by="Rae")
    return predicted


def states(project: Project) -> list[str]:
    return [sample.state.value for sample in project.samples.summaries()]


def test_a_person_alone_accepts_their_own_work_without_any_setting(predicted, edit):
    edit(predicted, 1)
    predicted.reviews.accept(1, reviewer="Ann")
    predicted.reviews.give(Verdict.ACCEPT, [2, 3], reviewer="Ann")
    assert states(predicted) == ["accepted"] * 3


def test_the_way_from_prediction_to_accepted_and_back(team, edit):
    edit(team, 1)
    reviews = team.reviews
    submitted = reviews.submit(1, reviewer="Ann")
    assert (submitted.state, submitted.reviewer) == (SampleState.SUBMITTED, None)
    sent = reviews.send_back(1, reviewer="Rae", reasons=["poor_mesh"], comment="lid")
    assert (sent.state, sent.reviewer) == (SampleState.SENT_BACK, "Rae")
    edit(team, 1)
    assert team.samples.get(1).state is SampleState.IN_PROGRESS
    reviews.submit(1, reviewer="Ann")
    assert reviews.accept(1, reviewer="Rae").state is SampleState.ACCEPTED
    edit(team, 1)
    assert team.samples.get(1).state is SampleState.IN_PROGRESS, "accepted no more"
    said = [(each.verdict.value, each.reviewer, each.revision) for each in reviews.history(1)]
    assert said == [
        ("submit", "Ann", 1),
        ("send_back", "Rae", 1),
        ("submit", "Ann", 2),
        ("accept", "Rae", 2),
    ]


@pytest.mark.parametrize("name", ["Ann", "ann", " ANN "])
def test_nobody_accepts_their_own_strokes(team, edit, name):
    edit(team, 1)
    edit(team, 1, annotator="Bo")
    with pytest.raises(OwnWork, match=r"submit it .* settings PROJECT own_work true"):
        team.reviews.accept(1, reviewer=name)
    assert team.samples.get(1).state is SampleState.IN_PROGRESS
    assert team.reviews.accept(1, reviewer="Rae").state is SampleState.ACCEPTED


def test_nobody_accepts_what_they_submitted(team):
    team.reviews.submit(2, reviewer="Ann")
    with pytest.raises(OwnWork):
        team.reviews.accept(2, reviewer="Ann")
    team.reviews.accept(2, reviewer="Bo")


def test_strokes_that_are_undone_are_nobodys_work(team, edit):
    edit(team, 1)
    team.annotations.undo(1, revision=1)
    assert team.reviews.accept(1, reviewer="Ann").state is SampleState.ACCEPTED


def test_what_a_model_made_may_be_accepted_by_anybody(team):
    assert team.reviews.accept(1, reviewer="Ann").state is SampleState.ACCEPTED


def test_a_batch_with_own_work_in_it_is_refused_as_a_whole(team, edit):
    edit(team, 3)
    assert team.reviews.own_work([1, 2, 3], "Ann") == {3}
    with pytest.raises(OwnWork) as refused:
        team.reviews.judge_all([1, 2, 3], Judgement(Verdict.ACCEPT, "Ann"))
    assert refused.value.sample_id == 3
    assert states(team) == ["predicted", "predicted", "in_progress"]


def test_nothing_is_excluded_without_a_reason_and_an_opinion_is(team):
    with pytest.raises(ReasonNeeded, match=r"one or more of not_a_face, .*--reason"):
        team.reviews.give("exclude", [1, 2], reviewer="Rae")
    assert states(team) == ["predicted"] * 3
    team.settings.put("review", "alone", by="Rae")
    team.reviews.exclude(1, reviewer="Rae")
    team.settings.put("review", "two steps", by="Rae")
    team.opinions.ask([(2, "ann"), (2, "ben")])
    opinion, _ = [one.sample_id for one in team.opinions.all()]
    team.reviews.exclude(opinion, reviewer="Rae")


def test_own_work_can_be_excluded_sent_back_and_deleted(team, edit):
    for sample_id in (1, 2, 3):
        edit(team, sample_id)
    team.reviews.exclude(1, reviewer="Ann", reasons=["blurred"])
    team.reviews.send_back(2, reviewer="Ann", reasons=["other"], comment="again")
    team.reviews.delete(3, reviewer="Ann")
    assert states(team) == ["excluded", "sent_back", "deleted"]


def test_a_project_may_let_people_accept_their_own_work(team, edit):
    edit(team, 1)
    team.settings.put("own_work", True, by="Rae")
    assert team.reviews.own_work([1], "Ann") == set()
    team.reviews.accept(1, reviewer="Ann")


def test_all_that_wait_in_two_steps_are_those_that_were_submitted(team, edit):
    edit(team, 1)
    team.reviews.submit(1, reviewer="Ann")
    assert team.reviews.give_undecided(Verdict.ACCEPT, reviewer="Rae") == [1]
    assert states(team) == ["accepted", "predicted", "predicted"]


def test_all_that_wait_for_a_person_alone_are_also_those_that_were_submitted(predicted):
    predicted.reviews.submit(2, reviewer="Ann")
    assert predicted.reviews.give_undecided(Verdict.ACCEPT, reviewer="Ann") == [1, 2, 3]


@pytest.mark.parametrize("verdict", [Verdict.ACCEPT, Verdict.EXCLUDE, Verdict.DELETE])
def test_what_was_decided_is_not_submitted(predicted, verdict):
    predicted.reviews.give(verdict, [1], reviewer="Rae")
    with pytest.raises(Decided, match="withdraw"):
        predicted.reviews.submit(1, reviewer="Ann")
    assert predicted.reviews.newest(1).verdict is verdict


def test_taking_back_an_acceptance_leaves_it_submitted(team):
    team.reviews.submit(1, reviewer="Ann")
    given = team.reviews.judge_all([1], Judgement(Verdict.ACCEPT, "Rae"))
    team.reviews.take_back(given, reviewer="Rae")
    sample = team.samples.get(1)
    assert (sample.state, sample.reviewer) == (SampleState.SUBMITTED, None)


def test_a_project_has_reasons_of_its_own(predicted):
    predicted.settings.put("reasons", ["lids_wrong", "other"], by="Rae")
    predicted.reviews.send_back(1, reviewer="Rae", reasons=["other", "lids_wrong"])
    assert predicted.reviews.newest(1).reasons == ("lids_wrong", "other")
    with pytest.raises(UnknownReason, match="take one of lids_wrong, other"):
        predicted.reviews.send_back(2, reviewer="Rae", reasons=["blurred"])
    predicted.settings.put("reasons", ["other"], by="Rae")
    assert predicted.reviews.newest(1).reasons == ("lids_wrong", "other"), "they stay as given"
    assert predicted.to_dataframe().reasons[0] == "lids_wrong,other"


def test_settings_are_what_is_declared_until_somebody_sets_them(predicted):
    settings = predicted.settings
    assert settings.get("review") == "alone"
    assert settings.get("review", "two steps") == "two steps"
    settings.put("review", "two steps", by="Rae")
    assert settings.get("review") == settings.all()["review"] == "two steps"
    with Project.open(predicted.address) as other:
        assert other.settings.all() == settings.all()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("colour", "red", "is no setting: the settings are review, own_work, reasons"),
        ("review", "three steps", 'must be "alone" or "two steps"'),
        ("own_work", 1, "must be true or false"),
        ("reasons", [], "1 to 30 different words"),
        ("reasons", ["a", "a"], "1 to 30 different words"),
        ("reasons", ["a,b"], "1 to 30 different words"),
        ("reasons", "other", "1 to 30 different words"),
    ],
)
def test_settings_that_cannot_be_are_refused(predicted, name, value, said):
    with pytest.raises(SettingError, match=said):
        predicted.settings.put(name, value, by="Rae")
    assert predicted.settings.get("review") == "alone"
    assert list(predicted.audit.entries()) == []


def test_two_programs_race_for_an_acceptance_and_the_rule_holds(team, start_program):
    script = (
        "import sys\n"
        "from annotator.project import Project, ProjectError\n"
        "with Project.open(sys.argv[1]) as p:\n"
        "    for _ in range(30):\n"
        "        try:\n"
        "            p.reviews.submit(1, reviewer='Ann') if sys.argv[2] == 'Ann' else "
        "p.reviews.accept(1, reviewer='Bo')\n"
        "            p.reviews.accept(1, reviewer='Ann')\n"
        "        except ProjectError: pass\n"
    )
    programs = [start_program(script, team.home, name) for name in ("Ann", "Bo")]
    assert [program.wait(600) for program in programs] == [0, 0]
    submitters = set()
    for review in team.reviews.history(1):
        if review.verdict is Verdict.SUBMIT:
            submitters = {review.reviewer}
        assert review.verdict is not Verdict.ACCEPT or review.reviewer not in submitters
