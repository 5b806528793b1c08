"""The picture of a face in a sheet of many: the crop, with its mesh drawn on. No widgets here."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.imaging import Picture
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.project.current_meshes import CurrentMesh
from annotator.workbench.face_thumbnails import FaceCrop, face_crop
from annotator.workbench.look.palette import CONTOUR_COLOUR, EDGE_COLOUR

# The square around a face is this many times its longer side: little is shown but the face.
_MARGIN = 1.12
# Of OpenCV's lines: coordinates count in sixteenths of a pixel.
_SHIFT = 4
# How much of the mesh is seen over a crop of so many pixels and more: far away it is one blob.
_FAINTEST, _STRONGEST = 0.10, 0.45
_SMALL, _LARGE = 80, 260


@dataclass(frozen=True, eq=False)
class SheetPicture:
    """Both pictures of a face, and which of its annotation's revisions they show.

    Attributes
    ----------
    plain, meshed : (size, size, 3) uint8
        RGB, without and with the mesh.
    """

    revision: int
    plain: NDArray[np.uint8]
    meshed: NDArray[np.uint8]


def sheet_picture(picture: Picture, mesh: CurrentMesh, size: int) -> SheetPicture:
    """Return the pictures of a face, ``size`` pixels wide.

    Raises
    ------
    ImageError
        If the photograph cannot be read.
    """
    crop = face_crop(picture, bounding_box(mesh.landmarks), size, _MARGIN)
    plain = resized(crop, size)
    places = crop.places(mesh.landmarks, size)
    return SheetPicture(mesh.revision, plain, with_mesh(plain, places, mesh.layout))


def with_mesh(
    pixels: NDArray[np.uint8], places: NDArray[np.floating], layout: MeshLayout
) -> NDArray[np.uint8]:
    """Return pixels with a mesh over them: its contours strong, the rest the fainter the smaller.

    Parameters
    ----------
    pixels : (size, size, 3) uint8
        RGB; not changed.
    places : (n, 2)
        Of the vertices, x and y in these pixels; those far outside are drawn nowhere.
    layout : MeshLayout
    """
    size, topology = len(pixels), layout.topology
    ends = np.round(np.clip(places, -size, 2 * size) * 2**_SHIFT).astype(np.int32)
    edges = _drawn(pixels, ends[topology.edges], EDGE_COLOUR[:3], _edge_share(size))
    return _drawn(edges, ends[topology.contour_edges], CONTOUR_COLOUR[:3], CONTOUR_COLOUR[3])


def _drawn(
    pixels: NDArray[np.uint8],
    segments: NDArray[np.int32],
    colour: tuple[float, float, float],
    share: float,
) -> NDArray[np.uint8]:
    """Return pixels with segments (k, 2, 2) over them, so opaque."""
    lines = cv2.polylines(
        pixels.copy(), list(segments), False, [round(255 * c) for c in colour], 1, cv2.LINE_AA,
        _SHIFT,
    )  # fmt: skip
    return np.asarray(cv2.addWeighted(lines, share, pixels, 1 - share, 0), np.uint8)


def _edge_share(size: int) -> float:
    grown = min(max((size - _SMALL) / (_LARGE - _SMALL), 0.0), 1.0)
    return _FAINTEST + (_STRONGEST - _FAINTEST) * grown


def resized(crop: FaceCrop, size: int) -> NDArray[np.uint8]:
    """Return the pixels of a crop, (size, size, 3)."""
    shrinks = len(crop.pixels) > size
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop.pixels, (size, size), interpolation=how), np.uint8)
