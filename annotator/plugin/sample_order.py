"""The samples of a project as columns, so that 100,000 are filtered and sorted at once."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from annotator.project import SampleState, SampleSummary

Positions = NDArray[np.int32]

_CODES = {state: code for code, state in enumerate(SampleState)}
_DIGITS = re.compile(r"\d+")
_APART = "\0"  # in no file's name


class SortKey(StrEnum):
    """What the list can be sorted by."""

    IMAGE = "image order"
    NAME = "file name"
    STATE = "state"
    SCORE = "model score"
    DISPLACEMENT = "displacement"
    TIME = "time spent"
    STROKES = "strokes"


_ATTRIBUTES = {
    SortKey.SCORE: "presence",
    SortKey.DISPLACEMENT: "displacement",
    SortKey.TIME: "seconds_spent",
    SortKey.STROKES: "stroke_count",
}


class SampleColumns:
    """Samples in image order, and what of them is asked for as arrays.

    A position counts from 0 in image order; it is no row of the list, which may be filtered and
    sorted.

    Parameters
    ----------
    samples : sequence of SampleSummary
        In image order.
    """

    def __init__(self, samples: Sequence[SampleSummary] = ()) -> None:
        self._samples = list(samples)
        self._positions = {sample.id: i for i, sample in enumerate(self._samples)}
        self._states = np.fromiter(
            (_CODES[sample.state] for sample in self._samples), np.uint8, len(self._samples)
        )
        self._values: dict[SortKey, NDArray[np.float64]] = {}
        self._names: list[str] | None = None

    def __len__(self) -> int:
        """Return how many samples there are."""
        return len(self._samples)

    def __iter__(self) -> Iterator[SampleSummary]:
        """Yield the samples in image order."""
        return iter(self._samples)

    def __getitem__(self, position: int) -> SampleSummary:
        """Return the sample at a position."""
        return self._samples[position]

    def position(self, sample_id: int) -> int | None:
        """Return where a sample is, or None if there is none with this id."""
        return self._positions.get(sample_id)

    def ids(self, positions: Positions) -> list[int]:
        """Return the ids of the samples at some positions."""
        return [self._samples[position].id for position in positions.tolist()]

    def put(self, position: int, sample: SampleSummary) -> None:
        """Take over what changed about a sample; its file and its id do not."""
        self._samples[position] = sample
        self._states[position] = _CODES[sample.state]
        for key, attribute in _ATTRIBUTES.items():
            if key in self._values:
                self._values[key][position] = getattr(sample, attribute)

    def count(self, states: Collection[SampleState]) -> int:
        """Return how many samples are in one of these states."""
        return int(np.count_nonzero(_has_state(self._states, states)))

    def in_states(self, states: Collection[SampleState]) -> NDArray[np.bool_]:
        """Return whether each sample is in one of these states, (n,)."""
        return _has_state(self._states, states)

    def named(self, text: str, *, begins: bool = False) -> NDArray[np.bool_]:
        """Return whether each file name holds, or begins with, a text, whatever its case, (n,)."""
        sought = text.casefold()
        names = self._folded_names()
        if begins:
            return np.fromiter((name.startswith(sought) for name in names), np.bool_, len(names))
        return np.fromiter((sought in name for name in names), np.bool_, len(names))

    def sorted(self, positions: Positions, key: SortKey, *, descending: bool = False) -> Positions:
        """Return positions sorted; those that are alike stay in image order either way."""
        if key is SortKey.IMAGE:
            return positions[::-1] if descending else positions
        values = self._column(key)[positions]
        return positions[np.argsort(-values if descending else values, kind="stable")]

    def _column(self, key: SortKey) -> NDArray[np.float64]:
        if key is SortKey.STATE:
            return self._states.astype(np.float64)
        if key not in self._values:
            if key is SortKey.NAME:
                self._values[key] = _ranks(self._folded_names())
            else:
                of = attrgetter(_ATTRIBUTES[key])
                self._values[key] = np.fromiter(map(of, self._samples), np.float64, len(self))
        return self._values[key]

    def _folded_names(self) -> list[str]:
        if self._names is None:
            self._names = [sample.image_name.casefold() for sample in self._samples]
        return self._names


def natural_order(names: Iterable[str]) -> list[str]:
    """Return names sorted as people count: ``face9`` before ``face10``."""
    listed = list(names)
    together = _APART.join(listed)
    # Numbers are padded to the width of the widest; most are as wide already, and stay.
    widths = set(map(len, _DIGITS.findall(together)))
    if len(widths) < 2:
        return sorted(listed)
    widest = max(widths)
    narrow = re.compile(rf"(?<!\d)\d{{1,{widest - 1}}}(?!\d)")
    padded = narrow.sub(lambda digits: digits[0].zfill(widest), together).split(_APART)
    return [listed[place] for place in sorted(range(len(listed)), key=padded.__getitem__)]


def runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last of each unbroken run of rows, in order."""
    ordered = np.unique(np.fromiter(rows, np.int64))
    if not len(ordered):
        return []
    parts = np.split(ordered, np.flatnonzero(np.diff(ordered) > 1) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts]


def _ranks(names: list[str]) -> NDArray[np.float64]:
    rank = {name: number for number, name in enumerate(natural_order(dict.fromkeys(names)))}
    return np.fromiter(map(rank.__getitem__, names), np.float64, len(names))


def _has_state(codes: NDArray[np.uint8], states: Collection[SampleState]) -> NDArray[np.bool_]:
    wanted = np.zeros(len(_CODES), np.bool_)
    wanted[[_CODES[state] for state in states]] = True
    return wanted[codes]
