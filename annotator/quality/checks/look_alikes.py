"""The same picture twice."""

from collections.abc import Iterator

from annotator.quality.checks.definition import Check, Finding, Severity, Subject

_NAMED = 2


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.alike:
        named = ", ".join(subject.alike[:_NAMED])
        more = len(subject.alike) - _NAMED
        others = f"{named} and {more:,} more" if more > 0 else named
        yield Finding(CHECK.name, Severity.MEDIUM, f"The same picture again: see {others}.")


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
