"""The same picture twice."""

from collections.abc import Iterator, Sequence

from annotator.quality.checks.definition import Check, Finding, Severity, Subject

_NAMED = 2


def found_alike(alike: Sequence[str]) -> Finding:
    """Return what is said of a face that others, one or more of these names, look like."""
    named = ", ".join(alike[:_NAMED])
    more = len(alike) - _NAMED
    others = f"{named} and {more:,} more" if more > 0 else named
    return Finding(CHECK.name, Severity.MEDIUM, f"The same picture again: see {others}.")


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.alike:
        yield found_alike(subject.alike)


CHECK = Check(
    name="look_alikes",
    title="The same picture twice",
    severity=Severity.MEDIUM,
    looks_at=(
        "Faces of other files whose perceptual hash differs in 9 of 64 bits at most, also resized, "
        "compressed, brightened, turned or mirrored."
    ),
    look=_look,
)
