"""How far an annotation moved from its prediction, in the image plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import MeshLayout
from annotator.mesh.metrics import vertex_errors


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

        Where nothing moved all three are 0. Where the annotation's eye corners coincide there
        is no IOD, and `nme` is NaN.
        """
        errors = vertex_errors(annotation, prediction)
        mean, iod = float(errors.mean()), outer_iod(annotation, layout)
        nme = mean / iod if iod > 0 else float("nan")
        return cls(mean=mean, maximum=float(errors.max()), nme=nme if mean else 0.0)


def change_between(
    newer: npt.NDArray[np.float32], older: npt.NDArray[np.float32] | None, layout: MeshLayout
) -> float | None:
    """Return how far two predictions of a face lie apart, in outer IODs of the newer one.

    None where there is no older one, or no IOD to divide by.
    """
    if older is None:
        return None
    nme = Displacement.between(newer, older, layout).nme
    return nme if np.isfinite(nme) else None
