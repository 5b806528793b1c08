"""Meshes of many frames as bytes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_GRID = 256


def pack_meshes(meshes: npt.NDArray[np.float32]) -> bytes:
    """Return (k, n, 3) as bytes, each coordinate on a grid of 1/256 px."""
    grid = np.rint(np.asarray(meshes, np.float64) * _GRID).astype("<i4")
    steps = np.diff(grid, axis=0, prepend=np.zeros_like(grid[:1]))
    return zlib.compress(steps.view(np.uint8).reshape(-1, 4).T.tobytes(), 6)


def unpack_meshes(packed: bytes, vertices: int) -> npt.NDArray[np.float32]:
    """Return the (k, n, 3) that `pack_meshes` was given; raises ValueError where it is damaged."""
    try:
        planes = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(4, -1)
    except zlib.error as error:
        raise ValueError("packed meshes are damaged") from error
    steps = np.ascontiguousarray(planes.T).view("<i4").reshape(-1, vertices, 3)
    return (np.cumsum(steps, axis=0, dtype=np.int64) / _GRID).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class KeyCorrection:
    """What somebody made of a prediction in a frame, both (n, 3)."""

    frame: int
    prediction: npt.NDArray[np.float32]
    corrected: npt.NDArray[np.float32]
