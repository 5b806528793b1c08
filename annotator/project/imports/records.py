"""Faces that come from elsewhere, and what becomes of them: frozen values, free of SQL.

Landmark arrays are float32 of shape (n, 3), n of the layout, in pixels of the upright image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from annotator.mesh.landmarks import as_landmarks, bounding_box
from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Marks, as_marks
from annotator.project.matching import Box
from annotator.project.people import recorded_name
from annotator.project.records import SampleState, Verdict

IMPORTED = "import"
"""The tool of the stroke that brings a mesh from elsewhere, and its entry in the audit log."""


Given = tuple[Verdict, str, datetime]
"""What a verdict is known by in any project: which it is, by whom, when."""


class Fate(StrEnum):
    """What becomes of a face that comes from elsewhere."""

    NEW = "new"
    MATCHED = "matched"
    VERDICT = "verdict"
    REPLACED = "replaced"
    ALREADY = "already there"
    CONFLICT = "in conflict"
    NO_FACE = "no face there"

    @property
    def writes(self) -> bool:
        """Whether anything is written for it."""
        return self in _WRITING


_WRITING = (Fate.NEW, Fate.MATCHED, Fate.VERDICT, Fate.REPLACED)


class Outcome(NamedTuple):
    """What becomes, or became, of a face.

    Attributes
    ----------
    sample_id
        Which sample it is a face of; None of a new one that is not written yet.
    overlap
        Intersection over union of its box and that sample's, 0 to 1.
    why
        More to say, as a phrase; mostly nothing.
    """

    fate: Fate
    sample_id: int | None = None
    overlap: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ImportedPrediction:
    """What a model said of the face.

    Attributes
    ----------
    model_name, model_sha256
        The second tells one model from another.
    """

    model_name: str
    model_sha256: str
    landmarks: npt.NDArray[np.float32]
    presence: float = 1.0
    detection_score: float = 1.0


@dataclass(frozen=True, slots=True)
class ImportedReview:
    """A verdict that somebody gave elsewhere, at a time in UTC.

    Raises
    ------
    UnusableName
        If nobody could be called as the reviewer is.
    """

    verdict: Verdict
    reviewer: str
    at: datetime
    reasons: tuple[str, ...] = ()
    comment: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reviewer", recorded_name(self.reviewer))

    @property
    def given(self) -> Given:
        """What it is known by: which, by whom, when."""
        return self.verdict, self.reviewer, self.at


@dataclass(frozen=True, slots=True, eq=False)
class ImportedWork:
    """What people made of the face.

    Attributes
    ----------
    landmarks
        (n, 3), the mesh in the end.
    marks
        (n,), see `annotator.mesh.marks`.
    is_stroked
        Whether somebody worked on the mesh: then it is a stroke, also where nothing moved.
    annotator
        Who did so last; None where nobody knows.
    state
        What the sample is in then.
    reviews
        The verdicts on it, the oldest first.
    anchors
        Vertices that Guided drag holds on to.
    continues
        Of which sample, and which revision of it, this is what came later: two projects may have
        been one. None where that is not known.
    is_past_of
        Of which sample it is what was there earlier.

    Raises
    ------
    UnusableName
        If nobody could be called as the annotator is.
    ValueError
        If it is not finite, or marks are none.
    """

    landmarks: npt.NDArray[np.float32]
    marks: Marks
    is_stroked: bool
    annotator: str | None
    state: SampleState
    reviews: tuple[ImportedReview, ...] = ()
    anchors: tuple[int, ...] = ()
    continues: tuple[int, int] | None = None
    is_past_of: int | None = None

    def __post_init__(self) -> None:
        if self.annotator is not None:
            object.__setattr__(self, "annotator", recorded_name(self.annotator))
        object.__setattr__(self, "marks", as_marks(self.marks))

    @property
    def verdicts(self) -> frozenset[Given]:
        """All verdicts on it: which, by whom, when."""
        return frozenset(review.given for review in self.reviews)


@dataclass(frozen=True, slots=True, eq=False)
class ImportedFace:
    """A face of one of the project's images that comes from elsewhere.

    Attributes
    ----------
    image_id
    layout
        Of all its meshes.
    predictions
        Of different models, at least one; the first is what people began with.
    work
        None: only what models said is brought.
    is_stand_in
        No model said what its prediction says: it is only stored where the face is new, as every
        annotation begins with a prediction.
    may_be_new
        Whether it becomes a sample where the image has no such face yet.
    origin
        Where it comes from, for the audit log.

    Raises
    ------
    ValueError
        If a mesh is not of the layout, or not finite.
    """

    image_id: int
    layout: MeshLayout
    predictions: tuple[ImportedPrediction, ...]
    work: ImportedWork | None = None
    is_stand_in: bool = False
    may_be_new: bool = True
    origin: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.predictions:
            raise ValueError("an imported face needs what a model said of it")
        for prediction in self.predictions:
            as_landmarks(prediction.landmarks, self.layout)
        if self.work is not None:
            as_landmarks(self.work.landmarks, self.layout)

    @property
    def box(self) -> Box:
        """Of its mesh: left, top, width, height, in pixels."""
        return bounding_box(self.landmarks)

    @property
    def landmarks(self) -> npt.NDArray[np.float32]:
        """What people made of it, else what a model said first."""
        return self.predictions[0].landmarks if self.work is None else self.work.landmarks


@dataclass(frozen=True, slots=True, eq=False)
class FaceThere:
    """A face that the project has already.

    Attributes
    ----------
    box
        Left, top, width and height of the mesh, in pixels.
    revision
        Of its annotation.
    is_untouched
        Whether nobody edited or reviewed it, or was asked for an opinion of it.
    landmarks, marks
        (n, 3) and (n,); as they stand.
    size
        Of its image, width and height in pixels.
    models
        The hashes of the models that have predicted it.
    own_model
        Of these the one whose prediction its annotation began with.
    verdicts
        All that were ever given: which, by whom, when.
    """

    id: int
    face_index: int
    box: Box
    revision: int
    state: SampleState
    is_untouched: bool
    layout: str
    landmarks: npt.NDArray[np.float32]
    marks: Marks
    size: tuple[int, int]
    models: frozenset[str]
    own_model: str
    verdicts: frozenset[Given]


@dataclass(frozen=True, slots=True)
class ImportRules:
    """What an import may do.

    Attributes
    ----------
    over
        What people made of a face gives way to what comes, by a further stroke.
    follows
        A face that nobody touched goes on to a model's prediction that comes without any work.
    trusts_verdicts
        Faces are accepted as they were elsewhere, also where the project demands two steps.
    """

    over: bool = False
    follows: bool = True
    trusts_verdicts: bool = False
