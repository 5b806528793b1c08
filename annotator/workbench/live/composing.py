"""The picture that the live window paints, as large as its view: frames, meshes, textures."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.workbench.live.laid_texture import lay_texture
from annotator.workbench.live.live_frame import Caption, Composed, LiveFrame, SeenFace
from annotator.workbench.live.live_look import LiveLook, LiveMesh
from annotator.workbench.live.live_words import filtered_caption, raw_caption
from annotator.workbench.live.strip import Strip
from annotator.workbench.look.palette import CONTOUR_COLOUR, EDGE_COLOUR
from annotator.workbench.look.view_settings import Texture

Pixels = NDArray[np.uint8]

_GROUND = (20, 22, 26)
_GAP = 6  # px between two pictures
_SHIFT = 4
_OPACITY = {Texture.CHECKER: 0.6, Texture.MAKE_UP: 0.8}
_SMALLEST = 16  # px of a view that anything is drawn in
# How much of all edges is seen over a face of so many pixels and more: far away it is one blob.
_FAINTEST, _STRONGEST = 0.12, 0.45
_SMALL, _LARGE = 60, 260


class Composer:
    """Draws frames; the strip of the face over time it remembers.

    Parameters
    ----------
    layout : MeshLayout
        Of the meshes.
    """

    def __init__(self, layout: MeshLayout) -> None:
        self._layout = layout
        self._strip = Strip(layout)

    def compose(
        self,
        frame: LiveFrame,
        faces: Sequence[SeenFace],
        look: LiveLook,
        size: tuple[int, int],
        *,
        is_new: bool,
    ) -> Composed:
        """Return the picture of a frame.

        Parameters
        ----------
        frame, faces
        look
        size
            Of the view, (width, height) in px.
        is_new
            Whether the strip goes on by this frame.
        """
        width, height = (max(side, _SMALLEST) for side in size)
        canvas = np.full((height, width, 3), _GROUND, np.uint8)
        captions: list[Caption] = []
        if look.strip and height > 2 * Strip.HEIGHT:
            height -= Strip.HEIGHT + _GAP
            captions += self._lay_strip(canvas[height + _GAP :], frame, faces, look, is_new)
            captions = [Caption(c.left, c.top + height + _GAP, c.text) for c in captions]
        columns = 2 if look.split else 1
        pane = (max((width - (columns - 1) * _GAP) // columns, 1), height)
        plain, left, top = _fitted(frame.pixels, pane)
        for column in range(columns):
            is_raw = look.split and column == 0
            drawn = self._drawn(plain, frame, faces, look, is_raw=is_raw)
            x = column * (pane[0] + _GAP) + left
            canvas[top : top + drawn.shape[0], x : x + drawn.shape[1]] = drawn
            text = raw_caption(faces) if is_raw else filtered_caption(faces, look)
            captions.append(Caption(x, top, text))
        return Composed(canvas, tuple(captions))

    def _drawn(
        self,
        plain: Pixels,
        frame: LiveFrame,
        faces: Sequence[SeenFace],
        look: LiveLook,
        *,
        is_raw: bool,
    ) -> Pixels:
        """Return the frame with its faces over it, mirrored last: also what is drawn."""
        drawn = plain.copy()
        scale = plain.shape[1] / frame.pixels.shape[1]
        for face in faces:
            points = (face.landmarks if is_raw else face.filtered) * np.float32(scale)
            lay_texture(drawn, points, self._layout, look.texture, _OPACITY.get(look.texture, 1.0))
            if look.mesh is LiveMesh.EDGES:
                draw_lines(
                    drawn, points, self._layout.topology.edges, EDGE_COLOUR[:3], _share(points)
                )
            if look.mesh is not LiveMesh.NONE:
                edges, colour = self._layout.topology.contour_edges, CONTOUR_COLOUR
                draw_lines(drawn, points, edges, colour[:3], colour[3])
        return np.asarray(cv2.flip(drawn, 1), np.uint8) if look.mirror else drawn

    def _lay_strip(
        self,
        ground: Pixels,
        frame: LiveFrame,
        faces: Sequence[SeenFace],
        look: LiveLook,
        is_new: bool,
    ) -> list[Caption]:
        if is_new:
            largest = max(faces, key=lambda face: float(np.ptp(face.landmarks[:, 1])), default=None)
            self._strip.add(frame.pixels, largest)
        return self._strip.lay(ground, both=look.split)


def draw_lines(
    pixels: Pixels,
    points: NDArray[np.floating],
    edges: NDArray[np.integer],
    colour: Sequence[float],
    share: float,
) -> None:
    """Draw edges (e, 2) between points (n, 2 or 3) over pixels, in place, so opaque."""
    height, width = pixels.shape[:2]
    low = np.floor(points[:, :2].min(axis=0)).astype(int) - 1
    high = np.ceil(points[:, :2].max(axis=0)).astype(int) + 2
    left, right = np.clip((low[0], high[0]), 0, width)
    top, bottom = np.clip((low[1], high[1]), 0, height)
    part = pixels[top:bottom, left:right]
    if part.size == 0:
        return
    # What OpenCV calls a pixel's place is its centre, and landmarks count from its corner.
    ends = np.round((points[:, :2] - (left + 0.5, top + 0.5)) * 2**_SHIFT).astype(np.int32)
    over = np.ascontiguousarray(part)
    lines = cv2.polylines(
        over.copy(), list(ends[edges]), False, [round(255 * c) for c in colour], 1,
        cv2.LINE_AA, _SHIFT,
    )  # fmt: skip
    part[:] = cv2.addWeighted(lines, share, over, 1 - share, 0)


def _share(points: NDArray[np.floating]) -> float:
    """Return how strong the edges of a mesh are drawn."""
    grown = (float(np.ptp(points[:, 1])) - _SMALL) / (_LARGE - _SMALL)
    return _FAINTEST + (_STRONGEST - _FAINTEST) * min(max(grown, 0.0), 1.0)


def _fitted(pixels: Pixels, size: tuple[int, int]) -> tuple[Pixels, int, int]:
    """Return pixels as large as fits, and where they lie in that place: left, top."""
    height, width = pixels.shape[:2]
    share = min(size[0] / width, size[1] / height)
    new = (max(round(width * share), 1), max(round(height * share), 1))
    new = (min(new[0], size[0]), min(new[1], size[1]))
    how = cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR
    fitted = pixels if new == (width, height) else cv2.resize(pixels, new, interpolation=how)
    return np.asarray(fitted, np.uint8), (size[0] - new[0]) // 2, (size[1] - new[1]) // 2
