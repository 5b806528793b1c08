"""Where the samples of a project stand: on which pile, why, and in which order to work on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.project import AssessedColumns, Project, SampleState, SampleSummary
from annotator.quality.triage import (
    DEFAULT_THRESHOLDS,
    Contribution,
    Pile,
    Thresholds,
    expected_gain,
    learned_thresholds,
    pile_of,
    why,
)

SETTING = "triage"
"""What the project's setting is called that holds where the piles end."""

# A factor nearer to 1 says nothing worth telling.
_TELLING = 1.02
_TO_DO = (SampleState.PREDICTED, SampleState.IN_PROGRESS, SampleState.SENT_BACK)
_GONE = (SampleState.EXCLUDED, SampleState.DELETED)


@dataclass(frozen=True)
class PileEnds:
    """Where the piles of a project end, and how it came to that.

    Attributes
    ----------
    thresholds
    verdicts
        Of people, from which they were learned; None where nobody learned them.
    is_own
        Whether the project has set them, or they are those that ship.
    """

    thresholds: Thresholds = DEFAULT_THRESHOLDS
    verdicts: int | None = None
    is_own: bool = False

    @property
    def text(self) -> str:
        """How the piles are told apart, in words."""
        accept, hopeless = self.thresholds.accept, self.thresholds.hopeless
        if self.verdicts is not None:
            whose = f"learned from {self.verdicts} verdicts"
        else:
            whose = "as the project set them" if self.is_own else "the shipped limits"
        return f"fit to accept up to {accept:.2%}, hopeless above {hopeless:.1%} ({whose})"


def pile_ends(project: Project) -> PileEnds:
    """Return where the piles of a project end."""
    stored: Mapping[str, Any] = project.settings.get(SETTING)
    if not stored:
        return PileEnds()
    verdicts = stored.get("verdicts")
    thresholds = Thresholds(stored["accept"], stored["hopeless"])
    return PileEnds(thresholds, None if verdicts is None else int(verdicts), is_own=True)


def learn_pile_ends(project: Project, *, by: str | None = None) -> PileEnds | None:
    """Let a project's own verdicts say where its piles end, and keep that in its settings.

    Returns
    -------
    PileEnds or None
        None if its verdicts are too few, or all alike: nothing is changed.
    """
    columns, samples = project.assessments.columns(), project.samples.summaries()
    places = places_of(columns, [sample.id for sample in samples])
    told = [
        (float(columns.doubt[place]), pile)
        for sample, place in zip(samples, places.tolist(), strict=True)
        if place >= 0 and (pile := pile_by_verdict(sample)) is not None
    ]
    doubts, verdicts = [doubt for doubt, _ in told], [pile for _, pile in told]
    thresholds = learned_thresholds(doubts, verdicts)
    if thresholds is None:
        return None
    values = {"accept": thresholds.accept, "hopeless": thresholds.hopeless, "verdicts": len(told)}
    project.settings.put(SETTING, values, by=by)
    return PileEnds(thresholds, len(told), is_own=True)


def pile_by_verdict(sample: SampleSummary) -> Pile | None:
    """Return on which pile people put a sample; None of one that has no verdict to tell from."""
    if sample.state is SampleState.ACCEPTED:
        return Pile.CORRECT if sample.stroke_count else Pile.ACCEPT
    return Pile.HOPELESS if sample.state in _GONE else None


def places_of(
    columns: AssessedColumns, sample_ids: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.intp]:
    """Return at which place of the columns each sample is, (k,); -1 where it is not assessed."""
    ids = np.asarray(sample_ids, np.int64)
    if not len(columns.sample_ids):
        return np.full(len(ids), -1, np.intp)
    places = np.searchsorted(columns.sample_ids, ids)
    places[places == len(columns.sample_ids)] = 0
    return np.where(columns.sample_ids[places] == ids, places, -1)


@dataclass(frozen=True, eq=False)
class Triage:
    """What is known of a project's samples, and what follows from it; all arrays are (k,).

    Attributes
    ----------
    columns
        What is known.
    ends
        Where the piles end.
    """

    columns: AssessedColumns
    ends: PileEnds

    @classmethod
    def of(cls, project: Project) -> "Triage":
        """Read what is known of a project's samples."""
        return cls(project.assessments.columns(), pile_ends(project))

    @cached_property
    def piles(self) -> NDArray[np.object_]:
        """The pile of each."""
        piles = [pile_of(doubt, self.ends.thresholds) for doubt in self.columns.doubt.tolist()]
        return np.array(piles, object)

    @cached_property
    def gains(self) -> NDArray[np.float64]:
        """What work on each is expected to gain, in outer IOD a stroke."""
        doubts, ends = self.columns.doubt.tolist(), self.ends.thresholds
        return np.array([expected_gain(doubt, ends) for doubt in doubts], np.float64)

    def values(self, place: int) -> dict[str, float]:
        """Return the signals of one, by name."""
        return {name: float(of_all[place]) for name, of_all in self.columns.signals.items()}

    def reasons(self, place: int, most: int = 3) -> tuple[Contribution, ...]:
        """Return what put one where it is, the most telling first."""
        return telling(self.values(place), most)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a sample stands.

    Attributes
    ----------
    sample
    order
        From 1: when its turn comes, by expected gain; None where there is nothing to do.
    pile, doubt, gain
        None of a sample that is not assessed.
    severity
        Of the gravest finding; 0 where there is none.
    reasons
        The most telling first.
    """

    sample: SampleSummary
    order: int | None
    pile: Pile | None = None
    doubt: float | None = None
    gain: float | None = None
    severity: int = 0
    reasons: tuple[Contribution, ...] = ()


def standings(samples: Sequence[SampleSummary], triage: Triage) -> Iterator[Standing]:
    """Yield where samples stand: those to do first, by what work on them is expected to gain."""
    places = places_of(triage.columns, [sample.id for sample in samples])
    gains = np.zeros(len(samples))
    known = places >= 0
    gains[known] = triage.gains[places[known]]
    is_to_do = np.array([sample.state in _TO_DO for sample in samples], bool)
    gains[~is_to_do] = 0.0
    order = np.lexsort((np.arange(len(samples)), ~known, ~is_to_do, -gains))
    for number, at in enumerate(order.tolist(), start=1):
        sample, place = samples[at], int(places[at])
        if place < 0:
            yield Standing(sample, None)
            continue
        yield Standing(
            sample,
            number if gains[at] > 0 else None,
            triage.piles[place],
            float(triage.columns.doubt[place]),
            float(triage.gains[place]),
            int(triage.columns.severity[place]),
            triage.reasons(place),
        )


def telling(values: Mapping[str, float], most: int = 3) -> tuple[Contribution, ...]:
    """Return the signals that did most to an expected error, but for those that did nothing."""
    found = [one for one in why(values) if not 1 / _TELLING < one.factor < _TELLING]
    return tuple(found[:most])
