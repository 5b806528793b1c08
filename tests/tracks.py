"""Faces tracked through a clip that there is no file of: what is stored of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from annotator.project import TrackPiece

FRAMES = 400

SHAPE = np.random.default_rng(7).uniform(-50, 50, (468, 3))


def mesh(frame: int, *, x: float = 100.0, shift: float = 0.0) -> NDArray[np.float32]:
    """Return a face of about 100 px that moves a little to the right in each frame."""
    moved = SHAPE + np.array([x + 0.25 * frame + shift, 120, 0])
    return np.round(moved * 128).astype(np.float32) / 128  # as chunks hold them


def piece(
    number: int, start: int, stop: int, *, x: float = 100.0, shift: float = 0.0
) -> TrackPiece:
    """Return a face in the frames from `start` to before `stop`."""
    frames = np.arange(start, stop)
    meshes = np.stack([mesh(frame, x=x, shift=shift) for frame in frames])
    sure = np.full(len(frames), 0.9, np.float32)
    return TrackPiece(number, frames, meshes, sure, np.full(len(frames), np.nan, np.float32))


def two(start: int, stop: int, *, shift: float = 0.0) -> list[TrackPiece]:
    """Return two faces side by side."""
    return [
        piece(0, start, stop, shift=shift),
        piece(1, start, stop, x=400.0, shift=shift),
    ]
