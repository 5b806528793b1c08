"""What each round brought, and how much work its model's predictions were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from annotator.project import Project, Round
from annotator.project.records import SampleState
from annotator.project.tallies import SampleTally, Tallies

_VALIDATED = [f"{kind}_{when}" for kind in ("clean", "spoiled") for when in ("before", "after")]
_COLUMNS = ["round", "model", "started", "finished", "released", *_VALIDATED]
_WORK = ["accepted", "as_predicted", "strokes_mean", "displacement_mean"]


def rounds(project: Project, tallies: Tallies) -> dict[str, pd.DataFrame]:
    """Return the table ``rounds``, a row a round, the first one first.

    ``round`` is its number; ``model`` the name of the model that predicts in it; ``started`` and
    ``finished`` are UTC; ``released`` is how many samples its release holds; ``clean_before`` to
    ``spoiled_after`` are the training's validation, as shares of the outer IOD, missing where
    nobody told. Of the samples whose annotation began with that model's prediction,
    ``accepted`` are so many, ``as_predicted`` of them without a stroke; ``strokes_mean`` and
    ``displacement_mean`` are over the accepted ones, those as predicted included.
    """
    accepted: defaultdict[int, list[SampleTally]] = defaultdict(list)
    for sample in tallies.samples():
        if sample.state is SampleState.ACCEPTED:
            accepted[sample.model_id].append(sample)
    every = project.rounds.all()
    rows = [(*_told(each), *_work(accepted[each.model.id])) for each in every]
    return {"rounds": pd.DataFrame(rows, columns=[*_COLUMNS, *_WORK])}


def _told(one: Round) -> Iterator[object]:
    yield from (one.number, one.model.name, one.started_at, one.finished_at)
    yield None if one.release is None else one.release.samples
    found = _part(one.metrics, "validation")
    for kind in ("clean", "spoiled"):
        for when in ("before", "after"):
            value = _part(_part(found, kind), when)
            yield value if isinstance(value, float | int) else None


def _part(value: Any, key: str) -> Any:
    """Return a part of what a program of anybody's noted; None where it noted something else."""
    return value.get(key) if hasattr(value, "get") else None


def _work(samples: list[SampleTally]) -> tuple[float, ...]:
    strokes = np.array([sample.stroke_count for sample in samples], np.float64)
    moved = np.array([sample.displacement for sample in samples], np.float64)
    if not samples:
        return 0, 0, np.nan, np.nan
    return len(samples), int((strokes == 0).sum()), float(strokes.mean()), float(moved.mean())
