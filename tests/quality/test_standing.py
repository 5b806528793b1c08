"""Where samples stand: by which pile, in which order, and who says where piles end."""

import numpy as np
import pytest

from annotator.project import AssessedColumns, SampleState, SampleSummary
from annotator.quality.short_words import in_short
from annotator.quality.signals import SIGNALS
from annotator.quality.standing import (
    PileEnds,
    Triage,
    pile_by_verdict,
    pile_ends,
    places_of,
    standings,
)
from annotator.quality.triage import Contribution, Pile, Thresholds

ENDS = PileEnds(Thresholds(0.02, 0.25))


def sample(number: int, state=SampleState.PREDICTED, strokes: int = 0) -> SampleSummary:
    box = (0.0, 0.0, 9.0, 9.0)
    who = (None, None, 0.0, 0.0, None)
    return SampleSummary(number, 1, "a.jpg", "/a.jpg", 0, state, 1.0, strokes, box, *who)


def columns(doubts: dict[int, float]) -> AssessedColumns:
    ids = np.array(sorted(doubts), np.int64)
    doubt = np.array([doubts[i] for i in ids])
    severity = np.zeros(len(ids), np.uint8)
    signals = {"spread": np.full(len(ids), 0.3, np.float32)}
    return AssessedColumns(len(ids), ids, doubt, severity, signals)


def test_the_order_is_that_of_the_expected_gain_and_nothing_else():
    triage = Triage(columns({1: 0.05, 2: 0.2, 3: 0.9, 5: 0.1}), ENDS)
    found = list(standings([sample(i) for i in range(1, 6)], triage))
    assert [one.sample.id for one in found][:3] == [2, 5, 1]
    assert [one.order for one in found] == [1, 2, 3, None, None]
    assert [one.pile for one in found][3:] == [Pile.HOPELESS, None]
    gains = [one.gain for one in found[:3]]
    assert gains == sorted(gains, reverse=True)


def test_samples_with_a_verdict_are_no_work():
    triage = Triage(columns({1: 0.2, 2: 0.1}), ENDS)
    found = list(standings([sample(1, SampleState.ACCEPTED), sample(2)], triage))
    assert [(one.sample.id, one.order) for one in found] == [(2, 1), (1, None)]
    assert found[1].pile is Pile.CORRECT


def test_a_doubt_that_is_not_known_is_to_be_looked_at():
    (one,) = standings([sample(1)], Triage(columns({1: np.nan}), ENDS))
    assert (one.pile, one.order) == (Pile.CORRECT, None)


def test_places_are_found_whatever_is_assessed():
    assert places_of(columns({2: 0.1, 4: 0.1}), [4, 1, 2, 9]).tolist() == [1, -1, 0, -1]
    assert places_of(AssessedColumns(), [1]).tolist() == [-1]
    assert places_of(columns({2: 0.1}), []).tolist() == []


@pytest.mark.parametrize(
    ("state", "strokes", "pile"),
    [
        (SampleState.ACCEPTED, 0, Pile.ACCEPT),
        (SampleState.ACCEPTED, 3, Pile.CORRECT),
        (SampleState.EXCLUDED, 0, Pile.HOPELESS),
        (SampleState.DELETED, 0, Pile.HOPELESS),
        (SampleState.PREDICTED, 0, None),
        (SampleState.SENT_BACK, 3, None),
    ],
)
def test_verdicts_put_samples_on_piles(state, strokes, pile):
    assert pile_by_verdict(sample(1, state, strokes)) is pile


def test_a_projects_own_ends_are_those_in_use(empty_project, new_project, tmp_path):
    with new_project(tmp_path / "project") as project:
        assert not pile_ends(project).is_own
        project.settings.put("triage", {"accept": 0.03, "hopeless": 0.5, "verdicts": 40}, by="Rae")
        ends = pile_ends(project)
    assert ends == PileEnds(Thresholds(0.03, 0.5), 40, is_own=True)
    assert ends.text == (
        "fit to accept up to 3.00%, hopeless above 50.0% (learned from 40 verdicts)"
    )


@pytest.mark.parametrize(
    "value",
    [
        {"accept": 0.5, "hopeless": 0.1},
        {"accept": 0.1},
        {"accept": 0, "hopeless": 0.1},
        {"accept": 0.1, "hopeless": float("inf")},
        {"accept": 0.1, "hopeless": 0.2, "verdicts": 1.5},
        {"accept": 0.1, "hopeless": 0.2, "other": 1},
        [0.1, 0.2],
    ],
)
def test_ends_that_are_none_are_refused(new_project, tmp_path, value):
    with new_project(tmp_path / "project") as project:
        with pytest.raises(ValueError, match="triage must be"):
            project.settings.put("triage", value, by="Rae")
        assert pile_ends(project) == PileEnds()


def test_every_signal_has_short_words_and_those_against_come_first():
    for signal in SIGNALS:
        pair = [in_short([Contribution(signal, factor, "")]) for factor in (2.0, 0.5)]
        assert len(set(pair)) == 2
        assert not any(words.startswith(f"{signal} ") for words in pair if signal != "presence")
    reasons = [Contribution("spread", 0.5, ""), Contribution("yaw", 2.0, "")]
    assert in_short(reasons) == "turned sideways, answers agree"
