"""What a mesh net is shown of a face, and where its vertices lie in that.

Crops are cut where prediction cuts them: the region around the mesh, sampled as MediaPipe does. For
training they differ in place, size and turn, as detections do, and half of them are mirrored.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.inference.regions import (
    CROP_SIZE,
    Jitter,
    Region,
    crop,
    region_around,
    to_crop,
)
from annotator.inference.sampling import Image
from annotator.mesh.layout import MeshLayout
from annotator.mesh.sparse.points_68 import mirrored_order

Floats = NDArray[np.float32]

MIRROR_SUM = 191.7
"""x of a vertex and x of its partner in the mirrored crop, added, in pixels of the crop.

It is the net's own: what it says of a crop and of its mirror image is consistent with 191.7, not
with the 191 of pixel centres. Half a pixel would be 0.7 % of the outer IOD.
"""

_LEAST_SIDE = 8.0  # px of a region; less cannot be drawn from


@dataclass(frozen=True, slots=True)
class View:
    """How a face is looked at.

    Attributes
    ----------
    region
        The square of the photograph.
    mirrored
        Whether the crop is turned left to right.
    """

    region: Region
    mirrored: bool


def drawn_view(
    rng: np.random.Generator, landmarks: Floats, layout: MeshLayout, jitter: Jitter
) -> View:
    """Return a random view of a face.

    Parameters
    ----------
    rng
    landmarks : (n, 3) float32
        In pixels of the photograph.
    layout
    jitter
        Standard deviations; nothing is drawn beyond two of them.
    """
    return drawn_around(rng, region_around(landmarks, layout), jitter)


def drawn_around(rng: np.random.Generator, around: Region, jitter: Jitter) -> View:
    """Return a random view of a region; ``jitter`` as for `drawn_view`."""
    x, y, scale, turn = rng.standard_normal(4).clip(-2, 2).tolist()
    side = max(around.side * math.exp(scale * jitter.scale), _LEAST_SIDE)
    moved = Region(
        around.x + x * jitter.shift * around.side,
        around.y + y * jitter.shift * around.side,
        side,
        around.angle + turn * jitter.turn,
    )
    return View(moved, bool(rng.random() < 0.5))


def plain_view(landmarks: Floats, layout: MeshLayout) -> View:
    """Return the view that prediction has once it knows the mesh."""
    return View(region_around(landmarks, layout), mirrored=False)


def looked_at(photograph: Image, view: View) -> Image:
    """Return the crop (192, 192, 3) uint8 of a view."""
    seen = crop(photograph, view.region)
    return np.ascontiguousarray(seen[:, ::-1]) if view.mirrored else seen


def in_crop(landmarks: Floats, view: View, layout: MeshLayout) -> Floats:
    """Return where the vertices are in a view: (n, 3) float32, in pixels of the crop.

    A mirrored crop shows the right half of the face where the left one was, so its vertices are
    those of their partners.
    """
    points = to_crop(landmarks, view.region)
    if not view.mirrored:
        return points
    points = points[layout.mirror]
    points[:, 0] = MIRROR_SUM - points[:, 0]
    return points


def points_in_crop(points: Floats, view: View) -> Floats:
    """Return where labelled points, (68, 2) of iBUG's order, are in a view, in px of the crop."""
    flat = np.column_stack([points, np.zeros(len(points), np.float32)])
    placed = to_crop(flat, view.region)[:, :2]
    if not view.mirrored:
        return placed
    placed = placed[mirrored_order()]
    placed[:, 0] = MIRROR_SUM - placed[:, 0]
    return placed


def mirrored_values(
    values: NDArray[np.generic], view: View, layout: MeshLayout
) -> NDArray[np.generic]:
    """Return what belongs to vertices, (n,), in the order of a view's vertices."""
    return values[layout.mirror] if view.mirrored else values


def background_view(rng: np.random.Generator, width: int, height: int) -> View:
    """Return a random square of a photograph, from a tenth of its short side to all of it."""
    short = min(width, height)
    side = short * math.exp(rng.uniform(math.log(0.1), 0.0))
    x = rng.uniform(side / 2, width - side / 2)
    y = rng.uniform(side / 2, height - side / 2)
    turned = Region(x, y, max(side, _LEAST_SIDE), rng.uniform(-0.5, 0.5))
    return View(turned, bool(rng.random() < 0.5))


def crop_iod(points: Floats, layout: MeshLayout) -> float:
    """Return the outer IOD in the image plane of a mesh in a crop, in px, at least one."""
    eyes = layout.eye_corners
    apart = points[eyes.left_outer, :2] - points[eyes.right_outer, :2]
    return max(float(np.linalg.norm(apart)), 1.0)


assert CROP_SIZE == 192, "MIRROR_SUM was measured with it"
