"""What holds for every test, and for every process that one starts."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

# Threads of OpenBLAS wait for each other by spinning. On a machine that does something else
# beside, small matrices then take fifty times as long, and results do not depend on it.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # read where numpy is imported, here and in processes

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.mesh.layouts.definition import RegionFeatures
from tests import displays, scheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

    from annotator.project import Project

_PREFERENCES = pytest.StashKey[tempfile.TemporaryDirectory]()
_DISPLAY = pytest.StashKey[displays.OwnDisplay]()


def pytest_configure(config: pytest.Config) -> None:
    """Set what the libraries read when they are imported, here and in workers and programs.

    napari gets preferences of its own: the tests must neither depend on nor change what the
    person who runs them prefers.
    """
    folder = tempfile.TemporaryDirectory()
    config.stash[_PREFERENCES] = folder
    os.environ["NAPARI_CONFIG"] = str(Path(folder.name) / "settings.yaml")
    if hasattr(config, "workerinput") and displays.can_be_had():
        config.stash[_DISPLAY] = displays.OwnDisplay()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, where several processes share the tests."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: scheduling.rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> scheduling.InPlaces:
    """Keep tests in one process that share what takes long to make."""
    return scheduling.InPlaces(config, log)


@pytest.fixture(scope="session")
def empty_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in a folder, as it is made: to copy it takes a tenth of making one."""
    from annotator.project import Project  # noqa: PLC0415 - the tests of the mesh need none

    folder = tmp_path_factory.mktemp("empty") / "project"
    Project.create(folder).close()
    return folder


@pytest.fixture
def new_project(empty_project: Path) -> Callable[[Path], Project]:
    """Returns a new project in a folder; the caller closes it."""
    from annotator.project import Project  # noqa: PLC0415

    def make(folder: Path) -> Project:
        return Project.open(shutil.copytree(empty_project, folder))

    return make


class Portraits:
    """Projects of a few portraits, with their photographs; made once, to be copied.

    To copy one takes a twentieth of making one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def untouched(self, home: Path, photos: Path) -> Project:
        """Return a project of six samples that nobody reviewed; the caller closes it."""
        return self._copied("untouched", home, photos)

    def judged(self, home: Path, photos: Path) -> Project:
        """Return one of which four are accepted and one sent back; the caller closes it."""
        return self._copied("judged", home, photos)

    def _copied(self, name: str, home: Path, photos: Path) -> Project:
        from annotator.project import Project  # noqa: PLC0415

        shutil.copytree(self._folder / "photos", photos)
        shutil.copytree(self._folder / name, home)
        with closing(sqlite3.connect(home / "project.sqlite")) as rows, rows:
            given = str(self._folder / "photos"), str(photos)
            rows.execute("UPDATE images SET path = replace(path, ?, ?)", given)
        return Project.open(home)


@pytest.fixture(scope="session")
def portraits(tmp_path_factory: pytest.TempPathFactory, empty_project: Path) -> Portraits:
    """What the tests of releases and imports begin with."""
    from annotator.project import Project  # noqa: PLC0415
    from tests.release.conftest import fill, judge  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("portraits")
    with Project.open(shutil.copytree(empty_project, folder / "untouched")) as project:
        fill(project, folder / "photos")
    with Project.open(shutil.copytree(folder / "untouched", folder / "judged")) as project:
        judge(project)
    return Portraits(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if (display := config.stash.get(_DISPLAY, None)) is not None:
        display.close()
    config.stash[_PREFERENCES].cleanup()


@pytest.fixture(scope="session", params=["joined", "loose"])
def face_with_irises(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> MeshLayout:
    """A layout that is made up: twelve vertices more, an iris in each eye.

    An iris is its middle and five vertices around, the uppermost first: with triangles of its
    own that no edge joins to the face, or loose.
    """
    topology, right, left = FACE_468.topology, np.arange(468, 474), np.arange(474, 480)
    arrays = {name: getattr(topology, name) for name in topology.__dataclass_fields__}
    sets = arrays.pop("regions") | {"right_iris": right, "left_iris": left}
    sets |= {"right_iris_rim": right[1:], "left_iris_rim": left[1:]}
    for name, size in (("vertices", 0.3), ("uv", -0.01)):
        spread = np.zeros((6, arrays[name].shape[1]))
        angles = np.radians(90 + 72 * np.arange(5))
        spread[1:, :2] = size * np.column_stack([-np.cos(angles), np.sin(angles)])
        middles = [arrays[name][sets[eye]].mean(axis=0) for eye in ("right_eye", "left_eye")]
        rows = [arrays[name], *(middle + spread for middle in middles)]
        arrays[name] = np.concatenate(rows).astype(np.float32)
    across = [0, 1, 5, 4, 3, 2]
    arrays["mirror"] = np.concatenate([arrays["mirror"], left[across], right[across]])
    if request.param == "joined":
        _join(arrays, right)
        _join(arrays, left)
    asset = tmp_path_factory.mktemp("layouts") / "face_with_irises.npz"
    np.savez(asset, **arrays, **{f"region_{name}": vertices for name, vertices in sets.items()})
    irises = {
        "right_iris": RegionFeatures("Right iris", outline="right_iris_rim"),
        "left_iris": RegionFeatures("Left iris", outline="left_iris_rim"),
    }
    return replace(
        FACE_468,
        name=f"face_with_{request.param}_irises",
        count=480,
        asset=str(asset),
        region_features=irises | dict(FACE_468.region_features),
        error_modes=None,
        rigid_groups={"right_iris": tuple(right.tolist()), "left_iris": tuple(left.tolist())},
    )


def _join(arrays: dict[str, np.ndarray], iris: np.ndarray) -> None:
    """Add the triangles and edges between an iris' middle and its rim."""
    middle, rim = iris[0], iris[1:]
    ahead = np.roll(rim, -1)
    triangles = np.column_stack([np.full(5, middle), rim, ahead])
    spokes, tyre = np.column_stack([np.full(5, middle), rim]), np.column_stack([rim, ahead])
    edges = np.sort(np.concatenate([spokes, tyre]), axis=1)
    for name, added in (("triangles", triangles), ("edges", edges)):
        for key in (name, f"opened_{name}"):
            arrays[key] = np.concatenate([arrays[key], added]).astype(np.int32)
