"""Triangles that are turned over, and outlines that cross themselves.

A mesh of which no triangle is turned over and no outline crosses itself covers nothing twice, so
these two are all that crossing triangles can come from.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.geometry import newly_flipped, signed_areas
from annotator.mesh.plane import Complex, cross, plane
from annotator.quality.checks.definition import Check, Finding, Severity, Subject
from annotator.quality.checks.sides import are_exchanged
from annotator.quality.checks.words import where
from annotator.system.words import count

# A face seen in perspective has triangles that are turned over where they are seen from the edge:
# how much one must face the camera to be said to be, by itself and where an edit turned it over.
_FACING, _FACING_EDITED = 0.5, 0.25
# What is serious: so many, and so much of the mesh's area.
_MANY, _MUCH, _VERY_MUCH = 5, 5e-4, 4e-3


def _look(subject: Subject) -> Iterator[Finding]:
    if are_exchanged(subject):
        return  # all of them are turned over, then, and that is told
    yield from _turned_over(subject)
    yield from _crossing(subject)


def _turned_over(subject: Subject) -> Iterator[Finding]:
    triangles = subject.layout.topology.opened_triangles
    areas, fit = signed_areas(subject.landmarks, triangles), subject.fit
    wrong = areas * fit.areas < 0
    turned = wrong & (fit.facing > _FACING)
    if subject.prediction is not None:
        edited = newly_flipped(subject.prediction, subject.landmarks, triangles)
        turned |= wrong & edited & (fit.facing > _FACING_EDITED)
    number = int(turned.sum())
    if not number:
        return
    share = float(np.abs(areas[turned]).sum() / max(np.abs(areas).sum(), 1e-12))
    is_serious = (number >= _MANY and share >= _MUCH) or share >= _VERY_MUCH
    vertices = np.unique(triangles[turned])
    verb = "is" if number == 1 else "are"
    sentence = f"{count(number, 'triangle')} {verb} turned over{where(subject.layout, vertices)}."
    severity = Severity.HIGH if is_serious else Severity.LOW
    yield Finding(CHECK.name, severity, sentence, tuple(vertices.tolist()))


def _crossing(subject: Subject) -> Iterator[Finding]:
    """Yield the outlines that an edit made cross themselves; of faces in profile some do."""
    if subject.prediction is None:
        return
    points, before = plane(subject.landmarks), plane(subject.prediction)
    for contour in subject.layout.contours.values():
        ring = contour.vertices
        crossed = self_crossings(points[ring])
        if not crossed.any() or self_crossings(before[ring]).any():
            continue
        vertices = ring[crossed | np.roll(crossed, 1)]
        yield Finding(
            CHECK.name,
            Severity.MEDIUM,
            f"The line of {_title(contour.title)} crosses itself.",
            tuple(sorted(vertices.tolist())),
        )


def self_crossings(ring: Complex) -> NDArray[np.bool_]:
    """Return which edges of a closed line (k,) cross another one of it, (k,); touching is none."""
    start, end = ring, np.roll(ring, -1)
    along = (end - start)[:, None]
    first = cross(along, start[None] - start[:, None])
    second = cross(along, end[None] - start[:, None])
    divides = first * second < 0
    return np.asarray((divides & divides.T).any(axis=1))


def _title(title: str) -> str:
    return f"{title[:1].lower()}{title[1:]}"


CHECK = Check(
    name="folds",
    title="Triangles turned over",
    severity=Severity.HIGH,
    looks_at=(
        "Triangles of the opened mesh that lie the other way round than on the canonical face "
        "turned like this one, where they face the camera; and outlines that cross themselves "
        "where the prediction's do not. High from 5 triangles with 0.05 % of the mesh's area on, "
        "or 0.4 % in any number."
    ),
    look=_look,
)
