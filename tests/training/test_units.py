"""What errors are divided by: no face seen from the side counts as much as all others together."""

from dataclasses import replace

import numpy as np
import pytest

from annotator.inference.mesh_net import MeshNet
from annotator.inference.regions import CROP_SIZE, region_around
from annotator.mesh.landmarks import eye_centre_iod, outer_iod
from annotator.mesh.units import LEAST_SHARE, error_unit, eye_centre_unit, is_turned_away
from annotator.training.comparison import compared
from annotator.training.crops import crop_iod
from annotator.training.evaluation import evaluated
from annotator.training.faces import Face, Faces
from annotator.training.judging import crops_of
from annotator.training.summary import summary_of


@pytest.fixture
def profile(faces: Faces) -> Face:
    """A face whose corners of the eyes lie behind one another."""
    face, eyes = faces.faces[0], faces.layout.eye_corners
    landmarks = face.landmarks.copy()
    for corner in (eyes.left_outer, eyes.left_inner, eyes.right_inner):
        landmarks[corner] = landmarks[eyes.right_outer]
    return replace(face, landmarks=landmarks)


def test_a_face_from_the_front_is_measured_by_its_own_iod(faces):
    for face in faces.faces:
        assert error_unit(face.landmarks, faces.layout) == outer_iod(face.landmarks, faces.layout)
        assert eye_centre_unit(face.landmarks, faces.layout) == eye_centre_iod(
            face.landmarks, faces.layout
        )
        assert not is_turned_away(face.landmarks, faces.layout)


def test_a_face_from_the_side_is_measured_by_half_a_usual_iod(faces, profile):
    side = region_around(profile.landmarks, faces.layout).side
    unit = error_unit(profile.landmarks, faces.layout)
    assert unit == pytest.approx(LEAST_SHARE * side)
    usual = outer_iod(faces.faces[0].landmarks, faces.layout)
    assert 0.3 * usual < unit < 0.7 * usual
    assert is_turned_away(profile.landmarks, faces.layout)
    assert eye_centre_unit(profile.landmarks, faces.layout) == pytest.approx(unit / 1.41)


def test_a_mesh_without_extent_is_divided_by_one_pixel(faces):
    assert error_unit(np.zeros((468, 3), np.float32), faces.layout) == 1


def test_crops_are_measured_as_their_faces_are(faces, cutouts, profile):
    plain, turned = (
        list(crops_of([face], faces.layout, cutouts, backgrounds=0))
        for face in (faces.faces[0], profile)
    )
    for test in plain:
        assert test.iod == pytest.approx(crop_iod(test.points, faces.layout), rel=1e-4)
    for test in turned:
        shown = error_unit(profile.landmarks, faces.layout) / test.view.region.side
        assert test.iod == pytest.approx(shown * CROP_SIZE)


def test_one_profile_among_others_does_not_decide_the_mean(faces, profile):
    net = MeshNet.load("face_landmark", ("cpu",), 1)
    few = replace(faces, faces=(profile, *faces.faces[1:4]))
    evaluation = evaluated([net, net], few, lambda done, total: None)
    (seen, *others) = evaluation.nets[0].clean
    assert seen < 10 * max(others), "over an IOD of a pixel it would be a hundred times as much"
    summary = summary_of(evaluation)
    assert summary["turned_away"] == compared(evaluation).turned_away == 1
    assert np.isfinite(summary["nets"][0]["clean_by_eye_centre_iod"]["mean"])
