"""Left and right exchanged: the mesh of the mirror image."""

from collections.abc import Iterator

import numpy as np

from annotator.mesh.geometry import signed_areas
from annotator.quality.checks.definition import Check, Finding, Severity, Subject

# By how much better the exchanged face fits; good predictions fit 4 times better as they are.
_BETTER = 0.7
_TURNED_OVER = 0.3  # of the area, on balance: of a mesh without depth


def are_exchanged(subject: Subject) -> bool:
    """Return whether the mesh is that of a mirrored face."""
    fit = subject.fit
    if not fit.is_flat:
        return fit.mirrored_residual < _BETTER * fit.residual
    areas = signed_areas(subject.landmarks, subject.layout.topology.opened_triangles)
    upright = subject.layout.topology.vertices * (1, -1, -1)
    seen = signed_areas(upright, subject.layout.topology.opened_triangles).sum()
    balance = areas.sum() / max(np.abs(areas).sum(), 1e-12)
    return bool(balance * np.sign(seen) < -_TURNED_OVER)


def _look(subject: Subject) -> Iterator[Finding]:
    if are_exchanged(subject):
        sentence = "Left and right are exchanged: this is the mesh of the mirrored face."
        yield Finding(CHECK.name, Severity.HIGH, sentence)


CHECK = Check(
    name="sides",
    title="Left and right exchanged",
    severity=Severity.HIGH,
    looks_at=(
        "Whether the canonical face with left and right exchanged fits the mesh in space better, "
        "by 30 % at least; of a mesh without depth, whether most of it is turned over."
    ),
    look=_look,
)
