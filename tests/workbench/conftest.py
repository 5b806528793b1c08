"""A project to work on without a window: photographs of one colour, each with the model face."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.project import Project
from annotator.workflow import import_images

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


@pytest.fixture
def project_folder(pristine_project: Path, tmp_path: Path) -> Path:
    """A copy of that project of the test's own."""
    return Path(shutil.copytree(pristine_project, tmp_path / "faces"))
