"""What holds for every test, and for every process that one starts."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.mesh.layouts.definition import RegionFeatures

_PREFERENCES = pytest.StashKey[tempfile.TemporaryDirectory]()


def pytest_configure(config: pytest.Config) -> None:
    """Give napari preferences of its own, before anything imports it.

    It reads the path when it is imported, and the tests must neither depend on nor change what
    the person who runs them prefers.
    """
    folder = tempfile.TemporaryDirectory()
    config.stash[_PREFERENCES] = folder
    os.environ["NAPARI_CONFIG"] = str(Path(folder.name) / "settings.yaml")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests with windows in one process: two would take the focus from each other."""
    windows = Path(__file__).parent / "plugin"
    for item in items:
        if item.path.is_relative_to(windows):
            item.add_marker(pytest.mark.xdist_group("windows"))


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_PREFERENCES].cleanup()


@pytest.fixture(scope="session", params=["joined", "loose"])
def face_with_irises(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> MeshLayout:
    """A layout that is made up: ten vertices more, an iris in each eye.

    As an iris is five vertices with triangles of its own that no edge joins to the face, or five
    loose vertices.
    """
    topology, right, left = FACE_468.topology, np.arange(468, 473), np.arange(473, 478)
    arrays = {name: getattr(topology, name) for name in topology.__dataclass_fields__}
    sets = arrays.pop("regions") | {"right_iris": right, "left_iris": left}
    sets |= {"right_iris_rim": right[1:], "left_iris_rim": left[1:]}
    across = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (-1, 0, 0), (0, -1, 0)])
    for name, size in (("vertices", 0.3), ("uv", 0.01)):
        spread = size * across[:, : arrays[name].shape[1]]
        middles = [arrays[name][sets[eye]].mean(axis=0) for eye in ("right_eye", "left_eye")]
        rows = [arrays[name], *(middle + spread for middle in middles)]
        arrays[name] = np.concatenate(rows).astype(np.float32)
    arrays["mirror"] = np.concatenate(
        [arrays["mirror"], left[[0, 3, 2, 1, 4]], right[[0, 3, 2, 1, 4]]]
    )
    if request.param == "joined":
        fans = [
            (iris[0], iris[1 + k], iris[1 + (k + 1) % 4])
            for iris in (right, left)
            for k in range(4)
        ]
        edges = [pair for iris in (right, left) for pair in _edges_of_fan(iris.tolist())]
        for name in ("triangles", "opened_triangles"):
            arrays[name] = np.concatenate([arrays[name], fans]).astype(np.int32)
        for name in ("edges", "opened_edges"):
            arrays[name] = np.concatenate([arrays[name], edges]).astype(np.int32)
    asset = tmp_path_factory.mktemp("layouts") / "face_with_irises.npz"
    np.savez(asset, **arrays, **{f"region_{name}": vertices for name, vertices in sets.items()})
    irises = {
        "right_iris": RegionFeatures("Right iris", outline="right_iris_rim"),
        "left_iris": RegionFeatures("Left iris", outline="left_iris_rim"),
    }
    return replace(
        FACE_468,
        name=f"face_with_{request.param}_irises",
        count=478,
        asset=str(asset),
        region_features=irises | dict(FACE_468.region_features),
        rigid_groups={"right_iris": tuple(right.tolist()), "left_iris": tuple(left.tolist())},
    )


def _edges_of_fan(iris: list[int]) -> list[tuple[int, int]]:
    middle, *rim = iris
    return [(middle, vertex) for vertex in rim] + [
        (min(pair), max(pair)) for pair in zip(rim, [*rim[1:], rim[0]], strict=True)
    ]
