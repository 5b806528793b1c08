"""Faces too small to be annotated well."""

from collections.abc import Iterator

from annotator.quality.checks.definition import Check, Finding, Severity, Subject

# px between the outer corners of the eyes, in space. The model looks at about 85.
_SMALL, _TINY = 24.0, 14.0


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.scale < _SMALL:
        yield Finding(
            CHECK.name,
            Severity.MEDIUM if subject.scale < _TINY else Severity.LOW,
            f"The face is small: {subject.scale:.0f} px from one outer corner of the eyes to the "
            "other.",
        )


CHECK = Check(
    name="tiny",
    title="Tiny face",
    severity=Severity.MEDIUM,
    looks_at=(
        "The outer IOD in space: below 24 px, of which a hundredth is a quarter of a pixel; medium "
        "below 14 px."
    ),
    look=_look,
)
