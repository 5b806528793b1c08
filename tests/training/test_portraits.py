"""The portraits that keep a net from losing what it knew."""

from pathlib import Path

import numpy as np

from annotator.imaging import read_image
from annotator.imaging.perceptual import alike_to, hashes_of
from annotator.inference import FaceMesh
from annotator.inference.mesh_net import model_path
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.training.portraits import portraits


def test_portraits_are_two_people_as_the_parent_sees_them():
    faces = portraits(Path(model_path("face_landmark")))
    assert [face.name for face in faces] == ["collins.jpg", "hopper.jpg"]
    for face in faces:
        (seen,) = FaceMesh.load(threads=1).predict(read_image(face.photograph))
        assert nme(seen.landmarks, face.landmarks, FACE_468) < 0.02
        assert not face.corrected


def test_a_portrait_that_is_trained_on_is_no_judge():
    faces = portraits(Path(model_path("face_landmark")))
    pictures = [read_image(face.photograph) for face in faces]
    hashes = [hashes_of(picture) for picture in pictures]
    brighter = np.minimum(pictures[1].astype(int) + 20, 255).astype(np.uint8)
    assert alike_to(hashes, []) == set()
    assert alike_to(hashes, [hashes_of(brighter)]) == {1}
