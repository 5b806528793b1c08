"""Faces out of focus, shaken, or enlarged from few pixels."""

from collections.abc import Iterator

from annotator.quality.checks.definition import Check, Finding, Severity, Subject

# Of the signal `blur`, 0 (sharp) to 1.
_SOFT, _BLURRED = 0.62, 0.7


def _look(subject: Subject) -> Iterator[Finding]:
    blur = subject.pixels.get("blur", 0.0)
    if blur > _SOFT:
        severity = Severity.MEDIUM if blur > _BLURRED else Severity.LOW
        degree = "blurred" if blur > _BLURRED else "a little blurred"
        yield Finding(CHECK.name, severity, f"The face is {degree}, or enlarged from few pixels.")


CHECK = Check(
    name="blurred",
    title="Blurred face",
    severity=Severity.MEDIUM,
    looks_at=(
        "The signal `blur` of the crop that the model looks at: from 0.62 on, medium from 0.7. A "
        "small face is a blurred one."
    ),
    look=_look,
    needs_pixels=True,
)
