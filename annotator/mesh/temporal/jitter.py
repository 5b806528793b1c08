"""How much a mesh trembles from frame to frame: what a model that is unsure does."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import tool_scale
from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal.checked import Floats, as_times, as_track, usual_step

# Steps from a frame to the next, in usual ones: across a longer gap nobody knows how a face moved.
_LONGEST_STEP = 2.5


def jitter(
    times: Sequence[float] | NDArray[np.floating],
    meshes: NDArray[np.floating],
    layout: MeshLayout,
) -> Floats:
    """Return for each frame how far its mesh lies off the way of its neighbours, (k,).

    It is the second difference in the image plane, x[t-1] - 2 x[t] + x[t+1], root mean square
    over the vertices, in shares of the outer IOD (in space, so that profiles do not count more).
    Where frames are not equally far apart the neighbours are interpolated to the frame's time, and
    the distance from there counts twice, which is the same where they are.

    Parameters
    ----------
    times : (k,)
        In seconds, ascending.
    meshes : (k, n, 3)
        Of one face, in px.
    layout

    Returns
    -------
    (k,) float64
        The first and the last frame, and those beside a gap of more than 2.5 usual steps, have
        the value of the next frame that has neighbours, on their own side of the gap; 0 where
        there is none.

    Raises
    ------
    ValueError
        If shapes differ from these, numbers are not finite or times do not ascend.
    """
    track = as_track(meshes, layout)
    seconds = as_times(times, len(track))
    values = np.zeros(len(track))
    if len(track) < 3:
        return values
    steps = np.diff(seconds)
    share = (steps[:-1] / (steps[:-1] + steps[1:]))[:, None, None]
    points = track[..., :2]
    between = points[:-2] + share * (points[2:] - points[:-2])
    off = 2 * np.sqrt(((points[1:-1] - between) ** 2).sum(axis=2).mean(axis=1))
    values[1:-1] = off / [tool_scale(mesh, layout) for mesh in track[1:-1]]
    near = steps <= _LONGEST_STEP * usual_step(seconds)
    return _spread_within_runs(values, near)


def _spread_within_runs(values: Floats, near: NDArray[np.bool_]) -> Floats:
    """Return values with those at the ends of runs of near frames taken from beside them."""
    cuts = np.flatnonzero(~near) + 1
    runs = np.split(values.copy(), cuts)
    for run in runs:
        if len(run) < 3:
            run[:] = 0
        else:
            run[0], run[-1] = run[1], run[-2]
    return np.concatenate(runs)
