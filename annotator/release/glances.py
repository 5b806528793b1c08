"""Arrays that are looked at as they are read, and not kept: what verifying takes in place of them.

A release of any number of samples is verified in the memory of a small one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from annotator.mesh.marks import Visibility

Room = Callable[[tuple[int, ...], DTypeLike], Any]
"""Makes what the rows of an array are assigned to, as they are read: `kept` or a `Glance`."""


def kept(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Make room for a whole array, all 0 before it is read."""
    return np.zeros(shape, dtype)


class Glance:
    """An array of which is known, once its rows were assigned, how far they reach.

    Rows are assigned in their order, each once; those that are not are 0.

    Parameters
    ----------
    shape, dtype

    Attributes
    ----------
    farthest : (s,)
        The largest value of each row but for its sign, of the type of the array; NaN where there
        is one.
    is_finite
        Whether all values were.
    impossible
        The first value that is no `Visibility`, where the array is of whole numbers.
    """

    def __init__(self, shape: tuple[int, ...], dtype: DTypeLike) -> None:
        self.shape, self.dtype = shape, np.dtype(dtype)
        self.farthest = np.zeros(shape[0], self.dtype)
        self.is_finite = True
        self.impossible: int | None = None

    def __setitem__(self, where: int | slice, values: ArrayLike) -> None:
        """Look at a row, or at some that follow one another."""
        rows = where if isinstance(where, slice) else slice(where, where + 1)
        begin, end, _ = rows.indices(self.shape[0])
        given = np.asarray(values, self.dtype)
        seen = np.broadcast_to(given, (end - begin, *self.shape[1:])).reshape(end - begin, -1)
        with np.errstate(invalid="ignore"):
            self.farthest[begin:end] = farthest_of(seen)
        if self.dtype.kind == "f":
            self.is_finite &= bool(np.isfinite(self.farthest[begin:end]).all())
        elif self.impossible is None and self.farthest[begin:end].max(initial=0) > max(Visibility):
            self.impossible = int(seen[seen > max(Visibility)][0])


def farthest_of(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the largest value of each row but for its sign; without an array of their size.

    Parameters
    ----------
    rows : (s, ...)
    """
    axes = tuple(range(1, rows.ndim))
    largest: NDArray[Any] = rows.max(axis=axes, initial=0)
    if rows.dtype.kind == "u":
        return largest
    farthest: NDArray[Any] = np.maximum(largest, -rows.min(axis=axes, initial=0))
    return farthest
