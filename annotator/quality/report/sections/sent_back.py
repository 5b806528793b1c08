"""What was sent back, and why."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.quality.pages.markup import Part, element, table
from annotator.quality.pages.words import whole, word
from annotator.quality.report.section import Facts, Section, rows_of


def _html(facts: Facts) -> Iterator[Part]:
    reasons = [
        [word(row["reason"]), whole(row["send_back"]), whole(row["exclude"])]
        for row in rows_of(facts.tables["reasons"])
    ]
    states = [
        [word(row["state"]), whole(row["samples"])] for row in rows_of(facts.tables["sent_back"])
    ]
    yield element(
        "p",
        "Why reviewers sent samples back or excluded them, whatever became of it; a verdict may "
        "have several reasons. Beside it, how samples stand now that were sent back at least once.",
    )
    heads = ("reason", "sent back", "excluded")
    parts = [table("Verdicts by reason", heads, reasons, key="reasons")] if reasons else []
    if states:
        caption = "Samples that were ever sent back"
        parts.append(table(caption, ("state now", "samples"), states, key="ever-sent-back"))
    yield element("div", *parts, class_="beside")


SENT_BACK = Section(
    key="sent-back",
    title="Sent back and excluded",
    needs=("reasons", "sent_back"),
    html=_html,
    empty="Nothing was sent back or excluded for a reason yet.",
)
