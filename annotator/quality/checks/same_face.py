"""Two samples on one face."""

from collections.abc import Iterator

from annotator.project.matching import intersection_over_union, is_same_face
from annotator.quality.checks.definition import Check, Finding, OtherFace, Severity, Subject


def on_one_face(subject: Subject, other: OtherFace) -> bool:
    """Return whether a mesh and another one are of one face, by the rule of `mesh.same_face`."""
    overlap = intersection_over_union(subject.box, other.box)
    return is_same_face(subject.box, other.box, overlap)


def _look(subject: Subject) -> Iterator[Finding]:
    for other in subject.others:
        if on_one_face(subject, other):
            sentence = f"This and {other.name} of the photograph lie on one face."
            # Whoever drew one of them was asked about it.
            was_asked = subject.is_drawn or other.is_drawn
            yield Finding(CHECK.name, Severity.MEDIUM if was_asked else Severity.HIGH, sentence)


CHECK = Check(
    name="same_face",
    title="Two samples on one face",
    severity=Severity.HIGH,
    looks_at=(
        "The boxes of the photograph's faces, by the rule by which models and the project tell "
        "faces apart: an IoU above 0.4, or more than 0.8 of the smaller box within the "
        "other. Medium where somebody drew one of the two, who was asked then."
    ),
    look=_look,
)
