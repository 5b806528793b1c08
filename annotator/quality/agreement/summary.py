"""Agreement in a few figures, each with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from annotator.project import Project
from annotator.quality.agreement import tables
from annotator.quality.agreement.intervals import Interval, interval


@dataclass(frozen=True, slots=True)
class HoneypotScore:
    """How far an annotator lies from known answers, as shares of the eye-centre IOD.

    Attributes
    ----------
    error
        Over all their honeypots.
    newest
        Of the one that was given last.
    of_prediction
        What it would be if they had left the predictions as they were.
    """

    error: Interval
    newest: float
    of_prediction: float


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How far people lie apart; all are means over faces, as shares of an IOD.

    A face counts once, by the mean over its pairs of people.

    Attributes
    ----------
    eye_centre, outer
        Between annotators, over all faces with two opinions or more.
    pairs
        By the names of two people, of the eye-centre IOD.
    regions
        By the name of the region, of the eye-centre IOD, the worst first.
    honeypots
        By annotator.
    """

    eye_centre: Interval
    outer: Interval
    pairs: dict[tuple[str, str], Interval]
    regions: dict[str, Interval]
    honeypots: dict[str, HoneypotScore]


def summarised(project: Project) -> Agreement:
    """Return the agreement of a project's annotators so far.

    Raises
    ------
    DamagedProject
        If a mesh is not what was stored.
    """
    pairs, regions = tables.pairs(project), tables.regions(project)
    of_pairs = {
        (str(first), str(second)): interval(rows["nme_eye_centre"].tolist())
        for (first, second), rows in pairs.groupby(["first", "second"])
    }
    of_regions = {
        str(name): _over_faces(rows, "nme_eye_centre") for name, rows in regions.groupby("region")
    }
    return Agreement(
        _over_faces(pairs, "nme_eye_centre"),
        _over_faces(pairs, "nme_outer"),
        of_pairs,
        dict(sorted(of_regions.items(), key=lambda one: -one[1].mean)),
        _of_honeypots(tables.honeypots(project)),
    )


def _over_faces(rows: pd.DataFrame, column: str) -> Interval:
    """Return the mean over faces: pairs of one face are not independent of one another."""
    return interval(rows.groupby("sample_id")[column].mean().tolist())


def _of_honeypots(scores: pd.DataFrame) -> dict[str, HoneypotScore]:
    return {
        str(name): HoneypotScore(
            interval(rows["nme_eye_centre"].tolist()),
            float(rows["nme_eye_centre"].iloc[-1]),
            float(rows["nme_of_prediction"].mean()),
        )
        for name, rows in scores.groupby("annotator")
    }
