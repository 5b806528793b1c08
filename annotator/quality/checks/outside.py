"""Meshes that leave the photograph."""

from collections.abc import Iterator

import numpy as np

from annotator.quality.checks.definition import Check, Finding, Severity, Subject
from annotator.quality.checks.words import percent

# Shares of the vertices. A photograph may cut a face off, and the model goes on beyond its edge.
_NOTICED, _MUCH, _MOST = 0.02, 0.2, 0.5


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.size is None:
        return
    beyond = np.asarray(subject.landmarks[:, :2] - np.array(subject.size))
    outside = (subject.landmarks[:, :2] < 0).any(axis=1) | (beyond > 0).any(axis=1)
    share = float(outside.mean())
    if share <= _NOTICED:
        return
    severity = Severity.MEDIUM if share > _MUCH else Severity.LOW
    yield Finding(
        CHECK.name,
        Severity.HIGH if share > _MOST else severity,
        f"{percent(share)} of the mesh lies outside of the photograph.",
        tuple(np.flatnonzero(outside).tolist()),
    )


CHECK = Check(
    name="outside",
    title="Outside of the photograph",
    severity=Severity.HIGH,
    looks_at=(
        "The share of the vertices beyond the photograph's edges: from 2 % on, medium from 20 %, "
        "high from 50 %."
    ),
    look=_look,
)
