"""What a merge says that it brings, it brings, and no more; all of its looking can be ended."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.project import (
    Fate,
    ImportedFace,
    ImportedPrediction,
    ImportedWork,
    NewClip,
    NewGuide,
    Project,
    SampleState,
)
from annotator.project.imports.opinions import ImportedOpinion
from annotator.workflow.importing_annotations.carrying_out import ImportProgress, carry_out
from annotator.workflow.importing_annotations.merging import plan_merge
from annotator.workflow.importing_annotations.plan_text import done_sentences, writes_something
from annotator.workflow.importing_annotations.plans import Plan
from tests.release.conftest import move_vertex


@pytest.fixture
def fork(tmp_path: Path, project: Project) -> Iterator[Project]:
    """A copy of the project, which somebody goes on with elsewhere."""
    shutil.copytree(project.home, tmp_path / "fork")
    with Project.open(tmp_path / "fork") as fork:
        yield fork


def merged(project: Project, other: Project) -> tuple[Plan, ImportProgress]:
    with Project.open(other.home, read_only=True) as read:
        plan = plan_merge(project, read, by="Imke")
        *_, progress = carry_out(project, plan)
    return plan, progress


def faces(project: Project) -> list[int]:
    return [sample.id for sample in project.samples.summaries()]


def a_guide() -> NewGuide:
    points = np.random.default_rng(0).uniform(0, 200, (68, 3)).astype(np.float32)
    return NewGuide("ibug_68", points)


def test_what_came_beside_faces_is_told_once_it_is_done(project: Project, fork: Project) -> None:
    first = faces(fork)[0]
    fork.remarks.add(first, "the lip", author="Lin")
    fork.guides.add(first, a_guide())
    fork.opinions.ask([(first, "ann"), (first, "ben")])

    plan, progress = merged(project, fork)

    assert progress.beside == plan.beside.brought == {"remark": 1, "guide": 1, "opinion": 2}
    assert done_sentences(progress) == [
        "imported 0 faces of 6",
        "  6 already there",
        "  beside them: 1 remark, 1 guide, 2 opinions",
    ]
    plan, progress = merged(project, fork)
    assert not writes_something(plan)
    assert done_sentences(progress)[2:] == []


def test_what_annotators_said_of_their_opinions_comes_along_once(
    project: Project, other: Project, fork: Project
) -> None:
    first = faces(fork)[0]
    (ann,) = fork.opinions.ask([(first, "Ann  Lee")])
    fork.remarks.add(ann, "under the hair", author="Ann  Lee", vertices=[14, 13])

    for into in (project, other):
        plan, progress = merged(into, fork)
        assert plan.beside.brought == progress.beside == {"opinion": 1, "remark": 1}
        (mine,) = into.opinions.all()
        (said,) = into.remarks.of(mine.sample_id)
        assert (said.text, said.vertices) == ("under the hair", (13, 14))
        assert not writes_something(merged(into, fork)[0])
        assert len(into.remarks.of(mine.sample_id)) == 1


def test_a_remark_comes_once_however_its_author_is_written(
    project: Project, other: Project
) -> None:
    project.remarks.add(faces(project)[1], "the lip", author="Ann  Lee")

    assert merged(other, project)[1].beside == {"remark": 1}

    assert [one.author for one in other.remarks.of(faces(other)[1])] == ["Ann Lee"]
    assert not writes_something(merged(other, project)[0])


def test_of_a_face_in_conflict_only_what_is_not_here_is_told(
    project: Project, fork: Project
) -> None:
    first = faces(project)[0]
    for each, by in ((project, 3), (fork, 9)):
        each.remarks.add(first, "the lip", author="Lin")
        move_vertex(each, first, by=by)
    assert merged(project, fork)[0].beside.left == ()

    fork.remarks.add(first, "the brow", author="Lin")

    assert merged(project, fork)[0].beside.left == ("1 remark of faces that are left out",)
    assert [one.text for one in project.remarks.of(first)] == ["the lip"]


def test_what_lies_beside_a_face_that_is_twice_is_not_promised(
    project: Project, other: Project
) -> None:
    first = faces(project)[0]
    mesh = project.annotations.load(first).landmarks
    (model,) = {one.model.id for one in project.predictions.of(first).every}
    twin = project.samples.add(
        project.samples.image_of(first), mesh,
        model_id=model, presence=0.9, detection_score=0.9, added_by="Ada",
    )  # fmt: skip
    project.remarks.add(twin.id, "here already?", author="Lin")
    merged(other, project)

    plan, progress = merged(other, project)

    assert not writes_something(plan)
    assert plan.beside.left == ("1 remark of faces that are left out",)
    assert progress.beside == {}


def test_a_known_answer_to_what_was_asked_here_without_one_is_told(
    project: Project, fork: Project
) -> None:
    first = faces(project)[0]
    project.opinions.ask([(first, "ben")])
    fork.opinions.ask_known([(first, "ben")])

    plan, _ = merged(project, fork)

    assert plan.beside.left == ("1 known answer to what was asked here without one",)
    assert not project.opinions.all()[0].is_honeypot


def test_work_of_another_layout_on_an_opinion_is_told_as_refused(project: Project) -> None:
    first = faces(project)[0]
    mesh = project.annotations.load(first).landmarks
    layout = replace(FACE_468, name="face_of_others")
    work = ImportedWork(
        mesh, np.zeros(len(mesh), np.uint8), is_stroked=True, annotator="ann",
        state=SampleState.IN_PROGRESS,
    )  # fmt: skip
    prediction = ImportedPrediction("a model", "cd" * 32, mesh)
    image_id = project.samples.image_of(first)
    face = ImportedFace(image_id, layout, (prediction,), work)

    (told,) = project.imports.store_opinions([ImportedOpinion(first, "ann", face)], by="Imke")

    (asked,) = project.opinions.all()
    assert (told.fate, told.sample_id) == (Fate.CONFLICT, asked.sample_id)
    assert told.why == "the mesh there is face_468"
    assert asked.stroke_count == 0


@pytest.mark.parametrize(("number", "told"), [(1, "1 clip: make its"), (2, "2 clips: make their")])
def test_clips_that_stay_are_told_with_what_brings_their_frames(
    project: Project, fork: Project, number: int, told: str
) -> None:
    for at in range(number):
        path = fork.home / f"{at}.mp4"
        fork.clips.add(NewClip(path, f"{at:064x}", 640, 480, np.arange(5) / 25))
    assert merged(project, fork)[0].beside.left == (f"{told} frames samples here first",)


def test_a_merge_tells_how_far_it_is_at_each_file_and_each_face(
    project: Project, other: Project
) -> None:
    told: list[tuple[int, int]] = []
    with Project.open(project.home, read_only=True) as read:
        plan_merge(other, read, by="Imke", on_progress=lambda *how_far: told.append(how_far))

    images, six = [(done, 5) for done in range(1, 6)], [(done, 6) for done in range(1, 7)]
    assert told == [*images, *images, *six]
