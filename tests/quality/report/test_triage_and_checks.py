"""What the report says of triage and of checks is what the database says."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from annotator.project import Assessment, Project, StoredFinding
from annotator.quality.checks import folds
from annotator.quality.report import report_of
from annotator.quality.tables.triage import average_precision
from annotator.quality.triage import pile_of
from tests.quality.report.conftest import stroke_on
from tests.quality.report.page_reader import read_page

DOUBTS = (0.004, 0.3, 0.05, 0.011, 0.08, 0.03, 0.012, 0.09, 0.15, 0.006, 0.4)  # 12 has none
QUERY = (
    "SELECT s.id, s.state, s.stroke_count, s.displacement, a.doubt FROM samples s "
    "LEFT JOIN assessments a ON a.sample_id = s.id ORDER BY s.id"
)


@pytest.fixture
def assessed(predicted):
    """Eleven of twelve samples are assessed; eleven are accepted, three of them as predicted."""
    assessor = predicted.assessments.register(1, 1, ["spread"])
    for at in range(2, 11):
        stroke_on(predicted, at, (2.0 * at, -1.0), ("lips", "face")[at % 2], "Ada")
    predicted.reviews.exclude(11, reviewer="Rae")
    for at in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12):
        predicted.reviews.accept(at, reviewer="Rae")
    predicted.reviews.exclude(2, reviewer="Rae")
    predicted.reviews.accept(11, reviewer="Rae")
    found = (StoredFinding("small", 1, "small"), StoredFinding("folds", 3, "two", (1, 2)))
    predicted.assessments.store(
        assessor,
        [
            Assessment(at, at, 0, doubt, {"spread": doubt}, findings=found[: at % 3])
            for at, doubt in enumerate(DOUBTS, start=1)
        ],
    )
    return predicted


def rows_of(project: Project) -> list[tuple]:
    with closing(sqlite3.connect(project.home / "project.sqlite")) as connection:
        return connection.execute(QUERY).fetchall()


def test_piles_are_compared_with_what_came_of_their_samples(assessed):
    counted: dict[str, Counter] = {}
    right: Counter = Counter()
    for _, state, strokes, _, doubt in rows_of(assessed):
        pile = "not assessed" if doubt is None else pile_of(doubt).value
        accepted = "corrected" if strokes else "as predicted"
        outcome = accepted if state == "accepted" else state
        counted.setdefault(pile, Counter())[outcome] += 1
        hit = {"as predicted": "fit", "corrected": "worth", "excluded": "hope"}[outcome]
        right[pile] += pile.startswith(hit)
    page = read_page(report_of(assessed).html())
    outcomes = ("as predicted", "corrected", "sent_back", "excluded", "undecided")
    assert [row[0] for row in page.tables["triage"][1:]] == [
        "fit to accept after a look", "worth correcting", "hopeless", "not assessed",
    ]  # fmt: skip
    for pile, samples, *told, share in page.tables["triage"][1:]:
        total = counted[pile].total()
        assert (samples, told) == (str(total), [str(counted[pile][one]) for one in outcomes])
        expected = "–" if pile == "not assessed" else f"{100 * right[pile] / total:.1f} %"
        assert share == expected
    assert right.total() >= 6


def test_how_triage_ranks_is_told_by_the_usual_measures(assessed):
    rows = [row for row in rows_of(assessed) if row[1] == "accepted" and row[4] is not None]
    moved = pd.Series([row[3] for row in rows])
    doubts = pd.Series([row[4] for row in rows])
    spearman = moved.rank().corr(doubts.rank())
    worst = moved >= moved.quantile(0.7)
    order = doubts.sort_values(ascending=False).index
    found, precisions = 0, []
    for place, at in enumerate(order, start=1):
        if worst[at]:
            found += 1
            precisions.append(found / place)
    text = read_page(report_of(assessed).html()).sections["triage"]
    told = re.search(r"Over (\d+) .*\(Spearman\) of ([-\d.]+); .* precision of ([\d.]+), .*chance "
                     r"has ([\d.]+)\.", text)  # fmt: skip
    assert told is not None
    figures = spearman, np.mean(precisions), worst.mean()
    assert told.groups() == (str(len(rows)), *(f"{one:.2f}" for one in figures))


def test_expected_errors_stand_beside_those_that_were_found(assessed):
    rows = [row for row in rows_of(assessed) if row[1] == "accepted" and row[4] is not None]
    table = read_page(report_of(assessed).html()).tables["expected-errors"][1:]
    assert sum(int(row[1]) for row in table) == len(rows) == 10
    ordered = sorted(rows, key=lambda row: row[4])
    expected = [[f"{100 * row[4]:.2f} %", f"{100 * row[3]:.2f} %"] for row in ordered]
    assert [row[2:] for row in table] == expected


def test_findings_are_counted_with_what_became_of_the_samples(assessed):
    with closing(sqlite3.connect(assessed.home / "project.sqlite")) as connection:
        found = connection.execute(
            "SELECT f.name, f.severity, s.state FROM findings f "
            "JOIN samples s ON s.id = f.sample_id"
        ).fetchall()
    table = read_page(report_of(assessed).html()).tables["findings"][1:]
    severities = {1: "low", 3: "high"}
    titles = {"folds": folds.CHECK.title}  # words, where there are any
    for name, severity, _ in found:
        states = [row[2] for row in found if row[:2] == (name, severity)]
        accepted = states.count("accepted")
        counts = [len(states), accepted, len(states) - accepted, 0]
        assert [
            titles.get(name, name),
            severities[severity],
            "prediction",
            *map(str, counts),
        ] in table
    assert [row[0] for row in table] == [folds.CHECK.title, "small"]  # the gravest first


def test_nothing_assessed_is_said_in_a_sentence(worked):
    sections = read_page(report_of(worked).html()).sections
    assert "Nothing was assessed yet" in sections["triage"]
    assert "Checks found nothing" in sections["checks"]


def test_of_few_accepted_samples_no_ranking_is_told(assessed):
    for at in (3, 4, 5):
        assessed.reviews.reopen(at, reviewer="Rae")
    section = read_page(report_of(assessed).html()).sections["triage"]
    assert "Too few accepted samples" in section


def test_average_precision_is_one_for_a_perfect_ranking_and_the_share_for_a_flat_one():
    sought = np.array([True, False, False, True])
    assert average_precision(np.array([4.0, 1.0, 2.0, 3.0]), sought) == 1.0
    assert average_precision(np.array([1.0, 4.0, 3.0, 2.0]), sought) == pytest.approx(
        (1 / 3 + 2 / 4) / 2
    )
    assert np.isnan(average_precision(np.ones(4), np.zeros(4, bool)))
