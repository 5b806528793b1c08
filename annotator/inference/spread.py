"""What a model says of slightly different crops of one face, from which its spread is told.

The mathematics of it is in `annotator.mesh.spread`.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from annotator.inference.face_mesh import FaceMesh
from annotator.inference.regions import Jitter, jittered, region_around
from annotator.inference.reprediction import check_mesh

# As many as are needed: with 24 strokes are as few, but vary more from face to face.
_CROPS = 32
# Standard deviations of 5 % of the side, 8 % in size and 7 degrees: so far that the model errs.
_JITTER = Jitter(shift=0.087, scale=0.139, turn=0.21)


def answers_around(
    face_mesh: FaceMesh, photograph: NDArray[np.uint8], landmarks: NDArray[np.floating]
) -> Iterator[NDArray[np.float32]]:
    """Yield the meshes, (n, 3) each, that the model gives for crops around a mesh.

    The crops differ in place, size and turn, always the same ones for the same mesh, and every
    second pair is mirrored. One is predicted whenever the next mesh is asked for, so that whoever
    has enough stops asking. Where the model sees no face, none is yielded.

    Parameters
    ----------
    face_mesh
    photograph : (height, width, 3) uint8
        RGB, upright.
    landmarks : (n, 3)
        In px of the photograph; usually the model's own answer.

    Raises
    ------
    ValueError
        If the mesh is not finite, or the model predicts another layout than it has.
    ModelError
        If the model's numbers are not finite.
    """
    check_mesh(face_mesh, landmarks)
    region = region_around(landmarks, face_mesh.info.layout)
    for number, crop in enumerate(jittered(region, _CROPS, _JITTER)):
        face = face_mesh.predict_region(photograph, crop, mirrored=number % 4 > 1)
        if face.presence > 0.5:
            yield face.landmarks
