"""Make ``canonical_face_mesh.npz``: the mesh's vertices, connectivity, mirror and named regions.

    python build_canonical_mesh.py [--npm-tarball FILE] [--mediapipe-wheel FILE]

Needs numpy and scipy. Every fact that the annotator relies on is checked before the file is
written; the same sources always give the same bytes. ``canonical_face_mesh.md`` describes it.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.spatial import Delaunay
from sources import connection_sets, npm_assets, verified

GEOMETRY = "geometry_pipeline_metadata_landmarks.binarypb"
GEOMETRY_SHA256 = "bdbcda96dfcb7da883da124aaa2c55dee49770d934f0fcc71747f8c21bdc75b4"
N_VERTICES = 468

# Protocol-buffer field numbers of GeometryPipelineMetadata and of the Mesh3d inside it.
_CANONICAL_MESH, _VERTEX_BUFFER, _INDEX_BUFFER = 1, 3, 4

# Contours: connection set, first and second vertex of the walk along it. Closed rings start at
# the top (oval), the subject's right mouth corner (lips) or an eye's outer corner, and take
# the upper side first; a left contour is the mirror image of the right one.
RINGS = {
    "face_oval": ("FACEMESH_FACE_OVAL", 10, 338),
    "lips_outer": ("FACEMESH_LIPS", 61, 185),
    "lips_inner": ("FACEMESH_LIPS", 78, 191),
    "left_eye": ("FACEMESH_LEFT_EYE", 263, 466),
    "right_eye": ("FACEMESH_RIGHT_EYE", 33, 246),
}
# An eyebrow is two open lines, upper and lower: their outer ends and the vertices after them.
BROWS = {
    "left_eyebrow": ("FACEMESH_LEFT_EYEBROW", (300, 293), (276, 283)),
    "right_eyebrow": ("FACEMESH_RIGHT_EYEBROW", (70, 63), (46, 53)),
}
STRONG = ("FACE_OVAL", "LIPS", "LEFT_EYE", "RIGHT_EYE", "LEFT_EYEBROW", "RIGHT_EYEBROW")

Connections = dict[str, list[tuple[int, int]]]
Ints = NDArray[np.int32]
Arrays = dict[str, NDArray[Any]]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (field number, value) of a protocol-buffer message: varints, 32-bit and nested."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        if key & 7 == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        size, at = (4, at) if key & 7 == 5 else _varint(message, at)
        yield key >> 3, message[at : at + size]
        at += size


def read_geometry(data: bytes) -> tuple[NDArray[np.float32], Ints]:
    """Return the (468, 5) vertex buffer (x, y, z, u, v) and the (898, 3) triangles."""
    (mesh,) = (value for field, value in _fields(data) if field == _CANONICAL_MESH)
    assert isinstance(mesh, bytes)
    buffers: dict[int, list[int | bytes]] = {_VERTEX_BUFFER: [], _INDEX_BUFFER: []}
    for field, value in _fields(mesh):
        if field in buffers:
            buffers[field].append(value)
    floats = b"".join(value for value in buffers[_VERTEX_BUFFER] if isinstance(value, bytes))
    triangles = np.array(buffers[_INDEX_BUFFER], np.int32).reshape(-1, 3)
    return np.frombuffer(floats, "<f4").reshape(-1, 5), triangles


def edges_of(triangles: Ints) -> Ints:
    """Return the (n, 2) undirected edges, each once, low index first, sorted."""
    sides = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    return np.unique(np.sort(sides, axis=1), axis=0).astype(np.int32)


def walk(connections: Iterable[tuple[int, int]], first: int, second: int) -> Ints:
    """Return the vertices along a line or ring of connections, in order from two of them."""
    around: dict[int, set[int]] = {}
    for a, b in connections:
        around.setdefault(a, set()).add(b)
        around.setdefault(b, set()).add(a)
    path = [first, second]
    while following := around[path[-1]] - {path[-2], first}:
        (vertex,) = following
        path.append(vertex)
    return np.array(path, np.int32)


def mirror_of(vertices: NDArray[np.float32]) -> Ints:
    """Return for each vertex the one at (-x, y, z)."""
    index = {tuple(vertex): i for i, vertex in enumerate(vertices.tolist())}
    return np.array([index[(-x, y, z)] for x, y, z in vertices.tolist()], np.int32)


def without_closing(triangles: Ints, rings: Iterable[Ints]) -> Ints:
    """Return the triangles that do not lie wholly within one of the rings."""
    closing = np.zeros(len(triangles), bool)
    for ring in rings:
        closing |= np.isin(triangles, ring).all(axis=1)
    return triangles[~closing]


def graph(edges: Ints) -> coo_array:
    """Return the symmetric adjacency of the mesh's edges."""
    both = np.concatenate([edges, edges[:, ::-1]])
    return coo_array((np.ones(len(both)), both.T), shape=(N_VERTICES, N_VERTICES))


def between(edges: Ints, outer: Ints, inner: Ints) -> Ints:
    """Return the vertices from an outer ring in to an inner one, both included."""
    kept = edges[~np.isin(edges, outer).any(axis=1)]
    _, label = connected_components(graph(kept), directed=False)
    within = np.flatnonzero(np.isin(label, label[inner]))
    return np.union1d(within, outer).astype(np.int32)


def nose_of(vertices: NDArray[np.float32], outline: Iterable[tuple[int, int]]) -> Ints:
    """Return the vertices that lie, seen from the front, in the hull of MediaPipe's nose lines.

    MediaPipe names only the ridge, base and wings of the nose; the hull adds its sides.
    """
    corners = vertices[sorted({i for edge in outline for i in edge}), :2]
    inside = Delaunay(corners).find_simplex(vertices[:, :2], tol=1e-6) >= 0
    return np.flatnonzero(inside).astype(np.int32)


def regions_of(vertices: NDArray[np.float32], opened: Ints, sets: Connections) -> dict[str, Ints]:
    """Return the ordered contours and the vertex sets, by name."""
    regions = {name: walk(sets[key], *start) for name, (key, *start) in RINGS.items()}
    for name, (key, upper, lower) in BROWS.items():
        back = walk(sets[key], *lower)[::-1]
        regions[name] = np.concatenate([walk(sets[key], *upper), back])
    regions["lips"] = between(opened, regions["lips_outer"], regions["lips_inner"])
    regions["nose"] = nose_of(vertices, sets["FACEMESH_NOSE"])
    return regions


def build(geometry: bytes, sets: Connections) -> Arrays:
    """Return every array of the file."""
    buffer, triangles = read_geometry(geometry)
    vertices, uv = buffer[:, :3].copy(), buffer[:, 3:].copy()
    rings = (walk(sets[key], *start) for key, *start in list(RINGS.values())[2:])
    opened_triangles = without_closing(triangles, rings)
    opened_edges = edges_of(opened_triangles)
    strong = [edge for name in STRONG for edge in sets[f"FACEMESH_{name}"]]
    arrays: Arrays = {
        "vertices": vertices,
        "uv": uv,
        "triangles": triangles,
        "opened_triangles": opened_triangles,
        "edges": edges_of(triangles),
        "opened_edges": opened_edges,
        "mirror": mirror_of(vertices),
        "contour_edges": np.unique(np.sort(strong, axis=1), axis=0).astype(np.int32),
    }
    regions = regions_of(vertices, opened_edges, sets)
    return arrays | {f"region_{name}": indices for name, indices in regions.items()}


def _as_set(rows: NDArray[Any]) -> set[tuple[int, ...]]:
    return {tuple(sorted(row)) for row in rows.tolist()}


def check(mesh: Arrays) -> None:
    """Assert what design and code rely on; the numbers are stated in the card."""
    triangles, opened = mesh["triangles"], mesh["opened_triangles"]
    edges, mirror = mesh["edges"], mesh["mirror"]
    assert mesh["vertices"].shape == (N_VERTICES, 3)
    assert (len(triangles), len(opened), len(edges)) == (898, 852, 1365)
    closed = [_as_set(triangles) - _as_set(opened)][0]
    within = {
        name: sum(set(t) <= set(mesh[f"region_{name}"].tolist()) for t in closed)
        for name in ("lips_inner", "left_eye", "right_eye")
    }
    assert within == {"lips_inner": 18, "left_eye": 14, "right_eye": 14}
    assert (mirror == np.arange(N_VERTICES)).sum() == 28
    for rows in (triangles, opened, edges, mesh["opened_edges"], mesh["contour_edges"]):
        assert _as_set(mirror[rows]) == _as_set(rows)
    assert _as_set(mesh["contour_edges"]) <= _as_set(mesh["opened_edges"])
    check_boundary(triangles, mesh["region_face_oval"])
    hops = shortest_path(graph(mesh["opened_edges"]), unweighted=True, indices=[13, 159])
    assert (hops[0, 14], hops[1, 145]) == (10, 8)
    for side in ("eye", "eyebrow"):
        assert (mirror[mesh[f"region_right_{side}"]] == mesh[f"region_left_{side}"]).all()
    assert 263 in mesh["region_left_eye"]


def check_boundary(triangles: NDArray[Any], oval: NDArray[np.generic]) -> None:
    """Assert that the mesh is a disk whose one boundary is the face oval."""
    sides, count = np.unique(
        np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0, return_counts=True
    )
    ring = np.stack([oval, np.roll(oval, -1)], axis=1)
    assert set(count.tolist()) == {1, 2}
    assert _as_set(sides[count == 1]) == _as_set(ring)
    assert N_VERTICES - len(sides) + len(triangles) == 1


def main() -> None:
    """Build, check and write the file beside this script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npm-tarball", type=Path)
    parser.add_argument("--mediapipe-wheel", type=Path)
    options = parser.parse_args()
    assets = npm_assets(options.npm_tarball)
    geometry = verified(assets[GEOMETRY], GEOMETRY_SHA256, GEOMETRY)
    mesh = build(geometry, connection_sets(options.mediapipe_wheel))
    check(mesh)
    # Uncompressed: the bytes then do not depend on the zlib that happens to be installed.
    np.savez(Path(__file__).with_name("canonical_face_mesh.npz"), **mesh)  # type: ignore[arg-type]
    for name, array in mesh.items():
        print(f"{name:22} {array.shape!s:10} {array.dtype}")


if __name__ == "__main__":
    main()
