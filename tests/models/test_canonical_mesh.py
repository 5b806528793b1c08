"""The shipped mesh file holds what its card says."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

from annotator.system.assets import asset_path

FACTS = {
    "vertices": ((468, 3), np.float32),
    "uv": ((468, 2), np.float32),
    "triangles": ((898, 3), np.int32),
    "opened_triangles": ((852, 3), np.int32),
    "edges": ((1365, 2), np.int32),
    "opened_edges": ((1322, 2), np.int32),
    "mirror": ((468,), np.int32),
    "contour_edges": ((124, 2), np.int32),
    "region_face_oval": ((36,), np.int32),
    "region_lips_outer": ((20,), np.int32),
    "region_lips_inner": ((20,), np.int32),
    "region_left_eye": ((16,), np.int32),
    "region_right_eye": ((16,), np.int32),
    "region_left_eyebrow": ((10,), np.int32),
    "region_right_eyebrow": ((10,), np.int32),
    "region_lips": ((80,), np.int32),
    "region_nose": ((74,), np.int32),
}


@pytest.fixture(scope="module")
def mesh() -> dict[str, np.ndarray]:
    with np.load(asset_path("models", "canonical_face_mesh.npz")) as archive:
        return dict(archive)


def as_set(rows: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(sorted(row)) for row in rows.tolist()}


def hops(edges: np.ndarray, start: int, end: int) -> int:
    both = np.concatenate([edges, edges[:, ::-1]])
    graph = coo_array((np.ones(len(both)), both.T), shape=(468, 468))
    return int(shortest_path(graph, unweighted=True, indices=start)[end])


def test_every_array_has_its_shape_and_type(mesh: dict[str, np.ndarray]) -> None:
    assert {k: (v.shape, v.dtype.type) for k, v in mesh.items()} == FACTS


def test_the_card_names_the_hash_of_the_file() -> None:
    path = Path(asset_path("models", "canonical_face_mesh.npz"))
    card = Path(asset_path("models", "canonical_face_mesh.md")).read_text()
    assert hashlib.sha256(path.read_bytes()).hexdigest() in card


def test_opening_removes_the_triangles_that_close_mouth_and_eyes(
    mesh: dict[str, np.ndarray],
) -> None:
    closing = as_set(mesh["triangles"]) - as_set(mesh["opened_triangles"])
    counts = [
        sum(set(t) <= set(mesh[f"region_{name}"].tolist()) for t in closing)
        for name in ("lips_inner", "left_eye", "right_eye")
    ]
    assert counts == [18, 14, 14]
    assert len(closing) == 46


def test_lips_and_lids_are_apart_only_on_the_opened_mesh(mesh: dict[str, np.ndarray]) -> None:
    assert hops(mesh["edges"], 13, 14) == 1
    assert hops(mesh["opened_edges"], 13, 14) == 10
    assert hops(mesh["opened_edges"], 159, 145) == 8


def test_the_mirror_maps_the_mesh_onto_itself(mesh: dict[str, np.ndarray]) -> None:
    mirror = mesh["mirror"]
    np.testing.assert_array_equal(mirror[mirror], np.arange(468))
    assert (mirror == np.arange(468)).sum() == 28
    np.testing.assert_array_equal(mesh["vertices"][mirror], mesh["vertices"] * [-1, 1, 1])
    for key in ("triangles", "opened_triangles", "edges", "opened_edges", "contour_edges"):
        assert as_set(mirror[mesh[key]]) == as_set(mesh[key]), key


def test_left_is_the_left_of_the_subject(mesh: dict[str, np.ndarray]) -> None:
    assert 263 in mesh["region_left_eye"]
    assert (mesh["vertices"][mesh["region_left_eye"], 0] > 0).all()
    for side in ("eye", "eyebrow"):
        mirrored = mesh["mirror"][mesh[f"region_right_{side}"]]
        np.testing.assert_array_equal(mirrored, mesh[f"region_left_{side}"])


@pytest.mark.parametrize("name", [name for name in FACTS if name.startswith("region_")])
def test_a_region_is_its_own_or_the_other_sides_mirror_image(
    mesh: dict[str, np.ndarray], name: str
) -> None:
    swap = {"left": "right", "right": "left"}
    twin = "_".join(swap.get(word, word) for word in name.split("_"))
    assert set(mesh["mirror"][mesh[name]].tolist()) == set(mesh[twin].tolist())


@pytest.mark.parametrize(
    "name",
    [
        "face_oval",
        "lips_outer",
        "lips_inner",
        "left_eye",
        "right_eye",
        "left_eyebrow",
        "right_eyebrow",
    ],
)
def test_a_contour_runs_along_edges_of_the_opened_mesh(
    mesh: dict[str, np.ndarray], name: str
) -> None:
    ring = mesh[f"region_{name}"]
    steps = np.stack([ring, np.roll(ring, -1)], axis=1)
    assert as_set(steps) <= as_set(mesh["opened_edges"])


def test_the_face_oval_is_the_only_boundary(mesh: dict[str, np.ndarray]) -> None:
    sides = np.sort(mesh["triangles"][:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, count = np.unique(sides, axis=0, return_counts=True)
    oval = mesh["region_face_oval"]
    assert as_set(edges[count == 1]) == as_set(np.stack([oval, np.roll(oval, -1)], axis=1))
