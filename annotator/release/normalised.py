"""Landmarks as MediaPipe counts them: in parts of the image's width and height."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import ImageError, inspect_image
from annotator.mesh.layout import LAYOUTS, MeshLayout
from annotator.release.foreign_files import LARGEST_SIDE, Place, own_copy

_IRISES = 10
"""What MediaPipe's models with irises put behind the mesh: five points an iris."""


def normalised(points: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float64]:
    """Return points (n, 3) in parts of an image: x and z of its width, y of its height.

    z is in parts of the width because MediaPipe's is: its normalised z has the scale of x.
    """
    width, height = size
    return points.astype(np.float64) / (width, height, width)


def in_pixels(points: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """Return normalised points (n, 3) in pixels of an image of (width, height)."""
    width, height = size
    with np.errstate(over="ignore"):  # of anybody's numbers; whoever checks them sees infinity
        return points * (width, height, width)


def mesh_among(count: int, place: Place) -> MeshLayout:
    """Return the layout that so many points are: with irises or without.

    Raises
    ------
    AnnotationsError
        If there is none.
    """
    for layout in LAYOUTS.values():
        if count in (layout.count, layout.count + _IRISES):
            return layout
    counts = " or ".join(
        f"{layout.count} or {layout.count + _IRISES} with irises" for layout in LAYOUTS.values()
    )
    raise place.error(f"has {count} points, and a mesh has {counts}")


def stated_or_seen_size(
    stated: dict[str, Any], name: str, folder: Path, place: Place
) -> tuple[int, int]:
    """Return width and height of an image, as they are stated or as the image itself beside is.

    Raises
    ------
    AnnotationsError
        If neither is there: parts of an unknown size are no pixels.
    """
    if stated.get("width") is not None or stated.get("height") is not None:
        width = place.at("width").side(stated.get("width"))
        return width, place.at("height").side(stated.get("height"))
    copy = own_copy(folder, name)
    if copy is None:
        raise place.error(
            "does not say how large the image is: put the image beside the file, or in images there"
        )
    try:
        info = inspect_image(copy)
    except ImageError as error:
        raise place.error(f"is of an image that cannot be read: {error}") from error
    if max(info.width, info.height) > LARGEST_SIDE:
        raise place.error("is of an image that is too large")
    return info.width, info.height
