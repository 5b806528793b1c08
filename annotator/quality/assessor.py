"""All that is said of a photograph's faces at once: their signals, and the error they tell of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.inference import FaceMesh, ModelInfo
from annotator.project import Assessment, FaceToAssess, OfMesh, StoredFinding
from annotator.quality.checks import (
    CHECKS,
    Check,
    OtherFace,
    Subject,
    Work,
    findings,
    unchanged,
)
from annotator.quality.checks.of_project import face_hashes
from annotator.quality.shape_prior import ShapePrior
from annotator.quality.signals import SIGNALS, Signals, jitter_of, signals_of
from annotator.quality.triage import DEFAULT_MODEL, TriageModel, doubt_of

VERSION = 4
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
        return [self._assessed(face, faces, photograph) for face in faces if face.is_due]

    def _assessed(
        self, face: FaceToAssess, faces: Sequence[FaceToAssess], photograph: NDArray[np.uint8]
    ) -> Assessment:
        place = (face.sample_id, face.prediction_id, face.revision)
        subject = self._subject(face, faces, photograph)
        if face.kept is not None:
            kept = face.kept
            found = [each for each in kept.findings if _is_of_prediction(each)]
            known = (kept.doubt, kept.signals, kept.spread)
            hashes = kept.face_hashes
        else:
            found = _found(subject, OfMesh.PREDICTION)
            known = self._known(face, subject)
            hashes = face_hashes(photograph, face.predicted, face.layout)
        if face.landmarks is not face.predicted:
            found += _found(_as_annotated(subject, face), OfMesh.ANNOTATION)
        else:
            found += _found(_as_annotated(subject, face), OfMesh.PREDICTION, [unchanged.CHECK])
        is_unchanged = face.changed_since_sent_back is False
        return Assessment(*place, *known, tuple(found), hashes, is_unchanged)

    def _known(
        self, face: FaceToAssess, subject: Subject
    ) -> tuple[float, Mapping[str, float], NDArray[np.float16] | None]:
        """Return the expected error, the signals, and how far each vertex spreads."""
        found = signals_of(
            self.face_mesh,
            subject.photograph,
            face.predicted,
            presence=face.presence,
            prior=self.prior,
            pixels=subject.pixels,
        )
        jitter = jitter_of(face.before, face.predicted, face.after, face.layout)
        found = found.known(round_change=face.round_change, jitter=jitter)
        return doubt_of(found.values, self.model), found.values, _half(found)

    def _subject(
        self, face: FaceToAssess, faces: Sequence[FaceToAssess], photograph: NDArray[np.uint8]
    ) -> Subject:
        """Return the prediction as checks look at it."""
        return Subject(
            face.predicted,
            face.layout,
            size=(photograph.shape[1], photograph.shape[0]),
            photograph=photograph,
            others=tuple(
                OtherFace(f"face #{other.face_index + 1}", other.landmarks)
                for other in faces
                if other is not face
            ),
            prior=self.prior,
        )


def _as_annotated(subject: Subject, face: FaceToAssess) -> Subject:
    work = Work(face.stroke_count, face.has_marks, face.changed_since_sent_back)
    return replace(subject, landmarks=face.landmarks, prediction=face.predicted, work=work)


def _is_of_prediction(finding: StoredFinding) -> bool:
    """Return whether a finding holds of the prediction whatever became of the sample."""
    return finding.of_mesh is OfMesh.PREDICTION and finding.name != unchanged.CHECK.name


def _found(
    subject: Subject, of_mesh: OfMesh, checks: Iterable[Check] = CHECKS
) -> list[StoredFinding]:
    return [
        StoredFinding(each.check, int(each.severity), each.sentence, each.vertices, of_mesh)
        for each in findings(subject, checks)
    ]


def _half(signals: Signals) -> NDArray[np.float16] | None:
    """Return the spread as it is stored, or None where there is no such number."""
    spread = signals.vertex_spread
    if spread is None or not np.isfinite(spread).all():
        return None
    return np.minimum(spread, _LARGEST_SPREAD).astype(np.float16)
