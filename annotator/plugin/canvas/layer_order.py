"""Which layers lie over which: the mesh over everything, other images under the photograph."""

from typing import Any

from napari.layers import Image, Labels, Layer, Points, Surface

# What covers all that lies under it, unless it is see-through.
_OPAQUE_KINDS = (Image, Surface)
_MOST_OPACITY = 0.9


def put_in_order(layers: Any, photograph: Image | None, mesh: Points) -> bool:
    """Put images under the photograph and everything under the mesh; return if any was above.

    Parameters
    ----------
    layers : LayerList
        Of the viewer, the lowest first.
    photograph, mesh
        Those of the sample.
    """
    wanted = sorted(layers, key=lambda layer: _rank(layer, photograph, mesh))
    moved = False
    for place, layer in enumerate(wanted):
        if layers.index(layer) != place:
            layers.move(layers.index(layer), place)
            moved = True
    return moved


def covering_layer(layers: Any, photograph: Image | None, mesh: Points) -> Layer | None:
    """Return a layer that covers the photograph or the mesh, or None."""
    above: Layer | None = None
    for layer in reversed(list(layers)):
        if layer is photograph:
            return layer if above is None else None
        if layer is mesh:
            above = layer
        elif layer.visible and layer.opacity > 0 and (above is None or _covers(layer)):
            return layer
    return None


def _rank(layer: Layer, photograph: Image | None, mesh: Points) -> int:
    if layer is mesh:
        return 3
    if layer is photograph:
        return 1
    return 0 if isinstance(layer, _OPAQUE_KINDS) else 2


def _covers(layer: Layer) -> bool:
    """Return whether a layer between photograph and mesh hides the photograph."""
    if isinstance(layer, _OPAQUE_KINDS):
        return True
    return isinstance(layer, Labels) and layer.opacity > _MOST_OPACITY
