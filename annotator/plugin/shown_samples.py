"""The samples of a project in the order of the list, and which of them the filter shows."""

from collections.abc import Collection, Sequence

from annotator.project import SampleState, SampleSummary

TO_DO = (SampleState.PREDICTED, SampleState.IN_PROGRESS)


class ShownSamples:
    """All samples, and the part of them that passes the filter.

    A sample that no longer passes because its state changed stays in the list until the filter
    is set anew: a row must not vanish from under the annotator's pointer.
    """

    def __init__(self) -> None:
        self._by_id: dict[int, SampleSummary] = {}
        self._states: frozenset[SampleState] = frozenset()
        self._shown: list[int] = []
        self._rows: dict[int, int] = {}

    @property
    def total(self) -> int:
        """How many samples there are, shown or not."""
        return len(self._by_id)

    def __len__(self) -> int:
        """Return how many samples are shown."""
        return len(self._shown)

    def at(self, row: int) -> SampleSummary:
        """Return the sample in a row of the list shown."""
        return self._by_id[self._shown[row]]

    def get(self, sample_id: int) -> SampleSummary:
        """Return a sample by its id, shown or not."""
        return self._by_id[sample_id]

    def row(self, sample_id: int) -> int | None:
        """Return a sample's row in the list shown, or None if it is not shown."""
        return self._rows.get(sample_id)

    def count(self, states: Collection[SampleState]) -> int:
        """Return how many samples, shown or not, are in one of these states."""
        return sum(sample.state in states for sample in self._by_id.values())

    def replace(self, samples: Sequence[SampleSummary]) -> None:
        """Take over another list of samples."""
        self._by_id = {sample.id: sample for sample in samples}
        self._filter()

    def update(self, sample: SampleSummary) -> None:
        """Take over what changed about one sample."""
        self._by_id[sample.id] = sample

    def show_only(self, states: Collection[SampleState]) -> None:
        """Show samples in these states only; none means all."""
        self._states = frozenset(states)
        self._filter()

    def neighbour(self, sample_id: int | None, offset: int) -> int | None:
        """Return the sample so many rows away, or None past either end."""
        row = None if sample_id is None else self._rows.get(sample_id)
        target = offset + row if row is not None else (0 if offset > 0 else len(self) - 1)
        return self._shown[target] if 0 <= target < len(self) else None

    def next_in(self, states: Collection[SampleState], *, after: int | None) -> int | None:
        """Return the next shown sample in one of these states, wrapping round, or None."""
        start = -1 if after is None else self._rows.get(after, -1)
        order = (*self._shown[start + 1 :], *self._shown[: max(start, 0)])
        return next((i for i in order if self._by_id[i].state in states), None)

    def likely_next(self, current: int | None) -> list[SampleSummary]:
        """Return the samples that the annotator will probably go to next, likeliest first."""
        ids = (
            self.next_in(TO_DO, after=current),
            self.neighbour(current, 1),
            self.neighbour(current, -1),
            self.neighbour(current, 2),
        )
        return [self.get(i) for i in dict.fromkeys(ids) if i is not None and i != current]

    def first_to_open(self) -> int | None:
        """Return the first shown sample to do, or the first at all, or None."""
        to_do = self.next_in(TO_DO, after=None)
        return self.neighbour(None, 1) if to_do is None else to_do

    def why_nothing_to_do(self, current: int | None) -> str:
        """Return why there is no next sample to do, as a sentence for the annotator."""
        if current is not None and self.get(current).state in TO_DO:
            return "This is the only sample shown that is left to do."
        if self.count(TO_DO):
            return "No sample shown is left to do, but the filter hides some that are."
        return "Every sample has its verdict: nothing is left to do."

    def _filter(self) -> None:
        self._shown = [
            sample.id
            for sample in self._by_id.values()
            if not self._states or sample.state in self._states
        ]
        self._rows = {sample_id: row for row, sample_id in enumerate(self._shown)}
