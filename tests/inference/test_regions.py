"""Where the mesh net looks: around meshes, in boxes, and a little beside."""

import math

import numpy as np
import pytest

from annotator.inference import FaceMesh, ModelError
from annotator.inference.regions import (
    Region,
    jittered,
    mirror_image,
    region_around,
    region_of_box,
)
from annotator.mesh.layout import FACE_468

PLACE = Region(100.0, 80.0, 60.0, 0.3)


def outer_iod(landmarks: np.ndarray) -> float:
    return float(np.linalg.norm(landmarks[33, :2] - landmarks[263, :2]))


def test_the_region_of_a_box_is_squared_to_its_long_side_and_grown() -> None:
    assert region_of_box(10, 20, 50, 100) == Region(30, 60, 120, 0)
    assert region_of_box(10, 20, 110, 100, 0.5) == Region(60, 60, 150, 0.5)


def test_a_box_without_extent_still_has_a_region() -> None:
    assert region_of_box(5, 5, 5, 5).side > 0


def test_the_region_around_a_mesh_has_its_box_and_the_eyes_level() -> None:
    mesh = np.full((468, 3), 50, np.float32)
    mesh[33, :2], mesh[263, :2] = (20, 40), (80, 100)  # right above left: turned by 45 degrees
    mesh[152, :2] = (30, 120)
    region = region_around(mesh, FACE_468)
    assert (region.x, region.y, region.side) == (50, 80, 120)
    assert region.angle == pytest.approx(math.pi / 4)


def test_the_region_around_a_prediction_gives_the_prediction(
    face_mesh: FaceMesh, photographs: dict[str, np.ndarray]
) -> None:
    (face,) = face_mesh.predict(photographs["hopper"])
    again = face_mesh.predict_region(photographs["hopper"], region_around(face.landmarks, FACE_468))
    errors = np.linalg.norm((again.landmarks - face.landmarks)[:, :2], axis=1)
    assert errors.mean() < 0.02 * outer_iod(face.landmarks)
    assert again.presence > 0.99
    assert again.detection_score == 1
    assert not again.landmarks.flags.writeable


def test_a_region_without_a_face_has_a_mesh_of_low_presence(
    face_mesh: FaceMesh, photographs: dict[str, np.ndarray]
) -> None:
    face = face_mesh.predict_region(photographs["coffee"], region_of_box(10, 10, 120, 120))
    assert face.presence < 0.5
    assert face.landmarks.shape == (468, 3)


def test_a_region_may_lie_beyond_the_image(
    face_mesh: FaceMesh, photographs: dict[str, np.ndarray]
) -> None:
    face = face_mesh.predict_region(photographs["coffee"], Region(-900.0, -900.0, 50.0, 0.0))
    assert np.isfinite(face.landmarks).all()


def test_no_regions_give_no_faces(face_mesh: FaceMesh, astronaut: np.ndarray) -> None:
    assert face_mesh.predict_regions(astronaut, []) == []


def test_a_region_of_what_is_no_image_is_refused(face_mesh: FaceMesh) -> None:
    with pytest.raises(ValueError, match="expected an image"):
        face_mesh.predict_region(np.zeros((9, 9), np.uint8), PLACE)


def test_a_model_that_gives_no_numbers_is_told_of_whatever_the_presence(
    write_model, astronaut: np.ndarray
) -> None:
    broken = FaceMesh.load(write_model(value=-math.inf))
    with pytest.raises(ModelError, match="not finite"):
        broken.predict_region(astronaut, PLACE)


@pytest.mark.parametrize("count", [1, 2, 9, 16])
def test_jittered_regions_lie_about_theirs_and_are_always_the_same(count: int) -> None:
    regions = jittered(PLACE, count)
    assert len(regions) == len(set(regions)) == count
    assert regions == jittered(PLACE, count)
    values = np.array([(r.x, r.y, math.log(r.side), r.angle) for r in regions])
    expected = (PLACE.x, PLACE.y, math.log(PLACE.side), PLACE.angle)
    np.testing.assert_allclose(values.mean(axis=0), expected)
    assert (np.abs(values - expected) <= (2.4, 2.4, 0.06, 0.09)).all()


def test_a_mirrored_look_sees_the_same_face(
    face_mesh: FaceMesh, photographs: dict[str, np.ndarray]
) -> None:
    (face,) = face_mesh.predict(photographs["hopper"])
    region = region_around(face.landmarks, FACE_468)
    plain, mirrored = (
        face_mesh.predict_region(photographs["hopper"], region, mirrored=way).landmarks
        for way in (False, True)
    )
    apart = np.linalg.norm((plain - mirrored)[:, :2], axis=1)
    assert 0 < apart.mean() < 0.02 * outer_iod(plain)


def test_a_mirror_image_mirrored_is_the_crop_again() -> None:
    crop = np.random.default_rng(1).uniform(0, 192, 3 * FACE_468.count).astype(np.float32)
    image = mirror_image(crop, FACE_468)
    assert not np.array_equal(image, crop)
    np.testing.assert_allclose(mirror_image(image, FACE_468), crop, atol=1e-4)
