"""Why samples were sent back or excluded, and what became of those that were sent back."""

from __future__ import annotations

import pandas as pd

from annotator.project import Project
from annotator.project.records import SampleState, Verdict
from annotator.project.tallies import Tallies


def sent_back(project: Project, tallies: Tallies) -> dict[str, pd.DataFrame]:
    """Return the tables ``reasons`` and ``sent_back``.

    ``reasons``
        ``reason``, and how many verdicts to ``send_back`` and to ``exclude`` named it, whatever
        became of them; the most frequent first.
    ``sent_back``
        ``state``, and how many ``samples`` in it were sent back at least once; no row where there
        is none.
    """
    told, back = tallies.reasons(), tallies.ever_sent_back()
    counts = {
        reason: [told.get((reason, verdict), 0) for verdict in (Verdict.SEND_BACK, Verdict.EXCLUDE)]
        for reason, _ in told
    }
    rows = sorted(([reason, *each] for reason, each in counts.items()), key=_most_frequent)
    states = [(state.value, back[state]) for state in SampleState if state in back]
    return {
        "reasons": pd.DataFrame(rows, columns=["reason", "send_back", "exclude"]),
        "sent_back": pd.DataFrame(states, columns=["state", "samples"]),
    }


def _most_frequent(row: list[object]) -> tuple[int, str]:
    reason, *counts = row
    return -sum(int(str(count)) for count in counts), str(reason)
