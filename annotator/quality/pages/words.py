"""Numbers as a page says them; what is not known is a dash."""

from __future__ import annotations

import math
from datetime import datetime

import pandas as pd

from annotator.quality.pages.markup import Markup, Part, element, named

UNKNOWN = "–"


def whole(value: float) -> str:
    """Return a count with its thousands apart."""
    return f"{round(value):,}"


def decimal(value: float, digits: int = 1) -> str:
    """Return a number."""
    return UNKNOWN if math.isnan(value) else f"{value:,.{digits}f}"


def percent(share: float, digits: int = 2) -> str:
    """Return a share of 1 as so many of a hundred."""
    return UNKNOWN if math.isnan(share) else f"{100 * share:,.{digits}f}\N{NO-BREAK SPACE}%"


def share(part: float, total: float) -> str:
    """Return what part of a total something is."""
    return percent(part / total, 1) if total else UNKNOWN


def word(value: str) -> str:
    """Return a word of the database as people read it."""
    return value.replace("_", " ")


def person(value: object) -> Markup:
    """Return who somebody is, or that nobody was named."""
    if isinstance(value, str):
        return named(value)
    return element("span", "nobody named", class_="note")


def moment(value: object) -> Part:
    """Return a time to the minute, in UTC."""
    if not isinstance(value, datetime) or pd.isna(value):
        return UNKNOWN
    return f"{value:%Y-%m-%d %H:%M}"
