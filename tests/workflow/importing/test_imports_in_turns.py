"""Two imports into one project write in turns: both were planned before either wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotator.project import ImportRules, NewGuide, Project, ReadOnlyProject
from annotator.release import export_release
from annotator.workflow.importing_annotations.carrying_out import carry_out
from annotator.workflow.importing_annotations.converting import Conversion
from annotator.workflow.importing_annotations.image_facts import bring_facts
from annotator.workflow.importing_annotations.merging import plan_merge
from annotator.workflow.importing_annotations.planning import make_plan
from annotator.workflow.importing_annotations.plans import Plan
from annotator.workflow.importing_annotations.sources import open_faces, source_of
from tests.workflow.importing.killed_merges import merge, told


@pytest.fixture
def full(project: Project) -> Project:
    """The project, with all that a merge brings."""
    first, second, *_ = [sample.id for sample in project.samples.summaries()]
    points = np.random.default_rng(0).uniform(0, 200, (68, 3)).astype(np.float32)
    project.guides.add(first, NewGuide("ibug_68", points))
    project.remarks.add(second, "the lip", author="Lin", vertices=[14, 13])
    project.opinions.ask([(first, "ann"), (second, "ben")])
    project.facts.set([1, 2], {"subject": "P-7"})
    return project


@pytest.fixture
def two(other: Project) -> Iterator[tuple[Project, Project]]:
    """An empty project, as two programs have it open."""
    with Project.open(other.address) as again:
        yield other, again


def carried_out_in_turns(
    projects: tuple[Project, Project], plan: Callable[[Project], Plan]
) -> tuple[Any, Any]:
    """Let two programs plan, then write in turns, a face at a time; return what each tells."""
    plans = [plan(project) for project in projects]
    works = [
        carry_out(project, each, size=1) for project, each in zip(projects, plans, strict=True)
    ]
    last = [(first, second) for first, second in zip_longest(*works)][-1]
    for project, each in zip(projects, plans, strict=True):
        bring_facts(project, each)
    return last


def test_two_merges_that_write_in_turns_come_to_the_same_as_one(
    full: Project, two: tuple[Project, Project], tmp_path: Path, new_project: Any
) -> None:
    with Project.open(full.home, read_only=True) as read:
        carried_out_in_turns(two, lambda project: plan_merge(project, read, by="Imke"))

    with new_project(tmp_path / "one") as one:
        merge(one, full.home)
        assert told(two[0]) == told(two[1]) == told(one)
        assert len(two[0].images.all()) == len(one.images.all())


@pytest.mark.parametrize("purpose", ["annotations", "predictions"])
def test_two_imports_of_a_release_that_write_in_turns_come_to_the_same_as_one(
    full: Project, same: Project, tmp_path: Path, purpose: Any
) -> None:
    folder = tmp_path / "release"
    export_release(full, folder, "npz")
    with ExitStack() as stack:
        again = stack.enter_context(Project.open(same.address))
        faces = stack.enter_context(closing(open_faces(source_of(folder))))
        conversion = Conversion(purpose, "Imke", faces.origin, "a model")

        def plan(project: Project) -> Plan:
            return make_plan(project, faces, conversion, ImportRules())

        carried_out_in_turns((same, again), plan)
        before, version = told(same), same.version()

        done = plan(same)
        list(carry_out(same, done))
        assert set(done.counts) == {"already there"}
        assert (told(same), same.version()) == (before, version)


def test_a_project_that_can_only_be_read_is_refused_before_anything_is_written(
    full: Project, other: Project, everything: Callable[[Path], dict[str, bytes]]
) -> None:
    other.close()
    before = everything(other.home)
    with (
        Project.open(full.home, read_only=True) as read,
        Project.open(other.home, read_only=True) as looked_at,
    ):
        plan = plan_merge(looked_at, read, by="Imke")
        with pytest.raises(ReadOnlyProject):
            next(carry_out(looked_at, plan, copy=True))
    assert everything(other.home) == before
