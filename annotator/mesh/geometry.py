"""Distances along the mesh and the orientation of its triangles."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from annotator.mesh.plane import doubled_areas, plane


def edge_lengths(points: NDArray[np.floating], edges: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the length of each edge; ``points`` is (v, d), ``edges`` (n, 2)."""
    difference = np.subtract(points[edges[:, 0]], points[edges[:, 1]], dtype=np.float64)
    return np.asarray(np.linalg.norm(difference, axis=1))


def edge_graph(landmarks: NDArray[np.floating], edges: NDArray[np.integer]) -> csr_array:
    """Return the mesh as a sparse graph weighted by edge length in the image plane (px).

    Two vertices that project onto one another would make an edge of length zero, which a
    sparse matrix reads as "no edge"; such edges get a negligible length instead.
    """
    lengths = np.maximum(edge_lengths(landmarks[:, :2], edges), 1e-9)
    shape = (len(landmarks), len(landmarks))
    return csr_array((lengths, (edges[:, 0], edges[:, 1])), shape=shape)


def edge_distances(graph: csr_array, source: int) -> NDArray[np.float64]:
    """Return the shortest distance along edges from one vertex to all, (n,), in px.

    Vertices that cannot be reached are at infinity.

    Raises
    ------
    IndexError
        If ``source`` is not a vertex.
    """
    count = graph.shape[0]
    if not 0 <= source < count:
        raise IndexError(f"expected a vertex index from 0 to {count - 1}, got {source}")
    return np.asarray(dijkstra(graph, directed=False, indices=[source])[0])


def distances_from_any(graph: csr_array, sources: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the shortest distance along edges from the nearest of some vertices, (n,), in px.

    Parameters
    ----------
    graph
        As `edge_graph` gives it.
    sources : (k,)
        Vertex indices, at least one.

    Raises
    ------
    ValueError
        If there are none.
    """
    if not len(sources):
        raise ValueError("expected at least one vertex to measure from, but got none")
    return np.asarray(dijkstra(graph, directed=False, indices=sources, min_only=True))


def nearest_vertex(
    landmarks: NDArray[np.floating], position: tuple[float, float]
) -> tuple[int, float]:
    """Return the vertex nearest to (x, y) in the image plane and its distance in px."""
    offsets = np.subtract(landmarks[:, :2], position, dtype=np.float64)
    squared = (offsets**2).sum(axis=1)
    index = int(squared.argmin())
    return index, float(np.sqrt(squared[index]))


def signed_areas(
    landmarks: NDArray[np.floating], triangles: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return twice the signed area of each triangle in the image plane, in px^2."""
    return doubled_areas(plane(landmarks), triangles)


def newly_flipped(
    before: NDArray[np.floating], after: NDArray[np.floating], triangles: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Return which triangles changed orientation between two meshes, (n,) bool.

    A face seen in perspective has triangles that face away already; what matters to an
    annotator is what an edit folded. A triangle that had no area before cannot flip.
    """
    area_before = signed_areas(before, triangles)
    area_after = signed_areas(after, triangles)
    return np.asarray((area_before != 0) & (area_before * area_after < 0))
