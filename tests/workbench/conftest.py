"""A project to work on without a window: photographs of one colour, each with the model face."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.inference import FaceMesh, FacePrediction, ModelInfo
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.project import Project
from annotator.system.assets import asset_path
from annotator.workbench.workbench import Workbench
from annotator.workflow import import_images, preannotate

WINDOW_LIBRARIES = (
    "annotator.plugin", "magicgui", "napari", "PyQt5", "PyQt6", "PySide6", "qtpy", "superqt",
    "vispy",
)  # fmt: skip
IOD = 60.0
WIDTH, HEIGHT = 320, 240
COLOURS = ("maroon", "olive", "navy", "teal", "purple", "gray")


def face_at(x: float, y: float) -> np.ndarray:
    """The canonical face from the front about a place, (468, 3)."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return vertices * np.float32(IOD / outer_iod(vertices, FACE_468)) + np.float32([x, y, 0])


@pytest.fixture(autouse=True)
def _no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here asks for a display or a library of windows, even where there is one."""
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    for library in WINDOW_LIBRARIES:
        monkeypatch.setitem(sys.modules, library, None)  # so importing it is an error


@pytest.fixture(scope="session")
def pristine_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five photographs with a face, one of them with two, and one without; copy it."""
    folder = tmp_path_factory.mktemp("workbench")
    photographs = folder / "photographs"
    photographs.mkdir()
    for colour in COLOURS:
        Image.new("RGB", (WIDTH, HEIGHT), colour).save(photographs / f"{colour}.png")
    with Project.create(folder / "faces") as project:
        import_images(project, [photographs], copy=True)
        model = project.models.register(ModelInfo("test", "1" * 64, FACE_468))
        places = {"olive.png": [(90, 120), (230, 120)], "teal.png": []}
        project.predictions.store(
            model,
            [
                (
                    image.id,
                    [
                        FacePrediction(face_at(*place), 0.99, 0.9)
                        for place in places.get(image.name, [(160, 120)])
                    ],
                )
                for image in project.images.pending(model)
            ],
        )
    return folder / "faces"


@pytest.fixture(scope="session")
def pristine_portraits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of the sample photographs, predicted by the shipped model; copy it."""
    folder = tmp_path_factory.mktemp("portraits") / "faces"
    paths = [asset_path("datasets", "sample", name) for name in ("hopper.jpg", "collins.jpg")]
    with Project.create(folder) as project:
        import_images(project, paths, copy=True)
        for _ in preannotate(project, FaceMesh.load(small_faces=False)):
            pass
    return folder


@pytest.fixture
def portraits(pristine_portraits: Path, tmp_path: Path) -> Path:
    """A copy of that project of the test's own."""
    return Path(shutil.copytree(pristine_portraits, tmp_path / "portraits"))


@pytest.fixture
def work_on() -> Iterator[Callable[[Path], Workbench]]:
    """Opens a workbench on a project, and closes it with the test."""
    opened: list[Workbench] = []

    def open_it(folder: Path) -> Workbench:
        bench = Workbench("kim")
        opened.append(bench)
        assert bench.open(Project.open(folder))
        return bench

    yield open_it
    for bench in opened:
        assert bench.close()


@pytest.fixture
def bench(work_on: Callable[[Path], Workbench], project_folder: Path) -> Workbench:
    """A workbench on the project of one colour."""
    return work_on(project_folder)


@pytest.fixture
def drag() -> Callable[[Workbench, int, tuple[float, float]], None]:
    """Makes a stroke of the tool in hand: from a vertex, by so many px."""

    def make(bench: Workbench, vertex: int, by: tuple[float, float]) -> None:
        assert bench.session is not None
        x, y, _ = bench.session.landmarks[vertex].tolist()
        assert bench.session.press(bench.tools.tool, (x, y))
        bench.edits.release((x + by[0], y + by[1]))

    return make


@pytest.fixture
def project_folder(pristine_project: Path, tmp_path: Path) -> Path:
    """A copy of that project of the test's own."""
    return Path(shutil.copytree(pristine_project, tmp_path / "faces"))
