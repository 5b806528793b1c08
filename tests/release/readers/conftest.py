"""Releases for programs of others to read: of rotated, cropped and group photographs."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.marks import Visibility
from annotator.project import Project
from annotator.project.strokes import Stroke
from annotator.release import Release, export_release, load_release
from annotator.workflow.sample_project import create_sample_project

SPLITS = ("train", "train", "validation", "test")
Released = Callable[..., tuple[Path, Release]]


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The sample photographs, all faces accepted; of one nose the tip is hidden, one is moved.

    One face was moved over the left edge of its photograph.
    """
    folder = tmp_path_factory.mktemp("gallery")
    with create_sample_project(folder / "project") as project:
        samples = {s.image_name: s.id for s in project.samples.summaries()}
        hide(project, samples["collins_tilted.jpg"], [4, 5])
        move(project, samples["collins.jpg"], np.arange(468), -200.0)
        move(project, samples["hopper_grey.png"], np.array([4]), 3.25)
        for sample_id in sorted(s.id for s in project.samples.summaries()):
            project.reviews.accept(sample_id, reviewer="Grace")
        yield project


def hide(project: Project, sample_id: int, vertices: list[int]) -> None:
    """Mark vertices as occluded."""
    annotation = project.annotations.load(sample_id)
    changed, where = np.array(vertices), annotation.landmarks[vertices]
    before = annotation.marks[changed]
    after = np.full(len(changed), Visibility.OCCLUDED, np.uint8)
    project.annotations.record_stroke(
        sample_id,
        Stroke("mark", changed, where, where, before, after),
        revision=annotation.revision,
        annotator="Ada",
    )


def move(project: Project, sample_id: int, vertices: np.ndarray, by: float) -> None:
    """Drag vertices to the right, as a person would."""
    annotation = project.annotations.load(sample_id)
    before = annotation.landmarks[vertices]
    stroke = Stroke("grab", vertices, before, before + np.array([by, 0, 0], np.float32))
    project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator="Ada"
    )


@pytest.fixture(scope="session")
def splits(gallery: Project) -> Mapping[int, str]:
    """Which split each image belongs to."""
    images = sorted({sample.image.id for sample in gallery.samples.accepted()})
    return {image: SPLITS[number % len(SPLITS)] for number, image in enumerate(images)}


@pytest.fixture
def released(gallery: Project, splits: Mapping[int, str], tmp_path: Path) -> Released:
    """Return a function that writes a release in a format and gives it back, as it is loaded."""

    def release(format_name: str, images: str = "copy") -> tuple[Path, Release]:
        folder = tmp_path / format_name
        export_release(gallery, folder, format_name, images=images, splits=splits)
        return folder, load_release(folder)

    return release
