"""How far a project is: by state, by person, by day."""

from __future__ import annotations

from collections import Counter, defaultdict

import pandas as pd

from annotator.project import Project
from annotator.project.records import SampleState, Verdict, VisitPurpose
from annotator.project.tallies import StrokeTally, Tallies, VerdictTally, VisitTally

_TIMES = {VisitPurpose.ANNOTATE: "minutes", VisitPurpose.REVIEW: "minutes_reviewing"}
_VERDICTS = [verdict.value for verdict in Verdict]

_Sums = defaultdict[str | None, defaultdict[str, float]]


def progress(project: Project, tallies: Tallies) -> dict[str, pd.DataFrame]:
    """Return the tables ``states``, ``people`` and ``days``.

    ``states``
        ``state`` and ``samples``, a row each state, those without a sample too.
    ``people``
        ``person`` (missing: nobody was named), ``annotated`` (samples with their last stroke),
        ``annotated_and_accepted`` (those of them that are accepted), ``strokes`` (in effect),
        ``minutes`` and ``minutes_reviewing``, and a column for each kind of verdict that they
        gave, whatever became of it.
    ``days``
        ``day`` (UTC; missing where a stored time is none), ``strokes`` (in effect),
        ``minutes``, ``minutes_reviewing``, the verdicts given, and ``accepted_since``: samples
        that are accepted by a verdict of that day which still holds.
    """
    states: Counter[SampleState] = Counter()
    annotated: Counter[str | None] = Counter()
    accepted: Counter[str | None] = Counter()
    for sample in tallies.samples():
        states[sample.state] += 1
        if sample.stroke_count:
            annotated[sample.annotator] += 1
            accepted[sample.annotator] += sample.state is SampleState.ACCEPTED
    activity = tallies.strokes(), tallies.visits(), tallies.verdicts()
    people, days = _summed(*activity, by="person"), _summed(*activity, by="day")
    for name, count in annotated.items():
        people[name]["annotated"] = count
        people[name]["annotated_and_accepted"] = accepted[name]
    for day, count in tallies.accepted_on().items():
        days[day]["accepted_since"] += count
    return {
        "states": pd.DataFrame(
            {
                "state": [state.value for state in SampleState],
                "samples": [states[state] for state in SampleState],
            }
        ),
        "people": _table(people, "person", ["annotated", "annotated_and_accepted"], []),
        "days": _table(days, "day", [], ["accepted_since"]),
    }


def _summed(
    strokes: list[StrokeTally], visits: list[VisitTally], verdicts: list[VerdictTally], by: str
) -> _Sums:
    sums: _Sums = defaultdict(lambda: defaultdict(float))
    for stroke in strokes:
        sums[getattr(stroke, by)]["strokes"] += stroke.strokes
    for visit in visits:
        sums[getattr(visit, by)][_TIMES[visit.purpose]] += visit.seconds / 60
    for given in verdicts:
        sums[getattr(given, by)][given.verdict.value] += given.verdicts
    return sums


def _table(sums: _Sums, key: str, first: list[str], last: list[str]) -> pd.DataFrame:
    """Return a row a key, in the order of the keys, what is missing last."""
    keys = sorted(sums, key=lambda name: (name is None, name or ""))
    columns = [*first, "strokes", *_TIMES.values(), *_VERDICTS, *last]
    table = {name: [sums[each][name] for each in keys] for name in columns}
    kinds = {name: "float64" if name.startswith("minutes") else "int64" for name in columns}
    return pd.DataFrame({key: pd.array(keys, dtype="string"), **table}).astype(kinds)
