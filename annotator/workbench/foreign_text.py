"""Text that other people wrote, made fit for a sentence, and for what takes markup for markup."""

from html import escape
from unicodedata import category

from annotator.system.foreign_text import JOINERS, plain

__all__ = ["LONGEST", "one_line", "plain", "quoted", "rich"]

LONGEST = 120
_TIMES = 20


def one_line(text: str, longest: int = LONGEST) -> str:
    """Return text without line breaks and control characters, cut at so many characters."""
    text = text[: _TIMES * longest]  # a comment of megabytes is not looked through for a line
    # Also the signs that turn the direction of what follows: they would turn our words, too.
    shown = "".join(" " if category(s)[0] == "C" and s not in JOINERS else s for s in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1].rstrip()}…"


def quoted(text: str, longest: int = LONGEST) -> str:
    """Return text as somebody's words, on one line; empty where there is none."""
    shown = one_line(text, longest)
    return f"“{shown}”" if shown else ""


def rich(*lines: str) -> str:
    """Return lines as rich text that shows them as they are, broken where they are long."""
    # Qt takes a tooltip that looks like markup for markup, and breaks lines only in markup.
    shown = "<br>".join(escape(plain(line)) for line in lines)
    return f"<qt>{shown}</qt>" if shown else ""
