"""What the store hands out and takes in of assessments: frozen values, free of SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from annotator.mesh.layout import MeshLayout

Landmarks = npt.NDArray[np.float32]

FaceHashes = tuple[int, int]
"""The perceptual hashes of a face and of its mirror image, 64 bits each."""

LOW, MEDIUM, HIGH = 1, 2, 3
"""How much a finding weighs."""


class OfMesh(StrEnum):
    """In which mesh of a sample something was found."""

    PREDICTION = "prediction"
    ANNOTATION = "annotation"


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """What a check found in a mesh.

    Attributes
    ----------
    name
        Of the check.
    severity
        `LOW`, `MEDIUM` or `HIGH`.
    sentence
        What a person is told.
    vertices
        Which are concerned; none where it is the whole mesh.
    of_mesh
        An annotation that nobody edited is its prediction.
    """

    name: str
    severity: int
    sentence: str
    vertices: tuple[int, ...] = ()
    of_mesh: OfMesh = OfMesh.PREDICTION


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """How good a sample's prediction probably is.

    Attributes
    ----------
    sample_id, prediction_id
        What was assessed.
    revision
        Of the annotation in which findings were looked for.
    doubt
        The error that is expected: the mean over the vertices, as a share of the outer IOD. NaN
        where no signal tells of it.
    signals
        By name; NaN where one is not known.
    spread
        (n,) how far the model's answers lie apart at each vertex, as shares of the outer IOD, in
        half precision; None where it is not known. Read-only.
    findings
        The gravest first.
    face_hashes
        What the face looks like; None where it is not known.
    unchanged_since_sent_back
        Whether the annotation had been sent back at this very revision.
    """

    sample_id: int
    prediction_id: int
    revision: int
    doubt: float
    signals: Mapping[str, float]
    spread: npt.NDArray[np.float16] | None = None
    findings: tuple[StoredFinding, ...] = ()
    face_hashes: FaceHashes | None = None
    unchanged_since_sent_back: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class HashedFace:
    """A face as those that look alike are found.

    Attributes
    ----------
    hashes
    file
        What the bytes of its photograph's file, or of its clip, are known by.
    was_edited
        Whether it has an annotation besides its prediction.
    """

    hashes: FaceHashes
    file: str
    was_edited: bool


@dataclass(frozen=True, slots=True, eq=False)
class FaceToAssess:
    """A face of a photograph, as whoever assesses it has to know it.

    Attributes
    ----------
    stroke_count, has_marks
        What people did to it: the strokes in effect, and whether a vertex is marked or pinned.
    layout
        Of its meshes.
    predicted, landmarks
        (n, 3) what the model said, and the mesh as it stands, in pixels of the upright image; the
        same array where nobody edited it. Read-only.
    presence
        That the model said with it.
    round_change
        See `SampleSummary`.
    kept
        What is known already and still holds: of an annotation that changed, the findings alone
        are looked for again. None where all is to be found out.
    changed_since_sent_back
        See `FaceToCheck`.
    is_due
        Whether it is to be assessed at all; the others are there because faces of one photograph
        are compared.
    before, after
        (n, 3) what the model said of the same face in the frames of its clip right before and after
        this one; None of photographs, and where that is not known. Read-only.
    """

    sample_id: int
    face_index: int
    prediction_id: int
    revision: int
    stroke_count: int
    has_marks: bool
    layout: MeshLayout
    predicted: Landmarks
    landmarks: Landmarks
    presence: float
    round_change: float | None
    kept: Assessment | None
    changed_since_sent_back: bool | None
    is_due: bool
    before: Landmarks | None = None
    after: Landmarks | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AssessedColumns:
    """What lists show of all assessments, as columns; those of older predictions are left out.

    Attributes
    ----------
    number
        Of the newest assessment: another one once something was assessed.
    sample_ids
        (k,) int64, ascending; opinions are among them, with what is known of their faces.
    doubt
        (k,) float64, NaN where it is not known.
    severity
        (k,) uint8 of the gravest finding in the mesh as it stands, 0 where there is none.
    signals
        (k,) float32 each, by name.
    """

    number: int = 0
    sample_ids: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    doubt: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    severity: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    signals: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)
