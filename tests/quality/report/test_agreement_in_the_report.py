"""What the report says of agreement and honeypots is what the meshes in the database say."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from itertools import combinations

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.project import Project, Verdict
from annotator.quality.report import report_of
from tests.quality.report.conftest import stroke_on
from tests.quality.report.page_reader import read_page

PEOPLE = ("Ada", "Bo", "Cleo")
OPINIONS = (
    "SELECT s.copy_of, s.annotator, coalesce(a.landmarks, p.landmarks), p.landmarks FROM samples s "
    "JOIN annotations a ON a.sample_id = s.id JOIN predictions p ON p.id = a.prediction_id "
    "WHERE s.copy_of IS NOT NULL AND s.state = 'submitted'"
)
CORNERS = (33, 133, 362, 263)  # of the eyes: right outer, right inner, left inner, left outer


def eye_centre_iod(mesh: np.ndarray) -> float:
    right_outer, right_inner, left_inner, left_outer = mesh[list(CORNERS), :2]
    across = (right_outer + right_inner - left_inner - left_outer) / 2
    return float(np.hypot(*across))


def apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.hypot(*(first - second)[:, :2].T)


@pytest.fixture
def asked(predicted: Project) -> Project:
    """Three people are asked about four faces; the answer of the last two is known."""
    answers = {}
    for face in (3, 4):
        stroke_on(predicted, face, (3.0, 2.0), "nose", "Rae")
        answers[face] = predicted.annotations.load(face).landmarks
    pairs = [(face, who) for face in (1, 2, 3, 4) for who in PEOPLE]
    predicted.opinions.ask([pair for pair in pairs if pair[0] < 3])
    predicted.opinions.ask_known([pair for pair in pairs if pair[0] >= 3], answers)
    rng = np.random.default_rng(3)
    for one in predicted.opinions.all():
        by = tuple(rng.uniform(1, 6, 2))
        stroke_on(
            predicted, one.sample_id, by, ("lips", "nose")[one.original_id % 2], one.annotator
        )
        predicted.reviews.give(Verdict.SUBMIT, [one.sample_id], reviewer=one.annotator)
    return predicted


@pytest.fixture
def meshes(asked: Project) -> dict[tuple[int, str], np.ndarray]:
    with closing(sqlite3.connect(asked.home / "project.sqlite")) as connection:
        rows = connection.execute(OPINIONS).fetchall()
    found = {row[:2]: np.frombuffer(row[2], "<f4").reshape(-1, 3).astype(float) for row in rows}
    assert len(found) == 12
    return found


def between(meshes: dict[tuple[int, str], np.ndarray]) -> dict[tuple[str, str], list[np.ndarray]]:
    """Return the errors (n,) between two people, a face each, over the mean of both IODs."""
    found = {}
    for pair in combinations(PEOPLE, 2):
        found[pair] = []
        for face in (1, 2, 3, 4):
            first, second = (meshes[face, who] for who in pair)
            scale = (eye_centre_iod(first) + eye_centre_iod(second)) / 2
            found[pair].append(apart(first, second) / scale)
    return found


def test_agreement_by_pair_region_and_in_all_is_that_of_the_meshes(asked, meshes):
    errors = between(meshes)
    page = read_page(report_of(asked).html())
    expected = {
        f"{first} and {second}": np.mean([one.mean() for one in faces])
        for (first, second), faces in errors.items()
    }
    told = {row[0]: row for row in page.tables["agreed-pairs"][1:]}
    assert {name: row[1] for name, row in told.items()} == {
        name: f"{100 * value:.2f} %" for name, value in expected.items()
    }
    assert {row[3] for row in told.values()} == {"4"}
    every = np.mean([one.mean() for faces in errors.values() for one in faces])
    assert f"Annotators lie {100 * every:.2f} % of" in page.sections["agreement"]
    regions = {row[0]: row[1] for row in page.tables["agreed-regions"][1:]}
    parts = {name: one for name, one in FACE_468.regions.items() if not one.is_whole}
    assert len(regions) == len(parts)
    for name, region in parts.items():
        value = np.mean([one[region.vertices].mean() for faces in errors.values() for one in faces])
        assert regions[name.replace("_", " ")] == f"{100 * value:.2f} %"
    assert "unverified" in page.sections["agreement"]


def test_honeypots_are_told_by_annotator_against_the_known_answers(asked, meshes):
    with Project.open(asked.home, read_only=True) as project:
        answers = {face: project.annotations.load(face).landmarks for face in (3, 4)}
    rows = {row[0]: row for row in read_page(report_of(asked).html()).tables["honeypots"][1:]}
    assert set(rows) == set(PEOPLE)
    for who in PEOPLE:
        errors = [
            apart(meshes[face, who], answers[face]).mean() / eye_centre_iod(answers[face])
            for face in (3, 4)
        ]
        assert rows[who][2:4] == ["2", f"{100 * np.mean(errors):.2f} %"]
        assert rows[who][5] == f"{100 * errors[1]:.2f} %"
        low, high = map(float, re.findall(r"[\d.]+", rows[who][4]))
        assert low <= 100 * np.mean(errors) + 0.006
        assert high >= 100 * np.mean(errors) - 0.006


def test_opinions_are_no_samples_of_their_own_in_the_report(asked):
    page = read_page(report_of(asked).html())
    assert page.tables["states"][-1][:2] == ["all", "12"]
    assert "face_468" not in page.sections["errors"]
