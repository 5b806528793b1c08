"""Faces that are the same picture again: resized, compressed, brightened, turned or mirrored.

Each face is cut out level, so that a turned copy looks the same, made small and grey, and known by
the signs of its lowest frequencies (a perceptual hash). Faces whose hashes differ in few bits are
taken for one picture; so are a face and the mirror image of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Indices = NDArray[np.intp]

BITS = 64
ALIKE = 9
"""Bits by which two pictures of one origin differ at most."""

_SMALL = 32  # pixels
_LOWEST = 9  # frequencies a side; the constant is left out
# Two hashes that are alike differ by `ALIKE // _BANDS` bits at most in one of the bands at least.
_BANDS = 5
_FLIPS = ALIKE // _BANDS
_BLOCK = 4096  # hashes that are looked for at once
_MOST = 1 << 21  # pairs that are compared at once


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


def alike_to(hashes: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> set[int]:
    """Return the places of the hashes that are near-duplicates of any of the others."""
    count = len(others)
    return {other - count for one, other in duplicates([*others, *hashes]) if one < count <= other}


def duplicates(hashes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the places of two faces that are near-duplicates of one another, the lower first.

    Exact, by multi-index hashing (Norouzi, Punjani and Fleet, *Fast search in Hamming space with
    multi-index hashing*, 2012): who differs in 9 bits differs in one bit at most of one of five
    bands. 100,000 faces take seconds; memory does not depend on how many are alike, but for those
    that are like the same 4,096.

    Parameters
    ----------
    hashes
        As `hashes_of` gives them.
    """
    if not hashes:
        return
    plain, mirrored = (np.array(column, np.uint64) for column in zip(*hashes, strict=True))
    bands = [_Band(plain, start, end) for start, end in pairwise(_edges())]
    for start in range(0, len(plain), _BLOCK):
        places = np.arange(start, min(start + _BLOCK, len(plain)))
        found = {
            pair
            for looked in (plain, mirrored)
            for band in bands
            for pair in band.alike(places, looked, plain)
        }
        yield from ((other, place) for place, other in sorted(found))


def first_alike(hashes: Sequence[tuple[int, int]]) -> Indices:
    """Return for each face the first one of those that it is a near-duplicate of, (n,).

    Faces are tied through others, too. Pictures that are the same to the bit are compared once,
    so that a project full of one picture takes no longer.

    Parameters
    ----------
    hashes
        As `hashes_of` gives them.
    """
    if not hashes:
        return np.empty(0, np.intp)
    known: dict[tuple[int, int], int] = {}
    for place, pair in enumerate(hashes):
        known.setdefault(pair, place)
    different = list(known)
    among = grouped(len(different), duplicates(different))
    first = {pair: known[different[of]] for pair, of in zip(different, among.tolist(), strict=True)}
    return np.array([first[pair] for pair in hashes], np.intp)


def grouped(count: int, pairs: Iterable[tuple[int, int]]) -> Indices:
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


def _edges() -> list[int]:
    return [round(at * BITS / _BANDS) for at in range(_BANDS + 1)]


class _Band:
    """Some bits of all hashes, sorted, so that those with the same bits are found."""

    def __init__(self, hashes: Hashes, start: int, end: int) -> None:
        self._start, self._width = np.uint64(start), end - start
        keys = self._keys(hashes)
        self._order = np.argsort(keys, kind="stable")
        self._firsts = np.searchsorted(keys[self._order], np.arange((1 << self._width) + 1))

    def alike(self, places: Indices, looked: Hashes, hashes: Hashes) -> Iterator[tuple[int, int]]:
        """Yield each of the places with those before it that it is alike to, by this band."""
        keys = self._keys(looked[places])
        flips = [0, *(1 << bit for bit in range(self._width))][: 1 + _FLIPS * self._width]
        for flip in flips:
            for some in _portions(self._counts(keys ^ flip)):
                place, other = self._pairs(places[some], keys[some] ^ flip)
                near = np.bitwise_count(looked[place] ^ hashes[other]) <= ALIKE
                near &= other < place
                yield from zip(place[near].tolist(), other[near].tolist(), strict=True)

    def _keys(self, hashes: Hashes) -> Indices:
        mask = np.uint64((1 << self._width) - 1)
        return np.asarray((hashes >> self._start) & mask, np.intp)

    def _counts(self, keys: Indices) -> Indices:
        return np.asarray(self._firsts[keys + 1] - self._firsts[keys])

    def _pairs(self, places: Indices, keys: Indices) -> tuple[Indices, Indices]:
        """Return each place as often as there are hashes with its key, and those."""
        counts = self._counts(keys)
        ends = np.cumsum(counts)
        within = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
        return np.repeat(places, counts), self._order[
            np.repeat(self._firsts[keys], counts) + within
        ]


def _portions(counts: Indices) -> Iterator[slice]:
    """Cut a row of counts where their sum would be more than is compared at once."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        done = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, done + _MOST, side="right")), start + 1)
        yield slice(start, stop)
        start = stop
