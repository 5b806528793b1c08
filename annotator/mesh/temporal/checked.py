"""What comes into the room, looked at once: times, and meshes of one face."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from annotator.mesh.layout import MeshLayout

Floats = NDArray[np.float64]


def as_track(meshes: ArrayLike, layout: MeshLayout) -> Floats:
    """Return the meshes of one face through time as float64 (k, n, 3), n of the layout.

    Raises
    ------
    ValueError
        If the shape differs or a coordinate is not finite.
    """
    track = np.asarray(meshes, np.float64)
    if track.ndim != 3 or track.shape[1:] != (layout.count, 3):
        raise ValueError(f"expected meshes of shape (k, {layout.count}, 3), but got {track.shape}")
    if not np.isfinite(track).all():
        raise ValueError("expected finite meshes, but some coordinates are NaN or infinite")
    return track


def as_times(times: Sequence[float] | NDArray[np.floating], count: int) -> Floats:
    """Return as many times as there are frames, (k,) float64, in seconds.

    Raises
    ------
    ValueError
        If there are more or fewer, one is not finite, or one is not later than the one before.
    """
    seconds = np.asarray(times, np.float64)
    if seconds.shape != (count,):
        raise ValueError(f"expected {count} times, one a mesh, but got {seconds.shape}")
    if not np.isfinite(seconds).all() or not (np.diff(seconds) > 0).all():
        raise ValueError("expected finite times, each later than the one before")
    return seconds


def usual_step(times: Floats) -> float:
    """Return the median time from a frame to the next, in seconds; 0 of fewer than two."""
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0
