"""What triage expected, what checks found, and what came of it."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
from scipy.stats import rankdata

from tests.workflow.team.recounting.stored import (
    Mesh,
    Rows,
    Stored,
)

PILES = ("fit to accept after a look", "worth correcting", "hopeless", None)


class Triaged(Stored):
    """The tables of it."""

    def triage(self) -> Rows:
        doubts = self._doubts()
        found: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
        for key in self.originals:
            pile, outcome = _pile(doubts.get(key)), self._outcome(key)
            found[pile].update(["samples", outcome])
            belongs = {"as_predicted": PILES[0], "corrected": PILES[1], "excluded": PILES[2]}
            if pile is not None and outcome in belongs:
                found[pile]["hit" if belongs[outcome] == pile else "missed"] += 1
        names = (
            "samples", "as_predicted", "corrected", "sent_back", "excluded", "undecided", "hit",
            "missed",
        )  # fmt: skip
        return [{"pile": pile, **{name: found[pile][name] for name in names}} for pile in PILES]

    def _doubts(self) -> dict[int, float]:
        assert not self.rows("SELECT 1 FROM settings WHERE name = 'triage'")  # those that ship hold
        return dict(self.rows("SELECT sample_id, doubt FROM assessments"))

    def _outcome(self, key: int) -> str:
        if self.state[key] == "accepted":
            return "corrected" if self.strokes[key] else "as_predicted"
        known = {"sent_back": "sent_back", "excluded": "excluded", "deleted": "excluded"}
        return known.get(self.state[key], "undecided")

    def _expected_and_found(self) -> tuple[Mesh, Mesh]:
        doubts = self._doubts()
        keys = [key for key in self.accepted() if doubts.get(key) is not None]
        return np.array([doubts[key] for key in keys]), np.array(
            [self.displacement(key) if self.strokes[key] else 0.0 for key in keys]
        )

    def ranking(self) -> Rows:
        expected, found = self._expected_and_found()
        worst = (found >= np.quantile(found, 0.7)) & (found > 0)
        places = np.flatnonzero(worst[np.argsort(-expected, kind="stable")]) + 1
        precision = np.mean(np.arange(1, len(places) + 1) / places)
        rank = np.corrcoef(rankdata(expected), rankdata(found))[0, 1]
        return [
            {
                "samples": len(found), "spearman": float(rank),
                "average_precision": float(precision), "chance": float(worst.mean()),
            }
        ]  # fmt: skip

    def expected_errors(self) -> Rows:
        expected, found = self._expected_and_found()
        order = np.argsort(expected, kind="stable")
        longer = len(order) % 10
        sizes = [len(order) // 10 + (at < longer) for at in range(10)]
        ends = np.cumsum([0, *sizes])
        return [
            {
                "tenth": at + 1, "samples": sizes[at],
                "expected": float(expected[order[ends[at] : ends[at + 1]]].mean()),
                "found": float(found[order[ends[at] : ends[at + 1]]].mean()),
            }
            for at in range(10)
        ]  # fmt: skip

    def findings(self) -> Rows:
        kinds = {
            "accepted": "accepted", "sent_back": "turned_down", "excluded": "turned_down",
            "deleted": "turned_down",
        }  # fmt: skip
        found: defaultdict[tuple[str, int, str], dict[int, str]] = defaultdict(dict)
        for key, check, severity, mesh in self.rows(
            "SELECT sample_id, name, severity, of_mesh FROM findings"
        ):
            if key in self.originals:
                found[check, severity, mesh][key] = kinds.get(self.state[key], "undecided")
        rows = []
        for (check, severity, mesh), of_sample in found.items():
            counts = Counter(of_sample.values())
            numbers = {name: counts[name] for name in ("accepted", "turned_down", "undecided")}
            rows.append({"check": check, "severity": severity, "mesh": mesh,
                         "samples": len(of_sample), **numbers})  # fmt: skip
        return sorted(
            rows, key=lambda row: (-row["severity"], -row["samples"], row["check"], row["mesh"])
        )


def _pile(doubt: float | None) -> str | None:
    """Return where a sample lies by the thresholds that ship."""
    if doubt is None:
        return None
    return PILES[0] if doubt <= 0.02 else PILES[1] if doubt <= 0.15 else PILES[2]
