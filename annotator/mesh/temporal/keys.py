"""Between key frames: what annotators corrected there, carried to the frames around.

Interpolated are corrections, not positions: between two key frames a face may go anywhere, and
the prediction goes with it, but what the model does wrong changes slowly. How slowly nobody knows:
far from all keys nothing is claimed, and the prediction stands as it is.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.plane import Complex, plane

Landmarks = NDArray[np.float32]

FADE = 60.0
"""In how many frames a correction fades to 1/e, beyond the last key or between distant ones.

Chosen on faces that the figures in docs/temporal.md are not of.
"""


@dataclass(frozen=True, eq=False)
class KeyCorrection:
    """What somebody made of a prediction in one frame.

    Attributes
    ----------
    frame
        Its number in the clip.
    prediction, corrected : (n, 3)
        The mesh before and after, in px.
    """

    frame: int
    prediction: NDArray[np.floating]
    corrected: NDArray[np.floating]


def corrected(
    frame: int,
    prediction: NDArray[np.floating],
    keys: Sequence[KeyCorrection],
    layout: MeshLayout,
    *,
    fade: float = FADE,
) -> Landmarks:
    """Return a frame's prediction with the corrections of the key frames around it.

    A key's correction is turned and scaled as the prediction is since: by the similarity of the
    image plane that takes the key's prediction nearest to this one (least squares); z is scaled
    alike. Both are then weighted by how near they are: what is expected of a process that forgets
    exponentially (Ornstein-Uhlenbeck), of which the two keys were seen. Between keys that lie near
    each other that is linear interpolation; before the first key and after the last one the
    correction fades out. Without keys the prediction stays.

    Parameters
    ----------
    frame
        Its number in the clip.
    prediction : (n, 3), in px
    keys
        Of the same track, in any order; of two with the same frame the last counts.
    layout
    fade
        As `FADE`, above 0.

    Returns
    -------
    (n, 3) float32
        A fresh array; to the bit the key's mesh in a key frame whose prediction is the key's.

    Raises
    ------
    ValueError
        If a mesh has another shape than the layout's, or ``fade`` is not above 0.
    """
    _check(prediction, layout)
    if not fade > 0:
        raise ValueError(f"expected a number of frames above 0 to fade in, but got {fade}")
    before, after = keys_around(frame, keys)
    if before is not None and before.frame == frame:
        if np.array_equal(before.prediction, prediction):
            return before.corrected.astype(np.float32)
        after = None  # the key speaks for its frame alone, whatever the prediction is by now
    change = np.zeros(prediction.shape)
    for key, share in _shares(frame, before, after, fade):
        change += share * _carried(key, prediction)
    return np.asarray(prediction + change, np.float32)


def keys_around(
    frame: int, keys: Sequence[KeyCorrection]
) -> tuple[KeyCorrection | None, KeyCorrection | None]:
    """Return the last key at or before a frame, and the first one after it."""
    before = after = None
    for key in keys:
        if key.frame <= frame:
            if before is None or key.frame >= before.frame:
                before = key
        elif after is None or key.frame <= after.frame:
            after = key
    return before, after


def _shares(
    frame: int, before: KeyCorrection | None, after: KeyCorrection | None, fade: float
) -> Iterator[tuple[KeyCorrection, float]]:
    """Yield the keys around a frame, each with its weight.

    Between two: sinh of the time to the other one over sinh of the time between both, times in
    units of ``fade``.
    """
    if before is not None and after is not None:
        between = (after.frame - before.frame) / fade
        since = (frame - before.frame) / fade
        yield before, _sinh_ratio(between - since, between)
        yield after, _sinh_ratio(since, between)
        return
    for key in (before, after):
        if key is not None:
            yield key, math.exp(-abs(frame - key.frame) / fade)


def _sinh_ratio(part: float, whole: float) -> float:
    """Return sinh(part) / sinh(whole) for 0 <= part <= whole, however large they are."""
    return math.exp(part - whole) * math.expm1(-2 * part) / math.expm1(-2 * whole)


def _carried(key: KeyCorrection, prediction: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return a key's correction as it lies on another prediction of the face, (n, 3)."""
    change = np.subtract(key.corrected, key.prediction, dtype=np.float64)
    if change.shape != prediction.shape:
        raise ValueError(
            f"expected a key of shape {prediction.shape}, but got {change.shape} "
            f"in frame {key.frame}"
        )
    turn = _similarity(plane(key.prediction), plane(prediction))
    moved = turn * plane(change)
    return np.column_stack([moved.real, moved.imag, abs(turn) * change[:, 2]])


def _similarity(source: Complex, target: Complex) -> complex:
    """Return the turn and scale that takes points nearest to others; 1 where they have no extent.

    Least squares over both centred, s* the conjugate: sum(s* t) / sum(|s|^2).
    """
    source = source - source.mean()
    extent = float((np.abs(source) ** 2).sum())
    if extent == 0:
        return 1 + 0j
    return complex(np.vdot(source, target - target.mean()) / extent)


def _check(prediction: NDArray[np.floating], layout: MeshLayout) -> None:
    if prediction.shape != (layout.count, 3):
        raise ValueError(
            f"expected a prediction of shape ({layout.count}, 3), but got {prediction.shape}"
        )
