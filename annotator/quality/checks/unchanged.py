"""Annotations that are as they were before somebody corrected them."""

from collections.abc import Iterator

import numpy as np

from annotator.quality.checks.definition import Check, Finding, Severity, Subject

_STILL = 5e-4  # of the outer IOD, at the vertex that moved most


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.work.changed_since_sent_back is False:
        yield Finding(
            CHECK.name, Severity.MEDIUM, "It was sent back, and nothing was changed since."
        )
    if not subject.work.strokes or subject.work.marks_changed or subject.prediction is None:
        return
    moved = np.linalg.norm(subject.landmarks - subject.prediction, axis=1).max()
    if moved < _STILL * subject.scale:
        sentence = "It has strokes, and yet every vertex lies where it was predicted."
        yield Finding(CHECK.name, Severity.LOW, sentence)


CHECK = Check(
    name="unchanged",
    title="Corrected, yet unchanged",
    severity=Severity.MEDIUM,
    looks_at=(
        "Samples that were sent back and not changed since (medium), and those with strokes of "
        "which none moved, hid or pinned a vertex for good."
    ),
    look=_look,
)
