"""Triage's hits and misses."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from annotator.quality.pages.charts import COLOURS, chart, figure_of
from annotator.quality.pages.markup import Markup, Part, disclosed, element, table
from annotator.quality.pages.words import UNKNOWN, decimal, percent, share, whole
from annotator.quality.report.section import Facts, Section, rows_of
from annotator.quality.tables.triage import WORST

_OUTCOMES = {
    "as_predicted": "accepted as predicted",
    "corrected": "corrected and accepted",
    "sent_back": "sent back",
    "excluded": "excluded or deleted",
    "undecided": "undecided",
}


def _html(facts: Facts) -> Iterator[Part]:
    yield element(
        "p",
        "Each pile of triage against what came of its samples. It was right where samples fit to "
        "accept were accepted as predicted, those worth correcting were corrected and accepted, "
        "hopeless ones excluded or deleted; sent back and undecided ones tell nothing yet.",
    )
    yield _piles(facts.tables["triage"])
    ranking, errors = facts.tables["ranking"], facts.tables["expected_errors"]
    if not len(ranking):
        yield element("p", "Too few accepted samples are assessed to tell how triage ranks them.")
        return
    (row,) = rows_of(ranking)
    yield element(
        "p",
        f"Over {whole(row['samples'])} accepted samples the expected error and the displacement "
        f"have a rank correlation (Spearman) of {decimal(row['spearman'], 2)}; it finds the worst "
        f"{percent(WORST, 0)} with an average precision of "
        f"{decimal(row['average_precision'], 2)}, where chance has {decimal(row['chance'], 2)}.",
        id="ranking",
    )
    yield figure_of(_chart(errors))
    rows = [
        [
            str(each["tenth"]),
            whole(each["samples"]),
            *map(percent, (each["expected"], each["found"])),
        ]
        for each in rows_of(errors)
    ]
    heads = ("tenth", "samples", "expected", "found")
    told = table("Expected errors and displacements found", heads, rows, key="expected-errors")
    yield disclosed("The chart as a table", told)


def _piles(piles: pd.DataFrame) -> Markup:
    rows = []
    for row in rows_of(piles):
        pile = row["pile"] if isinstance(row["pile"], str) else "not assessed"
        judged = row["hit"] + row["missed"]
        right = share(row["hit"], judged) if judged else UNKNOWN
        rows.append([pile, whole(row["samples"]), *(whole(row[name]) for name in _OUTCOMES), right])
    heads = ("pile", "samples", *_OUTCOMES.values(), "right")
    return table("Piles against what came of them", heads, rows, key="triage")


def _chart(errors: pd.DataFrame) -> Markup:
    first, last = rows_of(errors)[0], rows_of(errors)[-1]
    told = (
        f"Samples expected best were moved by {percent(first['found'])}, those expected worst by "
        f"{percent(last['found'])} of the outer inter-ocular distance"
    )
    with chart("expected-chart", "Expected errors and displacements found", told) as made:
        from matplotlib.ticker import PercentFormatter  # noqa: PLC0415

        axes = made.axes
        axes.bar(errors["tenth"], errors["found"], color=COLOURS[0], width=0.7, label="found")
        axes.plot(
            errors["tenth"], errors["expected"], color=COLOURS[1], marker="o", lw=2,
            label="expected",
        )  # fmt: skip
        axes.set_xticks(errors["tenth"])
        axes.tick_params(axis="x", length=0)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
        axes.set_xlabel("tenth of the samples, by expected error")
        axes.set_title("Mean displacement, of the outer inter-ocular distance", loc="left",
                       fontsize=10.5)  # fmt: skip
        axes.legend(labelcolor="linecolor")
    return made.svg


TRIAGE = Section(
    key="triage",
    title="Triage",
    needs=("triage",),
    html=_html,
    empty="Nothing was assessed yet: `assess` says which samples are worth work.",
)
