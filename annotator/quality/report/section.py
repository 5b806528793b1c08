"""What a section of the report is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from annotator.quality.pages.markup import Markup, Part, element
from annotator.quality.report.pictures import FacePicture
from annotator.quality.tables import Tables


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, each by the names of its columns."""
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


@dataclass(frozen=True)
class Facts:
    """What sections tell.

    Attributes
    ----------
    tables
        As `annotator.quality.tables.tables_of` returns them.
    pictures
        Of the worst samples, by their ids.
    """

    tables: Tables
    pictures: Mapping[int, FacePicture] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """A part of the page with a title.

    Attributes
    ----------
    key
        What it is called in the page's address, and nothing else is.
    title
    needs
        The tables that it tells of: if none of them has a row, it has no data.
    html
        Returns what is in it.
    empty
        What is said where it has no data: a sentence that says what would bring some.
    counts
        A column of these tables: then there is no data where it holds nothing but zeros either.
    """

    key: str
    title: str
    needs: tuple[str, ...]
    html: Callable[[Facts], Iterable[Part]]
    empty: str
    counts: str | None = None

    def has_data(self, facts: Facts) -> bool:
        """Return whether there is anything to tell."""
        tables = [facts.tables[name] for name in self.needs]
        if self.counts is not None:
            return any(table[self.counts].any() for table in tables)
        return any(map(len, tables))

    def markup(self, facts: Facts) -> Markup:
        """Return the section."""
        parts = self.html(facts) if self.has_data(facts) else [element("p", self.empty)]
        title = element("h2", self.title, id=f"{self.key}-head")
        return element("section", title, *parts, id=self.key, aria_labelledby=f"{self.key}-head")
