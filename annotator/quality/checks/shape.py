"""Shapes that no face has."""

from collections.abc import Iterator

from annotator.quality.checks.definition import Check, Finding, Severity, Subject
from annotator.quality.shape_prior import shape_distance

# Distances. Predictions have 0.2 to 0.7 by either kind of prior; of noise of 2 % and 5 % of the
# outer IOD in every coordinate the default says 1.4 and 2.8, a fitted one 12 and 30.
_DEFAULT = (1.2, 3.0)
_FITTED = (4.0, 30.0)


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.prior is None or subject.prior.layout is not subject.layout:
        return
    distance = shape_distance(subject.landmarks, subject.prior)
    noticed, serious = _FITTED if subject.prior.count else _DEFAULT
    if distance > noticed:
        severity = Severity.HIGH if distance > serious else Severity.MEDIUM
        usual = "the faces accepted here" if subject.prior.count else "a face"
        sentence = f"Its shape is unlike that of {usual}: {distance:.1f} times as far off as usual."
        yield Finding(CHECK.name, severity, sentence)


CHECK = Check(
    name="shape",
    title="Implausible shape",
    severity=Severity.HIGH,
    looks_at=(
        "The distance of the shape, without place, size and turn, from a shape prior: above 1.2 "
        "(high: 3) of the one that ships, above 4 (high: 30) of one fitted on accepted meshes."
    ),
    look=_look,
)
