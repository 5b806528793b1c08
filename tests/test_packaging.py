"""What a wheel must hold, so that an installed plugin works offline."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from npe2 import PluginManifest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from annotator.system.assets import asset_path

ROOT = Path(__file__).parent.parent
OWN = "facemesh-annotator"
QT = {"pyqt5", "pyqt6", "pyside2", "pyside6"}
RELEASES = ("npz", "csv", "coco")


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
        "face_468_error_modes.npz",
        "face_468_error_modes.md",
        "face_468_points_68.v1.npz",
        "face_468_points_68.v1.md",
    ):
        shipped = wheel.read(f"annotator/_assets/models/{name}")
        assert shipped == (ROOT / "models" / name).read_bytes()


def test_every_sample_image_and_the_clip_are_in_the_wheel(wheel):
    images = [path for path in (ROOT / "datasets" / "sample").iterdir() if path.is_file()]
    assert len(images) >= 12
    for path in images:
        assert wheel.read(f"annotator/_assets/datasets/sample/{path.name}") == path.read_bytes()
    clip = ROOT / "datasets" / "sample_clip" / "wall.webm"
    shipped = wheel.read(f"annotator/_assets/datasets/sample_clip/{clip.name}")
    assert shipped == clip.read_bytes()
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


def test_the_base_install_brings_no_window(wheel):
    names = brought(wheel)
    assert {"numpy", "onnxruntime", "sqlalchemy", "typer"} <= names
    assert not names & ({"ipython", "magicgui", "napari", "qtpy", "superqt", "vispy"} | QT)


def test_one_extra_brings_the_window_and_the_other_qt_as_well(wheel):
    window, everything = brought(wheel, "napari"), brought(wheel, "all")
    assert {"magicgui", "napari", "qtpy", "vispy"} <= window
    assert not window & QT
    assert window | {"pyqt6"} <= everything


def test_heic_is_read_with_an_extra_and_without_an_encoder_under_the_gpl(wheel):
    assert "pi-heif" not in brought(wheel)
    assert {"pi-heif"} <= brought(wheel, "heic") <= brought(wheel, "all")
    assert "pillow-heif" not in brought(wheel, "all")


def test_an_installed_wheel_works_without_what_its_extras_bring(base_install, tmp_path):
    project, sample = tmp_path / "p", asset_path("datasets", "sample", "collins.jpg")
    done = [
        ["new", project],
        ["add", project, sample],
        ["predict", project],
        ["review", project, "accept", "--all"],
        *(["export", project, tmp_path / name, "--format", name] for name in RELEASES),
        ["status", project],
        ["landmarks", sample, "--output", tmp_path / "meshes.npz"],
    ]
    refused = [["learn", project], ["open", project], ["demo", tmp_path / "demo"]]
    codes, said = base_install(*done, *refused)
    assert codes == [0] * len(done) + [1] * len(refused)
    to_install = "error: napari is missing: pip install 'facemesh-annotator[all]'"
    learned, *windows = said.splitlines()
    assert "nothing was corrected" in learned
    assert windows == [to_install, to_install]


# The program that runs commands in an installation, and what runs before it: a module of a
# distribution that is not part of the installation is not found.
COMMANDS = """
import json, sys
import annotator.cli
from annotator.system.assets import asset_path

assert asset_path("models").is_relative_to(sys.argv[1]), asset_path("models")
print(json.dumps([annotator.cli.main(command) for command in json.load(sys.stdin)]))
"""
HIDING = """
import sys

class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden}:
            return None
        return self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = map(Hiding, sys.meta_path)
"""


@pytest.fixture
def base_install(wheel, tmp_path_factory):
    """Return a function that runs commands in the wheel, with what the base install brings.

    It returns their exit codes and what they wrote to stderr.
    """
    folder = tmp_path_factory.mktemp("installed")
    wheel.extractall(folder)
    names = brought(wheel)
    hidden = {
        module
        for module, distributions in packages_distributions().items()
        if names.isdisjoint(map(canonicalize_name, distributions))
    }
    (folder / "sitecustomize.py").write_text(HIDING.replace("{hidden}", repr(hidden)))

    def run(*commands):
        result = subprocess.run(
            [sys.executable, "-c", COMMANDS, folder],
            input=json.dumps([list(map(str, command)) for command in commands]),
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
        )
        return json.loads(result.stdout.splitlines()[-1]), result.stderr

    return run


def brought(wheel, extra=""):
    """Return the names of the distributions that an installation brings, of whatever depth."""
    metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    own = message_from_bytes(wheel.read(metadata)).get_all("Requires-Dist")
    found, waiting = set(), [(OWN, extra)]
    while waiting:
        name, extra = node = waiting.pop()
        if node not in found:
            found.add(node)
            for needed in map(Requirement, own if name == OWN else requires(name) or ()):
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    more = ("", *needed.extras)
                    waiting += [(canonicalize_name(needed.name), extra) for extra in more]
    return {name for name, _ in found}
