"""Faces that are shown besides those of the releases, so that the net keeps what it knew.

Whoever trains on the photographs that went wrong, blurred and dark ones, would have a net that forgets
sharp ones. So it is shown the shipped portraits, too, and what the shipped net says of them. On these
no person's work is judged, and none of them is shown where it belongs to the validation.
"""

from __future__ import annotations

import numpy as np

from annotator.imaging import find_images, read_image
from annotator.inference import FaceMesh
from annotator.inference.reprediction import repredict
from annotator.mesh.layout import MeshLayout
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256
from annotator.training.faces import Face

SHIPPED = "face_landmark"


def rehearsal_faces(layout: MeshLayout) -> tuple[Face, ...]:
    """Return the faces of the shipped portraits as the shipped net sees them, the mean of crops.

    Parameters
    ----------
    layout
        Of the net that is trained; there are none for another layout than the shipped net's.
    """
    net = FaceMesh.load(SHIPPED, threads=1)
    if net.info.layout is not layout:
        return ()
    found = []
    for path in find_images([asset_path("datasets", "sample")]):
        photograph, sha256 = read_image(path), file_sha256(path)
        for at, face in enumerate(net.predict(photograph)):
            again = repredict(net, photograph, face.landmarks)
            if again.is_doubtful:
                continue
            key, name = f"{sha256}#rehearsal{at}", f"{path.name}#{at}"
            visible = np.zeros(layout.count, np.uint8)
            found.append(Face(key, name, -1, path, sha256, again.landmarks, visible, False, None))
    return tuple(found)
