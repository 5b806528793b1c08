"""A project with three predicted faces on every engine, and other programs that work on it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project.image_records import NewImage
from annotator.project.project import Project
from annotator.project.strokes import Stroke

FIRST_MODEL = ModelInfo("face_landmark", "1" * 64, FACE_468)
SECOND_MODEL = ModelInfo("retrained", "2" * 64, FACE_468)


@pytest.fixture
def make_face() -> Callable[..., FacePrediction]:
    """Make a face of about 100 px around a centre; the seed shapes it."""

    def make(x: float = 100.0, y: float = 100.0, *, seed: int = 0, presence: float = 0.9):
        shape = np.random.default_rng(seed).uniform(-50, 50, (468, 3))
        landmarks = (shape + np.array([x, y, 0])).astype(np.float32)
        return FacePrediction(landmarks, presence, 0.8)

    return make


@pytest.fixture
def new_image() -> Callable[[Path], NewImage]:
    """Describe an image whose content is its name."""

    def describe(path: Path, *, content: str | None = None) -> NewImage:
        digest = sha256((content or path.name).encode()).hexdigest()
        return NewImage(path, digest, 640, 480)

    return describe


class SqlitePlace:
    """Where SQLite keeps the projects of a test: in folders of a folder."""

    def __init__(self, folder: Path, empty: Path) -> None:
        self._folder = folder
        self._empty = empty

    def address(self, name: str) -> str:
        """Return an address where no project is yet."""
        return str(self._folder / name)

    def create(self, name: str) -> Project:
        """Return a new project."""
        return Project.open(shutil.copytree(self._empty, self.address(name)))

    def assert_sound(self, address: str) -> None:
        """Check the whole database in its own ways."""
        with closing(sqlite3.connect(Path(address) / "project.sqlite")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


# For another engine: a class like this one, and a line. All tests of the store then run on it.
ENGINES = {"sqlite": SqlitePlace}


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def place(engine_name: str, tmp_path: Path, empty_project: Path) -> SqlitePlace:
    """Where the engine under test keeps projects."""
    return ENGINES[engine_name](tmp_path, empty_project)


@pytest.fixture
def create_project(place: SqlitePlace) -> Iterator[Callable[..., Project]]:
    """Create projects by name, and close them with the test."""
    with ExitStack() as opened:

        def create(name: str = "project") -> Project:
            return opened.enter_context(place.create(name))

        yield create


@pytest.fixture
def project(create_project: Callable[..., Project]) -> Project:
    return create_project()


@pytest.fixture
def predicted(project, make_face, new_image) -> Project:
    """Samples 1 and 2 in one image, 3 in another, and an image without a face."""
    images = [new_image(project.home / "images" / f"{name}.jpg") for name in "abc"]
    project.images.add(images)
    model = project.models.register(FIRST_MODEL)
    first = [make_face(100, 100), make_face(300, 100, seed=1)]
    project.predictions.store(model, [(1, first), (2, [make_face(200, 200, seed=2)]), (3, [])])
    return project


@pytest.fixture
def draw() -> Callable[..., Stroke]:
    """Make a stroke that moves some vertices of an annotation."""

    def make(annotation, *, indices=(1, 2, 3), by=(4.0, -2.0, 0.0), tool="grab") -> Stroke:
        chosen = np.array(indices)
        before = annotation.landmarks[chosen]
        return Stroke(tool, chosen, before, before + np.float32(by))

    return make


@pytest.fixture
def edit(draw) -> Callable[..., None]:
    """Record some strokes on a sample."""

    def record(project: Project, sample_id: int, count: int = 1, *, annotator: str = "Ann") -> None:
        annotation = project.annotations.load(sample_id)
        for _ in range(count):
            annotation = project.annotations.record_stroke(
                sample_id, draw(annotation), revision=annotation.revision, annotator=annotator
            )

    return record


@pytest.fixture
def start_program() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a Python program that can import the package, and end it with the test."""
    running: list[subprocess.Popen[str]] = []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    def start(script: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", script, *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
