"""The meshes of one track, read a stretch at a time: a clip of ten minutes is never read whole."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Landmarks = NDArray[np.float32]

# Frames that are read together, and how many such stretches are kept: 720 kB each.
_STRETCH = 128
_KEPT = 24


class Piece(Protocol):
    """What is needed of a piece of a track; `annotator.project.clips` hands such out."""

    @property
    def frames(self) -> NDArray[np.integer]:
        """The frames, (k,)."""

    @property
    def landmarks(self) -> NDArray[np.float32]:
        """Their meshes, (k, n, 3)."""


class TrackMeshes:
    """Hands out a track's meshes as they were predicted.

    Parameters
    ----------
    read : callable
        Returns the piece of the track from a frame on up to, but without, another one.
    """

    def __init__(self, read: Callable[[int, int], Piece]) -> None:
        self._read = read
        self._kept: OrderedDict[int, dict[int, Landmarks]] = OrderedDict()

    def at(self, frame: int) -> Landmarks | None:
        """Return the mesh of a frame, (n, 3), or None where the face has none.

        Raises
        ------
        ProjectError
            If it cannot be read.
        """
        stretch = frame // _STRETCH
        if stretch not in self._kept:
            piece = self._read(stretch * _STRETCH, (stretch + 1) * _STRETCH)
            self._kept[stretch] = dict(zip(piece.frames.tolist(), piece.landmarks, strict=True))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(stretch)
        return self._kept[stretch].get(frame)

    def forget(self) -> None:
        """Read everything anew."""
        self._kept.clear()
