"""Strokes and minutes a sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from annotator.quality.pages.charts import COLOURS, chart, figure_of
from annotator.quality.pages.markup import Markup, Part, disclosed, element, table
from annotator.quality.pages.words import decimal, person, whole
from annotator.quality.report.section import Facts, Section, rows_of


def _html(facts: Facts) -> Iterator[Part]:
    effort, counts = facts.tables["effort"], facts.tables["stroke_counts"]
    yield element(
        "p",
        "Of samples with a stroke in effect, by who made the last one. Minutes are those spent "
        "annotating, of the samples at which any were recorded.",
    )
    yield _effort(effort)
    yield figure_of(_histogram(counts))
    rows = [[_range(row), whole(row["samples"])] for row in rows_of(counts)]
    yield disclosed(
        "The chart as a table",
        table("How many samples took so many strokes", ("strokes", "samples"), rows,
              key="stroke-counts"),
    )  # fmt: skip


def _effort(effort: pd.DataFrame) -> Markup:
    heads = (
        "person", "samples", "strokes, median", "strokes, 90 %", "with a time",
        "minutes, median", "minutes, 90 %",
    )  # fmt: skip
    rows = []
    for row in rows_of(effort):
        who: Part = "everybody" if row["who"] == "all" else person(row["person"])
        strokes = decimal(row["strokes_median"]), decimal(row["strokes_p90"])
        minutes = decimal(row["minutes_median"], 2), decimal(row["minutes_p90"], 2)
        rows.append([who, whole(row["samples"]), *strokes, whole(row["timed"]), *minutes])
    return table("Strokes and minutes a sample", heads, rows, key="effort-by-person")


def _histogram(counts: pd.DataFrame) -> Markup:
    names = [_range(row) for row in rows_of(counts)]
    most = int(counts["samples"].argmax())
    told = f"Most samples took {names[most]} strokes: {whole(counts['samples'][most])}"
    with chart("strokes-chart", "Samples by the strokes they took", told) as made:
        from matplotlib.ticker import MaxNLocator, StrMethodFormatter  # noqa: PLC0415

        axes = made.axes
        axes.bar(range(len(names)), counts["samples"], color=COLOURS[0], width=0.8)
        step = -(-len(names) // 12)
        places = range(0, len(names), step)
        axes.set_xticks(list(places), [names[at] for at in places])
        axes.tick_params(axis="x", length=0)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.set_title("Samples by the strokes they took", loc="left", fontsize=10.5)
    return made.svg


def _range(row: dict[str, Any]) -> str:
    first, last = row["strokes_from"], row["strokes_to"]
    return f"{first:,}" if first == last else f"{first:,}–{last:,}"


EFFORT = Section(
    key="effort",
    title="Strokes and minutes",
    needs=("effort",),
    html=_html,
    empty="Nobody has corrected a sample yet.",
)
