"""Remarks on a mesh: pinned to vertices or a region, shown until somebody resolves them."""

import sqlite3
from contextlib import closing

import pytest

from annotator.project import ProjectError, UnknownSample, UnusableName, Verdict
from annotator.project.judgements import Judgement
from annotator.project.remarks import LONGEST_REMARK


def test_a_remark_is_open_until_it_is_resolved(predicted):
    said = predicted.remarks.add(1, " left lid ", author="Rae", vertices=[160, 33], revision=0)
    assert (said.text, said.vertices, said.region) == ("left lid", (33, 160), None)
    assert predicted.remarks.of(1) == [said]
    assert predicted.remarks.of(2) == []
    done = predicted.remarks.resolve(said.id, by="Ann")
    assert (done.is_open, done.resolved_by) == (False, "Ann")
    assert predicted.remarks.of(1, is_open=True) == []
    assert predicted.remarks.of(1, is_open=False) == [done]
    assert predicted.remarks.resolve(said.id, by="Bo") == done, "it is so already"


def test_a_remark_can_be_about_a_region_or_everything(predicted):
    lips = predicted.remarks.add(1, "too low", author="Rae", region="lips")
    everything = predicted.remarks.add(1, "shifted", author="Rae")
    assert [each.region for each in (lips, everything)] == ["lips", None]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": " "}, "needs a text"),
        ({"text": "a" * (LONGEST_REMARK + 1)}, "characters at most"),
        ({"vertices": [468]}, "between 0 and 467"),
        ({"vertices": [-1]}, "between 0 and 467"),
        ({"region": "ears"}, "no region of face_468"),
        ({"author": " "}, "a name cannot be empty"),
    ],
)
def test_what_cannot_be_a_remark_is_refused_and_nothing_written(predicted, given, said):
    with pytest.raises((ValueError, UnusableName), match=said):
        predicted.remarks.add(1, **({"text": "left lid", "author": "Rae"} | given))
    assert predicted.remarks.of(1) == []
    assert list(predicted.audit.entries()) == []


def test_a_remark_on_nothing_is_refused(predicted):
    with pytest.raises(UnknownSample):
        predicted.remarks.add(99, "left lid", author="Rae")
    with pytest.raises(ProjectError, match="no remark 7"):
        predicted.remarks.resolve(7, by="Rae")


def test_a_remark_changes_the_sample_for_other_windows(predicted):
    before = predicted.samples.last_change()
    said = predicted.remarks.add(2, "left lid", author="Rae")
    after = predicted.samples.last_change()
    assert after > before
    predicted.remarks.resolve(said.id, by="Ann")
    assert predicted.samples.last_change() > after


def test_what_is_marked_in_sending_back_is_a_remark_that_goes_with_taking_it_back(predicted):
    judgement = Judgement(Verdict.SEND_BACK, "Rae", "left lid", ["poor_mesh"], vertices=(33, 160))
    given = predicted.reviews.judge(1, judgement).given
    (said,) = predicted.remarks.of(1)
    assert (said.text, said.vertices, said.review_id) == ("left lid", (33, 160), given.review_id)
    predicted.reviews.take_back([given], reviewer="Rae")
    (said,) = predicted.remarks.of(1)
    assert said.resolved_by == "Rae"


def test_sending_back_takes_vertices_and_a_region(predicted):
    predicted.reviews.send_back(
        1, reviewer="Rae", reasons=["poor_mesh"], comment="lid", vertices=[33], region="left_eye"
    )
    (said,) = predicted.remarks.of(1)
    assert (said.vertices, said.region) == ((33,), "left_eye")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE remarks SET text = 'other'",
        "UPDATE remarks SET vertices = NULL",
        "DELETE FROM remarks",
    ],
)
def test_the_database_lets_nobody_change_what_was_said(predicted, statement):
    predicted.remarks.add(1, "left lid", author="Rae", vertices=[33])
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="remarks never change"),
    ):
        connection.execute(statement)
