"""The face warped to one place, and one line of it over time: where it slips, the line swims.

What the mesh follows stands still there, whatever the head does: true skin makes level streaks, an
error makes waves, jitter makes them rough.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.workbench.live.live_frame import Caption, SeenFace
from annotator.workbench.live.warped_face import warped_face

Pixels = NDArray[np.uint8]

_SIZE = 128  # px of the warped face
_FRAMES = 480  # that are remembered
_STEP = 2  # px a frame
_GROUND = (20, 22, 26)
# Down through the middle of the subject's right eye, from the brow to the corner of the mouth.
_LINE_THROUGH = "right_eye"
_MARK = (255, 210, 90)


class Strip:
    """Remembers a line of the face, as predicted and as filtered.

    Parameters
    ----------
    layout : MeshLayout
        Of the meshes.
    """

    HEIGHT = 132
    """Of the whole, in px."""

    def __init__(self, layout: MeshLayout) -> None:
        self._layout = layout
        ring = layout.topology.uv[layout.topology.regions[_LINE_THROUGH]]
        self._column = min(int(float(ring[:, 0].mean()) * _SIZE), _SIZE - 1)
        self._now: list[Pixels] = [_empty(_SIZE), _empty(_SIZE)]
        self._past: list[Pixels] = [_empty(_FRAMES), _empty(_FRAMES)]

    def add(self, pixels: Pixels, face: SeenFace | None) -> None:
        """Go on by a frame (H, W, 3); without a face a gap stays."""
        for at, past in enumerate(self._past):
            past[:, :-1] = past[:, 1:]
            if face is None:
                past[:, -1] = _GROUND
                continue
            mesh = face.filtered if at else face.landmarks
            self._now[at] = warped_face(pixels, mesh, self._layout, _SIZE)
            past[:, -1] = self._now[at][:, self._column]

    def lay(self, ground: Pixels, *, both: bool) -> list[Caption]:
        """Draw the filtered face and its line, or both meshes' ones beside each other, in place."""
        height, width = ground.shape[:2]
        shown = (0, 1) if both else (1,)
        share = width // len(shown)
        size = min(height, _SIZE)
        captions = []
        for number, at in enumerate(shown):
            left = number * share
            face = self._now[at].copy()
            cv2.line(face, (self._column, 0), (self._column, _SIZE - 1), _MARK, 1)
            room = max(share - size - 8, 0)
            past = self._past[at][:, -max(room // _STEP, 1) :]
            past = np.repeat(past, _STEP, axis=1)[:, -room:] if room else past[:, :0]
            part = np.concatenate([face, _empty(4), past], axis=1)[:size]
            part = part[:, : width - left]
            ground[:size, left : left + part.shape[1]] = part
            name = "as predicted" if both and not at else "filtered"
            captions.append(Caption(left + size + 4, 0, f"{name}: one line of the face over time"))
        return captions


def _empty(columns: int) -> Pixels:
    return np.full((_SIZE, columns, 3), _GROUND, np.uint8)
