"""How far people are, what they did, and why samples were sent back."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np

from tests.workflow.team.recounting.stored import (
    Rows,
    Stored,
)

VERDICTS = ("submit", "accept", "send_back", "exclude", "delete", "reopen")
STATES = (
    "predicted", "in_progress", "submitted", "accepted", "sent_back", "excluded", "deleted",
)  # fmt: skip


class Work(Stored):
    """The tables of it."""

    def states(self) -> Rows:
        found = Counter(self.state[key] for key in self.originals)
        return [{"state": state, "samples": found[state]} for state in STATES]

    def people(self) -> Rows:
        last = {key: self.strokes[key][-1] for key in self.originals if self.strokes[key]}
        return self._activity(
            "person", ("annotator", "annotator", "reviewer"),
            annotated=Counter(last.values()),
            annotated_and_accepted=Counter(
                who for key, who in last.items() if self.state[key] == "accepted"
            ),
        )  # fmt: skip

    def days(self) -> Rows:
        newest = {}
        for sample_id, verdict, at in self.rows(
            "SELECT sample_id, verdict, substr(created_at, 1, 10) FROM reviews ORDER BY id"
        ):
            newest[sample_id] = verdict, at
        since = Counter(newest[key][1] for key in self.accepted())
        assert all(newest[key][0] == "accept" for key in self.accepted())
        columns = "substr(created_at, 1, 10)", "substr(started_at, 1, 10)"
        return self._activity("day", (*columns, columns[0]), accepted_since=since)

    def _activity(self, key: str, columns: tuple[str, str, str], **counted: Counter) -> Rows:
        """Return strokes, minutes and verdicts by something, with what else was counted by it."""
        strokes = Counter(
            row[0] for row in self.rows(f"SELECT {columns[0]} FROM strokes WHERE undone = 0")
        )
        minutes: defaultdict[tuple[Any, str], float] = defaultdict(float)
        for which, purpose, seconds in self.rows(
            f"SELECT {columns[1]}, purpose, seconds FROM visits"
        ):
            minutes[which, purpose] += seconds / 60
        verdicts = Counter(
            (which, verdict)
            for sample_id, which, verdict in self.rows(
                f"SELECT sample_id, {columns[2]}, verdict FROM reviews"
            )
            if sample_id in self.originals
        )
        found = {*strokes, *(one for one, _ in minutes), *(one for one, _ in verdicts)}
        return [
            {
                key: which,
                **{name: counts[which] for name, counts in counted.items()},
                "strokes": strokes[which],
                "minutes": minutes[which, "annotate"],
                "minutes_reviewing": minutes[which, "review"],
                **{verdict: verdicts[which, verdict] for verdict in VERDICTS},
            }
            for which in sorted(found, key=lambda one: (one is None, one or ""))
        ]

    def effort(self) -> Rows:
        spent: defaultdict[int, float] = defaultdict(float)
        for key, seconds in self.rows(
            "SELECT sample_id, seconds FROM visits WHERE purpose = 'annotate'"
        ):
            spent[key] += seconds
        worked = [
            (self.strokes[key][-1], len(self.strokes[key]), spent[key] / 60)
            for key in self.originals
            if self.strokes[key]
        ]
        people = sorted({row[0] for row in worked}, key=lambda one: (one is None, one or ""))
        groups = [("all", None, worked)]
        groups += [("person", who, [row for row in worked if row[0] == who]) for who in people]
        return [_effort(*group) for group in groups]

    def stroke_counts(self, ranges: Rows) -> Rows:
        """Return how many samples lie in ranges, which have to be all without a gap."""
        counts = [len(self.strokes[key]) for key in self.originals if self.strokes[key]]
        ends = [row["strokes_to"] for row in ranges]
        assert [row["strokes_from"] for row in ranges] == [1, *(end + 1 for end in ends[:-1])]
        assert ends[-1] >= max(counts)
        return [
            row
            | {"samples": sum(row["strokes_from"] <= one <= row["strokes_to"] for one in counts)}
            for row in ranges
        ]

    def reasons(self) -> Rows:
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for sample_id, verdict, reasons in self.rows(
            "SELECT sample_id, verdict, reasons FROM reviews"
        ):
            for reason in filter(None, reasons.split(",")):
                found[reason][verdict] += sample_id in self.originals
        rows = [
            {"reason": name, "send_back": counts["send_back"], "exclude": counts["exclude"]}
            for name, counts in found.items()
        ]
        return sorted(rows, key=lambda row: (-row["send_back"] - row["exclude"], row["reason"]))

    def sent_back(self) -> Rows:
        ever = {
            row[0] for row in self.rows("SELECT sample_id FROM reviews WHERE verdict = 'send_back'")
        }
        found = Counter(self.state[key] for key in ever)
        return [{"state": one, "samples": found[one]} for one in STATES if found[one]]


def _effort(who: str, person: str | None, worked: list[tuple]) -> dict[str, Any]:
    strokes = [row[1] for row in worked]
    minutes = [row[2] for row in worked if row[2] > 0]
    spent = np.percentile(minutes, [50, 90]).tolist() if minutes else [None, None]
    made = np.percentile(strokes, [50, 90]).tolist()
    return {
        "who": who, "person": person, "samples": len(worked), "strokes_median": made[0],
        "strokes_p90": made[1], "timed": len(minutes), "minutes_median": spent[0],
        "minutes_p90": spent[1],
    }  # fmt: skip
