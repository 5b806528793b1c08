"""A small project whose samples are accepted, edited, sent back and left alone."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from annotator.imaging import inspect_image
from annotator.inference.results import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Project
from annotator.project.image_records import NewImage
from annotator.project.records import Reason
from annotator.project.strokes import Stroke
from annotator.release import DamagedRelease, export_release, load_release
from annotator.release.formats import FORMATS
from annotator.release.images import ImageMode
from annotator.release.manifest import content_hash
from annotator.system.assets import asset_path
from tests.conftest import Portraits

SAMPLES = asset_path("datasets", "sample")


def mesh_at(x: float, y: float, size: float = 60.0) -> np.ndarray:
    """Place the canonical face in an image, (468, 3)."""
    points = FACE_468.topology.vertices * [1, -1, -1]  # its y points up and its z to the camera
    points = points / np.ptp(points[:, 0]) * size + [x, y, 0]
    return points.astype(np.float32)


def new_image(path: Path) -> NewImage:
    info = inspect_image(path)
    return NewImage(path, hashlib.sha256(path.read_bytes()).hexdigest(), info.width, info.height)


def fill(project: Project, photos: Path) -> None:
    """Add four images with one face each and a fifth with two."""
    names = (
        "collins.jpg",
        "collins_tilted.jpg",
        "hopper.jpg",
        "hopper_grey.png",
        "two_portraits.jpg",
    )
    photos.mkdir()
    for name in names:
        (photos / name).write_bytes((SAMPLES / name).read_bytes())
    project.images.add([new_image(photos / name) for name in names])
    model = project.models.register(ModelInfo("face_landmark", "ab" * 32, FACE_468))
    results = []
    for image in project.images.pending(model):
        places = [(260, 240), (760, 260)] if image.name == "two_portraits.jpg" else [(200, 150)]
        faces = [
            FacePrediction(mesh_at(x, y) + np.float32(image.id / 7), 0.9, 0.8) for x, y in places
        ]
        results.append((image.id, faces))
    project.predictions.store(model, results)


def move_vertex(project: Project, sample_id: int, vertex: int = 4, by: float = 3.25) -> None:
    """Drag one vertex to the right, as a person would."""
    annotation = project.annotations.load(sample_id)
    before = annotation.landmarks[[vertex]]
    after = before + np.array([[by, 0, 0]], np.float32)
    stroke = Stroke("grab", np.array([vertex]), before, after)
    project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator="Ada"
    )


def judge(project: Project) -> None:
    """Edit two samples, accept four and send one back."""
    ids = {(s.image_name, s.face_index): s.id for s in project.samples.summaries()}
    move_vertex(project, ids["collins.jpg", 0])
    move_vertex(project, ids["hopper_grey.png", 0])
    for key in (
        ("collins.jpg", 0),
        ("collins_tilted.jpg", 0),
        ("two_portraits.jpg", 0),
        ("two_portraits.jpg", 1),
    ):
        project.reviews.accept(ids[key], reviewer="Grace")
    project.reviews.send_back(ids["hopper.jpg", 0], reviewer="Grace", reasons=[Reason.POOR_MESH])


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def untouched(tmp_path: Path, photos: Path, portraits: Portraits) -> Iterator[Project]:
    """Six samples, none reviewed."""
    with portraits.untouched(tmp_path / "project", photos) as project:
        yield project


@pytest.fixture
def project(tmp_path: Path, photos: Path, portraits: Portraits) -> Iterator[Project]:
    """Four of the six accepted (one of them edited), one sent back, one in progress."""
    with portraits.judged(tmp_path / "project", photos) as project:
        yield project


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory, portraits: Portraits) -> dict[str, Path]:
    """A release of that project in every format; to be copied, not changed.

    Images are referenced where the format can.
    """
    folder = tmp_path_factory.mktemp("releases")
    with portraits.judged(folder / "project", folder / "photos") as project:
        for name, known in FORMATS.items():
            images: ImageMode = "reference" if known.can_reference else "copy"
            export_release(project, folder / name, name, images=images)
    return {name: folder / name for name in FORMATS}


@pytest.fixture
def content() -> Callable[[Path], dict[str, bytes]]:
    """Read all files below a folder, by their path relative to it."""

    def read(folder: Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    return read


class Attacked:
    """A copy of a release whose files and manifest somebody changes, computing all hashes anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))

    def state(self, **changes: Any) -> None:
        """Change what the manifest states, and make it agree with itself."""
        manifest = self.manifest | changes
        manifest["content_sha256"] = content_hash(manifest["files"], manifest["samples"])
        text = json.dumps(manifest, ensure_ascii=False)
        (self.folder / "manifest.json").write_text(text, encoding="utf-8")

    def state_of_sample(self, number: int, **changes: Any) -> None:
        """Change what is said of one sample."""
        samples = self.manifest["samples"]
        samples[number] |= changes
        self.state(samples=samples)

    def overwrite(self, name: str, content: bytes) -> None:
        """Change a file, and make the manifest agree with it."""
        (self.folder / name).write_bytes(content)
        self.list_anew(name)

    def list_anew(self, name: str) -> None:
        content = (self.folder / name).read_bytes()
        entry = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        files = self.manifest["files"]
        self.state(files=[one | entry if one["path"] == name else one for one in files])

    def refusal(self, patience: float = 60) -> str:
        """Return why the release is refused; fail if that takes for ever."""
        raised: list[DamagedRelease] = []

        def load() -> None:
            try:
                load_release(self.folder)
            except DamagedRelease as error:  # pytest tells of any other one
                raised.append(error)

        thread = Thread(target=load, daemon=True)
        thread.start()
        thread.join(patience)
        assert not thread.is_alive(), "it never came back"
        assert raised, "it was loaded"
        assert str(raised[0]).isprintable()
        return str(raised[0])


@pytest.fixture
def attacked(releases: dict[str, Path], tmp_path: Path) -> Callable[[str], Attacked]:
    """Return a function that copies the release of a format, to be attacked."""

    def copy(format_name: str) -> Attacked:
        return Attacked(shutil.copytree(releases[format_name], tmp_path / f"a_{format_name}"))

    return copy
