"""What the model says of slightly different crops around a mesh."""

from itertools import islice

import numpy as np
import pytest

from annotator.inference import FaceMesh
from annotator.inference.spread import answers_around
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.mesh.spread import deviations


def test_the_answers_differ_a_little_and_are_always_the_same(
    face_mesh: FaceMesh, photographs: dict[str, np.ndarray]
) -> None:
    image = photographs["hopper"]
    (face,) = face_mesh.predict(image)
    answers = list(answers_around(face_mesh, image, face.landmarks))
    assert len(answers) == 32
    errors = [nme(answer, face.landmarks, FACE_468) for answer in answers]
    assert 0.005 < np.median(errors) < 0.05
    assert len(deviations(answers, face.landmarks, FACE_468)) == 32
    again = islice(answers_around(face_mesh, image, face.landmarks), 5)
    for one, other in zip(answers, again, strict=False):
        np.testing.assert_array_equal(one, other)


def test_where_the_model_sees_no_face_there_is_no_answer(
    face_mesh: FaceMesh, photographs: dict[str, np.ndarray]
) -> None:
    image = photographs["hopper"]
    (face,) = face_mesh.predict(image)
    assert not list(answers_around(face_mesh, np.full_like(image, 90), face.landmarks))


def test_a_mesh_that_is_no_number_or_of_another_layout_is_refused(
    face_mesh: FaceMesh, photographs: dict[str, np.ndarray]
) -> None:
    image = photographs["hopper"]
    (face,) = face_mesh.predict(image)
    with pytest.raises(ValueError, match="finite"):
        next(answers_around(face_mesh, image, face.landmarks * np.float32("nan")))
    with pytest.raises(ValueError, match="467 vertices"):
        next(answers_around(face_mesh, image, face.landmarks[:-1]))
