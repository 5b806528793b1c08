"""A workbench on a project that may only be looked at: each verb says so, and does nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import FaceMesh
from annotator.mesh.tools.base import Edit
from annotator.project import Project, ReadOnlyProject, Reason, Verdict
from annotator.workbench.batch import give, planned
from annotator.workbench.faces import Faces
from annotator.workbench.region_marks import RegionMarks
from annotator.workbench.removal import bring_back, remove_photographs
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.steps import adding, learning, predicting
from annotator.workbench.workbench import Workbench
from annotator.workflow import import_images, preannotate
from tests.rights import files_of


@pytest.fixture
def bench(project_folder: Path) -> Iterator[Workbench]:
    """A workbench on a project with strokes, opened for reading."""
    workbench = Workbench("Ann")
    assert workbench.open(Project.open(project_folder))
    stroke(workbench)
    assert workbench.session is not None
    assert workbench.session.can_undo
    assert workbench.open(Project.open(project_folder, read_only=True))
    yield workbench
    workbench.close()


def stroke(bench: Workbench) -> None:
    assert bench.session is not None
    bench.edits.apply("grab", Edit(bench.session.landmarks + np.float32([1, 0, 0])))


def photograph() -> np.ndarray:
    return np.zeros((240, 320, 3), np.uint8)


def no_model() -> FaceMesh:
    raise AssertionError("no model is asked")


VERBS: dict[str, Callable[[Workbench], object]] = {
    "stroke": stroke,
    "undo": lambda bench: bench.undoing.undo(),
    "redo": lambda bench: bench.undoing.redo(),
    "accept": lambda bench: bench.verdicts.accept(),
    "send_back": lambda bench: bench.verdicts.send_back([Reason.BLURRED]),
    "exclude": lambda bench: bench.verdicts.exclude(),
    "delete": lambda bench: bench.verdicts.delete(),
    "reopen": lambda bench: bench.verdicts.reopen(),
    "pin": lambda bench: RegionMarks(bench, bench.edits).toggle_pinned("lips"),
    "mark": lambda bench: RegionMarks(bench, bench.edits).cycle_visibility("lips"),
    "remove": lambda bench: remove_photographs(bench, [bench.image_id or 0]),
    "bring back": lambda bench: bring_back(bench, [1]),
    "box": lambda bench: Faces(bench, photograph, no_model).draw_box(adds_face=False),
    "add": lambda bench: Faces(bench, photograph, no_model).draw_box(adds_face=True),
    "predict again": lambda bench: Faces(bench, photograph, no_model).repredict(),
    "many": lambda bench: give(
        bench, planned(bench.samples, Verdict.EXCLUDE, [s.id for s in listed(bench)])
    ),
}


def listed(bench: Workbench) -> list:
    return [bench.samples.at(row) for row in range(len(bench.samples))]


@pytest.mark.parametrize("displayed", [True, False], ids=["shown", "not shown"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_changes_something_says_why_not(
    bench: Workbench, project_folder: Path, verb: str, displayed: bool
) -> None:
    told: list[str] = []
    failed: list[str] = []
    bench.told.connect(told.append)
    bench.failed.connect(failed.append)
    bench.is_displayed = displayed
    assert bench.session is not None
    before, landmarks, samples = files_of(project_folder), bench.session.landmarks, listed(bench)
    VERBS[verb](bench)
    assert (told, failed) == ([READ_ONLY], [])
    assert bench.session.landmarks is landmarks
    assert not bench.session.unsaved_count
    assert not bench.tools.draws_box
    assert listed(bench) == samples
    assert files_of(project_folder) == before


def test_walking_tells_nothing_and_a_photograph_without_a_face_gets_no_box(
    bench: Workbench,
) -> None:
    told: list[str] = []
    bench.told.connect(told.append)
    first = bench.sample_id
    bench.step(1)
    assert bench.sample_id != first
    assert bench.project is not None
    bench.look_at_photograph(bench.project.images.without_faces()[0])
    assert bench.faceless is not None
    assert not bench.tools.draws_box
    assert told == []


def test_long_work_is_refused_before_it_begins(bench: Workbench, tmp_path: Path) -> None:
    project = bench.project
    assert project is not None
    works: list[Callable[[], object]] = [
        lambda: import_images(project, [tmp_path / "nowhere"]),
        lambda: next(preannotate(project, None)),  # type: ignore[arg-type]
        lambda: list(predicting(project)),
        lambda: list(learning(project)),
        lambda: list(adding(project, [tmp_path], copy=True)),
    ]
    for work in works:
        with pytest.raises(ReadOnlyProject, match="was opened for reading"):
            work()
