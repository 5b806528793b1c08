"""Whether a mesh sticks to the skin through time, seen in the face laid out in its coordinates.

`annotator.mesh.temporal.stabilised` lays the face of each frame out in texture coordinates. True
skin stands still there. One row of it, stacked over the frames, shows straight lines then, and a
mesh that swims shows waves; how far the skin moves can be measured like any motion in a video.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal import unwrapped

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

AROUND = 15
"""Frames to either side whose mean is where the skin should be: half a second, mostly."""

# In shares of the texture's side. Points so far apart, each looked for in a window so wide.
_SPACING, _WINDOW = 1 / 24, 1 / 6
_COARSER = 2  # times halved, to find what moved far
# Of the texture's contrast, after Shi and Tomasi (1994): where there is less nothing can be told.
_LEAST_TEXTURE = 1e-3
_FEWEST = 8  # points; fewer tell nothing of a face
_LIGHT = 1 / 10  # side; slower changes of brightness are light, not skin


def strip(textures: Sequence[Image], *, across: float = 0.5, vertical: bool = True) -> Image:
    """Return one line of each texture, side by side in time.

    Parameters
    ----------
    textures : k of (size, size, 3) uint8
        As `annotator.mesh.temporal.stabilised` gives them.
    across
        Where the line lies, from 0 to 1: of the width if it is vertical, else of the height.
    vertical
        Whether it runs down the face; then time runs to the right, else downwards.

    Returns
    -------
    (size, k, 3) uint8, or (k, size, 3)

    Raises
    ------
    ValueError
        If there are no textures, they differ in size or are none, or the place is another.
    """
    stack = _stack(textures)
    if not 0 <= across <= 1:
        raise ValueError(f"expected a place from 0 to 1, but got {across}")
    at = min(int(across * stack.shape[1]), stack.shape[1] - 1)
    lines = stack[:, :, at] if vertical else stack[:, at]
    return np.ascontiguousarray(lines.swapaxes(0, 1) if vertical else lines)


def slippage(textures: Sequence[Image], layout: MeshLayout, *, around: int = AROUND) -> Floats:
    """Return how far the skin lies from where it should in each frame, (k,) in outer IOD.

    Each texture is compared with the mean of the textures around it: points on a grid are looked
    for by B. D. Lucas and T. Kanade's method (1981, in pyramids as J.-Y. Bouguet has it), where
    there is something to see. Told is the median of how far they are off, on the canonical face as
    seen from the front. Both are freed of slow changes of brightness first: light moves over skin
    that stands still.

    A mesh that is wrong by the same in all frames around shows nothing here, and neither does one
    that drifts slowly: look at the `strip`.

    Parameters
    ----------
    textures : k of (size, size, 3) uint8
        In their order; of one face.
    layout
    around
        So many frames to either side count as around, at least 1.

    Returns
    -------
    (k,) float64
        NaN where too little is seen to tell, and of fewer than two frames.

    Raises
    ------
    ValueError
        If there are no textures, or they differ in size or are none.
    """
    stack = _stack(textures)
    if around < 1:
        raise ValueError(f"expected at least one frame around, but got {around}")
    size = stack.shape[1]
    seen = np.array([_without_light(texture, layout) for texture in stack])
    points, ways = _grid(layout, size)
    values = np.full(len(stack), np.nan)
    if len(stack) > 1 and len(points):
        for at, reference in enumerate(_means_around(seen, around)):
            values[at] = _off(_grey(reference), _grey(seen[at]), points, ways)
    return values


def _stack(textures: Sequence[Image]) -> Image:
    """Return textures as one array (k, size, size, 3)."""
    shapes = {texture.shape for texture in textures}
    if len(shapes) != 1 or any(texture.dtype != np.uint8 for texture in textures):
        raise ValueError(f"expected uint8 textures of one size, but got {sorted(shapes)}")
    (shape,) = shapes
    if len(shape) != 3 or shape[0] != shape[1] or shape[2] != 3:
        raise ValueError(f"expected textures of shape (size, size, 3), but got {shape}")
    return np.stack(textures)


def _without_light(texture: Image, layout: MeshLayout) -> NDArray[np.float32]:
    """Return the grey texture without what changes slowly over it; 0 outside of the face."""
    size = len(texture)
    inside = np.zeros(size * size, np.float32)
    inside[unwrapped(layout, size).inside] = 1
    mask = inside.reshape(size, size)
    grey = cv2.cvtColor(texture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sigma = _LIGHT * size
    share = np.maximum(cv2.GaussianBlur(mask, (0, 0), sigma), 1e-3)
    light = cv2.GaussianBlur(grey * mask, (0, 0), sigma) / share
    detail = (grey - light) * mask
    contrast = cv2.GaussianBlur(detail**2, (0, 0), sigma) / share
    return np.asarray(detail / np.sqrt(contrast + 4.0), np.float32)  # 2 grey levels are noise


def _grey(detail: NDArray[np.float32]) -> Image:
    """Return what `_without_light` gave as grey levels: three times its contrast fills them."""
    return np.asarray(np.rint(127.5 + 42 * detail).clip(0, 255), np.uint8)


def _means_around(seen: NDArray[np.float32], around: int) -> Iterator[NDArray[np.float32]]:
    """Yield for each frame the mean of those around it, itself left out."""
    for at in range(len(seen)):
        near = [*range(max(0, at - around), at), *range(at + 1, min(len(seen), at + around + 1))]
        yield seen[near].mean(axis=0)


def _grid(layout: MeshLayout, size: int) -> tuple[NDArray[np.float32], Floats]:
    """Return points well inside the face, (p, 2), and what a pixel there is on it, (p, 2, 2).

    The latter in outer IOD of the canonical face, seen from the front, for a step to the right and
    one down.
    """
    target = unwrapped(layout, size)
    vertices = layout.topology.vertices[:, :2]  # as seen from the front
    surface = np.full((size, size, 2), np.nan)
    seen = target.points(vertices / outer_iod(vertices, layout))
    surface[np.divmod(target.inside, size)] = seen
    down, right = np.gradient(surface, axis=(0, 1))
    ways = np.stack([right, down], axis=-1)
    known = np.isfinite(ways).all(axis=(2, 3)).astype(np.uint8)
    margin = max(1, round(_WINDOW * size / 2))
    inner = cv2.erode(known, np.ones((margin, margin), np.uint8), borderValue=0)
    step = max(2, round(_SPACING * size))
    rows, columns = np.nonzero(inner[::step, ::step])
    rows, columns = rows * step, columns * step
    return np.column_stack([columns, rows]).astype(np.float32), ways[rows, columns]


def _off(reference: Image, texture: Image, points: NDArray[np.float32], ways: Floats) -> float:
    window = max(5, round(_WINDOW * len(texture)) | 1)
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        reference,
        texture,
        points[:, None],
        points[:, None].copy(),  # is written to
        winSize=(window, window),
        maxLevel=_COARSER,
        minEigThreshold=_LEAST_TEXTURE,
    )
    told = status.ravel() == 1
    if told.sum() < _FEWEST:
        return float("nan")
    moved = (found[:, 0] - points)[told].astype(np.float64)
    on_skin = np.einsum("pij,pj->pi", ways[told], moved)
    return float(np.median(np.linalg.norm(on_skin, axis=1)))
