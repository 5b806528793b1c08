"""The photographs of faces, read when they are needed and kept as far as memory allows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from annotator.imaging import ImageError, read_image
from annotator.inference.regions import Region, region_around
from annotator.inference.sampling import Image
from annotator.mesh.layout import MeshLayout
from annotator.system.hashing import file_sha256
from annotator.training.crops import View
from annotator.training.errors import TrainingError
from annotator.training.faces import Face

_MARGIN = 1.25  # sides of a region, kept around its centre on each side: no view reaches further
_SCENE = 480  # px of the long side


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """The surroundings of a face.

    Attributes
    ----------
    pixels : (h, w, 3) uint8
        RGB, upright.
    left, top
        Of its first pixel in the photograph.
    scene : (h, w, 3) uint8
        The whole photograph, made small: for crops that show no face.
    scale
        Of the scene.
    """

    pixels: Image
    left: int
    top: int
    scene: Image
    scale: float

    @property
    def nbytes(self) -> int:
        """What it takes of memory."""
        return self.pixels.nbytes + self.scene.nbytes

    def seen(self, view: View) -> View:
        """Return a view of the photograph as one of the cutout."""
        at = view.region
        moved = Region(at.x - self.left, at.y - self.top, at.side, at.angle)
        return View(moved, view.mirrored)


class Cutouts:
    """Surroundings of faces by the face, a bounded number of bytes of them; any thread may ask.

    Crops of a cutout are those of the photograph, for views that `drawn_view` draws.

    Parameters
    ----------
    layout
    most_bytes
        What is kept. What is not is read again when it is asked for.
    """

    def __init__(self, layout: MeshLayout, most_bytes: int) -> None:
        self._layout = layout
        self._room = most_bytes
        self._kept: OrderedDict[str, Cutout] = OrderedDict()
        self._turn = threading.Lock()

    def of(self, face: Face) -> Cutout:
        """Return the surroundings of a face.

        Raises
        ------
        TrainingError
            If its photograph is gone or cannot be read.
        """
        around = region_around(face.landmarks, self._layout)
        return self.around(face.key, face.name, face.photograph, around, face.content_sha256)

    def around(
        self, key: str, name: str, photograph: Path, region: Region, sha256: str | None
    ) -> Cutout:
        """Return the surroundings of a region of a photograph, kept by a key.

        Raises
        ------
        TrainingError
            If the photograph is gone, cannot be read, or is another file than that of a SHA-256.
        """
        with self._turn:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        cutout = cut_out(read_photograph(photograph, name, sha256), region)
        with self._turn:
            self._keep(key, cutout)
        return cutout

    def _keep(self, key: str, cutout: Cutout) -> None:
        if key in self._kept or cutout.nbytes > self._room:
            return
        self._kept[key] = cutout
        self._room -= cutout.nbytes
        while self._room < 0:
            _, oldest = self._kept.popitem(last=False)
            self._room += oldest.nbytes


def read_photograph(photograph: Path, name: str, sha256: str | None) -> Image:
    """Return the photograph of a face of a name, (h, w, 3) uint8, RGB, upright.

    Where it is only referenced nobody has looked at it since it was labelled: its SHA-256 tells
    whether the landmarks are of these pixels.

    Raises
    ------
    TrainingError
        If it is gone, cannot be read, or is another file than that of the SHA-256.
    """
    try:
        if sha256 is not None and file_sha256(photograph) != sha256:
            raise TrainingError(
                f"the photograph of {name} is not the one that was labelled any more: put the "
                f"original {photograph} back, or export the release again without it"
            )
        return read_image(photograph)
    except (ImageError, OSError) as error:
        raise TrainingError(
            f"the photograph of {name} cannot be read ({error}): put {photograph} back, "
            "or export the release again with image files, by `--format npz --images copy`"
        ) from error


def cut_out(photograph: Image, region: Region) -> Cutout:
    """Return the part of a photograph that views of a region can reach."""
    height, width = photograph.shape[:2]
    reach = _MARGIN * region.side + 2
    left, top = (int(max(at - reach, 0)) for at in (region.x, region.y))
    right, bottom = (int(at + reach) + 1 for at in (region.x, region.y))
    # A face beyond the edge still has the edge's pixels.
    left, top = min(left, width - 1), min(top, height - 1)
    part = photograph[top : max(bottom, top + 1), left : max(right, left + 1)]
    shrink = min(1.0, _SCENE / max(width, height))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    scene = cv2.resize(photograph, size, interpolation=cv2.INTER_AREA)
    return Cutout(np.ascontiguousarray(part), left, top, np.asarray(scene, np.uint8), shrink)
