"""Three annotators as processes, blind; every figure is worked out anew from the rows."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, closing
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import Edit
from annotator.project import EditSession, Project, ProjectError, SampleState, Verdict
from annotator.project.image_records import NewImage
from annotator.quality.agreement import tables
from annotator.quality.agreement.summary import summarised
from annotator.workflow.asking import ask_for_opinions, ask_known
from annotator.workflow.settling import (
    CONSENSUS,
    Standing,
    reach_consensus,
    standings,
    threshold_of,
)

PEOPLE = ("ann", "ben", "cem")
ANNOTATOR = Path(__file__).parent / "blind_annotator.py"
FACES = 20


def face_at(x: float, y: float, seed: int) -> np.ndarray:
    vertices = FACE_468.topology.vertices * np.float32([12, -12, -12])
    noise = np.random.default_rng(seed).normal(0, 1, vertices.shape)
    return (vertices + noise + [x, y, 0]).astype(np.float32)


@pytest.fixture(scope="module")
def project_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty faces, of which a fourth person has corrected and a fifth accepted four."""
    home = tmp_path_factory.mktemp("team") / "faces"
    with Project.create(home) as project:
        project.images.add(
            [NewImage(home / f"{n:02}.jpg", f"{n:064x}", 640, 480) for n in range(FACES)]
        )
        model = project.models.register(ModelInfo("test", "1" * 64, FACE_468))
        project.predictions.store(
            model,
            [
                (image.id, [FacePrediction(face_at(300, 200, image.id), 0.9, 0.9)])
                for image in project.images.all()
            ],
        )
        for sample_id in (2, 5, 8, 11):
            correct(project, sample_id, "Zoe")
            project.reviews.accept(sample_id, reviewer="Rae")
    return home


def correct(project: Project, sample_id: int, person: str) -> None:
    session = EditSession(project, sample_id, annotator=person)
    moved = session.landmarks.copy()
    moved[:, 0] += 2
    session.apply("grab", Edit(moved))


@pytest.fixture(scope="module")
def worked(project_made: Path) -> tuple[Path, dict[str, list[dict[str, object]]]]:
    """The project once all three have given all their opinions at once, and what each was shown."""
    with Project.open(project_made) as project:
        asked = ask_for_opinions(project, PEOPLE, 0.5, seed=4)
        assert len(asked.faces) == 8  # of the 16 that nobody worked on
        assert len(asked.opinions) == 16
        assert max(asked.each.values()) - min(asked.each.values()) <= 1
        known = ask_known(project, PEOPLE, count=3, seed=4)
        assert len(known.faces) == 3
        assert set(known.faces) <= {2, 5, 8, 11}
        assert len(known.opinions) == 9
        # Asked once more, nobody is asked anything.
        assert ask_for_opinions(project, PEOPLE, 0.5, seed=4).opinions == ()
    with ExitStack() as running:
        processes = {
            name: running.enter_context(
                subprocess.Popen(
                    [sys.executable, ANNOTATOR, project_made, name, str(seed)],
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for seed, name in enumerate(PEOPLE)
        }
        said = {name: process.communicate(timeout=1800)[0] for name, process in processes.items()}
    assert {process.returncode for process in processes.values()} == {0}
    return project_made, {name: json.loads(text) for name, text in said.items()}


def test_nobody_is_shown_what_others_made_or_which_are_known(worked):
    home, shown = worked
    with Project.open(home) as project:
        opinions = project.opinions.all()
    mine = {(one.sample_id, one.annotator) for one in opinions}
    own = {one.sample_id for one in opinions}
    for name in PEOPLE:
        copies = [one for one in shown[name] if one["sample"] in own]
        assert {(one["sample"], name) for one in copies} == {
            pair for pair in mine if pair[1] == name
        }
        # All begin alike, honeypots too: as predicted, without a name, a stroke or a verdict.
        for one in copies:
            assert (one["annotator"], one["strokes"], one["history"]) == (None, 0, 0)
            assert one["as_predicted"]
        # No face whose opinions they give was shown as well, nor any that waits for others.
        faces = {one.original_id for one in opinions}
        assert not faces & {one["sample"] for one in shown[name]}


def rows_of(home: Path) -> tuple[dict[int, np.ndarray], list[tuple], dict[int, np.ndarray]]:
    """Return meshes by sample, opinions and answers, by nothing but SQL."""
    with closing(sqlite3.connect(home / "project.sqlite")) as database:
        found = database.execute(
            "SELECT a.sample_id, coalesce(a.landmarks, p.landmarks) FROM annotations a "
            "JOIN predictions p ON p.id = a.prediction_id"
        )
        meshes = {key: np.frombuffer(blob, "<f4").reshape(468, 3) for key, blob in found}
        opinions = database.execute(
            "SELECT id, copy_of, assigned_to, state FROM samples WHERE copy_of IS NOT NULL"
        ).fetchall()
        answers = {
            key: np.frombuffer(blob, "<f4").reshape(468, 3)
            for key, blob in database.execute("SELECT sample_id, answer FROM honeypots")
        }
    return meshes, opinions, answers


def eye_centres(mesh: np.ndarray) -> float:
    eyes = FACE_468.eye_corners
    right = (mesh[eyes.right_outer] + mesh[eyes.right_inner])[:2] / 2
    left = (mesh[eyes.left_outer] + mesh[eyes.left_inner])[:2] / 2
    return float(np.hypot(*(right - left)))


def apart(one: np.ndarray, other: np.ndarray, vertices: object = slice(None)) -> float:
    away = np.hypot(*(one - other)[vertices, :2].T.astype(np.float64))
    return float(away.mean() / ((eye_centres(one) + eye_centres(other)) / 2))


def test_the_figures_are_those_of_the_rows(worked):
    home, _ = worked
    meshes, opinions, answers = rows_of(home)
    assert Counter(state for *_, state in opinions) == {"submitted": 25}
    expected = {}
    for face in {original for _, original, _, _ in opinions}:
        those = sorted((name, key) for key, original, name, _ in opinions if original == face)
        for (first, one), (second, other) in combinations(those, 2):
            expected[face, first, second] = meshes[one], meshes[other]
    with Project.open(home, read_only=True) as project:
        pairs, regions = tables.pairs(project), tables.regions(project)
        scores, found = tables.honeypots(project), summarised(project)
        every = tables.opinions(project)
    assert len(every) == 25
    got = pairs.set_index(["sample_id", "first", "second"]).nme_eye_centre
    assert set(got.index) == set(expected)
    for key, (one, other) in expected.items():
        assert got[key] == pytest.approx(apart(one, other), rel=1e-5)
    lips = regions[regions.region == "lips"].set_index(["sample_id", "first", "second"])
    for key, (one, other) in expected.items():
        wanted = apart(one, other, FACE_468.regions["lips"].vertices)
        assert lips.nme_eye_centre[key] == pytest.approx(wanted, rel=1e-5)
    of_faces = pd.Series({key: apart(*two) for key, two in expected.items()}).groupby(level=0)
    assert found.eye_centre.mean == pytest.approx(of_faces.mean().mean(), rel=1e-5)
    assert found.eye_centre.count == 11
    assert found.eye_centre.low < found.eye_centre.mean < found.eye_centre.high
    for name in PEOPLE:
        mine = [key for key, _, who, _ in opinions if who == name and key in answers]
        errors = [apart_from(meshes[key], answers[key]) for key in mine]
        assert found.honeypots[name].error.mean == pytest.approx(np.mean(errors), rel=1e-5)
        told = scores[scores.annotator == name]
        assert sorted(told.nme_eye_centre) == pytest.approx(sorted(errors), rel=1e-5)
        assert told.given_at.is_monotonic_increasing
        assert told.mean_so_far.iloc[-1] == pytest.approx(np.mean(errors), rel=1e-5)


def apart_from(mesh: np.ndarray, answer: np.ndarray) -> float:
    return float(
        np.hypot(*(mesh - answer)[:, :2].T.astype(np.float64)).mean() / eye_centres(answer)
    )


def test_nothing_but_the_faces_is_exported_counted_or_due(worked):
    home, _ = worked
    with Project.open(home) as project:
        assert sum(project.samples.counts().values()) == FACES
        assert len(project.to_dataframe()) == FACES
        assert {one.sample_id for one in project.samples.accepted()} == {2, 5, 8, 11}


def test_opinions_that_agree_become_the_annotation_and_the_others_wait_for_somebody(
    worked, tmp_path
):
    home, _ = worked
    copy = tmp_path / "copy.sqlite"
    with Project.open(home) as project:
        project.back_up(copy)
    Project.restore(tmp_path / "again", copy)
    with Project.open(tmp_path / "again") as project:
        spread = sorted(one.apart.nme for one in standings(project, 1.0))
        limit = float(np.mean(spread[3:5]))  # so that half of them agree
        meshes, opinions, _ = rows_of(Path(project.address))
        found = {
            one.original_id: one for one in reach_consensus(project, by="Rae", threshold=limit)
        }
        assert Counter(one.standing for one in found.values()) == {
            Standing.AGREED: 4, Standing.DISPUTED: 4,
        }  # fmt: skip
        for face, one in found.items():
            sample, annotation = project.samples.get(face), project.annotations.load(face)
            if one.standing is Standing.DISPUTED:
                assert one.apart.nme > limit or one.apart.region_nme > 2 * limit
                assert (sample.state, sample.stroke_count) == (SampleState.PREDICTED, 0)
                continue
            mine = [meshes[key] for key, original, *_ in opinions if original == face]
            middle = np.mean(mine, axis=0)  # of two it is the middle
            assert annotation.landmarks == pytest.approx(middle, abs=1e-2)
            assert (sample.state, sample.annotator) == (SampleState.SUBMITTED, None)
            (stroke,) = project.annotations.strokes(face)
            assert stroke.tool == CONSENSUS
            undone = project.annotations.undo(face, revision=annotation.revision)
            assert np.array_equal(undone.landmarks, undone.prediction)
            project.annotations.redo(face, revision=undone.revision)
        again = {one.standing for one in reach_consensus(project, by="Rae", threshold=limit)}
        assert again == {Standing.DECIDED, Standing.DISPUTED}


def test_how_far_apart_opinions_agree_is_a_setting_of_the_project(tmp_path):
    with small(tmp_path / "p") as project:
        assert threshold_of(project) == pytest.approx(0.0256)
        project.settings.put("agreement_threshold", 0.01, by="Rae")
        assert threshold_of(project) == 0.01


def small(home: Path, faces: int = 3) -> Project:
    project = Project.create(home)
    project.images.add([NewImage(home / f"{n}.jpg", f"{n:064x}", 640, 480) for n in range(faces)])
    model = project.models.register(ModelInfo("test", "1" * 64, FACE_468))
    shapes = [(n + 1, [FacePrediction(face_at(300, 200, n), 0.9, 0.9)]) for n in range(faces)]
    project.predictions.store(model, shapes)
    return project


def test_a_face_is_decided_by_nobody_while_an_opinion_is_out_or_one_says_there_is_none(tmp_path):
    with small(tmp_path / "p") as project:
        first, second = project.opinions.ask([(1, "ann"), (1, "ben")])
        project.reviews.give(Verdict.SUBMIT, [first], reviewer="ann")
        (one,) = reach_consensus(project, by="Rae")
        assert one.standing is Standing.WAITING
        project.reviews.delete(second, reviewer="ben")
        (one,) = reach_consensus(project, by="Rae")
        assert (one.standing, one.reason) == (
            Standing.DISPUTED, "1 of 2 say that it cannot be annotated",
        )  # fmt: skip
        project.reviews.reopen(second, reviewer="ben")
        project.reviews.give(Verdict.EXCLUDE, [second], reviewer="Rae")
        (one,) = reach_consensus(project, by="Rae")  # withdrawn: it counts for nothing
        assert (one.standing, one.reason) == (Standing.DISPUTED, "there is only one opinion")


def test_opinions_that_are_the_prediction_are_submitted_without_a_stroke(tmp_path):
    with small(tmp_path / "p") as project:
        both = project.opinions.ask([(1, "ann"), (1, "ben")])
        for opinion, person in zip(both, ("ann", "ben"), strict=True):
            project.reviews.give(Verdict.SUBMIT, [opinion], reviewer=person)
        (one,) = reach_consensus(project, by="Rae")
        assert one.standing is Standing.AGREED
        sample = project.samples.get(1)
        assert (sample.state, sample.stroke_count) == (SampleState.SUBMITTED, 0)


def test_a_face_that_somebody_worked_on_meanwhile_stays_as_it_is(tmp_path):
    with small(tmp_path / "p") as project:
        both = project.opinions.ask([(1, "ann"), (1, "ben")])
        for opinion, person in zip(both, ("ann", "ben"), strict=True):
            project.reviews.give(Verdict.SUBMIT, [opinion], reviewer=person)
        correct(project, 1, "Zoe")
        (one,) = reach_consensus(project, by="Rae")
        assert one.standing is Standing.DECIDED
        assert project.samples.get(1).annotator == "Zoe"


def test_who_cannot_be_asked_is_said(tmp_path):
    with small(tmp_path / "p") as project:
        for people, share, per_sample, words in (
            (["ann"], 1.0, 2, "as many people"),
            (["ann", "ben"], 2.0, 2, "between 0 and 1"),
            (["ann", "ben"], 1.0, 1, "at least two"),
        ):
            with pytest.raises(ProjectError, match=words):
                ask_for_opinions(project, people, share, per_sample=per_sample)
        with pytest.raises(ProjectError, match="say who is asked"):
            ask_known(project, count=1)
        with pytest.raises(ProjectError, match="and there are 0: nobody is asked"):
            ask_known(project, ["ann"], count=1)
        correct(project, 1, "ann")
        project.reviews.accept(1, reviewer="ben")
        with pytest.raises(ProjectError, match="new to nobody"):
            ask_known(project, ["ann", "ben"], samples=[1])
        asked = ask_known(project, ["ann", "ben", "cem"], samples=[1])
        assert asked.each == {"cem": 1}
        with pytest.raises(ProjectError, match="nobody has accepted"):
            ask_known(project, ["cem"], samples=[2])
        assert tables.pairs(project).empty
        assert tables.honeypots(project).empty


def test_one_person_by_two_names_is_asked_once(tmp_path):
    with small(tmp_path / "p") as project:
        with pytest.raises(ProjectError, match="as many people"):
            ask_for_opinions(project, ["ann", "Ann"], 1.0)
        correct(project, 1, "ann")
        project.reviews.accept(1, reviewer="ben")
        asked = ask_known(project, ["Ann", "BEN", "cem", "Cem"], samples=[1])
        assert asked.each == {"cem": 1}
        asked = ask_for_opinions(project, ["ann", "CEM"], 1.0)
        assert set(asked.each) == {"ann", "cem"}


def test_a_consensus_is_there_with_its_submission_or_not_at_all(tmp_path):
    with small(tmp_path / "p") as project:
        for opinion, person in zip(
            project.opinions.ask([(1, "ann"), (1, "ben")]), ("ann", "ben"), strict=True
        ):
            correct(project, opinion, person)
            project.reviews.give(Verdict.SUBMIT, [opinion], reviewer=person)
        with closing(sqlite3.connect(tmp_path / "p" / "project.sqlite")) as rows, rows:
            rows.execute(
                "CREATE TRIGGER cut_off BEFORE INSERT ON reviews "
                "BEGIN SELECT RAISE(ABORT, 'cut off'); END"
            )
        with pytest.raises(ProjectError):
            list(reach_consensus(project, by="Rae", threshold=1.0))
        assert project.annotations.load(1).revision == 0
        with closing(sqlite3.connect(tmp_path / "p" / "project.sqlite")) as rows, rows:
            rows.execute("DROP TRIGGER cut_off")
        (one,) = reach_consensus(project, by="Rae", threshold=1.0)
        assert one.standing is Standing.AGREED
        assert project.samples.get(1).state is SampleState.SUBMITTED
