"""What is told of an import, in sentences."""

from collections.abc import Sequence
from typing import Protocol

from annotator.system.foreign_text import escaped
from annotator.system.names import in_natural_order
from annotator.workflow.importing import ImportReport
from annotator.workflow.same_pictures import kept_text

_NAMED = 3


def import_sentences(report: ImportReport) -> list[str]:
    """Return what is told besides the numbers, a sentence each; mostly nothing."""
    told = []
    if report.kept:
        told.append(kept_text(len(report.kept)))
    if report.restored:
        told.append(f"back in the project with their faces: {few(report.restored)}")
    if report.replaced:
        told.append(
            f"{few(report.replaced)}: the file holds another picture now, which is in the project "
            "as a photograph of its own; the faces of the one before stay with it"
        )
    if report.untold:
        one = report.untold == 1
        told.append(
            f"of {report.untold} of these it cannot be told whether "
            f"{'its' if one else 'their'} pixels changed: they were not known"
        )
    return told


def as_sentences(told: Sequence[str]) -> list[str]:
    """Return what is told as a window says it: with a capital and a full stop."""
    return [f"{text[:1].upper()}{text[1:]}." for text in told]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def few(records: Sequence[_Named], named: int = _NAMED) -> str:
    """Return the names of the first photographs, or clips, and how many more there are."""
    ordered = in_natural_order([record.name for record in records])
    names = ", ".join(map(escaped, ordered[:named]))
    more = len(records) - named
    return f"{names} and {more} more" if more > 0 else names
