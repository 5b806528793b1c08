"""Opinions: copies of a face that one person each is asked to annotate, and nobody else sees."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import (
    DamagedProject,
    EditSession,
    OwnWork,
    ProjectError,
    ReadOnlyProject,
    SampleState,
    UnknownSample,
    Verdict,
)
from annotator.project.project import Project

SECOND_MODEL = ModelInfo("retrained", "2" * 64, FACE_468)
THIRD_MODEL = ModelInfo("again", "3" * 64, FACE_468)


def ids(project: Project, person: str | None = None) -> list[int]:
    return [sample.id for sample in project.samples.summaries(person=person)]


@pytest.fixture
def asked(predicted) -> Project:
    """Samples 1 to 3; of 1 ann and ben are asked, of 2 ben alone, as samples 4 to 6."""
    assert predicted.opinions.ask([(1, "ann"), (1, "ben"), (2, "ben")]) == [4, 5, 6]
    return predicted


def everything_told(project: Project) -> dict[str, object]:
    """Return all that lists, counts, tables, models and releases see."""
    model = project.models.register(THIRD_MODEL)
    with project.tallies() as tallies:
        counted = {
            "verdicts": tallies.verdicts(),
            "accepted on": tallies.accepted_on(),
            "samples": list(tallies.samples()),
            "reasons": tallies.reasons(),
            "sent back": tallies.ever_sent_back(),
            "findings": tallies.findings(),
            "corrected": [some.sample_ids for some in tallies.corrected()],
            "displaced": tallies.most_displaced(10),
        }
    return counted | {
        "list": project.samples.summaries(),
        "counts": project.samples.counts(),
        "accepted": [one.sample_id for one in project.samples.accepted()],
        "table": project.to_dataframe().drop(columns="updated_at").to_csv(),
        "faces": [one.sample_id for one in project.samples.faces_of(1)],
        "images": [one.id for one in project.images.without_faces()],
        "pending": [one.id for one in project.images.pending(model)],
        "kept faces": (project.removals.kept([1, 2]).faces, project.removals.kept([1]).edited),
    }


def test_what_opinions_become_changes_nothing_that_is_told_of_a_project(predicted, edit):
    predicted.reviews.accept(3, reviewer="Rae")
    before = everything_told(predicted)
    predicted.opinions.ask([(1, "ann"), (1, "ben"), (2, "ben")])
    predicted.opinions.ask_known([(3, "ann")])
    edit(predicted, 4, 2, annotator="ann")
    predicted.reviews.give(Verdict.SUBMIT, [4], reviewer="ann")
    predicted.reviews.accept(5, reviewer="ben")
    predicted.reviews.give(Verdict.DELETE, [6], reviewer="ben")
    predicted.reviews.exclude(7, reviewer="Rae", reasons=["blurred"])
    assert everything_told(predicted) == before


def test_all_that_have_no_verdict_are_judged_without_anybodys_opinions(asked):
    assert asked.reviews.give_undecided(Verdict.ACCEPT, reviewer="Rae") == [1, 2, 3]
    assert asked.samples.get(4).state is SampleState.PREDICTED


def test_an_opinion_takes_its_faces_place_for_its_annotator_alone(asked):
    assert ids(asked) == [1, 2, 3]
    assert ids(asked, "ann") == [4, 3]  # 2 is with ben, who has not given his opinion yet
    assert ids(asked, "ben") == [5, 6, 3]
    assert ids(asked, "Rae") == [1, 2, 3]
    mine = asked.samples.get(5)
    assert (mine.image_id, mine.face_index) == (1, 0)
    assert [face.sample_id for face in asked.samples.faces_of(1, person="ben")] == [5, 6]
    with pytest.raises(UnknownSample, match="for ann"):
        asked.samples.get_shown(1, person="ann")


def test_a_face_comes_back_to_others_once_all_opinions_are_there(asked):
    asked.reviews.give(Verdict.SUBMIT, [6], reviewer="ben")
    assert ids(asked, "ann") == [4, 2, 3]
    assert ids(asked, "ben") == [5, 6, 3]  # but never to those who gave theirs


def test_an_opinion_begins_with_the_prediction_however_far_the_face_is(predicted, edit):
    edit(predicted, 1, 3, annotator="Zoe")
    predicted.reviews.accept(1, reviewer="Rae")
    (opinion,) = predicted.opinions.ask_known([(1, "ann")])
    annotation = predicted.annotations.load(opinion)
    assert np.array_equal(annotation.landmarks, predicted.annotations.load(1).prediction)
    sample = predicted.samples.get(opinion)
    assert (sample.state, sample.stroke_count, sample.annotator, sample.reviewer) == (
        SampleState.PREDICTED, 0, None, None,
    )  # fmt: skip
    answer = predicted.opinions.answers([opinion])[opinion]
    assert np.array_equal(answer, predicted.annotations.load(1).landmarks)


def test_a_honeypot_is_told_from_other_opinions_by_nothing_that_its_annotator_sees(predicted):
    predicted.reviews.accept(3, reviewer="Rae")
    (asked,) = predicted.opinions.ask([(1, "ann")])
    (known,) = predicted.opinions.ask_known([(3, "ann")])
    one, other = (predicted.samples.get_shown(i, person="ann") for i in (asked, known))
    same = ("state", "stroke_count", "annotator", "reviewer", "displacement", "added_by")
    assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
    assert not predicted.reviews.history(known)
    assert [opinion.is_honeypot for opinion in predicted.opinions.all()] == [False, True]


def test_a_known_answer_stays_what_it_was_when_the_face_is_edited_on(predicted, edit):
    predicted.reviews.accept(3, reviewer="Rae")
    (known,) = predicted.opinions.ask_known([(3, "ann")])
    before = predicted.annotations.load(3).landmarks
    edit(predicted, 3, 2)
    assert np.array_equal(predicted.opinions.answers([known])[known], before)


def test_an_answer_may_be_handed_in_where_nobody_accepted_the_face(predicted):
    with pytest.raises(ProjectError, match="sample 2 is not known"):
        predicted.opinions.ask_known([(2, "ann")])
    truth = predicted.annotations.load(2).landmarks + np.float32(1)
    (known,) = predicted.opinions.ask_known([(2, "ann")], {2: truth})
    assert np.array_equal(predicted.opinions.answers([known])[known], truth)
    with pytest.raises(ValueError, match="468"):
        predicted.opinions.ask_known([(1, "ann")], {1: truth[:5]})
    assert ids(predicted, "ann") == [1, known, 3]


def test_nobody_is_asked_twice_about_a_face(asked):
    assert asked.opinions.ask([(1, "ann"), (1, "ben"), (1, "ann")]) == []
    asked.reviews.accept(1, reviewer="Rae")
    assert asked.opinions.ask_known([(1, "ann")]) == []
    assert [one.is_honeypot for one in asked.opinions.all()] == [False] * 3


def test_only_faces_are_asked_about(asked):
    for unknown in (4, 99):
        with pytest.raises(UnknownSample):
            asked.opinions.ask([(3, "ann"), (unknown, "cem")])
    assert ids(asked, "cem") == ids(asked)


def test_nobody_works_on_somebody_elses_opinion(asked, draw):
    annotation = asked.annotations.load(4)
    with pytest.raises(UnknownSample, match="for ben"):
        asked.annotations.record_stroke(4, draw(annotation), revision=0, annotator="ben")
    with pytest.raises(UnknownSample):
        EditSession(asked, 4, annotator="ben")
    with pytest.raises(UnknownSample, match="for ben"):
        asked.remarks.add(4, "too wide", author="ben")
    for verdict in (Verdict.ACCEPT, Verdict.SUBMIT, Verdict.DELETE):
        with pytest.raises(UnknownSample, match="for ben"):
            asked.reviews.give(verdict, [4], reviewer="ben")
    assert asked.samples.get(4).state is SampleState.PREDICTED
    assert EditSession(asked, 4, annotator="ann").sample_id == 4


def test_somebody_else_may_stop_waiting_for_an_opinion_and_begin_again(asked):
    asked.reviews.give(Verdict.EXCLUDE, [4], reviewer="Rae")
    asked.reviews.give(Verdict.EXCLUDE, [5], reviewer="ben")
    ann, ben, _ = asked.opinions.all()
    assert (ann.is_withdrawn, ann.is_declined, ann.is_open) == (True, False, False)
    assert (ben.is_withdrawn, ben.is_declined, ben.is_open) == (False, True, False)
    asked.reviews.give(Verdict.REOPEN, [4], reviewer="Rae")
    assert asked.opinions.all()[0].is_open


def test_no_opinion_is_drawn_to_be_reviewed(asked):
    for opinion, person in ((4, "ann"), (5, "ben")):
        asked.reviews.give(Verdict.SUBMIT, [opinion], reviewer=person)
    with pytest.raises(ProjectError, match="nothing to draw"):
        asked.draws.draw(2, confidence=0.95, by="Rae")


def test_a_face_is_the_work_of_those_who_gave_their_opinions_of_it(asked):
    asked.settings.put("review", "two steps", by="Rae")
    for opinion, person in ((4, "ann"), (5, "ben")):
        asked.reviews.give(Verdict.SUBMIT, [opinion], reviewer=person)
    asked.reviews.give(Verdict.SUBMIT, [1], reviewer="Rae")  # of their consensus
    for person in ("ann", "Ben"):
        with pytest.raises(OwnWork):
            asked.reviews.accept(1, reviewer=person)
    assert asked.reviews.accept(1, reviewer="Rae").state is SampleState.ACCEPTED


def test_what_people_did_is_known_of_each_face(predicted, edit):
    edit(predicted, 1, annotator="ann")
    predicted.reviews.accept(1, reviewer="Rae")
    predicted.visits.record(
        2, annotator="cem", started_at=datetime.now(UTC), seconds=9.0, strokes=0
    )
    assert predicted.opinions.people_at([1, 2, 3]) == {1: {"ann", "Rae"}, 2: {"cem"}, 3: set()}


def test_a_later_model_finds_the_face_and_no_opinion(asked, make_face):
    model = asked.models.register(SECOND_MODEL)
    again = [make_face(102, 100), make_face(300, 100, seed=1), make_face(500, 300, seed=4)]
    asked.predictions.store(model, [(1, again)])
    assert len(asked.samples.faces_of(1)) == 3  # the third one is new
    assert ids(asked) == [1, 2, 7, 3]
    new = asked.samples.get(7)
    assert new.face_index == 2
    # The face follows the newer prediction; an opinion stays with what it began with.
    first = asked.predictions.of(1)
    assert asked.annotations.load(4).prediction.tobytes() == first.every[0].landmarks.tobytes()
    assert asked.annotations.load(1).prediction.tobytes() == first.every[1].landmarks.tobytes()


def test_an_opinion_is_compared_with_all_that_models_said_of_its_face(asked, make_face):
    before = asked.predictions.of(4)
    model = asked.models.register(SECOND_MODEL)
    asked.predictions.store(model, [(1, [make_face(102, 100), make_face(300, 100, seed=1)])])
    said, faces = asked.predictions.of(4), asked.predictions.of(1)
    assert said.sample_id == 4
    assert [one.id for one in said.every] == [one.id for one in faces.every]
    assert said.own_id == before.own_id == faces.every[0].id
    assert said.seen_by == faces.seen_by


def test_an_opinion_is_checked_beside_the_faces_that_its_annotator_is_shown(asked):
    (photograph,) = asked.samples.to_check([1])
    assert [face.sample_id for face in photograph.faces] == [1, 2]
    (photograph,) = asked.samples.to_check([5])
    assert [face.sample_id for face in photograph.faces] == [5, 6]
    assert len(asked.samples.to_check([1, 2, 3, 4, 6])) == 4  # as it is, as ann's, as ben's


def test_only_faces_are_assessed(asked):
    assessor = asked.assessments.register(1, 1, ["blur"])
    faces, _ = asked.assessments.faces(assessor, [1, 2])
    assert [[face.sample_id for face in some] for some in faces.values()] == [[1, 2], [3]]


def test_opinions_go_with_a_photograph_that_is_deleted_for_good(asked, edit, place):
    asked.reviews.accept(3, reviewer="Rae")
    asked.opinions.ask_known([(3, "ann")])
    edit(asked, 4, annotator="ann")
    asked.removals.remove([1, 2])
    assert ids(asked, "ann") == []
    assert asked.opinions.all() == []
    assert asked.removals.kept([1]).faces == 2
    asked.removals.delete([1, 2])
    assert asked.samples.stored_count() == 0
    place.assert_sound(asked.address)


def test_meshes_are_handed_out_as_they_stand(asked, edit):
    edit(asked, 4, annotator="ann")
    found = {mesh.sample_id: mesh for mesh in asked.opinions.meshes([4, 5, 99])}
    assert found.keys() == {4, 5}
    assert np.array_equal(found[4].landmarks, asked.annotations.load(4).landmarks)
    assert np.array_equal(found[5].landmarks, found[5].prediction)
    assert found[4].revision == 1


def test_a_damaged_answer_is_told_of_and_not_used(predicted):
    predicted.reviews.accept(3, reviewer="Rae")
    (known,) = predicted.opinions.ask_known([(3, "ann")])
    assert list(predicted.samples.damaged()) == []
    with closing(sqlite3.connect(Path(predicted.address) / "project.sqlite")) as database:
        database.execute("UPDATE honeypots SET answer = zeroblob(length(answer))")
        database.commit()
    with pytest.raises(DamagedProject, match=f"sample {known} .*known answer"):
        predicted.opinions.answers([known])
    assert [damaged.part for damaged in predicted.samples.damaged()] == ["known answer"]
    assert predicted.annotations.load(known).can_undo is False  # all else goes on


def test_a_project_that_is_only_read_shows_opinions_and_takes_none(asked):
    with Project.open(asked.address, read_only=True) as read:
        assert ids(read, "ann") == [4, 3]
        assert len(read.opinions.all()) == 3
        with pytest.raises(ReadOnlyProject):
            read.opinions.ask([(3, "ann")])


def test_two_programs_that_ask_the_same_ask_once(asked):
    with Project.open(asked.address) as other:
        assert other.opinions.ask([(3, "ann")]) == [7]
    assert asked.opinions.ask([(3, "ann")]) == []
    assert ids(asked, "ann") == [4, 7]


@pytest.mark.parametrize("name", ["Ann", " ANN", "\uff41nn", "an\u200dn"])
def test_an_opinion_is_its_annotators_however_their_name_is_written(asked, name, edit):
    assert ids(asked, name) == ids(asked, "ann")
    assert [face.sample_id for face in asked.samples.faces_of(1, person=name)] == [4]
    edit(asked, 4, annotator=name)
    asked.reviews.submit(4, reviewer=name)
    assert asked.opinions.ask([(1, name)]) == []
    assert asked.opinions.ask([(3, name), (3, "ann")]) == [7]
