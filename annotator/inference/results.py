"""What inference gives back."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout


@dataclass(frozen=True, eq=False)
class FacePrediction:
    """One face of one image.

    Attributes
    ----------
    landmarks : (n, 3) float32
        x (right), y (down) and z (smaller is nearer, about the mesh's centre) in pixels of the
        upright image. Read-only.
    presence : float
        The mesh net's probability that its crop shows a face; above 0.5, but where somebody
        pointed out the region.
    detection_score : float
        The detector's probability, at least 0.5; 1 where somebody pointed out the region.
    """

    landmarks: NDArray[np.float32]
    presence: float
    detection_score: float


@dataclass(frozen=True)
class ModelInfo:
    """Which mesh model predicted: its name, the SHA-256 of its file and the mesh that it gives."""

    name: str
    sha256: str
    layout: MeshLayout


@dataclass(frozen=True)
class FileResult:
    """What became of one file: the faces of its image, or why there are none to be had.

    Attributes
    ----------
    path
        As it was given, alone or in a picture.
    width, height
        Of the upright image in pixels; 0 if there was an error.
    faces
        Largest first.
    error
        None, or the reason in one line.
    """

    path: Path
    width: int
    height: int
    faces: tuple[FacePrediction, ...]
    error: str | None
