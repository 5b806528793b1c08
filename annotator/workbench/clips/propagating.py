"""The mesh of any frame of a track: as predicted, or with what key frames around it corrected."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal import FILTERS, KeyCorrection, MeshFilter, corrected

Landmarks = NDArray[np.float32]

# A filter that missed more frames than this begins anew: what it knew is old.
_LONGEST_GAP = 30


class Propagation:
    """Corrections of key frames, carried over to the frames between them.

    Corrections are interpolated and not positions, so a face that moves is followed by what the
    model says of each frame. Nothing of it is stored: what is stored is what somebody made.

    Parameters
    ----------
    predicted : callable
        Returns the mesh that was predicted for a frame, (n, 3), or None.
    keys : sequence of KeyCorrection
    layout : MeshLayout
    """

    def __init__(
        self,
        predicted: Callable[[int], Landmarks | None],
        keys: Sequence[KeyCorrection],
        layout: MeshLayout,
    ) -> None:
        self._predicted, self._keys, self._layout = predicted, tuple(keys), layout

    def at(self, frame: int, *, interpolates: bool = True) -> tuple[Landmarks, Landmarks] | None:
        """Return what was predicted and what is to be shown, (n, 3) each; None without a mesh.

        Both are one array where no correction reaches the frame.
        """
        prediction = self._predicted(frame)
        if prediction is None:
            return None
        if not interpolates or not self._keys:
            return prediction, prediction
        shown = corrected(frame, prediction, self._keys, self._layout)
        return prediction, prediction if np.array_equal(shown, prediction) else shown


class PlayedMeshes:
    """The meshes that are shown while a clip plays: filtered, if that is wanted.

    The filter is given every frame, also those that were not drawn.

    Parameters
    ----------
    mesh_at : callable
        Returns the mesh of a frame, (n, 3), or None.
    times : (n,) float64
        Of the frames, in seconds.
    layout : MeshLayout
    filter_name : str
        One of `annotator.mesh.temporal.FILTERS`.
    """

    def __init__(
        self,
        mesh_at: Callable[[int], Landmarks | None],
        times: NDArray[np.float64],
        layout: MeshLayout,
        filter_name: str,
    ) -> None:
        self._mesh_at, self._times = mesh_at, times
        self._filter: MeshFilter = FILTERS[filter_name](layout)
        self._last: int | None = None

    def at(self, frame: int) -> Landmarks | None:
        """Return the mesh of a frame that comes after the one asked for before."""
        last = self._last
        if last is None or not 0 < frame - last <= _LONGEST_GAP:
            self._filter.reset()
            last = frame - 1
        shown = None
        for number in range(last + 1, frame + 1):
            mesh = self._mesh_at(number)
            if mesh is None:
                self._filter.reset()
                shown = None
            else:
                shown = self._filter.step(float(self._times[number]), mesh)
        self._last = frame
        return shown
