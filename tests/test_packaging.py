"""What a wheel must hold, so that an installed plugin works offline."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from npe2 import PluginManifest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel and return what it holds, by name."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_every_module_is_in_the_wheel(wheel):
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "annotator").rglob("*.py")}
    assert modules <= set(wheel.namelist())


def test_weights_canonical_mesh_and_their_cards_are_in_the_wheel(wheel):
    for name in (
        "face_landmark.onnx",
        "face_landmark.md",
        "face_detection_short_range.onnx",
        "face_detection_short_range.md",
        "canonical_face_mesh.npz",
        "canonical_face_mesh.md",
    ):
        shipped = wheel.read(f"annotator/_assets/models/{name}")
        assert shipped == (ROOT / "models" / name).read_bytes()


def test_every_sample_image_is_in_the_wheel(wheel):
    images = [path for path in (ROOT / "datasets" / "sample").iterdir() if path.is_file()]
    assert len(images) >= 12
    for path in images:
        assert wheel.read(f"annotator/_assets/datasets/sample/{path.name}") == path.read_bytes()
    assert "annotator/_assets/datasets/README.md" in wheel.namelist()


def test_migrations_are_in_the_wheel(wheel):
    folder = ROOT / "annotator" / "project" / "migrations"
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(ROOT).as_posix() in wheel.namelist()


def test_the_licence_is_in_the_wheel(wheel):
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_nothing_but_the_package_is_in_the_wheel(wheel):
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"annotator"}
    assert not [name for name in wheel.namelist() if "__pycache__" in name]


def test_the_wheel_stays_small(wheel):
    assert sum(member.compress_size for member in wheel.infolist()) < 15e6


def test_napari_finds_the_manifest(wheel):
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    text = wheel.read(entry_points).decode()
    assert "[napari.manifest]\nfacemesh-annotator = annotator:napari.yaml" in text
    assert "annotator/napari.yaml" in wheel.namelist()


def test_the_manifest_is_valid_and_names_things_that_exist():
    manifest = PluginManifest.from_file(ROOT / "annotator" / "napari.yaml")
    manifest.validate_imports()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert manifest.name == project["name"]


def test_the_base_install_brings_no_qt():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for requirement in project["dependencies"]:
        assert "[" not in requirement
        assert not requirement.lower().startswith(("pyqt", "pyside"))
