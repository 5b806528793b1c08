"""Faces of anybody's as the store takes them: meshes with depth, marks, people and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import LAYOUTS, MeshLayout
from annotator.mesh.marks import Marks, Visibility, no_marks, visibility_in_frame
from annotator.project import (
    ImportedFace,
    ImportedPrediction,
    ImportedReview,
    ImportedWork,
    SampleState,
    Verdict,
)
from annotator.project.matching import Box
from annotator.release.incoming import IncomingFace, Said
from annotator.workflow.importing_annotations.faces import Faces

Purpose = Literal["predictions", "guides", "annotations"]

UNKNOWN_MODEL = "imported"
"""What the model is called that annotations say nothing of."""

_ACCEPTED = ("accepted", "accepted_as_predicted", Verdict.ACCEPT.value)
_AS_PREDICTED = "accepted_as_predicted"


class NoMeshError(ValueError):
    """A face cannot come in as a mesh; the message says why, as a phrase."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How faces come in.

    Attributes
    ----------
    purpose
        As what.
    by
        Who imports: the annotator and reviewer where nobody is named.
    origin
        For the audit log.
    model_name
        Of the model whose meshes they are, where they do not say it.
    """

    purpose: Purpose
    by: str
    origin: Mapping[str, str]
    model_name: str | None = None

    def imported(
        self,
        face: IncomingFace,
        image_id: int,
        size: tuple[int, int],
        there: NDArray[np.float32] | None,
    ) -> ImportedFace:
        """Return a face as the store takes it.

        Parameters
        ----------
        face
        image_id
        size
            Of the image, width and height in pixels.
        there
            The mesh of the face that it is matched with, (n, 3): gives the depth where the face
            that comes has none. None where there is none.

        Raises
        ------
        NoMeshError
            If it is no whole mesh.
        UnusableName
            If nobody could be called as somebody that it names is.
        """
        layout = mesh_layout(face)
        points = with_depth(face.points, there)
        if self.purpose == "predictions":
            mesh = points if face.prediction is None else face.prediction
            predictions, work, stands_in = (self._model(face.said, mesh),), None, False
        else:
            mesh = points if face.prediction is None else face.prediction
            predictions, stands_in = (self._model(face.said, mesh),), face.prediction is None
            work = self._work(face, points, size)
        return ImportedFace(
            image_id, layout, predictions, work, is_stand_in=stands_in,
            origin={**self.origin, "where": face.where},
        )  # fmt: skip

    def _model(self, said: Said, mesh: NDArray[np.float32]) -> ImportedPrediction:
        name = said.model_name or self.model_name or UNKNOWN_MODEL
        known = said.model_sha256 or stand_in_sha256(name)
        presence = 1.0 if said.presence is None else said.presence
        return ImportedPrediction(name, known, mesh, presence)

    def _work(
        self, face: IncomingFace, points: NDArray[np.float32], size: tuple[int, int]
    ) -> ImportedWork:
        said = face.said
        reviews: tuple[ImportedReview, ...] = ()
        if said.verdict in _ACCEPTED:
            at = datetime.now(UTC) if said.at is None else said.at.astimezone(UTC)
            reviews = (ImportedReview(Verdict.ACCEPT, said.reviewer or self.by, at),)
        is_stroked = said.verdict != _AS_PREDICTED
        annotator = said.annotator
        if annotator is None and face.prediction is None:
            annotator = self.by
        return ImportedWork(
            landmarks=points,
            marks=marks_of(face.visibility, points, size),
            is_stroked=is_stroked,
            annotator=annotator,
            state=SampleState.ACCEPTED if reviews else SampleState.IN_PROGRESS,
            reviews=reviews,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """Faces of annotations, and as what they come in: what the ways of such faces share.

    Attributes
    ----------
    faces
    conversion
        As what.
    """

    faces: Faces
    conversion: Conversion

    @property
    def words(self) -> str:
        """As what, for people."""
        return self.conversion.purpose

    @property
    def by(self) -> str:
        """Who imports."""
        return self.conversion.by


def mesh_layout(face: IncomingFace) -> MeshLayout:
    """Return the layout of a face whose points are a mesh, or raise `NoMeshError`."""
    if face.scheme not in LAYOUTS:
        raise NoMeshError(f"{face.scheme} is no mesh: import it as guides")
    return LAYOUTS[face.scheme]


def with_depth(
    points: NDArray[np.float32], there: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """Return a mesh with the depth of the one that is there, where it has none itself."""
    if np.isnan(points[:, :2]).any():
        raise NoMeshError("some vertices are not labelled: import it as guides")
    without = np.isnan(points[:, 2])
    if not without.any():
        return points
    if there is None or there.shape != points.shape:
        raise NoMeshError("it has no depth, and no face there has any to lend: predict first")
    result = points.copy()
    result[without, 2] = there[without, 2]
    return result


def marks_of(
    visibility: NDArray[np.uint8] | None, points: NDArray[np.float32], size: tuple[int, int]
) -> Marks:
    """Return marks, (n,), that give a mesh the visibility that it comes with.

    What is out of frame because it lies outside the image needs no mark.
    """
    marks = no_marks(len(points))
    if visibility is None:
        return marks
    marks[:] = visibility
    by_place = visibility_in_frame(no_marks(len(points)), points, size)
    marks[(marks == Visibility.OUT_OF_FRAME) & (by_place == Visibility.OUT_OF_FRAME)] = 0
    return marks


def box_of_points(points: NDArray[np.float32]) -> Box:
    """Return the box of the points that are labelled: left, top, width, height, in pixels."""
    return bounding_box(points[~np.isnan(points[:, :2]).any(axis=1)])


def stand_in_sha256(name: str) -> str:
    """Return what a model is known by of which only a name is known."""
    return sha256(f"a model of which only the name is known\0{name}".encode()).hexdigest()
