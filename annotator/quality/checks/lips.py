"""Lips that have crossed."""

from collections.abc import Iterator

from annotator.quality.checks.crossing import crossed
from annotator.quality.checks.definition import Check, Finding, Severity, Subject
from annotator.quality.checks.sides import are_exchanged

_RINGS = ("lips_inner", "lips_outer")
# In outer IOD. Lips of a closed mouth touch, and nobody places them to half a per cent.
_NOTICED, _SERIOUS = 0.005, 0.02


def _look(subject: Subject) -> Iterator[Finding]:
    if are_exchanged(subject):
        return
    rings = [subject.layout.contours[ring] for ring in _RINGS if ring in subject.layout.contours]
    found = max((crossed(subject, ring) for ring in rings), key=lambda one: one.depth, default=None)
    if found is not None and found.depth > _NOTICED:
        yield Finding(
            CHECK.name,
            Severity.HIGH if found.depth > _SERIOUS else Severity.LOW,
            f"The upper lip and the lower one have crossed, by {found.pixels:.1f} px.",
            found.vertices,
        )


CHECK = Check(
    name="lips",
    title="Lips crossed",
    severity=Severity.HIGH,
    looks_at=(
        "The upper lip against the lower one, across the mouth, at their inner line and at their "
        "outer one: crossed by more than 0.5 % of the outer IOD; high from 2 % on."
    ),
    look=_look,
)
