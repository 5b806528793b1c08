"""Faces followed from frame to frame: the net looks where it saw each face last.

As MediaPipe does it: the region of a face comes from its last mesh, a presence above 0.5 keeps it,
and the detector looks for faces only while there are fewer than there may be. What differs is
written down in ``docs/inference.md``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.inference.cuts import (
    Floats,
    Scene,
    face_look,
    has_other_parts,
    is_another,
    is_cut,
    scene_of,
)
from annotator.inference.face_mesh import FaceMesh
from annotator.inference.lookout import Found, Lookout
from annotator.inference.regions import Jitter, Region, jittered, region_around
from annotator.inference.reprediction import check_layout
from annotator.inference.sampling import Image, checked_image
from annotator.inference.search import distinct, mesh_boxes
from annotator.mesh.units import error_unit

_PRESENT = 0.5
_CROPS = 4
_JITTER = Jitter(0.04, 0.06, 0.09)


@dataclass(frozen=True, eq=False)
class TrackedFace:
    """One face in one frame.

    Attributes
    ----------
    identity : int
        The same in every frame of one track, and never given again.
    landmarks : (n, 3) float32
        x (right), y (down) and z in pixels of the upright frame. Read-only.
    presence : float
        The net's probability that there is a face, above 0.5.
    doubt : float or None
        How far the model's answers spread over slightly different crops: the mean over the
        vertices, in shares of the outer IOD. None where one crop was looked at.
    """

    identity: int
    landmarks: NDArray[np.float32]
    presence: float
    doubt: float | None


@dataclass(frozen=True, eq=False)
class _Sight:
    """A face, where it lies in its frame, and what it looks like there."""

    face: TrackedFace
    region: Region
    look: Floats | None  # None if the frame is not known


class Tracker:
    """Follows the faces of a clip, frame by frame in order.

    A face that left and comes back is a new identity, for nothing here knows people; so is every
    face after a cut. One that is lost for a frame - behind a hand, say - is new afterwards, too:
    which tracks are one person's, somebody has to say.

    Parameters
    ----------
    model
        Its ``small_faces`` is not regarded here.
    max_faces
        That are followed at once, at least 1. The detector looks only while they are fewer.
    quality
        Whether each mesh is the mean over four slightly different crops: half as much jitter, and
        a doubt, for four times the net's work.
    previous
        The faces of the frame before the first one, to go on where another tracker ended.
    before : (height, width, 3) uint8, optional
        That frame. Without it a cut right after it is not seen.
    first_identity
        New faces get this number and those that follow, or higher ones if ``previous`` has them.
    small_faces_every
        How often also to search for faces too small for MediaPipe's detector: in frames; 0 for
        never. The search costs as much as following one to three faces.
    first_frame
        The number of the first frame, from which that is counted.

    Raises
    ------
    ValueError
        If a number is out of range, or ``previous`` has meshes of another layout than the model.
    """

    def __init__(
        self,
        model: FaceMesh,
        *,
        max_faces: int = 4,
        quality: bool = False,
        previous: Sequence[TrackedFace] = (),
        before: NDArray[np.uint8] | None = None,
        first_identity: int = 0,
        small_faces_every: int = 0,
        first_frame: int = 0,
    ) -> None:
        if max_faces < 1 or small_faces_every < 0:
            raise ValueError(
                f"expected at least one face and no negative number of frames, but got "
                f"max_faces={max_faces} and small_faces_every={small_faces_every}"
            )
        self._model, self._layout = model, model.info.layout
        self._lookout = Lookout(model)
        self._max_faces, self._quality = max_faces, quality
        self._small_faces_every, self._frame = small_faces_every, first_frame
        self._next = max([first_identity, *(face.identity + 1 for face in previous)])
        for face in previous:
            check_layout(model, face.landmarks)
        picture = None if before is None else checked_image(before)
        self._scene = None if picture is None else scene_of(picture)
        self._sights = [self._sight(picture, face) for face in previous]

    def step(self, image: NDArray[np.uint8]) -> list[TrackedFace]:
        """Return the faces of the next frame: those followed as they came, then new ones.

        Parameters
        ----------
        image : (height, width, 3) uint8
            RGB, upright. It is not kept.

        Raises
        ------
        ValueError
            If it is of another shape or type; the tracker goes on with the frame after it.
        ModelError
            If the model's numbers are not finite.
        """
        image = checked_image(image)
        # While there is room, the detector looks whatever becomes of those who are followed.
        is_certain = 0 < len(self._sights) < self._max_faces
        found = (self._lookout.meanwhile if is_certain else self._lookout.later)(image)
        scene = scene_of(image)
        sights = self._followed(image, scene)
        if len(sights) < self._max_faces:
            sights += self._found(image, [sight.face for sight in sights], found)
        self._scene, self._sights = scene, sights
        self._frame += 1
        return [sight.face for sight in sights]

    def _followed(self, image: Image, scene: Scene) -> list[_Sight]:
        """Return the faces of the frame before that are still there, at their new places."""
        before = self._sights
        if not before or (self._scene is not None and is_cut(self._scene, scene)):
            return []
        moved = self._scene is not None and has_other_parts(self._scene, scene)
        seen = self._looked_at(image, [sight.region for sight in before])
        pairs = [
            (old, self._sight(image, replace(face, identity=old.face.identity)))
            for old, face in zip(before, seen, strict=True)
            if face.presence > _PRESENT
        ]
        same = [pair for pair in pairs if not _is_other_face(*pair, other_parts=moved)]
        return _apart(same)

    def _found(self, image: Image, known: Sequence[TrackedFace], found: Found) -> list[_Sight]:
        """Return the faces that are new, as many as there is room for."""
        every = self._small_faces_every
        small = every > 0 and self._frame % every == 0
        meshes = [face.landmarks for face in known]
        others = self._model.predict_others(image, meshes, small_faces=small, found=found())
        faces = [TrackedFace(0, face.landmarks, face.presence, None) for face in others]
        faces = faces[: self._max_faces - len(known)]
        if self._quality:
            regions = [region_around(face.landmarks, self._layout) for face in faces]
            faces = [face for face in self._looked_at(image, regions) if face.presence > _PRESENT]
        numbered = [replace(face, identity=self._next + at) for at, face in enumerate(faces)]
        self._next += len(numbered)
        return [self._sight(image, face) for face in numbered]

    def _looked_at(self, image: Image, regions: Sequence[Region]) -> list[TrackedFace]:
        """Return what the net sees in each region, whatever the presence, without identities."""
        if self._quality:
            return [mean_of_crops(self._model, image, region) for region in regions]
        faces = self._model.predict_regions(image, regions)
        return [TrackedFace(0, face.landmarks, face.presence, None) for face in faces]

    def _sight(self, image: Image | None, face: TrackedFace) -> _Sight:
        region = region_around(face.landmarks, self._layout)
        return _Sight(face, region, None if image is None else face_look(image, region))


def mean_of_crops(model: FaceMesh, image: Image, region: Region) -> TrackedFace:
    """Return the mean of what a model sees in slightly different crops, without an identity.

    Its doubt is how far they lie apart.

    Parameters
    ----------
    model
    image : (height, width, 3) uint8
        RGB, upright.
    region
        About which the crops lie.

    Raises
    ------
    ModelError
        If the model's numbers are not finite.
    """
    faces = model.predict_regions(image, jittered(region, _CROPS, _JITTER))
    meshes = np.array([face.landmarks for face in faces], np.float64)
    landmarks = meshes.mean(axis=0).astype(np.float32)
    landmarks.setflags(write=False)
    spread = np.sqrt(meshes[..., :2].var(axis=0, ddof=1).sum(axis=1)).mean()
    presence = float(np.mean([face.presence for face in faces]))
    doubt = float(spread / error_unit(landmarks, model.info.layout))
    return TrackedFace(0, landmarks, presence, doubt)


def _is_other_face(before: _Sight, now: _Sight, *, other_parts: bool) -> bool:
    if before.look is None or now.look is None:
        return False
    return is_another(before.look, now.look, other_parts=other_parts)


def _apart(pairs: Sequence[tuple[_Sight, _Sight]]) -> list[_Sight]:
    """Return the faces of this frame, of those that came to lie on one face the one that is it.

    Where a face is hidden by another one, its mesh slips onto that: it is the mesh that moved
    farther which is wrong.
    """
    if len(pairs) < 2:
        return [now for _, now in pairs]
    ranked = sorted(range(len(pairs)), key=lambda at: _movement(*pairs[at]))
    boxes = mesh_boxes([pairs[at][1].face.landmarks for at in ranked])
    kept = {ranked[at] for at in distinct(boxes, 0)}
    return [now for at, (_, now) in enumerate(pairs) if at in kept]


def _movement(before: _Sight, now: _Sight) -> float:
    """Return by how much of its side a face's region moved."""
    apart = math.hypot(now.region.x - before.region.x, now.region.y - before.region.y)
    return apart / before.region.side
