"""Going through what others submitted: what is sought, what Enter means, where it leads."""

from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.project import Project, Reason, SampleState
from annotator.project.known_settings import TWO_STEPS
from annotator.workbench.comparing import OWN, REVIEWED, Comparing
from annotator.workbench.history import History, history_lines
from annotator.workbench.keys import KeyBindings
from annotator.workbench.pins import Pins
from annotator.workbench.present_round import PresentRound
from annotator.workbench.reviewing_text import how_to_review
from annotator.workbench.shown_samples import Shown
from annotator.workbench.workbench import Workbench

Drag = Callable[[Workbench, int, tuple[float, float]], None]
CHIN = 152


@pytest.fixture
def team(work_on: Callable[[Path], Workbench], project_folder: Path) -> Workbench:
    """Kim's workbench in a project of two steps; ada submitted three samples, kim one."""
    with Project.open(project_folder) as project:
        project.settings.put("review", TWO_STEPS, by="ada")
        ids = [sample.id for sample in project.samples.summaries()]
        for sample_id, who in zip(ids[1:5], ("ada", "kim", "ada", "ada"), strict=True):
            project.reviews.submit(sample_id, reviewer=who)
    return work_on(project_folder)


def order_of(bench: Workbench) -> list[int]:
    return [bench.samples.at(row).id for row in range(len(bench.samples))]


def told(bench: Workbench) -> list[str]:
    sentences: list[str] = []
    bench.told.connect(sentences.append)
    bench.failed.connect(sentences.append)
    return sentences


def test_reviewing_begins_at_a_sample_that_waits_and_goes_on_past_ones_own(team: Workbench):
    ids = order_of(team)
    team.go_to(ids[0])
    team.reviewing.toggle()
    assert team.is_reviewing
    assert team.sample_id == ids[1]
    team.reviewing.accept()
    assert team.samples.get(ids[1]).state is SampleState.ACCEPTED
    assert team.sample_id == ids[3], "the one between is kim's own"
    team.verdicts.send_back([Reason.BLURRED])
    assert team.sample_id == ids[4]


def test_at_the_end_one_is_told_that_only_own_work_is_left(team: Workbench):
    ids = order_of(team)
    team.reviewing.toggle()
    for _ in range(3):
        team.reviewing.accept()
    said = told(team)
    team.go_to_next_to_do()
    assert "your own work" in said[-1]
    team.project.reviews.accept(ids[2], reviewer="ada")
    team.refresh()
    team.go_to_next_to_do()
    assert said[-1] == "Every sample that was submitted has been reviewed."


def test_a_key_too_many_at_the_end_accepts_nothing_that_nobody_submitted(team: Workbench):
    team.reviewing.toggle()
    for _ in range(3):
        team.reviewing.accept()
    before, said = team.project.version(), told(team)
    for sample_id in order_of(team):
        if team.samples.get(sample_id).state is not SampleState.SUBMITTED:
            team.go_to(sample_id)
            team.reviewing.accept()
            assert said[-1].startswith("Nothing was decided: this face ")
    assert team.project.version() == before


def test_a_verdict_goes_on_where_only_what_waits_is_shown(team: Workbench):
    ids = order_of(team)
    team.show_samples(Shown((SampleState.SUBMITTED,)))
    team.reviewing.toggle()
    assert team.sample_id == ids[1]
    team.verdicts.send_back([Reason.BLURRED])
    assert team.sample_id == ids[3]


def test_a_verdict_goes_to_the_next_shown_where_nothing_shown_waits(team: Workbench):
    ids = order_of(team)
    team.reviewing.toggle()
    for _ in range(3):
        team.reviewing.accept()
    team.show_samples(Shown((SampleState.ACCEPTED,)))
    team.go_to(ids[1])
    team.verdicts.send_back([Reason.BLURRED])
    assert team.sample_id == ids[3]


def test_annotators_submit_and_reviewers_accept(team: Workbench):
    ids = order_of(team)
    team.go_to(ids[0])
    assert team.reviewing.submits
    team.reviewing.accept()
    assert team.samples.get(ids[0]).state is SampleState.SUBMITTED
    assert team.sample_id == ids[5], "the next that nobody submitted yet"
    team.reviewing.toggle()
    assert not team.reviewing.submits


def test_alone_enter_accepts_as_ever(bench: Workbench):
    first = bench.sample_id
    assert not bench.reviewing.submits
    bench.reviewing.accept()
    assert bench.samples.get(first).state is SampleState.ACCEPTED


def test_what_was_sent_back_is_to_do_again_in_two_steps(team: Workbench):
    ids = order_of(team)
    team.project.reviews.send_back(ids[2], reviewer="ada", reasons=[Reason.POOR_MESH])
    team.project.reviews.submit(ids[5], reviewer="kim")
    team.refresh()
    team.go_to(ids[0])
    team.go_to_next_to_do()
    assert team.sample_id == ids[2]


def test_what_was_sent_back_to_others_is_theirs_to_do_until_the_name_is_theirs(
    team: Workbench, drag: Drag
):
    ids = order_of(team)
    team.go_to(ids[5])
    drag(team, CHIN, (0.0, 5.0))
    team.reviewing.accept()
    team.project.reviews.send_back(ids[5], reviewer="ada", reasons=[Reason.POOR_MESH])
    team.refresh()
    team.show_samples(Shown(team.reviewing.to_do))
    assert ids[5] in order_of(team)
    team.rename_annotator("ada")
    assert order_of(team) == [ids[0]]
    team.show_samples(Shown((SampleState.SENT_BACK,)))
    assert order_of(team) == [ids[5]], "where anybody may take it up"
    team.rename_annotator("KIM")
    team.show_samples(Shown(team.reviewing.to_do))
    assert ids[5] in order_of(team)


def test_tools_rest_while_somebody_reviews_and_undo_takes_the_verdict_back(
    team: Workbench, drag: Drag
):
    ids = order_of(team)
    team.reviewing.toggle()
    said = told(team)
    assert not team.in_sight()
    assert "You are reviewing" in said[-1]
    assert "Shift+R" in said[-1]
    team.reviewing.accept()
    team.undoing.undo()
    assert team.sample_id == ids[1]
    assert team.samples.get(ids[1]).state is SampleState.SUBMITTED
    team.reviewing.toggle()
    assert team.in_sight()


def test_nothing_is_reviewed_without_a_project_or_where_nothing_may_be_changed(
    team: Workbench, project_folder: Path
):
    team.close()
    team.reviewing.toggle()
    assert not team.is_reviewing
    assert team.open(Project.open(project_folder, read_only=True))
    team.reviewing.toggle()
    assert not team.is_reviewing


def test_another_project_is_annotated_first(team: Workbench, project_folder: Path):
    team.reviewing.toggle()
    assert team.open(Project.open(project_folder))
    assert not team.is_reviewing


def test_how_many_wait_is_said(team: Workbench, bench: Workbench):
    assert team.reviewing.text == "4 samples wait for a review."
    assert how_to_review(team.keys) == "Click a vertex to pin a remark. Shift+R ends this."
    none = KeyBindings(dict.fromkeys(("review",), ()))
    assert how_to_review(none) == "Click a vertex to pin a remark."


def test_remarks_are_pinned_where_their_vertices_are_until_they_are_resolved(team: Workbench):
    pins = Pins(team)
    ids = order_of(team)
    team.go_to(ids[1])
    assert pins.say("too low", [CHIN])
    assert not pins.say("  ", [CHIN])
    assert not pins.say("nowhere", [5000])
    (pin,) = pins.open
    x, y, _ = team.session.landmarks[CHIN].tolist()
    assert pin.place(team.session.landmarks, team.session.layout) == pytest.approx((x, y))
    assert pin.short == "1  too low"
    assert pin.line.startswith("1  kim, today at")
    team.go_to(ids[2])
    assert pins.open == ()
    team.go_to(ids[1])
    assert pins.resolve(pins.open[0].remark.id)
    assert pins.open == ()


def test_a_remark_on_all_of_the_mesh_is_pinned_nowhere_and_one_on_a_region_in_it(team: Workbench):
    pins = Pins(team)
    team.go_to(order_of(team)[1])
    sample_id, layout = team.sample_id, team.session.layout
    team.project.remarks.add(sample_id, "all of it", author="ada")
    team.project.remarks.add(sample_id, "here", author="ada", region="lips")
    team.take_in_anew(sample_id)
    everywhere, lips = pins.open
    assert everywhere.place(team.session.landmarks, layout) is None
    expected = team.session.landmarks[layout.regions["lips"].vertices, :2].mean(axis=0)
    assert lips.place(team.session.landmarks, layout) == pytest.approx(expected.tolist())


def test_the_history_tells_revisions_and_verdicts_in_their_order(bench: Workbench, drag: Drag):
    drag(bench, CHIN, (0.0, 9.0))
    drag(bench, CHIN, (0.0, 9.0))
    bench.verdicts.goes_on = False
    bench.verdicts.send_back([Reason.POOR_MESH])
    bench.edits.undo()
    lines = History(bench, bench.edits).lines()
    assert [line.revision for line in lines] == [3, 2, 2, 1, 0]
    assert [line.is_verdict for line in lines] == [False, True, False, False, False]
    assert "undone by kim" in lines[0].text
    assert "kim sent this face back" in lines[1].text
    assert lines[3].text.startswith("1: Grab by kim, today")
    assert lines[4].text == "0: as predicted"


def test_a_revision_is_brought_back_by_a_stroke_that_can_be_undone(bench: Workbench, drag: Drag):
    history = History(bench, bench.edits)
    predicted = bench.session.landmarks.copy()
    drag(bench, CHIN, (0.0, 9.0))
    moved = bench.session.landmarks.copy()
    history.restore(0)
    assert (bench.session.landmarks == predicted).all()
    bench.undoing.undo()
    assert (bench.session.landmarks == moved).all()
    said = told(bench)
    history.restore(77)
    assert "77" in said[-1]
    assert (bench.session.landmarks == moved).all()


def test_a_face_is_compared_with_what_it_was_when_it_was_last_reviewed(
    bench: Workbench, drag: Drag
):
    comparing = Comparing(bench, PresentRound(bench))
    assert comparing.choices == (OWN,)
    drag(bench, CHIN, (0.0, 9.0))
    judged = bench.session.landmarks.copy()
    bench.verdicts.goes_on = False
    bench.verdicts.send_back([Reason.POOR_MESH])
    assert REVIEWED in comparing.choices
    drag(bench, CHIN, (0.0, -4.0))
    comparing.choice = REVIEWED
    assert (comparing.landmarks == judged).all()
    assert comparing.reviewed_revision == 1
    assert comparing.look_at(0, "Revision 0")
    assert (comparing.landmarks == bench.session.prediction).all()
    assert not comparing.look_at(99, "Revision 99")
    first = bench.sample_id
    bench.step(1)
    assert comparing.landmarks is None, "another face was never reviewed"
    bench.go_to(first)
    assert comparing.landmarks is not None


def test_history_lines_of_nothing_are_the_prediction() -> None:
    (line,) = history_lines([], [])
    assert (line.revision, line.is_verdict) == (0, False)
