"""What lies beside faces comes along in a merge: remarks, guides, and what single people made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.project import NewGuide, Project, SampleState, Stroke
from annotator.workflow.importing_annotations.carrying_out import carry_out
from annotator.workflow.importing_annotations.merging import plan_merge
from annotator.workflow.importing_annotations.plan_text import (
    plan_sentences,
    plan_values,
    writes_something,
)
from annotator.workflow.importing_annotations.plans import Plan
from tests.fuzzing import kills
from tests.release.conftest import move_vertex

MERGE = Path(__file__).with_name("killed_merges.py")
KILLS = kills(6)


@pytest.fixture
def fork(tmp_path: Path, asked: Project) -> Iterator[Project]:
    """A copy of the project, which somebody goes on with elsewhere."""
    shutil.copytree(asked.home, tmp_path / "fork")
    with Project.open(tmp_path / "fork") as fork:
        yield fork


@pytest.fixture
def asked(project: Project) -> Project:
    """The project; of its first face ann and ben were asked, of its second ben, who is known."""
    first, second, *_ = faces(project)
    project.opinions.ask([(first, "ann"), (first, "ben")])
    project.opinions.ask_known([(second, "ben")], {second: mesh(project, second) + np.float32(1)})
    return project


def faces(project: Project) -> list[int]:
    return [sample.id for sample in project.samples.summaries()]


def mesh(project: Project, sample_id: int) -> np.ndarray:
    return project.annotations.load(sample_id).landmarks


def guide(seed: int = 0) -> NewGuide:
    points = np.random.default_rng(seed).uniform(0, 200, (68, 3)).astype(np.float32)
    return NewGuide("ibug_68", points, np.arange(68) % 3, "others.pts")


def opinion_of(project: Project, person: str, at: int = 0) -> int:
    (found,) = [
        one.sample_id for one in project.opinions.of(faces(project)[at]) if one.annotator == person
    ]
    return found


def opine(project: Project, person: str, by: float) -> None:
    """Drag a vertex of what somebody makes of the first face."""
    sample_id = opinion_of(project, person)
    annotation = project.annotations.load(sample_id)
    before = annotation.landmarks[[4]]
    stroke = Stroke("grab", np.array([4]), before, before + np.array([[by, 0, 0]], np.float32))
    project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator=person
    )


def planned(project: Project, other: Project, *, over: bool = False) -> Plan:
    with Project.open(other.home, read_only=True) as read:
        return plan_merge(project, read, by="Imke", over=over)


def merged(project: Project, other: Project, *, over: bool = False) -> Plan:
    with Project.open(other.home, read_only=True) as read:
        plan = plan_merge(project, read, by="Imke", over=over)
        list(carry_out(project, plan))
    return plan


def stamp(project: Project) -> tuple[int, int]:
    return project.version(), project.samples.last_change()


def test_guides_and_opinions_come_to_an_empty_project_and_once(
    asked: Project, other: Project
) -> None:
    first = faces(asked)[0]
    asked.guides.add(first, guide())
    opine(asked, "ann", 7)
    asked.reviews.submit(opinion_of(asked, "ann"), reviewer="ann")

    plan = merged(other, asked)

    assert plan.beside.brought == {"guide": 1, "opinion": 3}
    (mine, *_) = faces(other)
    (came,) = other.guides.of(mine)
    (was,) = asked.guides.of(first)
    assert (came.scheme, came.origin, came.added_by) == ("ibug_68", "others.pts", "Imke")
    assert came.points.tobytes() == was.points.tobytes()
    assert came.visibility is not None
    assert came.visibility.tolist() == (np.arange(68) % 3).tolist()
    told = [(one.annotator, one.is_honeypot, one.state) for one in other.opinions.all()]
    assert told == [
        ("ann", False, SampleState.SUBMITTED),
        ("ben", False, SampleState.PREDICTED),
        ("ben", True, SampleState.PREDICTED),
    ]
    ann = opinion_of(other, "ann")
    assert mesh(other, ann).tobytes() == mesh(asked, opinion_of(asked, "ann")).tobytes()
    assert [one.reviewer for one in other.reviews.history(ann)] == ["ann"]
    answers = [other.opinions.answers([opinion_of(other, "ben", 1)])]
    assert [one.tobytes() for each in answers for one in each.values()] == [
        (mesh(asked, faces(asked)[1]) + np.float32(1)).tobytes()
    ]
    before = stamp(other)
    again = planned(other, asked)
    assert not writes_something(again)
    merged(other, asked)
    assert stamp(other) == before


def test_an_opinion_that_was_given_in_a_copy_comes_back(asked: Project, fork: Project) -> None:
    ben = opinion_of(fork, "ben")
    opine(fork, "ben", 9)
    fork.reviews.submit(ben, reviewer="ben")

    plan = planned(asked, fork)
    assert "  beside them: 1 opinion" in plan_sentences(plan)
    assert writes_something(plan)
    assert asked.samples.get(ben).state is SampleState.PREDICTED
    merged(asked, fork)

    assert asked.samples.get(ben).state is SampleState.SUBMITTED
    assert mesh(asked, ben).tobytes() == mesh(fork, ben).tobytes()
    assert len(asked.opinions.all()) == 3
    before = stamp(asked)
    merged(asked, fork)
    assert stamp(asked) == before


def test_what_somebody_made_of_a_face_in_both_is_told_and_left(
    asked: Project, fork: Project
) -> None:
    ben = opinion_of(asked, "ben")
    opine(asked, "ben", 3)
    opine(fork, "ben", 9)
    mine = mesh(asked, ben)

    plan = merged(asked, fork)

    assert not writes_something(plan)
    assert plan.beside.left == ("1 opinion in conflict with what the same person made here",)
    assert np.array_equal(mesh(asked, ben), mine)
    plan = merged(asked, fork, over=True)
    assert plan.beside.brought == {"opinion": 1}
    assert np.array_equal(mesh(asked, ben), mesh(fork, ben))


def test_who_was_asked_in_a_copy_is_asked_here_however_the_name_is_written(
    asked: Project, fork: Project
) -> None:
    third = faces(fork)[2]
    fork.opinions.ask([(third, "Cleo"), (third, "dan")])
    asked.opinions.ask([(faces(asked)[2], "cleo")])

    merged(asked, fork)

    assert [one.annotator for one in asked.opinions.of(third)] == ["cleo", "dan"]


def test_nobody_sees_an_opinion_of_somebody_else_that_came(asked: Project, other: Project) -> None:
    opine(asked, "ann", 7)
    merged(other, asked)
    mine = opinion_of(other, "ben")
    shown = {sample.id for sample in other.samples.summaries(person="ben")}
    assert mine in shown
    assert opinion_of(other, "ann") not in shown
    assert faces(other)[0] not in shown
    assert other.annotations.load(mine).landmarks.tobytes() == (
        other.annotations.load(mine).prediction.tobytes()
    )


def test_a_remark_or_a_guide_alone_is_something_to_do(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.home, tmp_path / "fork")
    with Project.open(tmp_path / "fork") as fork:
        first, second, *_ = faces(fork)
        fork.remarks.add(first, "the lip", author="Lin")
        fork.guides.add(second, guide())

        plan = planned(project, fork)
        assert writes_something(plan)
        assert plan_values(plan)["beside"] == {"remark": 1, "guide": 1}
        merged(project, fork)

        assert [one.text for one in project.remarks.of(first)] == ["the lip"]
        assert project.guides.count() == 1
        assert not writes_something(planned(project, fork))


def test_what_is_not_merged_is_told_before(project: Project, other: Project) -> None:
    project.settings.put("reasons", ["blurred"])
    move_vertex(project, faces(project)[0], by=9)
    image = project.samples.image_of(faces(project)[3])
    project.removals.remove([image])

    plan = planned(other, project)

    assert plan.beside.left == ("settings that differ there: reasons", "1 removed photograph")
    assert "  not merged: settings that differ there: reasons" in plan_sentences(plan)
    assert plan_values(plan)["not_merged"] == list(plan.beside.left)
    merged(other, project)
    assert other.settings.get("reasons") != ["blurred"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, as POSIX has it")
def test_a_merge_that_is_killed_and_done_again_comes_to_the_same(
    asked: Project, tmp_path: Path, everything
) -> None:
    for at, sample_id in enumerate(faces(asked)[:3]):
        asked.guides.add(sample_id, guide(at))
        asked.remarks.add(sample_id, f"remark {at}", author="Lin")
    opine(asked, "ann", 7)
    asked.close()
    before = everything(asked.home)
    command = [sys.executable, str(MERGE), str(asked.home), str(tmp_path / "work"), str(KILLS)]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OPENBLAS_NUM_THREADS": "1",  # threads do not come along into a fork
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"{KILLS} kills, all the same"
    assert everything(asked.home) == before
