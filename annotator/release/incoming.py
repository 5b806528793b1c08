"""Faces from elsewhere, as the readers of formats hand them out: nothing is believed yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ImageClue:
    """What a file of annotations says about an image; whoever has it is to be found by that.

    Attributes
    ----------
    name
        The file's name as it stands there, perhaps with folders; never opened.
    sha256
        Of the original file, as `image_sha256` of releases; None where nothing says it.
    width, height
        Of the upright image, in pixels; None where nothing says it.
    path
        Where the annotations' own copy of the image lies, inside of what was given; None if there
        is none. It may show other pixels than the project's file.
    """

    name: str
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What people said of a face, as far as a format carries it."""

    annotator: str | None = None
    reviewer: str | None = None
    verdict: str | None = None
    """One of `annotator.project.Verdict`'s values, or ``"accepted_as_predicted"``."""
    at: datetime | None = None
    model_name: str | None = None
    model_sha256: str | None = None
    presence: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class IncomingFace:
    """One face of somebody's annotations.

    Attributes
    ----------
    image
    scheme
        What the points are: the name of a layout (``"face_468"``) for whole meshes, or of sparse
        points: ``"ibug_68"``, ``"wflw_98"``.
    points : (k, 3) float32
        x, y in pixels of the upright image from its upper left corner, z in the same pixels; NaN
        where a point is not labelled, z NaN throughout where the format has none.
    visibility : (k,) uint8 or None
        `annotator.mesh.marks.Visibility` where it says so.
    prediction : (k, 3) float32 or None
        What a model had said before people worked on it, of whole meshes.
    said
    where
        For people: the file and the place in it.
    """

    image: ImageClue
    scheme: str
    points: NDArray[np.float32]
    visibility: NDArray[np.uint8] | None = None
    prediction: NDArray[np.float32] | None = None
    said: Said = Said()
    where: str = ""


class AnnotationsError(ValueError):
    """Annotations cannot be read; the message names the file and the first thing that is wrong."""


ReadFaces = Callable[[Path], Iterator[IncomingFace]]
"""Reads a file or folder that anybody may have made, and raises `AnnotationsError`."""
