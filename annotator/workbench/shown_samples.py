"""The samples of a project as the list shows them: filtered, sorted, and walked through."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from annotator.project import UNDECIDED, SampleState, SampleSummary
from annotator.system.people import known_as
from annotator.workbench.measures import Among, Measures, NothingMeasured
from annotator.workbench.sample_order import Positions, SampleColumns
from annotator.workbench.sort_keys import SortKey
from annotator.workbench.states import NOT_DELETED, TO_DO_IN_TWO_STEPS

# Longer numbers are no sample's, and Python does not read them at any length.
_MOST_DIGITS = 18


@dataclass(frozen=True)
class Shown:
    """Which samples are shown, and in which order.

    Attributes
    ----------
    states : tuple of SampleState
    text : str
        What the file's name holds; neither case matters nor how accents are written.
    key : SortKey
    descending : bool
    among : Among or None
        Which of these pass by what is known of their quality; None for all.
    """

    states: tuple[SampleState, ...] = NOT_DELETED
    text: str = ""
    key: SortKey = SortKey.IMAGE
    descending: bool = False
    among: Among | None = None

    @property
    def has_to_do(self) -> bool:
        """Whether samples without a verdict pass."""
        return any(state in UNDECIDED for state in self.states)


class ShownSamples:
    """All samples, and the part of them that passes the filter, in the order asked for.

    A sample that no longer passes because its state changed stays in the list, where it was,
    until the list is arranged anew: a row must not vanish from under the annotator's pointer.

    Attributes
    ----------
    measures : Measures
        Measures what summaries do not hold.
    person : str or None
        Whose list it is: among what is to do, what was sent back to others is left to them. None
        for everybody's.
    """

    def __init__(self) -> None:
        self.measures: Measures = NothingMeasured()
        self.person: str | None = None
        self._columns = SampleColumns()
        self._shown = Shown()
        self._positions: Positions = np.empty(0, np.int32)
        self._rows: NDArray[np.int32] = np.empty(0, np.int32)
        self._seen: dict[int, int] = {}

    @property
    def shown(self) -> Shown:
        """Which samples are shown, and in which order."""
        return self._shown

    @property
    def total(self) -> int:
        """How many samples there are, shown or not, deleted ones too."""
        return len(self._columns)

    def __len__(self) -> int:
        """Return how many samples are shown."""
        return len(self._positions)

    def at(self, row: int) -> SampleSummary:
        """Return the sample in a row of the list shown."""
        return self._columns[int(self._positions[row])]

    def ids(self, first: int, last: int) -> list[int]:
        """Return the samples in some rows of the list shown, the last included."""
        return self._columns.ids(self._positions[first : last + 1])

    def get(self, sample_id: int) -> SampleSummary:
        """Return a sample by its id, shown or not; raises KeyError if there is none."""
        position = self._columns.position(sample_id)
        if position is None:
            raise KeyError(sample_id)
        return self._columns[position]

    def knows(self, sample_id: int) -> bool:
        """Return whether there is a sample with this id, shown or not."""
        return self._columns.position(sample_id) is not None

    def beside(self, sample_id: int) -> list[SampleSummary]:
        """Return the samples of a sample's image, itself included, shown or not.

        Raises KeyError if there is no such sample.
        """
        columns, position = self._columns, self._columns.position(sample_id)
        if position is None:
            raise KeyError(sample_id)
        first = last = position
        image_id = columns[position].image_id
        while first > 0 and columns[first - 1].image_id == image_id:
            first -= 1
        while last + 1 < len(columns) and columns[last + 1].image_id == image_id:
            last += 1
        return [columns[place] for place in range(first, last + 1)]

    def has_face(self, image_id: int, face_index: int) -> bool:
        """Return whether there is a sample of an image's face, shown or not."""
        return self._columns.has_face(image_id, face_index)

    def row(self, sample_id: int) -> int | None:
        """Return a sample's row in the list shown, or None if it is not shown."""
        position = self._columns.position(sample_id)
        row = -1 if position is None else int(self._rows[position])
        return row if row >= 0 else None

    def count(self, states: Collection[SampleState]) -> int:
        """Return how many samples, shown or not, are in one of these states."""
        return self._columns.count(states)

    def replace(self, samples: Sequence[SampleSummary]) -> None:
        """Take over another list of samples, in image order; none means another project."""
        if not samples:
            self._seen.clear()
        self._columns = SampleColumns(samples, self.measures)
        self._arrange()

    def update(self, *samples: SampleSummary) -> None:
        """Take over what changed about samples, and samples that are new.

        The new ones at once: the list is arranged anew for them, which takes a quarter of a
        second for 100,000 samples, however few they are.
        """
        new = []
        for sample in samples:
            position = self._columns.position(sample.id)
            if position is None:
                new.append(sample)
            else:
                self._columns.put(position, sample)
        if new:
            self.replace(sorted([*self._columns, *new], key=lambda s: (s.image_id, s.face_index)))

    def forget_measures(self) -> None:
        """Measure anew when the list is arranged next; rows stay where they are."""
        self._columns.forget_measures()

    def arrange(self, shown: Shown) -> None:
        """Show these samples in this order."""
        self._shown = shown
        self._arrange()

    def neighbour(self, sample_id: int | None, offset: int) -> int | None:
        """Return the sample so many rows away, or None past either end."""
        place = self._place(sample_id)
        if place is None:
            target = 0 if offset > 0 else len(self) - 1
        else:
            target = offset + (floor(place) if offset > 0 else ceil(place))
        return self.at(target).id if 0 <= target < len(self) else None

    def next_in(self, states: Collection[SampleState], *, after: int | None) -> int | None:
        """Return the next shown sample in one of these states, wrapping round, or None."""
        rows = self._rows_in(states, after)
        return self.at(int(rows[0])).id if len(rows) else None

    def ids_in(self, states: Collection[SampleState], *, after: int | None) -> list[int]:
        """Return the shown samples in one of these states, the next one first, wrapping round."""
        return self._columns.ids(self._positions[self._rows_in(states, after)])

    def likely_next(
        self, current: int | None, sought: Collection[SampleState] = UNDECIDED
    ) -> list[SampleSummary]:
        """Return the samples that the annotator will probably go to next, likeliest first."""
        ids = (
            self.next_in(sought, after=current),
            self.neighbour(current, 1),
            self.neighbour(current, -1),
            self.neighbour(current, 2),
        )
        return [self.get(i) for i in dict.fromkeys(ids) if i is not None and i != current]

    def first_to_open(self, sought: Collection[SampleState] = UNDECIDED) -> int | None:
        """Return the first shown sample to do, or the first at all, or None."""
        to_do = self.next_in(sought, after=None)
        return self.neighbour(None, 1) if to_do is None else to_do

    def why_nothing_to_do(
        self, current: int | None, sought: Collection[SampleState] = UNDECIDED
    ) -> str:
        """Return why there is no next sample to do, as a sentence for the annotator."""
        if current is not None and self.get(current).state in sought:
            return "This is the only sample shown that is left to do."
        if self._in_states(sought).any():
            return "No sample shown is left to do, but the filter hides some that are."
        return "Every sample has its verdict: nothing is left to do."

    def find(self, text: str, limit: int = 50) -> list[SampleSummary]:
        """Return the samples that a name or a number may mean, likeliest first; none deleted.

        Parameters
        ----------
        text : str
            Part of a file's name, whatever its case, or a sample's number.
        limit : int
            At most so many.
        """
        sought = text.strip()
        if not sought:
            return []
        named = self._columns.named(sought) & self._columns.in_states(NOT_DELETED)
        begins = named & self._columns.named(sought, begins=True)
        ordered = np.concatenate([np.flatnonzero(begins), np.flatnonzero(named & ~begins)])
        number = sought.removeprefix("#")
        is_number = number.isdecimal() and len(number) <= _MOST_DIGITS
        numbered = self._columns.position(int(number)) if is_number else None
        if numbered is not None and self._columns[numbered].state is SampleState.DELETED:
            numbered = None
        positions = [*([] if numbered is None else [numbered]), *ordered[:limit].tolist()]
        return [self._columns[position] for position in dict.fromkeys(positions)][:limit]

    def mark_seen(self, sample_id: int, revision: int) -> None:
        """Note that the annotator has had a sample on the screen, at this revision."""
        self._seen[sample_id] = revision

    def seen_revisions(self, sample_ids: Iterable[int]) -> dict[int, int]:
        """Return the revision at which each was last on the screen here; others are missing."""
        return {i: self._seen[i] for i in sample_ids if i in self._seen}

    def unseen(self, sample_ids: Iterable[int]) -> list[int]:
        """Return those that nobody can have judged: never on the screen here, and no stroke."""
        return [i for i in sample_ids if i not in self._seen and not self.get(i).stroke_count]

    def _rows_in(self, states: Collection[SampleState], after: int | None) -> NDArray[np.intp]:
        """Return the rows in one of these states but for the present one, the next one first."""
        start = self._place(after)
        rows = np.flatnonzero(self._in_states(states)[self._positions])
        if start is None:
            return rows
        rows = rows[rows != start]
        return np.roll(rows, -int(np.searchsorted(rows, start)))

    def _in_states(self, states: Collection[SampleState]) -> NDArray[np.bool_]:
        """Return which samples are in one of these states, (n,), and not others' to do."""
        found = self._columns.in_states(states)
        if self.person is None or set(states) != set(TO_DO_IN_TWO_STEPS):
            return found
        me = known_as(self.person)
        for position in np.flatnonzero(self._columns.in_states((SampleState.SENT_BACK,))).tolist():
            whose = self._columns[position].annotator
            found[position] = whose is None or known_as(whose) == me
        return found

    def _place(self, sample_id: int | None) -> float | None:
        """Return a sample's row, or where between two rows it would be if it was shown.

        None if that cannot be said: then one begins at an end of the list.
        """
        position = None if sample_id is None else self._columns.position(sample_id)
        if position is None:
            return None
        row = int(self._rows[position])
        if row >= 0:
            return row
        if self._shown.key is not SortKey.IMAGE:
            return None
        before = int((self._positions < position).sum())
        return (len(self) - before if self._shown.descending else before) - 0.5

    def _arrange(self) -> None:
        passing = self._in_states(self._shown.states)
        if self._shown.text.strip():
            passing &= self._columns.named(self._shown.text.strip())
        if self._shown.among is not None:
            passing &= self._columns.among(self._shown.among)
        positions = np.flatnonzero(passing).astype(np.int32)
        self._positions = self._columns.sorted(
            positions, self._shown.key, descending=self._shown.descending
        )
        self._rows = np.full(len(self._columns), -1, np.int32)
        self._rows[self._positions] = np.arange(len(self._positions), dtype=np.int32)
