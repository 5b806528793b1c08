"""Which places of a mesh a verdict can be about: what reviewers choose among. No widgets here."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotator.mesh.layout import MeshLayout
from annotator.system.words import count
from annotator.workbench.pins import Pin


@dataclass(frozen=True)
class Place:
    """A part of a mesh, and what it is called.

    Attributes
    ----------
    title : str
    vertices : tuple of int
    region : str or None
        Nothing in either of them stands for all of the face.
    """

    title: str
    vertices: tuple[int, ...] = ()
    region: str | None = None


WHOLE_FACE = Place("Whole face")


def places_of(
    layout: MeshLayout, pins: Sequence[Pin] = (), region: str | None = None
) -> tuple[Place, ...]:
    """Return what a verdict can be about, the likeliest first.

    Parameters
    ----------
    layout
        Of the mesh.
    pins
        What the reviewer said of vertices since the sample came up: that is what they mean.
    region
        The one under the pointer.
    """
    parts = {name: Place(_title(name), region=name) for name in layout.regions}
    parts = {name: part for name, part in parts.items() if not layout.regions[name].is_whole}
    first = [WHOLE_FACE]
    if vertices := sorted({vertex for pin in pins for vertex in pin.remark.vertices}):
        pinned = "place" if len(pins) == 1 else count(len(pins), "place")
        first.insert(0, Place(f"The {pinned} that you pinned", tuple(vertices)))
    if region in parts:
        first.append(parts.pop(region))
    return (*first, *sorted(parts.values(), key=lambda place: place.title))


def _title(region: str) -> str:
    return region.replace("_", " ").capitalize()
