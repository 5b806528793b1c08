"""A face drawn over another one, which is not the same."""

from collections.abc import Iterator

from annotator.mesh.plane import plane
from annotator.mesh.polyline import is_inside
from annotator.quality.checks.definition import Check, Finding, Severity, Subject
from annotator.quality.checks.same_face import on_one_face
from annotator.quality.checks.words import percent

# Shares of the vertices within the outline of the other face. Heads side by side overlap a little.
_NOTICED, _MUCH = 0.1, 0.3


def _look(subject: Subject) -> Iterator[Finding]:
    ring = subject.landmarks[subject.layout.contours[subject.layout.boundary].vertices]
    for other in subject.others:
        if on_one_face(subject, other) or not _touch(subject.box, other.box):
            continue
        covered = is_inside(plane(other.landmarks), plane(ring))
        share = float(covered.mean())
        if share > _NOTICED:
            severity = Severity.MEDIUM if share > _MUCH else Severity.LOW
            sentence = f"It lies over {other.name} of the photograph: {percent(share)} of that."
            yield Finding(CHECK.name, severity, sentence)


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(
        one[at] < other[at] + other[at + 2] and other[at] < one[at] + one[at + 2] for at in (0, 1)
    )


CHECK = Check(
    name="overlap",
    title="Drawn over another face",
    severity=Severity.MEDIUM,
    looks_at=(
        "How many vertices of another face lie within the outline of this one, where the two are "
        "not on one face: from 10 % on, medium from 30 %."
    ),
    look=_look,
)
