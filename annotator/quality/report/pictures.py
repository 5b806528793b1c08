"""Small pictures of faces with two meshes over them, for a page."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from annotator.imaging.errors import ImageError
from annotator.mesh.layout import MeshLayout
from annotator.project import ImageRecord, Project
from annotator.system.hashing import file_stamp

SIDE = 320  # px
ANNOTATED, PREDICTED = (80, 215, 255), (255, 140, 30)
"""The meshes' colours, RGB: told apart by people who see red and green alike."""

_ROOM = 1.25  # the crop's side, of the meshes' box
_QUALITY = 80
_FINE = 4  # bits behind the point of what OpenCV draws

_Pixels = npt.NDArray[np.uint8]
_Mesh = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FacePicture:
    """A picture of a face.

    Attributes
    ----------
    webp
        Its bytes; None where there is none.
    why
        Why there is none, for people.
    """

    webp: bytes | None
    why: str = ""

    @property
    def address(self) -> str:
        """What an ``img`` shows it by."""
        return "data:image/webp;base64," + base64.b64encode(self.webp or b"").decode("ascii")


def pictures_of(project: Project, sample_ids: Sequence[int]) -> Mapping[int, FacePicture]:
    """Return a picture of each sample, or why there is none.

    A mesh is drawn over the photograph that it was made for, or not at all.
    """
    found = dict.fromkeys(sample_ids, FacePicture(None, "its mesh is damaged"))
    with project.tallies() as tallies:
        some = list(tallies.meshes(list(sample_ids)))
    for meshes in some:
        rows = zip(meshes.sample_ids, meshes.annotations, meshes.predictions, strict=True)
        for sample_id, annotation, prediction in rows:
            image = project.images.get(project.samples.image_of(sample_id))
            found[sample_id] = _picture(image, annotation, prediction, meshes.layout)
    return found


def _picture(
    image: ImageRecord, annotation: _Mesh, prediction: _Mesh, layout: MeshLayout
) -> FacePicture:
    try:
        if not is_as_added(image):
            return FacePicture(None, "the file holds another picture by now")
        pixels = image.picture.read()
    except (ImageError, OSError):
        return FacePicture(None, "the photograph cannot be read")
    drawn = _face_with_meshes(pixels, ((prediction, PREDICTED), (annotation, ANNOTATED)), layout)
    _, coded = cv2.imencode(".webp", drawn[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])
    return FacePicture(coded.tobytes())


def is_as_added(image: ImageRecord) -> bool:
    """Return whether a file shows what was added to the project; raises OSError."""
    if file_stamp(image.path) == (image.file_size, image.modified_ns):
        return True
    if image.picture.content_hash() == image.sha256:
        return True
    return image.coded_sha256 is not None and image.picture.coded_hash() == image.coded_sha256


def _face_with_meshes(
    pixels: _Pixels,
    meshes: Sequence[tuple[_Mesh, tuple[int, int, int]]],
    layout: MeshLayout,
) -> _Pixels:
    """Return a face with meshes over it, (`SIDE`, `SIDE`, 3).

    Parameters
    ----------
    pixels
        (h, w, 3) RGB.
    meshes
        Each (n, 3), in pixels of the image, with its colour; the last one on top.
    layout
        Of all of them.
    """
    points = np.concatenate([mesh[:, :2] for mesh, _ in meshes]).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    side = max(float((high - low).max()) * _ROOM, 1.0)
    corner, scale = (low + high - side) / 2, SIDE / side
    matrix = np.array([[scale, 0, -scale * corner[0]], [0, scale, -scale * corner[1]]])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    warped = cv2.warpAffine(pixels, matrix, (SIDE, SIDE), flags=how)
    crop: _Pixels = np.ascontiguousarray(warped, np.uint8)
    for mesh, colour in meshes:
        placed = (mesh[:, :2].astype(np.float64) - corner) * scale
        _draw(crop, placed, colour, layout)
    return crop


def _draw(
    crop: _Pixels, mesh: npt.NDArray[np.float64], colour: tuple[int, int, int], layout: MeshLayout
) -> None:
    fine = np.rint(mesh * 2**_FINE).astype(np.int32)
    faint = crop.copy()
    edges = fine[layout.topology.opened_edges]
    cv2.polylines(faint, list(edges), False, colour, 1, cv2.LINE_AA, _FINE)
    cv2.addWeighted(faint, 0.3, crop, 0.7, 0, dst=crop)
    for contour in layout.contours.values():
        ring = [fine[contour.vertices]]
        cv2.polylines(crop, ring, True, colour, 1, cv2.LINE_AA, _FINE)
