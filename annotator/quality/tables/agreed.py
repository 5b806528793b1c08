"""How far people agree with one another, and with known answers."""

from __future__ import annotations

import pandas as pd

from annotator.project import Project
from annotator.project.tallies import Tallies
from annotator.quality.agreement.intervals import Interval
from annotator.quality.agreement.summary import Agreement, summarised
from annotator.quality.agreement.tables import honeypots

_AGREEMENT = ["kind", "first", "second", "region", "mean", "low", "high", "faces"]
_HONEYPOTS = ["annotator", "given", "mean", "low", "high", "newest", "of_prediction"]
_SCORES = ["annotator", "given_at", "nme", "mean_so_far"]


def agreement(project: Project, tallies: Tallies) -> dict[str, pd.DataFrame]:
    """Return the tables ``agreement``, ``honeypots`` and ``honeypot_scores``.

    All errors are mean 2-D distances as shares of the eye-centre IOD; ``low`` and ``high`` are
    the bootstrap interval of 95 % (missing for fewer than two faces). They are read by themselves:
    what is done while a report is made may be in them and not in the other tables.

    ``agreement``
        ``kind`` is ``all``, ``pair`` (of the people ``first`` and ``second``) or ``region``;
        ``mean``, ``low`` and ``high`` over so many ``faces`` of which there are two opinions.
    ``honeypots``
        ``annotator``, how many they have ``given``, ``mean`` error with its interval, that of the
        ``newest``, and ``of_prediction``: what it would be if they had changed nothing.
    ``honeypot_scores``
        ``annotator``, ``given_at`` (UTC), ``nme``, and ``mean_so_far``.
    """
    if not project.opinions.exist():
        return _tables([], [], [])
    found, scores = summarised(project), honeypots(project)
    columns = ("annotator", "given_at", "nme_eye_centre", "mean_so_far")
    every: list[tuple[object, ...]] = [
        tuple(row) for row in zip(*(scores[name] for name in columns), strict=True)
    ]
    return _tables(_agreement(found), _honeypots(found), every)


def _agreement(found: Agreement) -> list[tuple[object, ...]]:
    if not found.eye_centre.count:
        return []
    rows: list[tuple[object, ...]] = [("all", None, None, None, *_parts(found.eye_centre))]
    rows += [("pair", *pair, None, *_parts(apart)) for pair, apart in found.pairs.items()]
    rows += [("region", None, None, name, *_parts(apart)) for name, apart in found.regions.items()]
    return rows


def _honeypots(found: Agreement) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for name, score in found.honeypots.items():
        *error, given = _parts(score.error)
        rows.append((name, given, *error, score.newest, score.of_prediction))
    return rows


def _parts(one: Interval) -> tuple[float, float, float, int]:
    return one.mean, one.low, one.high, one.count


def _tables(
    agreed: list[tuple[object, ...]],
    known: list[tuple[object, ...]],
    scores: list[tuple[object, ...]],
) -> dict[str, pd.DataFrame]:
    return {
        "agreement": pd.DataFrame(agreed, columns=_AGREEMENT),
        "honeypots": pd.DataFrame(known, columns=_HONEYPOTS),
        "honeypot_scores": pd.DataFrame(scores, columns=_SCORES),
    }
