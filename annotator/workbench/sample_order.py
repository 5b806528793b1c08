"""The samples of a project as columns, so that 100,000 are filtered and sorted at once."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from annotator.project import SampleState, SampleSummary
from annotator.system.names import folded, padded_numbers
from annotator.workbench.measures import Among, Measures, NothingMeasured
from annotator.workbench.sort_keys import SortKey

Positions = NDArray[np.int32]

_CODES = {state: code for code, state in enumerate(SampleState)}


def _face(sample: SampleSummary) -> tuple[int, int]:
    return sample.image_id, sample.face_index


class SampleColumns:
    """Samples in image order, and what of them is asked for as arrays.

    A position counts from 0 in image order; it is no row of the list, which may be filtered and
    sorted.

    Parameters
    ----------
    samples : sequence of SampleSummary
        In image order.
    measures : Measures, optional
        Measures what summaries do not hold.
    """

    def __init__(
        self, samples: Sequence[SampleSummary] = (), measures: Measures | None = None
    ) -> None:
        self._samples = list(samples)
        self._measures = measures or NothingMeasured()
        self._ids = np.fromiter((sample.id for sample in self._samples), np.int64, len(samples))
        self._positions = {sample.id: i for i, sample in enumerate(self._samples)}
        self._states = np.fromiter(
            (_CODES[sample.state] for sample in self._samples), np.uint8, len(self._samples)
        )
        self._values: dict[SortKey, NDArray[np.float64]] = {}
        self._names: _Names | None = None

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

    def has_face(self, image_id: int, face_index: int) -> bool:
        """Return whether there is a sample of an image's face."""
        face = image_id, face_index
        at = bisect_left(self._samples, face, key=_face)
        return at < len(self._samples) and _face(self._samples[at]) == face

    def ids(self, positions: Positions) -> list[int]:
        """Return the ids of the samples at some positions."""
        found: list[int] = self._ids[positions].tolist()
        return found

    def put(self, position: int, sample: SampleSummary) -> None:
        """Take over what changed about a sample; its file and its id do not."""
        self._samples[position] = sample
        self._states[position] = _CODES[sample.state]
        for key, values in self._values.items():
            if key.number is not None:
                values[position] = key.number(sample)

    def count(self, states: Collection[SampleState]) -> int:
        """Return how many samples are in one of these states."""
        return int(np.count_nonzero(_has_state(self._states, states)))

    def in_states(self, states: Collection[SampleState]) -> NDArray[np.bool_]:
        """Return whether each sample is in one of these states, (n,)."""
        return _has_state(self._states, states)

    def among(self, which: Among) -> NDArray[np.bool_]:
        """Return whether each sample passes by what is known of its quality, (n,)."""
        return self._measures.among(which, self._ids)

    def forget_measures(self) -> None:
        """Measure anew when it is asked for next: what is known is no longer the same."""
        for key in [key for key in self._values if key.measured is not None]:
            del self._values[key]

    def named(self, text: str, *, begins: bool = False) -> NDArray[np.bool_]:
        """Return whether each file name holds, or begins with, a text, (n,).

        Neither case counts nor how accents are written in Unicode.
        """
        sought, names = folded(text), self._folded_names()
        if begins:
            found = (name.startswith(sought) for name in names.distinct)
        else:
            found = (sought in name for name in names.distinct)
        return np.fromiter(found, np.bool_, len(names.distinct))[names.of_each]

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
            if key.measured is not None:
                self._values[key] = self._measures.values(key.measured.name, self._ids)
            elif key.number is None:
                self._values[key] = self._folded_names().ranks()
            else:
                numbers = map(key.number, self._samples)
                self._values[key] = np.fromiter(numbers, np.float64, len(self))
        return self._values[key]

    def _folded_names(self) -> "_Names":
        if self._names is None:
            self._names = _Names.of(self._samples)
        return self._names


@dataclass(frozen=True, eq=False)
class _Names:
    """The names of the images, once each, and which of them each sample has.

    Attributes
    ----------
    distinct : list of str
        Without case, accents written one way; images in several folders may have one name.
    of_each : (n,) int32
    """

    distinct: list[str]
    of_each: NDArray[np.int32]

    @classmethod
    def of(cls, samples: Sequence[SampleSummary]) -> Self:
        """Return the names of samples that are in image order."""
        images = np.fromiter((sample.image_id for sample in samples), np.int64, len(samples))
        begins = np.diff(images, prepend=-1) != 0
        firsts = np.flatnonzero(begins).tolist()
        distinct = [folded(samples[first].image_name) for first in firsts]
        return cls(distinct, (np.cumsum(begins) - 1).astype(np.int32))

    def ranks(self) -> NDArray[np.float64]:
        """Return where each sample comes by name, (n,); the same for the same name."""
        padded = padded_numbers(self.distinct)
        order = sorted(range(len(padded)), key=padded.__getitem__)
        ordered = [padded[place] for place in order]
        is_another = [a != b for a, b in pairwise(chain(ordered[:1], ordered))]
        ranks = np.empty(len(order))
        ranks[order] = np.cumsum(is_another)
        return ranks[self.of_each]


def runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last of each unbroken run of rows, in order."""
    ordered = np.unique(np.fromiter(rows, np.int64))
    if not len(ordered):
        return []
    parts = np.split(ordered, np.flatnonzero(np.diff(ordered) > 1) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts]


def _has_state(codes: NDArray[np.uint8], states: Collection[SampleState]) -> NDArray[np.bool_]:
    wanted = np.zeros(len(_CODES), np.bool_)
    wanted[[_CODES[state] for state in states]] = True
    return wanted[codes]
