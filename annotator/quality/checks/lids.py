"""Lids that have crossed."""

from collections.abc import Iterator

from annotator.quality.checks.crossing import crossed
from annotator.quality.checks.definition import Check, Finding, Severity, Subject
from annotator.quality.checks.sides import are_exchanged

_EYES = ("right_eye", "left_eye")
# In outer IOD. Lids of closed eyes touch, and nobody places them to half a per cent.
_NOTICED, _SERIOUS = 0.005, 0.015


def _look(subject: Subject) -> Iterator[Finding]:
    if are_exchanged(subject):
        return
    for contour in (
        subject.layout.contours[eye] for eye in _EYES if eye in subject.layout.contours
    ):
        found = crossed(subject, contour)
        if found.depth > _NOTICED:
            title = f"{contour.title[:1].lower()}{contour.title[1:]}"
            yield Finding(
                CHECK.name,
                Severity.HIGH if found.depth > _SERIOUS else Severity.LOW,
                f"The lids of the {title} have crossed, by {found.pixels:.1f} px.",
                found.vertices,
            )


CHECK = Check(
    name="lids",
    title="Lids crossed",
    severity=Severity.HIGH,
    looks_at=(
        "The row of the upper lid against that of the lower one, across the eye: crossed by more "
        "than 0.5 % of the outer IOD; high from 1.5 % on. Lids that touch are closed eyes."
    ),
    look=_look,
)
