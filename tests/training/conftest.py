"""A release of the sample data set, as a model predicted it and somebody accepted it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.project import Project
from annotator.release import export_release
from annotator.training.faces import Faces, load_faces
from annotator.training.photographs import Cutouts
from annotator.workflow import create_sample_project


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
def faces(release: Path) -> Faces:
    return load_faces([release])


@pytest.fixture(scope="session")
def cutouts(faces: Faces) -> Cutouts:
    return Cutouts(faces.layout, 200 * 10**6)
