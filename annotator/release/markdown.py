"""Foreign text in Markdown: shown as it is, and never as a link, a picture, HTML or a heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from annotator.system.foreign_text import plain

_SIGNS = re.compile(r"[\\`*_{}\[\]()#!|<>&~^$:@]")
_AT_THE_BEGINNING = re.compile(r"^(\d*)([-+=.)\"'])")
_ADDRESS = re.compile(r"(?i)\b(www)\.")


def literal(text: str) -> str:
    """Return text on one line that Markdown shows as it is: a backslash before each sign."""
    shown = _ADDRESS.sub(r"\1\.", _SIGNS.sub(r"\\\g<0>", plain(text)))
    return _AT_THE_BEGINNING.sub(r"\1\\\2", shown)


def paragraphs(text: str) -> list[str]:
    """Return the lines of a text of several paragraphs that Markdown shows as it is."""
    return [literal(line) for line in text.splitlines()]


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; all but the first column are aligned at their right."""
    rule = ["---", *["---:"] * (len(headings) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]


def yaml_text(text: str) -> str:
    """Return text as YAML quotes it, on one line."""
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
