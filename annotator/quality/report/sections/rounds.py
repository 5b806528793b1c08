"""The rounds beside one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from annotator.quality.pages.markup import Part, element, joined, named, table
from annotator.quality.pages.words import UNKNOWN, decimal, moment, percent, share, whole
from annotator.quality.report.section import Facts, Section, rows_of


def _html(facts: Facts) -> Iterator[Part]:
    rounds = rows_of(facts.tables["rounds"])
    yield element(
        "p",
        "What the predictions of each round's model took to be accepted; samples accepted as "
        "predicted count with no stroke and no displacement. Each round has other samples, so "
        "a round of harder photographs looks worse.",
    )
    heads = (
        "round", "model", "accepted", "as predicted", "strokes, mean", "displacement, mean",
    )  # fmt: skip
    rows = [
        [
            str(row["round"]),
            named(row["model"]),
            whole(row["accepted"]),
            share(row["as_predicted"], row["accepted"]),
            decimal(row["strokes_mean"], 2),
            percent(row["displacement_mean"]),
        ]
        for row in rounds
    ]
    yield table("Work by round", heads, rows, key="rounds")
    yield element(
        "p",
        "What each round led to: the release that was made in it, and the errors of its model and "
        "of the next one on the validation faces of the training.",
    )
    yield table(
        "Outcome by round",
        ("round", "started", "finished", "released", "clean crops", "spoiled crops"),
        [_outcome(row) for row in rounds],
        key="outcomes",
    )


def _outcome(row: dict[str, Any]) -> list[Part]:
    released = row["released"]
    return [
        str(row["round"]),
        moment(row["started"]),
        moment(row["finished"]),
        UNKNOWN if pd.isna(released) else whole(released),
        *(_change(row, kind) for kind in ("clean", "spoiled")),
    ]


def _change(row: dict[str, Any], kind: str) -> Part:
    before, after = row[f"{kind}_before"], row[f"{kind}_after"]
    if pd.isna(before) or pd.isna(after):
        return UNKNOWN
    return joined((percent(before), percent(after)), " → ")


ROUNDS = Section(
    key="rounds-compared",
    title="Rounds compared",
    needs=("rounds",),
    html=_html,
    empty="No model has predicted yet, so there is no round.",
)
