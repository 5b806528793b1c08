"""What checks found."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.quality.checks import CHECKS as KNOWN
from annotator.quality.pages.markup import Part, element, table
from annotator.quality.pages.words import whole, word
from annotator.quality.report.section import Facts, Section, rows_of

_TITLES = {check.name: check.title for check in KNOWN}
_SEVERITIES = {1: "low", 2: "medium", 3: "high"}


def _html(facts: Facts) -> Iterator[Part]:
    yield element(
        "p",
        "In how many samples each check found something when they were last assessed, and what "
        "became of them. Turned down are those sent back, excluded or deleted.",
    )
    heads = ("check", "severity", "mesh", "samples", "accepted", "turned down", "undecided")
    counts = ("samples", "accepted", "turned_down", "undecided")
    rows = [
        [
            _TITLES.get(row["check"], word(row["check"])),  # or one of another version
            _SEVERITIES[row["severity"]],
            row["mesh"],
            *(whole(row[name]) for name in counts),
        ]
        for row in rows_of(facts.tables["findings"])
    ]
    yield table("Findings by check", heads, rows, key="findings")


CHECKS = Section(
    key="checks",
    title="Checks",
    needs=("findings",),
    html=_html,
    empty="Checks found nothing, or nothing was assessed yet (`assess` runs them).",
)
