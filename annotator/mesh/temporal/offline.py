"""A whole track smoothed, when what comes later is known as well.

The one-euro filter lags behind: it knows the past alone. Here it runs over the frames forwards and
then backwards over its own result, so that what lags is pulled back, and it is told the speed from
both sides: the greater one of those that both directions see, so that it opens before something
moves and not only after.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal.checked import Floats, as_times, as_track
from annotator.mesh.temporal.continuity import goes_on, has_extent, jumps, mean_side
from annotator.mesh.temporal.one_euro import OneEuro, advanced_velocity, taken_of_new, together
from annotator.mesh.temporal.pose_shape import pose_moved
from annotator.mesh.temporal.rigid import Placed, nearest_turn, placed, reference_of

# Chosen on noise and signals that the figures in docs/temporal.md are not of.
_POSE, _SHAPE = OneEuro(0.05, 300.0), OneEuro(0.05, 300.0)

_Numbers = NDArray[np.floating]


def smoothed(
    times: Sequence[float] | NDArray[np.floating],
    meshes: NDArray[np.floating],
    layout: MeshLayout,
) -> NDArray[np.float32]:
    """Return a track's meshes smoothed in both directions, (k, n, 3) float32.

    Pose and shape are smoothed each by itself, as `PoseShapeFilter` does it. Nothing is smoothed
    across a cut or a gap of more than half a second.

    Parameters
    ----------
    times : (k,)
        In seconds, ascending.
    meshes : (k, n, 3)
        Of one face, in px.
    layout

    Raises
    ------
    ValueError
        If shapes differ from these, numbers are not finite or times do not ascend.
    """
    track = as_track(meshes, layout)
    seconds = as_times(times, len(track))
    reference = reference_of(layout)
    result = track.astype(np.float32)
    for start, stop in pairwise(_borders(seconds, track)):
        if stop - start > 1:
            result[start:stop] = _smoothed_run(seconds[start:stop], track[start:stop], reference)
    return result


def _borders(seconds: Floats, track: Floats) -> list[int]:
    """Return where runs of frames begin that go on from one another, and the end."""
    cuts = [
        at
        for at in range(1, len(track))
        if not goes_on(seconds[at] - seconds[at - 1])
        or not (has_extent(track[at - 1]) and has_extent(track[at]))
        or jumps(track[at - 1], track[at], seconds[at] - seconds[at - 1])
    ]
    return [0, *cuts, len(track)]


def _smoothed_run(seconds: Floats, track: Floats, reference: Floats) -> Floats:
    faces = [placed(mesh, reference) for mesh in track]
    steps = np.diff(seconds)
    sides = np.array([mean_side(mesh) for mesh in track])
    sizes = np.exp([face.size for face in faces]) / sides
    # Single precision is a ten-thousandth of a pixel, and a long track takes half the memory.
    shapes = np.array([face.shape for face in faces], np.float32)
    turned = [
        pose_moved(last, new, side, size)
        for (last, new), side, size in zip(pairwise(faces), sides[1:], sizes[1:], strict=True)
    ]
    deformed = np.diff(shapes, axis=0) * sizes[1:, None, None].astype(np.float32)
    poses = np.array([_numbers(face) for face in faces])
    _pass_both_ways(poses, _speeds(np.array(turned), steps, _POSE), steps, _POSE)
    _pass_both_ways(shapes, _speeds(deformed, steps, _SHAPE), steps, _SHAPE)
    return np.array([_face(*each).mesh() for each in zip(poses, shapes, strict=True)])


def _speeds(moved: _Numbers, steps: Floats, settings: OneEuro) -> _Numbers:
    """Return the speeds in each frame, (k, ..., 1), of what moved between them, (k - 1, ..., d)."""
    speeds = np.zeros((len(moved) + 1, *moved.shape[1:-1], 1), moved.dtype)
    ahead = range(len(moved))
    for order, beyond in ((ahead, 1), (ahead[::-1], 0)):
        velocity = np.zeros(moved.shape[1:])
        for at in order:
            velocity = advanced_velocity(velocity, moved[at], steps[at], settings)
            np.maximum(speeds[at + beyond], together(velocity), out=speeds[at + beyond])
    return speeds


def _pass_both_ways(values: _Numbers, speeds: _Numbers, steps: Floats, settings: OneEuro) -> None:
    """Filter values (k, ...) in place, forwards and then backwards."""
    ahead = range(1, len(values))
    for order, before in ((ahead, -1), (range(len(values) - 1)[::-1], 1)):
        for at in order:
            step = steps[at - 1 if before < 0 else at]
            taken = taken_of_new(speeds[at], step, settings, np.asarray)
            values[at] = values[at + before] + taken * (values[at] - values[at + before])


def _numbers(face: Placed) -> Floats:
    """Return a pose as 13 numbers, of which weighted means can be taken."""
    return np.concatenate([face.middle, [face.size], face.turn.ravel()])


def _face(pose: Floats, shape: NDArray[np.floating]) -> Placed:
    turn = nearest_turn(pose[4:].reshape(3, 3))
    return Placed(pose[:3], float(pose[3]), turn, shape.astype(np.float64))
