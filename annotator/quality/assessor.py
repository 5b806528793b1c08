"""All that is said of a photograph's faces at once: their signals, and the error they tell of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.inference import FaceMesh, ModelInfo
from annotator.project import Assessment, FaceToAssess
from annotator.quality.shape_prior import ShapePrior
from annotator.quality.signals import SIGNALS, Signals, signals_of
from annotator.quality.triage import DEFAULT_MODEL, TriageModel, doubt_of

VERSION = 1
"""Raised whenever signals, their weights or checks say something else of the same face."""

_LARGEST_SPREAD = 1000.0  # outer IODs: of a profile, whose eye corners coincide


@dataclass(frozen=True, eq=False)
class QualityAssessor:
    """Assesses the faces of one photograph after the other; threads may share it.

    Attributes
    ----------
    face_mesh
        Whose predictions are assessed.
    prior
        What shapes are usual.
    model
        What signals tell of the error.
    """

    face_mesh: FaceMesh
    prior: ShapePrior | None
    model: TriageModel = DEFAULT_MODEL

    @property
    def info(self) -> ModelInfo:
        """Which model it is."""
        return self.face_mesh.info

    @property
    def version(self) -> int:
        """What `VERSION` says."""
        return VERSION

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of the signals, in order."""
        return SIGNALS

    def assess(
        self, faces: Sequence[FaceToAssess], photograph: NDArray[np.uint8]
    ) -> list[Assessment]:
        """Return what is to be said of the faces that are due.

        Parameters
        ----------
        faces
            All of the photograph's.
        photograph : (height, width, 3) uint8
            RGB, upright.

        Raises
        ------
        ModelError
            If the model's numbers are not finite.
        """
        return [self._assessed(face, photograph) for face in faces if face.is_due]

    def _assessed(self, face: FaceToAssess, photograph: NDArray[np.uint8]) -> Assessment:
        place = (face.sample_id, face.prediction_id, face.revision)
        if face.kept is not None:
            kept = face.kept
            return Assessment(*place, kept.doubt, kept.signals, kept.spread)
        found = signals_of(
            self.face_mesh, photograph, face.predicted, presence=face.presence, prior=self.prior
        ).known(round_change=face.round_change)
        return Assessment(*place, doubt_of(found.values, self.model), found.values, _half(found))


def _half(signals: Signals) -> NDArray[np.float16] | None:
    """Return the spread as it is stored, or None where there is no such number."""
    spread = signals.vertex_spread
    if spread is None or not np.isfinite(spread).all():
        return None
    return np.minimum(spread, _LARGEST_SPREAD).astype(np.float16)
