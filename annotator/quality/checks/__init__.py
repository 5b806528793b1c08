"""Checks: what speaks against a sample, without anybody looking at it. One file each.

`CHECKS` is the one list of them. `findings` looks at one mesh, a prediction or an annotation;
`annotator.quality.checks.of_project` brings together what is known of a project's.
"""

from collections.abc import Iterable

from annotator.quality.checks import (
    blurred,
    folds,
    lids,
    lips,
    look_alikes,
    moved,
    outside,
    overlap,
    same_face,
    shape,
    sides,
    tiny,
    unchanged,
)
from annotator.quality.checks.definition import (
    Check,
    Finding,
    OtherFace,
    Severity,
    Subject,
    Work,
)

__all__ = [
    "CHECKS",
    "MESH_CHECKS",
    "Check",
    "Finding",
    "OtherFace",
    "Severity",
    "Subject",
    "Work",
    "findings",
]

CHECKS: tuple[Check, ...] = (
    sides.CHECK,
    folds.CHECK,
    lids.CHECK,
    lips.CHECK,
    outside.CHECK,
    shape.CHECK,
    same_face.CHECK,
    overlap.CHECK,
    moved.CHECK,
    unchanged.CHECK,
    tiny.CHECK,
    blurred.CHECK,
    look_alikes.CHECK,
)
"""Every check, in the order in which their findings are told."""

MESH_CHECKS = tuple(check for check in CHECKS if not check.needs_pixels)
"""Those that need no photograph: quick enough after every stroke. All of high severity are."""


def findings(subject: Subject, checks: Iterable[Check] = CHECKS) -> tuple[Finding, ...]:
    """Return what checks have against a sample, the most severe first, else in their order."""
    found = [finding for check in checks for finding in check.look(subject)]
    return tuple(sorted(found, key=lambda finding: -finding.severity))
