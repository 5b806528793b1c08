"""Accepted samples as releases read them, many at a time: frozen values, free of SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from annotator.mesh.layout import MeshLayout
from annotator.project.image_records import ImageRecord


class AcceptedRow(NamedTuple):
    """What `AcceptedSample` says of a sample, but for its layout and its arrays."""

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
