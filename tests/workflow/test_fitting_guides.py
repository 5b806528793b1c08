"""Fitting a project's meshes to their guides."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import with_pins
from annotator.mesh.sparse.combinations import to_68
from annotator.mesh.tools.base import Edit
from annotator.project import EditSession, Project, SampleState
from annotator.project.guide_records import NewGuide
from annotator.workflow.fitting_guides import FIT_TO_GUIDE, fit_samples
from annotator.workflow.sample_project import create_sample_project

COLLINS = "collins.jpg"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with create_sample_project(tmp_path / "project") as project:
        yield project


@pytest.fixture
def sample(project: Project) -> int:
    return next(s.id for s in project.samples.summaries() if s.image_name == COLLINS)


def add_guide(project: Project, sample: int, by: float = 8.0, **others: object) -> np.ndarray:
    """Add the points of a mesh that lies so many pixels to the right; return that mesh."""
    mesh = project.annotations.load(sample).landmarks + np.array([by, 0, 0], np.float32)
    guide = NewGuide("ibug_68", to_68(mesh, FACE_468), **others)  # type: ignore[arg-type]
    project.guides.add(sample, guide)
    return mesh


def test_a_whole_mesh_is_a_guide_too(project: Project, sample: int) -> None:
    wanted = project.annotations.load(sample).landmarks + np.float32([8, 0, 0])
    project.guides.add(sample, NewGuide("face_468", wanted))
    (done,) = fit_samples(project, [sample], "Ada")
    assert (done.why_not, done.used) == ("", 468)
    after = project.annotations.load(sample).landmarks
    assert np.abs(after - wanted)[:, :2].mean() < 1


def test_a_fit_is_one_stroke_that_can_be_undone(project: Project, sample: int) -> None:
    before = project.annotations.load(sample).landmarks
    wanted = add_guide(project, sample)
    (done,) = fit_samples(project, [sample], "Ada")
    after = project.annotations.load(sample)
    assert (done.why_not, done.used, done.left_out, done.folded) == ("", 68, (), 0)
    assert np.abs(after.landmarks - wanted)[:, :2].mean() < 1
    assert [stroke.tool for stroke in project.annotations.strokes(sample)] == [FIT_TO_GUIDE]
    session = EditSession(project, sample, annotator="Ada")
    session.undo()
    assert np.array_equal(project.annotations.load(sample).landmarks, before)


def test_the_newest_of_several_guides_counts(project: Project, sample: int) -> None:
    add_guide(project, sample, by=30.0)
    wanted = add_guide(project, sample, by=5.0)
    (done,) = fit_samples(project, [sample], "Ada")
    assert done.guide_id == project.guides.of(sample)[-1].id
    landmarks = project.annotations.load(sample).landmarks
    assert np.abs(landmarks - wanted)[:, :2].mean() < 1


def test_pinned_vertices_stay(project: Project, sample: int) -> None:
    add_guide(project, sample)
    session = EditSession(project, sample, annotator="Ada")
    pinned = np.array([4, 33, 263])
    marks = with_pins(session.state.marks, pinned, pinned=True)
    session.apply("pin", Edit(session.landmarks, marks))
    before = project.annotations.load(sample).landmarks
    (done,) = fit_samples(project, [sample], "Ada")
    after = project.annotations.load(sample).landmarks
    assert not done.why_not
    assert np.array_equal(before[pinned], after[pinned])
    assert not np.array_equal(before, after)


def test_a_sample_with_a_verdict_stays_unless_it_is_asked_for(
    project: Project, sample: int
) -> None:
    add_guide(project, sample)
    project.reviews.accept(sample, reviewer="Grace")
    (left,) = fit_samples(project, [sample], "Ada")
    assert left.why_not == "it is accepted"
    assert project.samples.get(sample).state is SampleState.ACCEPTED
    (done,) = fit_samples(project, [sample], "Ada", decided=True)
    assert not done.why_not
    assert project.samples.get(sample).state is SampleState.IN_PROGRESS


def test_a_second_fit_does_nothing_until_something_changes(project: Project, sample: int) -> None:
    add_guide(project, sample)
    list(fit_samples(project, [sample], "Ada"))
    (left,) = fit_samples(project, [sample], "Ada")
    assert left.why_not == "it is fitted already"
    add_guide(project, sample)
    (done,) = fit_samples(project, [sample], "Ada")
    assert not done.why_not


def test_why_a_fit_moves_nothing_is_told(project: Project, sample: int) -> None:
    mesh = project.annotations.load(sample).landmarks
    points = np.full_like(mesh, np.nan)
    points[::20] = mesh[::20]
    project.guides.add(sample, NewGuide("face_468_sparse", points))
    (left,) = fit_samples(project, [sample], "Ada")
    assert left.why_not == "it lies on the guide already"
    session = EditSession(project, sample, annotator="Ada")
    pinned = np.arange(10)
    marks = with_pins(session.state.marks, pinned, pinned=True)
    session.apply("pin", Edit(session.landmarks, marks))
    (left,) = fit_samples(project, [sample], "Ada")
    assert left.why_not.startswith("what of it is not pinned, hidden or placed with Guided lies")
    marks = with_pins(session.state.marks, np.arange(len(mesh)), pinned=True)
    session.apply("pin", Edit(session.landmarks, marks))
    project.guides.add(sample, NewGuide("face_468_sparse", points + np.float32([9, 0, 0])))
    (left,) = fit_samples(project, [sample], "Ada")
    assert left.why_not == "all of its vertices are pinned, hidden or placed with Guided"
    assert np.array_equal(project.annotations.load(sample).landmarks, mesh)


def test_what_cannot_be_fitted_is_told_and_the_others_are(project: Project, sample: int) -> None:
    others = [s.id for s in project.samples.summaries() if s.id != sample][:3]
    add_guide(project, sample)
    points = np.full((68, 3), np.nan, np.float32)
    points[:2, :2] = 100.0
    project.guides.add(others[0], NewGuide("ibug_68", points))
    project.guides.add(others[1], NewGuide("somebodys_7", np.zeros((7, 3), np.float32)))
    told = {one.sample_id: one.why_not for one in fit_samples(project, [*others, sample], "Ada")}
    assert "at least, but this one has 2" in told[others[0]]
    assert "no sparse landmarks are called 'somebodys_7'" in told[others[1]]
    assert told[others[2]] == "it has no guide"
    assert told[sample] == ""


def test_a_guide_of_the_wrong_size_is_told(project: Project, sample: int) -> None:
    project.guides.add(sample, NewGuide("ibug_68", np.ones((5, 3), np.float32)))
    (left,) = fit_samples(project, [sample], "Ada")
    assert "expected 68 points" in left.why_not
