"""Accepted samples as releases read them, many at a time: frozen values, free of SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from annotator.mesh.layout import MeshLayout
from annotator.project.image_records import ImageRecord


@dataclass(frozen=True, slots=True, eq=False)
class AcceptedRow:
    """What a release says of an accepted sample beside its mesh.

    Attributes
    ----------
    sample_id, image, face_index, presence, model_name, model_sha256, annotator, reviewer
    verdict
        ``"accepted_as_predicted"`` when no stroke is in effect, else ``"accepted"``.
    accepted_at, stroke_count
    displacement_mean, displacement_max
        2-D distance between annotation and prediction over the vertices, in pixels.
    displacement_nme
        `displacement_mean` divided by the outer IOD of the annotation.
    clip_track
        By which number the face is known in its clip; None where it has no track.
    """

    sample_id: int
    image: ImageRecord
    face_index: int
    presence: float
    model_name: str
    model_sha256: str
    annotator: str | None
    reviewer: str
    verdict: str
    accepted_at: datetime
    stroke_count: int
    displacement_mean: float
    displacement_max: float
    displacement_nme: float
    clip_track: int | None


_VALUES = attrgetter(*(field.name for field in fields(AcceptedRow)))


@dataclass(frozen=True, slots=True, eq=False)
class AcceptedSample(AcceptedRow):
    """All that a release says about an accepted sample, its mesh of n vertices included.

    Attributes
    ----------
    layout
    landmarks, prediction
        (n, 3) float32, in pixels of the upright image; read-only.
    visibility
        (n,) `annotator.mesh.marks.Visibility` of each vertex; read-only.
    """

    layout: MeshLayout
    landmarks: npt.NDArray[np.float32]
    prediction: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class AcceptedBlock:
    """Some consecutive accepted samples, b of them, of n vertices each.

    Attributes
    ----------
    rows
    layout
    landmarks, predictions
        (b, n, 3) float32, in pixels of the upright image; read-only.
    visibility
        (b, n) `annotator.mesh.marks.Visibility` of each vertex; read-only.
    """

    rows: Sequence[AcceptedRow]
    layout: MeshLayout
    landmarks: npt.NDArray[np.float32]
    predictions: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.uint8]

    def samples(self) -> Iterator[AcceptedSample]:
        """Yield them one at a time."""
        arrays = (self.landmarks, self.predictions, self.visibility)
        for row, *of_row in zip(self.rows, *arrays, strict=True):
            values: list[Any] = [*_VALUES(row), self.layout, *of_row]
            yield AcceptedSample(*values)
