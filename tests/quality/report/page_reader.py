"""What a page says, read back: its tables, its texts, and every element it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"img", "meta", "br"}


@dataclass
class Page:
    """A page that was read.

    `tables` are lists of rows of texts by the table's id, heads first; `sections` are the texts
    of sections by theirs; `elements` is each element's tag with its attributes.
    """

    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[str] = []
        self._table: list[list[str]] | None = None
        self._section = ""
        self._cell: str | None = None

    def handle_starttag(self, tag, attrs):
        said = {key: value or "" for key, value in attrs}
        self.page.elements.append((tag, said))
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "table":
            assert said["id"] not in self.page.tables
            self._table = self.page.tables[said["id"]] = []
        elif tag == "section":
            self._section = said["id"]
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag in {"td", "th"}:
            self._cell = ""

    def handle_startendtag(self, tag, attrs):  # of SVG
        self.page.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
        if tag in {"td", "th"} and self._table is not None:
            self._table[-1].append(self._cell or "")
            self._cell = None
        elif tag == "section":
            self._section = ""

    def handle_data(self, data):
        data = data.replace("\N{NO-BREAK SPACE}", " ")
        if self._cell is not None:
            self._cell += data
        if self._section:
            self.page.sections[self._section] = self.page.sections.get(self._section, "") + data
        self.page.text += data


def read_page(html: str) -> Page:
    """Read a page; an element that is not closed fails."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, reader.open
    return reader.page
