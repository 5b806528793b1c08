"""Agreement between annotators, and honeypots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from annotator.quality.agreement import HUMAN_FIGURE
from annotator.quality.pages.charts import COLOURS, chart, figure_of
from annotator.quality.pages.markup import Markup, Part, element, joined, table
from annotator.quality.pages.words import UNKNOWN, percent, person, whole, word
from annotator.quality.report.section import Facts, Section, rows_of

_HEADS = ("mean", "95 % interval", "faces")


def _html(facts: Facts) -> Iterator[Part]:
    agreed, known = facts.tables["agreement"], facts.tables["honeypots"]
    if len(agreed):
        yield from _agreement(agreed)
    else:
        yield element("p", "No face has two opinions yet.")
    yield element("h3", "Honeypots")
    if not len(known):
        yield element("p", "Nobody was given a face with a known answer yet.")
        return
    yield element(
        "p",
        "How far each annotator lies from known answers, and how far they would if they had left "
        "the predictions as they were; of the eye-centre inter-ocular distance.",
    )
    lines = {name: f"{at}" for at, name in enumerate(known["annotator"], start=1)}
    yield _honeypots(known, lines)
    yield figure_of(_chart(facts.tables["honeypot_scores"], lines))


def _agreement(agreed: pd.DataFrame) -> Iterator[Part]:
    by_kind = {kind: rows_of(rows) for kind, rows in agreed.groupby("kind")}
    (every,) = by_kind["all"]
    yield element(
        "p",
        f"Annotators lie {percent(every['mean'])} of the eye-centre inter-ocular distance apart "
        f"(95 % interval {_interval(every)}), over {whole(every['faces'])} faces with two "
        f"opinions or more. For comparison, {HUMAN_FIGURE}.",
        id="agreed",
    )
    pairs = [
        [joined((person(row["first"]), " and ", person(row["second"]))), *_cells(row)]
        for row in by_kind.get("pair", [])
    ]
    regions = [[word(row["region"]), *_cells(row)] for row in by_kind.get("region", [])]
    by_pair = table("Agreement by pair", ("people", *_HEADS), pairs, key="agreed-pairs")
    by_region = table("Agreement by region", ("region", *_HEADS), regions, key="agreed-regions")
    yield element("div", by_pair, by_region, class_="beside")


def _cells(row: dict[str, Any]) -> tuple[str, str, str]:
    return percent(row["mean"]), _interval(row), whole(row["faces"])


def _interval(row: dict[str, Any]) -> str:
    if pd.isna(row["low"]):
        return UNKNOWN
    return f"{percent(row['low'])} to {percent(row['high'])}"


def _honeypots(known: pd.DataFrame, lines: dict[str, str]) -> Markup:
    heads = ("person", "line", "given", "mean", "95 % interval", "newest", "of predictions")
    rows = [
        [
            person(row["annotator"]),
            lines[row["annotator"]],
            whole(row["given"]),
            percent(row["mean"]),
            _interval(row),
            percent(row["newest"]),
            percent(row["of_prediction"]),
        ]
        for row in rows_of(known)
    ]
    return table("Honeypots by annotator", heads, rows, key="honeypots")


def _chart(scores: pd.DataFrame, lines: dict[str, str]) -> Markup:
    told = f"Of {len(lines)} annotators, each the mean over the honeypots given so far"
    with chart("honeypots-chart", "Mean error on honeypots so far", told) as made:
        from matplotlib.ticker import MaxNLocator, PercentFormatter  # noqa: PLC0415

        axes = made.axes
        for at, (name, rows) in enumerate(scores.groupby("annotator")):
            places, colour = range(1, len(rows) + 1), COLOURS[at % len(COLOURS)]
            axes.plot(places, rows["mean_so_far"], color=colour, marker="o", ms=3, lw=2)
            last = len(rows), rows["mean_so_far"].iloc[-1]
            axes.annotate(
                lines[str(name)], last, (7, 0), textcoords="offset points", va="center",
                color=colour, weight="bold",
            )  # fmt: skip
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
        axes.set_ylim(bottom=0)
        axes.set_xlabel("honeypots given")
        axes.set_title("Mean error on honeypots so far", loc="left", fontsize=10.5)
    return made.svg


AGREEMENT = Section(
    key="agreement",
    title="Agreement",
    needs=("agreement", "honeypots"),
    html=_html,
    empty="Nobody was asked for a second opinion of a face, or for one of which the answer is "
    "known.",
)
