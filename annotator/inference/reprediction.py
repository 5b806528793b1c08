"""Predicting one face again: around its mesh as it stands, or in a box that somebody drew.

The model's presence cannot tell a right mesh from a wrong one: it is often 1 where the mesh is
off by half a face. What tells is whether slightly different crops give the same mesh: they do
around a face, and do not elsewhere. So every mesh here comes with that spread, vertex by vertex.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.inference import FaceMesh, FacePrediction
from annotator.inference.regions import Region, jittered, region_around, region_of_box
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.metrics import vertex_errors

Photograph = NDArray[np.uint8]
Box = tuple[float, float, float, float]

_LEAST_SIDE = 8  # px of a face of which a model can say anything
# Each pass looks where the last one saw the face; from a poor region it takes several.
_PASSES = 8
# A pass that moves vertices by less than this share of the region's side was the last.
_STILL = 0.008
# The mean of several crops is nearer to what they have in common than any one of them.
_CROPS = 9
# As shares of the region's side: right meshes spread by 0.007 at most, wrong ones by 0.012 at
# least (docs/inference.md).
_DOUBTFUL = 0.01
# From an upright crop the passes find faces turned by up to 45 degrees.
_TURNS = (60, -60, 120, -120, 180)


@dataclass(frozen=True, eq=False)
class Reprediction(FacePrediction):
    """A face predicted again.

    Its landmarks and presence are the means over several slightly different crops.

    Attributes
    ----------
    uncertainty : (n,) float64
        How far each vertex spreads over the crops, see `uncertainty`. Read-only.
    doubt : float
        The mean of that as a share of the region's side.
    """

    uncertainty: NDArray[np.float64]
    doubt: float

    @property
    def is_doubtful(self) -> bool:
        """Whether this may well be no face, or its mesh wrong."""
        return self.doubt > _DOUBTFUL or self.presence <= 0.5


def repredict(
    face_mesh: FaceMesh, photograph: Photograph, landmarks: NDArray[np.floating]
) -> Reprediction:
    """Predict a face again around its mesh as it stands.

    Parameters
    ----------
    face_mesh
    photograph : (height, width, 3) uint8
        RGB, upright.
    landmarks : (n, 3)
        In px of the photograph; may be off by half a face.

    Raises
    ------
    ValueError
        If the mesh is too small, lies outside the photograph or is not finite, or the model
        predicts another layout than its.
    """
    check_layout(face_mesh, landmarks)
    left, top, width, height = bounding_box(landmarks)
    try:
        _check_box(photograph, (left, top, left + width, top + height), "mesh")
    except ValueError as error:
        raise ValueError(f"{error}; draw a box around the face instead") from None
    return _found_near(face_mesh, photograph, region_around(landmarks, face_mesh.info.layout))


def predict_in_box(face_mesh: FaceMesh, photograph: Photograph, box: Box) -> Reprediction:
    """Predict the face in a box that somebody drew around it, however the face is turned.

    Parameters
    ----------
    face_mesh
    photograph : (height, width, 3) uint8
        RGB, upright.
    box
        x and y of two opposite corners in px, (left, top, right, bottom) in any direction; may
        reach beyond the photograph.

    Raises
    ------
    ValueError
        If the box is too small, lies outside the photograph or is not finite.
    """
    (left, right), (top, bottom) = sorted(box[::2]), sorted(box[1::2])
    try:
        _check_box(photograph, (left, top, right, bottom), "box")
    except ValueError as error:
        raise ValueError(f"{error}; draw it around the whole face") from None
    return _found_near(face_mesh, photograph, region_of_box(left, top, right, bottom))


def uncertainty(
    face_mesh: FaceMesh,
    photograph: Photograph,
    landmarks: NDArray[np.floating],
    *,
    jitters: int = 16,
) -> NDArray[np.float64]:
    """Return how far the model's predictions spread about each vertex, (n,), in px.

    It is the standard deviation, in the image plane, over predictions from crops around the
    mesh that differ a little in place, size and turn; always the same ones. It tells how much
    the model knows about the place of a vertex, not how wrong the mesh given is.

    Parameters
    ----------
    face_mesh
    photograph : (height, width, 3) uint8
        RGB, upright.
    landmarks : (n, 3)
        In px of the photograph.
    jitters
        How many crops, at least two.

    Raises
    ------
    ValueError
        If there are too few crops, or the model predicts another layout than the mesh has.
    """
    check_layout(face_mesh, landmarks)
    if jitters < 2:
        raise ValueError(f"expected at least 2 jitters to tell a spread from, but got {jitters}")
    regions = jittered(region_around(landmarks, face_mesh.info.layout), jitters)
    return _spread(face_mesh.predict_regions(photograph, regions))


def _found_near(face_mesh: FaceMesh, photograph: Photograph, region: Region) -> Reprediction:
    """Return the face at a region; if the mesh is doubtful, the best of turned beginnings."""
    found = [_settled(face_mesh, photograph, region)]
    if not found[0].is_doubtful:
        return found[0]
    starts = [region.turned(math.radians(degrees)) for degrees in _TURNS]
    looks = face_mesh.predict_regions(photograph, starts)
    for at in sorted(range(len(starts)), key=lambda at: -looks[at].presence):
        found.append(_settled(face_mesh, photograph, starts[at]))
        if not found[-1].is_doubtful:
            break
    return min(found, key=lambda face: (face.presence <= 0.5, face.doubt))


def _settled(face_mesh: FaceMesh, photograph: Photograph, region: Region) -> Reprediction:
    """Return what the model sees once it looks where it sees it."""
    face, layout = face_mesh.predict_region(photograph, region), face_mesh.info.layout
    for _ in range(_PASSES - 1):
        before, region = face.landmarks, region_around(face.landmarks, layout)
        face = face_mesh.predict_region(photograph, region)
        if vertex_errors(face.landmarks, before).mean() < _STILL * region.side:
            break
    region = region_around(face.landmarks, layout)
    faces = face_mesh.predict_regions(photograph, jittered(region, _CROPS))
    landmarks = np.array([each.landmarks for each in faces], np.float64).mean(axis=0)
    mesh, spread = landmarks.astype(np.float32), _spread(faces)
    for array in (mesh, spread):
        array.setflags(write=False)
    presence = float(np.mean([each.presence for each in faces]))
    return Reprediction(mesh, presence, 1.0, spread, float(spread.mean() / region.side))


def _spread(faces: list[FacePrediction]) -> NDArray[np.float64]:
    points = np.array([face.landmarks[:, :2] for face in faces], np.float64)
    return np.asarray(np.sqrt(points.var(axis=0, ddof=1).sum(axis=1)))


def check_layout(face_mesh: FaceMesh, landmarks: NDArray[np.floating]) -> None:
    """Raise ValueError if a mesh cannot be of the layout that a model predicts."""
    layout = face_mesh.info.layout
    if len(landmarks) != layout.count:
        raise ValueError(
            f"the mesh has {len(landmarks)} vertices, but the model {face_mesh.info.name} predicts "
            f"those of {layout.name}, {layout.count}"
        )


def check_mesh(face_mesh: FaceMesh, landmarks: NDArray[np.floating]) -> None:
    """Raise ValueError likewise, and if a coordinate is not finite."""
    check_layout(face_mesh, landmarks)
    if not np.isfinite(landmarks).all():
        raise ValueError("expected finite landmarks, but some coordinates are NaN or infinite")


def _check_box(photograph: Photograph, box: Box, what: str) -> None:
    if not all(map(math.isfinite, box)):
        raise ValueError(f"the {what} has a corner that is no number")
    left, top, right, bottom = box
    height, width = photograph.shape[:2]
    wide, high = right - left, bottom - top
    if min(wide, high) < _LEAST_SIDE:
        raise ValueError(
            f"the {what} is {int(wide)} x {int(high)} px large, and a face takes at least "
            f"{_LEAST_SIDE} x {_LEAST_SIDE}"
        )
    if min(right, width) <= max(left, 0) or min(bottom, height) <= max(top, 0):
        raise ValueError(f"the {what} lies outside the photograph of {width} x {height} px")
