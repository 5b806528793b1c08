"""How many strokes and minutes a sample takes."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pandas as pd

from annotator.project import Project
from annotator.project.tallies import Tallies

_FIGURES = ("samples", "strokes_median", "strokes_p90")
_TIMED = ("timed", "minutes_median", "minutes_p90")
_WIDEST = 24  # bars of the histogram

_Numbers = npt.NDArray[np.float64]


def effort(project: Project, tallies: Tallies) -> dict[str, pd.DataFrame]:
    """Return the tables ``effort`` and ``stroke_counts``.

    ``effort``
        ``who`` (``all`` or ``person``), ``person`` (missing: nobody was named), ``samples`` with
        a stroke in effect that is the person's last, the median and the 90th percentile of their
        strokes; ``timed``, how many of them have a time spent on them, and its median and 90th
        percentile in minutes (missing without any).
    ``stroke_counts``
        ``strokes_from``, ``strokes_to`` (both included) and ``samples``: how many samples took so
        many strokes.
    """
    found: defaultdict[str | None, list[tuple[int, float]]] = defaultdict(list)
    for sample in tallies.samples():
        if sample.stroke_count:
            found[sample.annotator].append((sample.stroke_count, sample.seconds_spent))
    by_person = {
        person: np.array(found[person], np.float64)
        for person in sorted(found, key=lambda name: (name is None, name or ""))
    }
    everything = np.concatenate([*by_person.values(), np.empty((0, 2))])
    rows = [("all", None, *_figures(everything))] if len(everything) else []
    rows += [("person", person, *_figures(each)) for person, each in by_person.items()]
    table = pd.DataFrame(rows, columns=["who", "person", *_FIGURES, *_TIMED])
    table = table.astype({"person": "string", "samples": "int64", "timed": "int64"})
    return {"effort": table, "stroke_counts": _histogram(everything[:, 0])}


def _figures(worked: _Numbers) -> tuple[float, ...]:
    strokes, seconds = worked[:, 0], worked[:, 1]
    timed = seconds[seconds > 0] / 60
    strokes_of = np.quantile(strokes, (0.5, 0.9)).tolist()
    minutes_of = np.quantile(timed, (0.5, 0.9)).tolist() if len(timed) else [np.nan, np.nan]
    return (len(strokes), *strokes_of, len(timed), *minutes_of)


def _histogram(strokes: _Numbers) -> pd.DataFrame:
    """Return equally wide ranges up to the 99th percentile, and one for all beyond it."""
    if not len(strokes):
        return pd.DataFrame({"strokes_from": [], "strokes_to": [], "samples": []}, dtype="int64")
    last, most = int(np.ceil(np.quantile(strokes, 0.99))), int(strokes.max())
    width = -(-last // _WIDEST)
    begins = np.arange(1, last + 1, width)
    ends = begins + width - 1
    if most > ends[-1]:
        begins, ends = np.append(begins, ends[-1] + 1), np.append(ends, most)
    counts, _ = np.histogram(strokes, [*begins, most + 1])
    return pd.DataFrame({"strokes_from": begins, "strokes_to": ends, "samples": counts})
