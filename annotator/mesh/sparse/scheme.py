"""Schemes of sparse landmarks: which points there are, and where they lie on a mesh.

A point is an *anchor* where a place of the face is meant, as the corner of an eye; it lies on a
*curve* where somebody put it along a line, as a lid, and may as well have put it a little further
along; it lies on the *outline* where the face is seen to end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import LAYOUTS, MeshLayout
from annotator.mesh.sparse import points_98
from annotator.mesh.sparse.combinations import combinations_on
from annotator.mesh.sparse.points_68 import COUNT as COUNT_68
from annotator.mesh.sparse.points_68 import JAW

Floats = NDArray[np.float64]
SPARSE = "_sparse"
"""Ends the name of the scheme that is some vertices of a layout: ``face_468_sparse``."""


@dataclass(frozen=True)
class Curve:
    """A line that points were put along, in order; a closed one ends where it begins.

    Attributes
    ----------
    points : tuple of int
    closed : bool
    """

    points: tuple[int, ...]
    closed: bool = False


@dataclass(frozen=True, eq=False)
class Scheme:
    """One way to label a face with few points.

    Attributes
    ----------
    name
        As guides and readers of formats have it.
    title
        For people.
    count
        Of its points.
    anchors : frozenset of int
        Points that mean a place of the face.
    on_layout : callable of (layout)
        Which mean of vertices each point is, (count, n); of points that no mesh of the layout
        has, rows of zeros. Raises ValueError for layouts of which nothing is known.
    curves : tuple of Curve
        Lines along which the other points were put, and which are drawn; they run through
        anchors, too.
    outline : Curve or None
        The points that follow the edge of the face as it is seen.
    is_of_vertices
        Whether its points are vertices of a layout, each labelled as itself.
    """

    name: str
    title: str
    count: int
    anchors: frozenset[int]
    on_layout: Callable[[MeshLayout], Floats] = field(repr=False)
    curves: tuple[Curve, ...] = ()
    outline: Curve | None = None
    is_of_vertices: bool = False

    @cached_property
    def lines(self) -> tuple[Curve, ...]:
        """All lines that show which points belong together."""
        return self.curves if self.outline is None else (self.outline, *self.curves)


class UnknownScheme(ValueError):  # noqa: N818 - reads as the condition it names
    """No scheme is called so; the message names those that are known."""


def scheme_named(name: str) -> Scheme:
    """Return a scheme by its name, or by that of a layout: all vertices of it.

    Raises
    ------
    UnknownScheme
        If none is called so.
    """
    found = SCHEMES.get(f"{name}{SPARSE}" if name in LAYOUTS else name)
    if found is None:
        raise UnknownScheme(f"no sparse landmarks are called {name!r}; known: {', '.join(SCHEMES)}")
    return found


def _closed(first: int, last: int) -> Curve:
    return Curve(tuple(range(first, last + 1)), closed=True)


def _open(first: int, last: int) -> Curve:
    return Curve(tuple(range(first, last + 1)))


def _ibug_68(layout: MeshLayout) -> Floats:
    return combinations_on(layout).matrix(layout.count)


IBUG_68 = Scheme(
    "ibug_68",
    "68 points (iBUG)",
    COUNT_68,
    frozenset({*range(27, 36), 36, 39, 42, 45, 48, 54, 60, 64}),
    _ibug_68,
    (
        _open(17, 21), _open(22, 26), _open(27, 30), _open(31, 35),
        _closed(36, 41), _closed(42, 47), _closed(48, 59), _closed(60, 67),
    ),
    Curve(tuple(range(JAW.stop))),
)  # fmt: skip

WFLW_98 = Scheme(
    "wflw_98",
    "98 points (WFLW)",
    points_98.COUNT,
    frozenset({*range(51, 60), 60, 64, 68, 72, 76, 82, 88, 92, 96, 97}),
    points_98.matrix_on,
    (
        _closed(33, 41), _closed(42, 50), _open(51, 54), _open(55, 59),
        _closed(60, 67), _closed(68, 75), _closed(76, 87), _closed(88, 95),
    ),
    Curve(tuple(range(points_98.JAW.stop))),
)  # fmt: skip


def _some_vertices_of(layout: MeshLayout) -> Scheme:
    def on_layout(other: MeshLayout) -> Floats:
        if other is not layout:
            raise ValueError(f"vertices of {layout.name} are no guide for meshes of {other.name}")
        return np.eye(layout.count)

    return Scheme(
        f"{layout.name}{SPARSE}",
        f"some vertices of {layout.name}",
        layout.count,
        frozenset(range(layout.count)),
        on_layout,
        is_of_vertices=True,
    )


SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        scheme.name: scheme
        for scheme in (IBUG_68, WFLW_98, *map(_some_vertices_of, LAYOUTS.values()))
    }
)
"""Every scheme by its name."""
