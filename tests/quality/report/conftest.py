"""Projects whose report is known: faces in real photographs, predicted, corrected and judged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from annotator.imaging.picture import Picture
from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import NewImage, Project, Reason, Stroke, VisitPurpose
from annotator.quality.report import Report, report_of
from annotator.system.assets import asset_path

PHOTOGRAPHS = ("collins.jpg", "hopper.jpg", "coffee.jpg", "hopper_grey.png")
REGIONS = ("lips", "nose", "right_eye", "left_eyebrow", "face_oval")


def face_at(x: float, y: float, size: float) -> FacePrediction:
    """Return a prediction: the canonical face, some pixels wide."""
    mesh = FACE_468.topology.vertices * [size / 15, -size / 15, size / 15] + [x, y, 0]
    return FacePrediction(mesh.astype(np.float32), 0.9, 0.8)


def stroke_on(project: Project, sample_id: int, by: tuple[float, float], region: str, who: str):
    """Move a region of a sample."""
    annotation = project.annotations.load(sample_id)
    chosen = FACE_468.regions[region].vertices
    before = annotation.landmarks[chosen]
    stroke = Stroke("grab", chosen, before, before + np.float32([*by, 0]))
    project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator=who
    )


@pytest.fixture(scope="session")
def predicted_home(tmp_path_factory: pytest.TempPathFactory, empty_project: Path) -> Path:
    home = tmp_path_factory.mktemp("predicted") / "project"
    with Project.open(shutil.copytree(empty_project, home)) as project:
        paths = [asset_path("datasets", "sample", name) for name in PHOTOGRAPHS]
        images = []
        for path in paths:
            info = Picture(path).info()
            digest = sha256(path.read_bytes()).hexdigest()
            images.append(NewImage(path, digest, info.width, info.height))
        project.images.add(images)
        model = project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
        faces = [face_at(150 + 60 * at, 200, 120 + 20 * at) for at in range(3)]
        project.predictions.store(model, [(at + 1, faces) for at in range(len(paths))])
    return home


@pytest.fixture(scope="session")
def worked_home(tmp_path_factory: pytest.TempPathFactory, predicted_home: Path) -> Path:
    home = tmp_path_factory.mktemp("worked") / "project"
    with Project.open(shutil.copytree(predicted_home, home)) as project:
        _work(project)
    return home


@pytest.fixture
def predicted(tmp_path: Path, predicted_home: Path) -> Iterator[Project]:
    """Twelve samples, three a photograph, which nobody has touched."""
    with Project.open(shutil.copytree(predicted_home, tmp_path / "project")) as project:
        yield project


@pytest.fixture
def worked(tmp_path: Path, worked_home: Path) -> Iterator[Project]:
    """Three people annotated ten of them, Rae judged eleven; one photograph was taken out."""
    with Project.open(shutil.copytree(worked_home, tmp_path / "project")) as project:
        yield project


@pytest.fixture(scope="session")
def report(worked_home: Path) -> Report:
    """Return the report of that project as it is."""
    with Project.open(worked_home, read_only=True) as project:
        return report_of(project)


@pytest.fixture(scope="session")
def html(report: Report) -> str:
    return report.html()


def _work(project: Project) -> None:
    rng = np.random.default_rng(5)
    for number, sample_id in enumerate(range(1, 11)):
        who = ("Ada", "Bo", "Cleo")[number % 3]
        for at in range(int(rng.integers(1, 6))):
            by = tuple(rng.uniform(-6, 6, 2))
            stroke_on(project, sample_id, by, REGIONS[(number + at) % len(REGIONS)], who)
        if number % 4:
            project.visits.record(
                sample_id,
                annotator=who,
                started_at=datetime(2026, 11, 3 + number % 5, 23, 30, tzinfo=UTC),
                seconds=float(rng.uniform(20, 400)),
                strokes=2,
                purpose=VisitPurpose.REVIEW if number == 6 else VisitPurpose.ANNOTATE,
            )
    annotation = project.annotations.load(2)
    project.annotations.undo(2, revision=annotation.revision)
    for sample_id in (1, 2, 3, 4, 5, 6, 11):
        project.reviews.accept(sample_id, reviewer="Rae")
    project.reviews.exclude(7, reviewer="Rae", reasons=[Reason.BLURRED])
    project.reviews.send_back(8, reviewer="Rae", reasons=[Reason.BLURRED, Reason.POOR_MESH])
    project.reviews.send_back(9, reviewer="Rae", reasons=[Reason.POOR_MESH])
    project.reviews.accept(8, reviewer="Rae")
    project.reviews.reopen(8, reviewer="Rae")
    project.reviews.delete(12, reviewer="Rae")
    project.removals.remove([2])
