"""What the list can be sorted and filtered by that a `SampleSummary` does not hold.

It is read when it is asked for first, so that a list of 100,000 opens as fast as without it.
"""

from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.quality.standing import Triage, places_of
from annotator.quality.triage import Pile

Ids = NDArray[np.int64]


class Among(StrEnum):
    """Which samples pass, by what is known of their quality; the value is a title."""

    CORRECT = "Worth correcting"
    ACCEPT = "Fit to accept"
    HOPELESS = "Hopeless"
    FOUND = "With findings"
    SERIOUS = "With serious findings"
    UNKNOWN = "Not assessed"


_PILES = {
    Among.CORRECT: Pile.CORRECT,
    Among.ACCEPT: Pile.ACCEPT,
    Among.HOPELESS: Pile.HOPELESS,
}
_LEAST_SEVERITY = {Among.FOUND: 1, Among.SERIOUS: 3}

# What is measured that is no signal.
ERROR, GAIN, FINDINGS = "error", "gain", "findings"
_DEGREES = ("yaw", "pitch", "roll")


class Measures(Protocol):
    """Measures samples by their ids."""

    def values(self, name: str, sample_ids: Ids) -> NDArray[np.float64]:
        """Return a measure of each, (k,), NaN where it is not known."""

    def among(self, which: Among, sample_ids: Ids) -> NDArray[np.bool_]:
        """Return which of them pass, (k,)."""


class NothingMeasured:
    """Knows nothing of any sample."""

    def values(self, name: str, sample_ids: Ids) -> NDArray[np.float64]:
        """Return NaN for each."""
        return np.full(len(sample_ids), np.nan)

    def among(self, which: Among, sample_ids: Ids) -> NDArray[np.bool_]:
        """Let pass what is not assessed, and that is all."""
        return np.full(len(sample_ids), which is Among.UNKNOWN)


class TriageMeasures:
    """Measures samples by what was assessed of them.

    Parameters
    ----------
    triage : Triage
    """

    def __init__(self, triage: Triage) -> None:
        self.triage = triage

    def values(self, name: str, sample_ids: Ids) -> NDArray[np.float64]:
        """Return a measure of each, (k,), NaN where it is not known.

        Parameters
        ----------
        name
            `ERROR`, `GAIN`, `FINDINGS` (the severity), or the name of a signal; of angles the
            size.
        sample_ids : (k,)
        """
        places = places_of(self.triage.columns, sample_ids)
        values = np.full(len(places), np.nan)
        known = places >= 0
        values[known] = self._column(name)[places[known]]
        return values

    def signed(self, name: str, sample_ids: Ids) -> NDArray[np.float64]:
        """Return what `values` does, but of angles with their sign."""
        signal = self.triage.columns.signals.get(name) if name in _DEGREES else None
        if signal is None:
            return self.values(name, sample_ids)
        places = places_of(self.triage.columns, sample_ids)
        return np.where(places >= 0, signal[places] if len(signal) else np.nan, np.nan)

    def among(self, which: Among, sample_ids: Ids) -> NDArray[np.bool_]:
        """Return which of them pass, (k,)."""
        places = places_of(self.triage.columns, sample_ids)
        known = places >= 0
        if which is Among.UNKNOWN:
            return ~known
        passing = np.zeros(len(places), np.bool_)
        if which in _PILES:
            has_it = self.triage.piles == _PILES[which]
        else:
            has_it = self.triage.columns.severity >= _LEAST_SEVERITY[which]
        passing[known] = has_it[places[known]]
        return passing

    def _column(self, name: str) -> NDArray[np.float64]:
        triage = self.triage
        if name == ERROR:
            return triage.columns.doubt
        if name == GAIN:
            return triage.gains
        if name == FINDINGS:
            return triage.columns.severity.astype(np.float64)
        signal = triage.columns.signals.get(name)
        if signal is None:
            return np.full(len(triage.columns.sample_ids), np.nan)
        return np.abs(signal).astype(np.float64) if name in _DEGREES else signal.astype(np.float64)
