"""What a layout of face meshes is: which vertices there are, and what each of them means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.topology import FaceTopology, IntArray, read_topology
from annotator.system.assets import asset_path

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class EyeCorners:
    """The vertices in the corners of the eyes; left and right are the subject's."""

    right_outer: int
    right_inner: int
    left_inner: int
    left_outer: int


@dataclass(frozen=True)
class ContourFeatures:
    """What a ring of the asset has of features that can be seen in a photograph.

    Attributes
    ----------
    title
        For people.
    ends
        The two vertices where it begins and ends: corners of the eyes and the mouth, ends of the
        brows, or what keeps an oval from turning (forehead and chin).
    corners
        The vertices where it turns sharply.
    is_blunt
        Whether its ends are too wide to be one vertex each, as a brow's are.
    """

    title: str
    ends: tuple[int, int]
    corners: tuple[int, ...] = ()
    is_blunt: bool = False


@dataclass(frozen=True)
class RegionFeatures:
    """What makes a region of a vertex set of the asset.

    Attributes
    ----------
    title
        For people.
    outline
        The ring of the asset that goes round it, where the pointer may be inside of it and yet
        far from all of its vertices.
    with_neighbours
        Whether the vertices that an edge joins to the set belong to it too.
    is_whole
        Whether it is all of the face; the asset has no set for that.
    """

    title: str
    outline: str | None = None
    with_neighbours: bool = False
    is_whole: bool = False


@dataclass(frozen=True)
class MakeUp:
    """Where make-up goes, in vertices of the subject's right half; the other one is mirrored.

    Attributes
    ----------
    upper_lid, lower_lid, crease, brow_top, brow_bottom
        Lines along the features: the lids from the outer corner to the inner one, the lower edge
        of the brow back from its inner end.
    cheek
        Vertices around the middle of the cheek.
    lips
        The ring of the asset around both lips, of both halves.
    """

    upper_lid: tuple[int, ...]
    lower_lid: tuple[int, ...]
    crease: tuple[int, ...]
    brow_top: tuple[int, ...]
    brow_bottom: tuple[int, ...]
    cheek: tuple[int, ...]
    lips: str


@dataclass(frozen=True, eq=False)
class Contour:
    """One closed ring of vertices. All arrays are read-only.

    Attributes
    ----------
    name, title
        The title is for people; left is the subject's left.
    vertices : (k,) intp
        In order round the ring.
    corners : (c,) intp
        Places in ``vertices`` where the ring turns sharply.
    halves : two of (h,) intp
        Its vertices from one fixed end to the other, both ways round. Both halves hold both ends,
        but for a blunt ring, whose halves are two rows that share none.
    """

    name: str
    title: str
    vertices: Indices
    corners: Indices
    halves: tuple[Indices, Indices]

    @classmethod
    def of(cls, name: str, ring: IntArray, features: ContourFeatures) -> "Contour":
        """Return the contour that a ring of the asset is."""
        vertices = _read_only(ring)
        corners = _read_only(np.flatnonzero(np.isin(vertices, features.corners)))
        first, second = (int(np.flatnonzero(vertices == end)[0]) for end in features.ends)
        turned, cut = np.roll(vertices, -first), (second - first) % len(vertices)
        if features.is_blunt:
            one, other = turned[:cut], turned[cut:]
        else:
            one, other = turned[: cut + 1], np.append(turned[cut:], turned[0])
        halves = _read_only(one), _read_only(other)
        return cls(name, features.title, vertices, corners, halves)


@dataclass(frozen=True, eq=False)
class Region:
    """A part of a face, with all the vertices that belong to it. All arrays are read-only.

    Attributes
    ----------
    name, title
        The title is for people; left is the subject's left.
    vertices : (k,) intp
        Ascending.
    outline : (r,) intp or None
        The ring around it, where it has one.
    is_whole
        Whether it is all of the face.
    """

    name: str
    title: str
    vertices: Indices
    outline: Indices | None
    is_whole: bool

    @classmethod
    def of(cls, name: str, features: RegionFeatures, topology: FaceTopology) -> "Region":
        """Return the region of a vertex set of the asset."""
        if features.is_whole:
            vertices = np.arange(len(topology.vertices))
        else:
            vertices = np.unique(topology.regions[name])
        if features.with_neighbours:
            edges = topology.opened_edges
            touched = edges[np.isin(edges, vertices).any(axis=1)]
            vertices = np.union1d(vertices, touched)
        vertices = _read_only(vertices)
        ring = None if features.outline is None else topology.regions[features.outline]
        outline = None if ring is None else _read_only(ring)
        return cls(name, features.title, vertices, outline, features.is_whole)


@dataclass(frozen=True, eq=False)
class MeshLayout:
    """One way to lay a mesh over a face: its vertices, their order and what they mean.

    A value that is known by its identity; `annotator.mesh.layout` names all there are. What its
    asset says is read when it is first asked for, and once.

    Attributes
    ----------
    name : str
        As models, projects and releases spell it.
    count : int
        Of its vertices; no two layouts that are registered have the same number.
    asset : str
        The file below ``models/`` that holds its topology.
    eye_corners : EyeCorners
    boundary : str
        The contour that goes round the whole face. One of the regions has the same name: it is
        what a pointer near that contour means.
    contour_features, region_features : dict
        By name: what the contours and the regions are made of.
    make_up : MakeUp
    rigid_groups : dict of str to tuple of int
        Vertices that belong together as one body, as an iris does; many layouts have none. No
        tool reads them yet: it drags each of their vertices by itself.
    vertex_names : dict of int to str
        What single vertices are called for people, where they have a name: corners, tips.
    error_modes : str, optional
        The file below ``models/`` that tells how its predictions tend to be wrong, see
        `annotator.mesh.error_modes`; without one, no more is expected than of any face.
    points_68 : str, optional
        The file below ``models/`` that tells where the 68 points of iBUG's scheme lie on it, see
        `annotator.mesh.sparse.combinations`.
    """

    name: str
    count: int
    asset: str = field(repr=False)
    eye_corners: EyeCorners = field(repr=False)
    boundary: str = field(repr=False)
    contour_features: Mapping[str, ContourFeatures] = field(repr=False)
    region_features: Mapping[str, RegionFeatures] = field(repr=False)
    make_up: MakeUp = field(repr=False)
    rigid_groups: Mapping[str, tuple[int, ...]] = field(repr=False)
    vertex_names: Mapping[int, str] = field(repr=False, default_factory=dict)
    error_modes: str | None = field(default=None, repr=False)
    points_68: str | None = field(default=None, repr=False)

    @cached_property
    def topology(self) -> FaceTopology:
        """Its triangles, edges and canonical shape.

        Raises
        ------
        FileNotFoundError
            If the installation is incomplete.
        ValueError
            If the file is that of another layout.
        """
        topology = read_topology(asset_path("models", self.asset))
        if len(topology.vertices) != self.count:
            raise ValueError(
                f"expected {self.count} vertices in {self.asset}, but got {len(topology.vertices)}"
            )
        return topology

    @cached_property
    def contours(self) -> Mapping[str, Contour]:
        """Its contours by name: the oval, the lips, the lids and the brows."""
        rings = self.topology.regions
        contours = {
            name: Contour.of(name, rings[name], features)
            for name, features in self.contour_features.items()
        }
        return MappingProxyType(contours)

    @cached_property
    def regions(self) -> Mapping[str, Region]:
        """Its regions by name: what is pinned, hidden, marked or transformed as a whole."""
        regions = {
            name: Region.of(name, features, self.topology)
            for name, features in self.region_features.items()
        }
        return MappingProxyType(regions)

    def name_of(self, vertex: int) -> str:
        """Return what a vertex is called for people: its own name, its region's, or its number."""
        if vertex in self.vertex_names:
            return f"{self.vertex_names[vertex]}, vertex {vertex}"
        parts = [region for region in self.regions.values() if not region.is_whole]
        named = [region.title for region in parts if vertex in region.vertices]
        return f"{named[0]}, vertex {vertex}" if named else f"Vertex {vertex}"

    @property
    def mirror(self) -> IntArray:
        """The vertex on the other half of the face, (n,); midline vertices map to themselves."""
        return self.topology.mirror


def _read_only(indices: NDArray[np.integer]) -> Indices:
    copied = indices.astype(np.intp)
    copied.flags.writeable = False
    return copied
