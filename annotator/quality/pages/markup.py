"""HTML out of values: the one place where text becomes markup.

A `Markup` is HTML already; any other text is anybody's, and escaped: for HTML, and what would turn
the text around it the other way or is no character is spelt out (`annotator.system.foreign_text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from annotator.system.foreign_text import escaped

__all__ = ["Markup", "Part", "disclosed", "element", "joined", "named", "table", "text"]

Part = str | Markup
"""Text, which is escaped, or markup, which is not."""

_VOID = frozenset({"img", "meta"})


def text(value: Part) -> Markup:
    """Return text as markup; what is markup already stays as it is."""
    return value if isinstance(value, Markup) else escape(escaped(value))


def element(tag: str, *parts: Part, **attributes: str | int | None) -> Markup:
    """Return an element.

    Parameters
    ----------
    tag
        Its name: ours, as are those of the attributes.
    *parts
        What is in it.
    **attributes
        ``class_`` is ``class``, ``aria_label`` is ``aria-label``; None is no attribute.
    """
    said = joined(
        Markup(' {}="{}"').format(Markup(key.rstrip("_").replace("_", "-")), text(str(value)))
        for key, value in attributes.items()
        if value is not None
    )
    head = Markup("<{}{}>").format(Markup(tag), said)
    return head if tag in _VOID else Markup("{}{}</{}>").format(head, joined(parts), Markup(tag))


def joined(parts: Iterable[Part], between: str = "") -> Markup:
    """Return parts one after the other."""
    return Markup(between).join(text(part) for part in parts)


def named(value: str) -> Markup:
    """Return what somebody is called, or a file: its direction of writing ends with it."""
    return element("bdi", value)


def table(
    caption: str, heads: Sequence[Part], rows: Iterable[Sequence[Part]], *, key: str
) -> Markup:
    """Return a table whose first column says what a row is about.

    Parameters
    ----------
    caption
        What it holds; it stands above, and stays where it is when a wide table is scrolled.
    heads, rows
        Of equal lengths.
    key
        Its ``id``: what nothing else of the page is called.
    """
    head = element("tr", *(element("th", each, scope="col") for each in heads))
    body = [
        element(
            "tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])
        )
        for row in rows
    ]
    whole = element(
        "table",
        element("thead", head),
        element("tbody", *body),
        id=key,
        aria_labelledby=f"{key}-caption",
    )
    said = element("p", caption, class_="caption", id=f"{key}-caption")
    scrolled = element(
        "div", whole, class_="scroll", tabindex=0, role="region", aria_labelledby=f"{key}-caption"
    )
    return element("div", said, scrolled)


def disclosed(summary: str, *parts: Part) -> Markup:
    """Return parts that are shown once somebody asks for them, and printed always."""
    return element("details", element("summary", summary), *parts)
