"""Annotations that lie suspiciously far from what was predicted."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.quality.checks.definition import Check, Finding, Severity, Subject
from annotator.quality.checks.words import percent, where

# Means over the vertices, in outer IOD: corrections are below 0.1 as a rule.
_FAR, _ELSEWHERE = 0.25, 1.0
# By how much more than its neighbours a vertex may have been moved.
_ALONE = 0.15


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.prediction is None:
        return
    ways = (subject.landmarks - subject.prediction)[:, :2] / subject.scale
    lengths = np.linalg.norm(ways, axis=1)
    mean = float(lengths.mean())
    if mean > _FAR:
        far = np.flatnonzero(lengths > max(mean, _FAR))
        yield Finding(
            CHECK.name,
            Severity.HIGH if mean > _ELSEWHERE else Severity.MEDIUM,
            f"It lies far from what was predicted: {percent(mean)} of the outer IOD on average.",
            tuple(far.tolist()),
        )
        return
    alone = np.flatnonzero(_beyond_neighbours(ways, subject.layout) > _ALONE)
    if alone.size:
        several = "Vertices were" if alone.size > 1 else "A vertex was"
        at = where(subject.layout, alone)
        sentence = f"{several} moved far{at}, and those around did not follow."
        yield Finding(CHECK.name, Severity.MEDIUM, sentence, tuple(alone.tolist()))


def _beyond_neighbours(ways: NDArray[np.floating], layout: MeshLayout) -> NDArray[np.float64]:
    """Return by how much each vertex's way differs from the mean of those joined to it, (n,)."""
    one, other = layout.topology.opened_edges.T
    ends, starts = np.concatenate([one, other]), np.concatenate([other, one])
    count = len(ways)
    sums = np.column_stack([np.bincount(ends, way[starts], count) for way in ways.T])
    numbers = np.bincount(ends, minlength=count)
    around = sums / np.maximum(numbers, 1)[:, None]
    return np.asarray(np.where(numbers > 0, np.linalg.norm(ways - around, axis=1), 0.0))


CHECK = Check(
    name="moved",
    title="Moved suspiciously far",
    severity=Severity.HIGH,
    looks_at=(
        "How far the annotation lies from the prediction in the image: on average by more than "
        "25 % of the outer IOD, high from 100 % on; or single vertices by 15 % more than those "
        "around them."
    ),
    look=_look,
)
