"""Which prediction a face is compared with, and what the newest model says of it."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.project import Project, RoundOutcome
from annotator.workbench.comparing import NEWEST, OWN, Comparing
from annotator.workbench.present_round import PresentRound
from annotator.workbench.workbench import Workbench


@pytest.fixture
def comparing(bench: Workbench) -> Comparing:
    comparing = Comparing(bench, PresentRound(bench))
    bench.refresh()
    return comparing


def next_round(project: Project, name: str, *, by: float, without: tuple[int, ...] = ()) -> int:
    """Finish the round with a model that sees every face so many px further right."""
    model = project.models.register(ModelInfo(name, name[0] * 64, FACE_468))
    project.rounds.end_with(RoundOutcome(model))
    found: dict[int, list[FacePrediction]] = {}
    for sample in project.samples.summaries():
        mesh = project.annotations.load(sample.id).prediction + np.float32([by, 0, 0])
        faces = found.setdefault(sample.image_id, [])
        if sample.id not in without:
            faces.append(FacePrediction(mesh.astype(np.float32), 0.9, 0.9))
    project.predictions.store(model, list(found.items()))
    project.rounds.finish(project.rounds.current().number)
    return model


def test_a_project_of_one_model_has_nothing_to_choose(bench, comparing):
    assert comparing.choices == (OWN,)
    assert comparing.landmarks is None
    assert comparing.remark == ""


def test_the_round_and_its_model_are_told(bench):
    present = PresentRound(bench)
    bench.refresh()
    assert present.text.startswith("Round 1 · model ")
    next_round(bench.project, "second", by=2)
    bench.refresh()
    assert present.text == "Round 2 · model second"
    third = bench.project.models.register(ModelInfo("third\nnet", "3" * 64, FACE_468))
    bench.project.rounds.end_with(RoundOutcome(third))
    bench.refresh()
    assert present.text == "Round 2 · model second · third net is predicting"
    bench.close()
    assert present.text == ""


def test_every_model_can_be_compared_with_the_newest_first(bench, comparing):
    second = next_round(bench.project, "second", by=2)
    bench.refresh()
    first = bench.project.rounds.get(1).model
    assert [choice.title for choice in comparing.choices] == [
        "What it began with", "The newest model’s", "Round 2 · second",
        f"Round 1 · {first.name}",
    ]  # fmt: skip
    of_first = bench.project.predictions.of(bench.sample_id).by(first.id)
    comparing.choice = comparing.choices[3]
    assert comparing.landmarks.tobytes() == of_first.landmarks.tobytes()
    comparing.choice = NEWEST
    of_second = bench.project.predictions.of(bench.sample_id).by(second)
    assert comparing.landmarks.tobytes() == of_second.landmarks.tobytes()
    comparing.choice = OWN
    assert comparing.landmarks is None


def test_what_is_chosen_holds_for_the_next_face_and_not_for_another_project(bench, comparing):
    next_round(bench.project, "second", by=2)
    bench.refresh()
    first = bench.project.rounds.get(1).model
    comparing.choice = comparing.choices[3]
    before = bench.sample_id
    bench.step(1)
    assert bench.sample_id != before
    of_first = bench.project.predictions.of(bench.sample_id).by(first.id)
    assert comparing.landmarks.tobytes() == of_first.landmarks.tobytes()
    bench.close()
    assert comparing.choice == OWN


def test_a_corrected_face_is_told_how_far_the_new_model_would_move_it(bench, comparing):
    sample_id = bench.sample_id
    bench.project.reviews.accept(sample_id, reviewer="Rae")
    bench.refresh()
    next_round(bench.project, "second", by=3)
    bench.refresh()
    bench.go_to(sample_id)
    share = 3 / outer_iod(bench.session.landmarks, FACE_468)
    assert comparing.remark == f"Round 2’s model would move it by {share:.1%}."


def test_a_face_that_follows_the_new_model_is_told_nothing(bench, comparing):
    next_round(bench.project, "second", by=3)
    bench.refresh()
    bench.go_to(bench.sample_id)
    assert comparing.remark == ""


def test_a_face_that_the_new_model_does_not_find_is_told(bench, comparing):
    sample_id = bench.sample_id
    next_round(bench.project, "second", by=3, without=(sample_id,))
    bench.refresh()
    bench.go_to(sample_id)
    assert comparing.remark == "Round 2’s model finds no face here."
    comparing.choice = NEWEST
    assert comparing.landmarks is None, "it said nothing of it"
