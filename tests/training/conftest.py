"""A release of the sample data set, as a model predicted it and somebody accepted it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.cli import main
from annotator.project import Project
from annotator.release import export_release
from annotator.system.assets import asset_path
from annotator.training.faces import Faces, load_faces
from annotator.training.photographs import Cutouts
from annotator.workflow import create_sample_project

SAMPLES = asset_path("datasets", "sample")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("training") / "project"
    with create_sample_project(folder) as opened:
        for sample in opened.samples.summaries():
            opened.reviews.accept(sample.id, reviewer="Ada")
        yield opened


@pytest.fixture(scope="session")
def release(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases") / "first"
    export_release(project, folder, "npz")
    return folder


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people in four photographs: a run on it takes half the time."""
    project, folder = (tmp_path_factory.mktemp("few") / name for name in ("project", "release"))
    shown = [SAMPLES / f"{name}.jpg" for name in ("collins", "hopper", "collins_at_dusk", "coffee")]
    for name, *rest in (
        ["new"], ["add", *shown], ["predict", "--no-small-faces"],
        ["review", "accept", "--all"], ["export", folder, "--format", "npz"],
    ):  # fmt: skip
        assert main([name, str(project), *map(str, rest)]) == 0
    return folder


@pytest.fixture(scope="session")
def faces(release: Path) -> Faces:
    return load_faces([release])


@pytest.fixture(scope="session")
def cutouts(faces: Faces) -> Cutouts:
    return Cutouts(faces.layout, 200 * 10**6)
