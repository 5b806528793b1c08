"""All of the report: its figures, and the page that tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from annotator import __version__
from annotator.project import Project
from annotator.quality.pages.document import document
from annotator.quality.pages.markup import Markup, Part, element, named
from annotator.quality.pages.words import decimal, percent, share, whole
from annotator.quality.report.pictures import pictures_of
from annotator.quality.report.section import Facts
from annotator.quality.report.sections import SECTIONS
from annotator.quality.tables import Tables, tables_of


@dataclass(frozen=True)
class Report:
    """How a project stood at a moment.

    Attributes
    ----------
    project
        The name of its folder.
    made_at
        UTC, when the figures were read.
    facts
    """

    project: str
    made_at: datetime
    facts: Facts

    def html(self) -> str:
        """Return the page; raises ImportError if matplotlib is not installed."""
        sections = [section.markup(self.facts) for section in SECTIONS]
        body = [*self._head(), *sections, self._foot()]
        return document(f"Report of {self.project}", *body)

    def values(self) -> dict[str, Any]:
        """Return all figures, as JSON has them: each table a list of its rows."""
        return {
            "project": self.project,
            "made_at": self.made_at.isoformat(timespec="seconds"),
            **{name: _records(table) for name, table in self.facts.tables.items()},
        }

    def _head(self) -> Iterator[Part]:
        yield element("h1", "Report of ", named(self.project))
        when = f"{self.made_at:%Y-%m-%d %H:%M} UTC"
        yield element(
            "p",
            f"As the project stood on {when}. Samples of photographs that were taken out of it "
            "do not count. Days are those of UTC.",
            class_="note",
        )
        links = [
            element("li", element("a", section.title, href=f"#{section.key}"))
            for section in SECTIONS
        ]
        yield element("nav", element("ul", *links), aria_label="Sections")
        cards = [
            element("div", element("b", figure), element("span", words), class_="card")
            for figure, words in _cards(self.facts.tables)
        ]
        yield element("div", *cards, class_="cards")

    def _foot(self) -> Markup:
        return element("footer", element("p", f"Made by facemesh-annotator {__version__}."))


def report_of(
    project: Project, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> Report:
    """Return a project's report; see `annotator.quality.tables.tables_of`."""
    made_at = datetime.now(UTC)
    tables = tables_of(project, on_progress)
    pictures = pictures_of(project, tables["worst"]["sample"].tolist())
    return Report(project.home.name, made_at, Facts(tables, pictures))


def _cards(tables: Tables) -> Iterator[tuple[str, str]]:
    """Yield the figures that are asked for first, each with what it is."""
    states = dict(zip(tables["states"]["state"], tables["states"]["samples"], strict=True))
    total = sum(states.values())
    yield whole(total), "samples"
    yield whole(states["accepted"]), f"accepted, {share(states['accepted'], total)}"
    hours = tables["people"][["minutes", "minutes_reviewing"]].to_numpy().sum() / 60
    yield decimal(hours), "hours of annotating and reviewing"
    effort = tables["effort"]
    median = float(effort["strokes_median"].iloc[0]) if len(effort) else np.nan
    yield decimal(median), "strokes a corrected sample, median"
    regions = tables["regions"]
    faces = regions[regions["region"] == "face"]["mean"]
    mean = float(faces.iloc[0]) if len(faces) else np.nan
    yield percent(mean), "mean error of predictions that were corrected, of the outer IOD"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {name: [_value(one) for one in table[name]] for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _value(value: Any) -> Any:
    """Return a cell as JSON has it."""
    if pd.isna(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.item() if isinstance(value, np.generic) else value
