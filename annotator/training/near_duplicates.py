"""Faces that are the same picture again: resized, compressed, brightened, turned or mirrored.

Each face is cut out level, so that a turned copy looks the same, made small and grey, and known by
the signs of its lowest frequencies (a perceptual hash). Faces whose hashes differ in few bits are
taken for one picture; so are a face and the mirror image of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.inference.sampling import Image

BITS = 64
ALIKE = 9
"""Bits by which two pictures of one origin differ at most."""

_SMALL = 32  # pixels
_LOWEST = 9  # frequencies a side; the constant is left out
_BANDS = ALIKE + 1  # one of which two hashes that are alike must share


def perceptual_hash(crop: Image) -> int:
    """Return 64 bits that say what a crop (h, w, 3) uint8 looks like."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_SMALL, _SMALL), interpolation=cv2.INTER_AREA).astype(np.float32)
    lowest = cv2.dct(small)[:_LOWEST, :_LOWEST].flatten()[1 : BITS + 1]
    bits = lowest > np.median(lowest)
    return int(sum(1 << at for at in np.flatnonzero(bits).tolist()))


def hashes_of(crop: Image) -> tuple[int, int]:
    """Return the hash of a crop and that of its mirror image."""
    return perceptual_hash(crop), perceptual_hash(np.ascontiguousarray(crop[:, ::-1]))


def duplicates(hashes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the places of two faces that are near-duplicates of one another.

    Parameters
    ----------
    hashes
        As `hashes_of` gives them.
    """
    buckets: dict[tuple[int, int], list[int]] = {}
    for place, (plain, mirrored) in enumerate(hashes):
        found: set[int] = set()
        for looked in (plain, mirrored):
            for key in _bands(looked):
                found.update(buckets.get(key, ()))
        for other in sorted(found):
            if any(
                (looked ^ hashes[other][0]).bit_count() <= ALIKE for looked in (plain, mirrored)
            ):
                yield other, place
        for key in _bands(plain):
            buckets.setdefault(key, []).append(place)


def _bands(bits: int) -> Iterator[tuple[int, int]]:
    """Cut 64 bits into one band more than bits may differ: two alike share at least one."""
    edges = [round(at * BITS / _BANDS) for at in range(_BANDS + 1)]
    for band, (start, end) in enumerate(pairwise(edges)):
        yield band, (bits >> start) & ((1 << (end - start)) - 1)


def grouped(count: int, pairs: Iterator[tuple[int, int]]) -> NDArray[np.intp]:
    """Return for each of so many things the first that pairs tie it to, also through others."""
    first = list(range(count))

    def root(at: int) -> int:
        while first[at] != at:
            first[at] = first[first[at]]
            at = first[at]
        return at

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        first[high] = low
    return np.array([root(at) for at in range(count)], np.intp)
