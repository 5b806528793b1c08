"""What checks found, and what became of those samples."""

from __future__ import annotations

from collections import Counter, defaultdict

import pandas as pd

from annotator.project import Project
from annotator.project.records import SampleState
from annotator.project.tallies import Tallies

_DOWN = (SampleState.SENT_BACK, SampleState.EXCLUDED, SampleState.DELETED)
_COUNTS = ("samples", "accepted", "turned_down", "undecided")


def findings(project: Project, tallies: Tallies) -> dict[str, pd.DataFrame]:
    """Return the table ``findings``, the gravest first, then those in most samples.

    ``check`` is its name, ``severity`` 1 to 3 (low, medium, high), ``mesh`` in which it was found
    (``prediction`` or ``annotation``); of the ``samples``, each counted once, ``accepted`` are so
    many, ``turned_down`` are those sent back, excluded or deleted, ``undecided`` all others.
    Findings are those of when samples were last assessed.
    """
    found: defaultdict[tuple[str, int, str], Counter[str]] = defaultdict(Counter)
    for tally in tallies.findings():
        counts = found[tally.name, tally.severity, tally.of_mesh.value]
        counts["samples"] += tally.samples
        counts[_outcome(tally.state)] += tally.samples
    ordered = sorted(found.items(), key=lambda one: (-one[0][1], -one[1]["samples"], one[0]))
    rows = [(*key, *(counts[name] for name in _COUNTS)) for key, counts in ordered]
    return {"findings": pd.DataFrame(rows, columns=["check", "severity", "mesh", *_COUNTS])}


def _outcome(state: SampleState) -> str:
    if state is SampleState.ACCEPTED:
        return "accepted"
    return "turned_down" if state in _DOWN else "undecided"
