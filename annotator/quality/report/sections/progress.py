"""How far the project is, by state, by person and by day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from annotator.project.records import Verdict
from annotator.quality.pages.charts import COLOURS, chart, figure_of
from annotator.quality.pages.markup import Markup, Part, disclosed, element, table
from annotator.quality.pages.words import UNKNOWN, decimal, person, share, whole, word
from annotator.quality.report.section import Facts, Section, rows_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_VERDICTS = [verdict.value for verdict in Verdict]
_GIVEN = {
    "submit": "submissions",
    "accept": "acceptances",
    "send_back": "sent back",
    "exclude": "exclusions",
    "delete": "deletions",
    "reopen": "reopenings",
}
_SMALL = 5.4, 2.7
_WEEK = np.timedelta64(7, "D")


def _html(facts: Facts) -> Iterator[Part]:
    states, days = facts.tables["states"], facts.tables["days"]
    yield element("div", figure_of(_states_chart(states)), _states(states), class_="beside")
    yield element("h3", "By person")
    yield _people(facts.tables["people"])
    yield element("h3", "By day")
    known = days[days["day"].notna()]
    if len(known):
        places = known["day"].to_numpy("datetime64[D]")
        drawn = (
            figure_of(_strokes_chart(places, known["strokes"])),
            figure_of(_accepted_chart(places, known["accepted_since"])),
        )
        yield element("div", *drawn, class_="beside")
    yield disclosed("The days as a table", _days(days))


def _states(states: pd.DataFrame) -> Markup:
    total = int(states["samples"].sum())
    rows = [
        [word(row["state"]), whole(row["samples"]), share(row["samples"], total)]
        for row in rows_of(states)
    ]
    rows.append(["all", whole(total), share(total, total)])
    return table("Samples by state", ("state", "samples", "share"), rows, key="states")


def _states_chart(states: pd.DataFrame) -> Markup:
    names, counts = [word(state) for state in states["state"]], states["samples"]
    told = ", ".join(f"{n:,} {state}" for state, n in zip(names, counts, strict=True))
    with chart("states-chart", "Samples by state", told, size=(5.4, 2.6)) as made:
        axes = made.axes
        axes.grid(visible=False)
        bars = axes.barh(names[::-1], counts[::-1], color=COLOURS[0], height=0.66)
        axes.bar_label(bars, [f"{n:,}" for n in counts[::-1]], padding=4)
        axes.margins(x=0.14)
        axes.xaxis.set_visible(False)
        axes.spines.bottom.set_visible(False)
        axes.tick_params(left=False)
    return made.svg


def _people(people: pd.DataFrame) -> Markup:
    given = _given(people)
    heads = (
        "person", "annotated", "of them accepted", "strokes", "minutes", "minutes reviewing",
        *given.values(),
    )  # fmt: skip
    counts = ("annotated", "annotated_and_accepted", "strokes")
    rows = []
    for row in rows_of(people):
        cells = [whole(row[name]) for name in counts]
        cells += [decimal(row[name]) for name in ("minutes", "minutes_reviewing")]
        cells += [whole(row[verdict]) for verdict in given]
        rows.append([person(row["person"]), *cells])
    caption = (
        "What each person did: samples with their last stroke, strokes in effect and the time at "
        "samples (opinions included), and the verdicts they gave, whatever became of them (on "
        "opinions left out)"
    )
    return table(caption, heads, rows, key="people")


def _given(tallied: pd.DataFrame) -> dict[str, str]:
    """Return the kinds of verdicts that anybody gave, and what they are called."""
    return {
        verdict: _GIVEN.get(verdict, word(verdict))
        for verdict in _VERDICTS
        if tallied[verdict].any()
    }


def _days(days: pd.DataFrame) -> Markup:
    given = _given(days)
    heads = "day", "strokes", "minutes", "minutes reviewing", *given.values(), "accepted since"
    rows = []
    for row in rows_of(days):
        cells = [whole(row["strokes"])]
        cells += [decimal(row[name]) for name in ("minutes", "minutes_reviewing")]
        cells += [whole(row[name]) for name in (*given, "accepted_since")]
        day = row["day"] if isinstance(row["day"], str) else UNKNOWN
        rows.append([day, *cells])
    caption = (
        "What was done on each day; accepted since are the samples whose verdict of that day "
        "still holds"
    )
    return table(caption, heads, rows, key="days")


def _strokes_chart(days: np.ndarray, strokes: pd.Series) -> Markup:
    most, busiest = int(strokes.max()), days[int(np.argmax(strokes))]
    told = f"{int(strokes.sum()):,} strokes on {len(days):,} days; most, {most:,}, on {busiest}"
    with chart("days-chart", "Strokes by the day they were made", told, size=_SMALL) as made:
        made.axes.bar(days, strokes, color=COLOURS[0], width=0.8)
        _dated(made.axes, days, "Strokes a day")
        made.axes.set_ylim(0, None if most else 1)
    return made.svg


def _accepted_chart(days: np.ndarray, accepted: pd.Series) -> Markup:
    total = accepted.cumsum()
    told = f"{int(total.iloc[-1]):,} samples are accepted by {days[-1]}"
    with chart("accepted-chart", "Samples accepted, all together", told, size=_SMALL) as made:
        ends = np.append(days, days[-1] + 1)
        heights = np.append(total, total.iloc[-1])
        made.axes.fill_between(ends, heights, step="post", color=COLOURS[2], alpha=0.3, lw=0)
        made.axes.step(ends, heights, where="post", color=COLOURS[2], lw=2)
        _dated(made.axes, days, "Samples accepted, all together")
        made.axes.set_ylim(bottom=0)
    return made.svg


def _dated(axes: Axes, days: np.ndarray, title: str) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter  # noqa: PLC0415
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter  # noqa: PLC0415

    locator: Any = AutoDateLocator(minticks=3, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    first, last = days.min(), days.max()
    room = max(_WEEK - (last - first), np.timedelta64(1, "D"))
    axes.set_xlim(first - room, last + room)
    axes.set_title(title, loc="left", fontsize=10.5)


PROGRESS = Section(
    key="progress",
    title="Progress",
    needs=("states",),
    counts="samples",
    html=_html,
    empty="There is no sample yet: add photographs and predict their faces.",
)
