"""Which layouts of face meshes there are: `LAYOUTS` is the one list of them.

A new one is its asset below ``models/``, a module in `annotator.mesh.layouts` and its entry here.
"""

import copyreg
from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from annotator.mesh.layouts.definition import Contour, MeshLayout, Region
from annotator.mesh.layouts.face_468 import FACE_468

__all__ = [
    "CONTOUR_TITLES",
    "FACE_468",
    "LAYOUTS",
    "REGION_TITLES",
    "Contour",
    "MeshLayout",
    "Region",
    "UnknownLayout",
    "known_layouts",
    "layout_named",
    "layout_of_size",
]

LAYOUTS: Mapping[str, MeshLayout] = MappingProxyType(
    {layout.name: layout for layout in (FACE_468,)}
)
"""Every layout by its name; no two have the same number of vertices."""

CONTOUR_TITLES: Mapping[str, str] = MappingProxyType(
    {
        name: features.title
        for layout in LAYOUTS.values()
        for name, features in layout.contour_features.items()
    }
)
"""What the contours of all layouts are called for people, by name."""

REGION_TITLES: Mapping[str, str] = MappingProxyType(
    {
        name: features.title
        for layout in LAYOUTS.values()
        for name, features in layout.region_features.items()
    }
)
"""What the regions of all layouts are called for people, by name."""


class UnknownLayout(ValueError):  # noqa: N818 - reads as the condition it names
    """No layout is called so, or has so many vertices; the message names those that are known."""


def layout_named(name: str) -> MeshLayout:
    """Return a layout by its name.

    Raises
    ------
    UnknownLayout
        If none is called so: it is of a later version, or made by hand.
    """
    if name not in LAYOUTS:
        raise UnknownLayout(f"no layout is called {name!r}; known: {known_layouts()}")
    return LAYOUTS[name]


def layout_of_size(count: int) -> MeshLayout:
    """Return the layout that has so many vertices.

    Raises
    ------
    UnknownLayout
        If none has.
    """
    for layout in LAYOUTS.values():
        if layout.count == count:
            return layout
    raise UnknownLayout(f"no layout has {count} vertices; known: {known_layouts()}")


def _in_a_pickle(layout: MeshLayout) -> tuple[Callable[..., MeshLayout], tuple[Any, ...]]:
    """Write a layout as its name, by which another process finds its own.

    Of one that is not registered, all that it says is written.
    """
    if LAYOUTS.get(layout.name) is layout:
        return layout_named, (layout.name,)
    return MeshLayout, tuple(getattr(layout, field.name) for field in fields(layout))


copyreg.pickle(MeshLayout, _in_a_pickle)


def known_layouts() -> str:
    """Return the names of all layouts and how many vertices they have, for messages."""
    return ", ".join(f"{layout.name} ({layout.count} vertices)" for layout in LAYOUTS.values())
