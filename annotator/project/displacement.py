"""How far an annotation moved from its prediction, in the image plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotator.mesh.layout import MeshLayout
from annotator.mesh.metrics import vertex_errors
from annotator.mesh.units import error_unit, error_units


@dataclass(frozen=True, slots=True)
class Displacement:
    """2-D distances over the vertices: mean and maximum in pixels, and the mean in outer IODs."""

    mean: float
    maximum: float
    nme: float

    @classmethod
    def between(
        cls,
        annotation: npt.NDArray[np.float32],
        prediction: npt.NDArray[np.float32],
        layout: MeshLayout,
    ) -> Displacement:
        """Measure from prediction to annotation; the IOD is the annotation's.

        A face that is turned far away has none to divide by: see `annotator.mesh.units`.
        """
        errors = vertex_errors(annotation, prediction)
        mean = float(errors.mean())
        unit = error_unit(annotation, layout)
        return cls(mean=mean, maximum=float(errors.max()), nme=mean / unit)


def change_between(
    newer: npt.NDArray[np.float32], older: npt.NDArray[np.float32] | None, layout: MeshLayout
) -> float | None:
    """Return how far two predictions of a face lie apart, in outer IODs of the newer one.

    None where there is no older one.
    """
    return None if older is None else Displacement.between(newer, older, layout).nme


def displacements(
    annotations: npt.NDArray[np.float32],
    predictions: npt.NDArray[np.float32],
    layout: MeshLayout,
    *,
    where: npt.NDArray[np.bool_],
) -> tuple[list[float], list[float], list[float]]:
    """Return means, maxima and NMEs of many `Displacement`s at once, b of each.

    Parameters
    ----------
    annotations, predictions : (b, n, 3)
    layout
    where : (b,)
        Of which to measure it; all others are the same as their predictions.
    """
    measured = np.zeros((3, len(annotations)))
    if where.any():
        moved = annotations[where]
        errors = vertex_errors(moved, predictions[where])
        mean = errors.mean(axis=-1)
        measured[:, where] = mean, errors.max(axis=-1), mean / error_units(moved, layout)
    mean, maximum, nme = measured.tolist()
    return mean, maximum, nme
