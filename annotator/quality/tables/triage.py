"""Whether triage was right: its piles against what came of the samples, and its ranking."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr

from annotator.project import Project
from annotator.project.records import SampleState
from annotator.project.tallies import SampleTally, Tallies
from annotator.quality.standing import Triage, places_of
from annotator.quality.triage import Pile

WORST = 0.3
"""The share of samples that is worth correcting, as the makers of FaceMesh had it."""

_OUTCOMES = ("as_predicted", "corrected", "sent_back", "excluded", "undecided")
_TENTHS = 10
_FEWEST = 10  # samples of which a ranking says anything

_Numbers = npt.NDArray[np.float64]


def triage(project: Project, tallies: Tallies) -> dict[str, pd.DataFrame]:
    """Return the tables ``triage``, ``ranking`` and ``expected_errors``.

    ``triage``
        ``pile`` (missing: not assessed), its ``samples``, and what came of them: accepted
        ``as_predicted``, accepted and ``corrected``, ``sent_back``, ``excluded`` (or deleted),
        ``undecided``; and how many of those whose outcome says where they belong the pile ``hit``
        or ``missed`` (sent back ones say nothing). No row where nothing is assessed.
    ``ranking``
        Over accepted samples with an expected error: how many ``samples``, Spearman's rank
        correlation (``spearman``) of it with the displacement, and the average precision
        (``average_precision``) with which it finds the worst 30 % of them, of which so many are
        there by chance (``chance``). No row for fewer than ten.
    ``expected_errors``
        The same samples in ``tenth`` of the expected error, 1 the lowest: ``samples``, the mean
        ``expected`` error and the mean displacement that was ``found``, as shares of the outer
        IOD.
    """
    known = Triage.of(project)
    samples = list(tallies.samples())
    places = places_of(known.columns, [sample.id for sample in samples]).tolist()
    counts: defaultdict[Pile | None, Counter[str]] = defaultdict(Counter)
    accepted = []
    for sample, place in zip(samples, places, strict=True):
        pile = known.piles[place] if place >= 0 else None
        outcome = _outcome(sample)
        counts[pile].update(["samples", outcome, *_judged(pile, outcome)])
        if place >= 0 and sample.state is SampleState.ACCEPTED:
            accepted.append((float(known.columns.doubt[place]), sample.displacement))
    pairs = np.array([pair for pair in accepted if np.isfinite(pair[0])]).reshape(-1, 2)
    return {
        "triage": _piles(counts),
        "ranking": _ranking(*pairs.T),
        "expected_errors": _expected(*pairs.T),
    }


def _outcome(sample: SampleTally) -> str:
    if sample.state is SampleState.ACCEPTED:
        return "corrected" if sample.stroke_count else "as_predicted"
    if sample.state is SampleState.SENT_BACK:
        return "sent_back"
    is_out = sample.state in (SampleState.EXCLUDED, SampleState.DELETED)
    return "excluded" if is_out else "undecided"


_BELONGS = {"as_predicted": Pile.ACCEPT, "corrected": Pile.CORRECT, "excluded": Pile.HOPELESS}


def _judged(pile: Pile | None, outcome: str) -> list[str]:
    """Return whether a pile was right, where what came of a sample tells."""
    if pile is None or outcome not in _BELONGS:
        return []
    return ["hit" if _BELONGS[outcome] is pile else "missed"]


def _piles(counts: defaultdict[Pile | None, Counter[str]]) -> pd.DataFrame:
    columns = ("samples", *_OUTCOMES, "hit", "missed")
    piles = [*Pile, None] if any(pile is not None for pile in counts) else []
    rows = [
        (None if pile is None else pile.value, *(counts[pile][name] for name in columns))
        for pile in piles
    ]
    return pd.DataFrame(rows, columns=["pile", *columns]).astype({"pile": "string"})


def average_precision(scores: _Numbers, is_sought: npt.NDArray[np.bool_]) -> float:
    """Return the mean, over those sought, of the precision down to each by descending score.

    NaN where nothing is sought.
    """
    ordered = is_sought[np.argsort(-scores, kind="stable")]
    if not ordered.any():
        return float("nan")
    precision = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    return float(precision[ordered].mean())


def _ranking(expected: _Numbers, found: _Numbers) -> pd.DataFrame:
    columns = ["samples", "spearman", "average_precision", "chance"]
    if len(found) < _FEWEST:
        return pd.DataFrame(columns=columns)
    worst = (found >= np.quantile(found, 1 - WORST)) & (found > 0)
    varies = np.ptp(expected) > 0 and np.ptp(found) > 0  # else there are no ranks
    rank = float(spearmanr(expected, found).statistic) if varies else float("nan")
    row = len(found), rank, average_precision(expected, worst), float(worst.mean())
    return pd.DataFrame([row], columns=columns)


def _expected(expected: _Numbers, found: _Numbers) -> pd.DataFrame:
    columns = ["tenth", "samples", "expected", "found"]
    if len(found) < _FEWEST:
        return pd.DataFrame(columns=columns)
    parts = np.array_split(np.argsort(expected, kind="stable"), _TENTHS)
    rows = [
        (tenth, len(part), float(expected[part].mean()), float(found[part].mean()))
        for tenth, part in enumerate(parts, start=1)
    ]
    return pd.DataFrame(rows, columns=columns)
