"""What FaceMesh promises for any photograph."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import read_image
from annotator.inference import FaceMesh, FacePrediction
from annotator.mesh.metrics import nme
from annotator.system.assets import asset_path


def centre(face: FacePrediction) -> np.ndarray:
    return face.landmarks[:, :2].mean(axis=0)


def outer_iod(face: FacePrediction) -> float:
    return float(np.linalg.norm(face.landmarks[33, :2] - face.landmarks[263, :2]))


def turned(image: np.ndarray, degrees: float) -> np.ndarray:
    """Return the image turned clockwise about its centre."""
    picture = Image.fromarray(image).rotate(-degrees, Image.Resampling.BICUBIC)
    return np.asarray(picture)


def collage(portrait: np.ndarray, places: list[tuple[int, int, int]]) -> np.ndarray:
    """Return a plain canvas with copies of a portrait at (x, y, side)."""
    canvas = np.full((690, 900, 3), 90, np.uint8)
    for x, y, side in places:
        copy = Image.fromarray(portrait).resize((side, side), Image.Resampling.BOX)
        canvas[y : y + side, x : x + side] = np.asarray(copy)
    return canvas


def test_a_face_has_468_landmarks_in_pixels_of_the_image(
    face_mesh: FaceMesh, astronaut: np.ndarray
) -> None:
    (face,) = face_mesh.predict(astronaut)
    assert face.landmarks.shape == (468, 3)
    assert face.landmarks.dtype == np.float32
    assert np.hypot(*(face.landmarks[1, :2] - (224, 131))) < 4  # the tip of the nose
    assert face.landmarks[263, 0] > face.landmarks[33, 0]  # the subject's left is on the right
    assert face.presence > 0.99
    assert 0.5 <= face.detection_score <= 1


def test_landmarks_cannot_be_changed_in_place(face_mesh: FaceMesh, astronaut: np.ndarray) -> None:
    (face,) = face_mesh.predict(astronaut)
    with pytest.raises(ValueError, match="read-only"):
        face.landmarks[0, 0] = 0


def test_an_image_without_faces_gives_none(
    face_mesh: FaceMesh, photographs: dict[str, np.ndarray]
) -> None:
    assert face_mesh.predict(photographs["coffee"]) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (15, 17), (128, 128), (3, 2000)])
def test_blank_images_of_any_shape_give_no_face(
    face_mesh: FaceMesh, shape: tuple[int, int]
) -> None:
    assert face_mesh.predict(np.full((*shape, 3), 200, np.uint8)) == []


def test_an_image_wider_than_opencv_can_address_is_searched_too(
    face_mesh: FaceMesh, astronaut: np.ndarray
) -> None:
    (expected,) = face_mesh.predict(astronaut)
    portrait = Image.fromarray(astronaut).resize((3072, 3072), Image.Resampling.BICUBIC)
    panorama = np.full((3072, 36_000, 3), 90, np.uint8)
    panorama[:, 32_500:35_572] = portrait
    (face,) = face_mesh.predict(panorama)
    points = (face.landmarks[:, :2] - (32_500, 0)) / 6
    errors = np.linalg.norm(points - expected.landmarks[:, :2], axis=1)
    assert errors.mean() < 0.03 * outer_iod(expected)


def test_batches_give_what_single_images_give(
    face_mesh: FaceMesh, photographs: dict[str, np.ndarray]
) -> None:
    images = list(photographs.values())
    together = face_mesh.predict_batch(images)
    assert [len(faces) for faces in together] == [1, 1, 1, 2, 0]
    for image, faces in zip(images, together, strict=True):
        for alone, batched in zip(face_mesh.predict(image), faces, strict=True):
            np.testing.assert_allclose(batched.landmarks, alone.landmarks, atol=1e-3)


def test_no_images_give_no_results(face_mesh: FaceMesh) -> None:
    assert face_mesh.predict_batch([]) == []


@pytest.mark.parametrize("degrees", [-40, -15, 20, 40])
def test_a_turned_photograph_gives_the_turned_mesh(
    face_mesh: FaceMesh, astronaut: np.ndarray, degrees: float
) -> None:
    (upright,) = face_mesh.predict(astronaut)
    (face,) = face_mesh.predict(turned(astronaut, degrees))
    angle = math.radians(degrees)
    rotation = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    expected = (upright.landmarks[:, :2] - 256) @ rotation.T + 256
    errors = np.linalg.norm(face.landmarks[:, :2] - expected, axis=1)
    assert errors.mean() < 0.03 * outer_iod(upright)


def test_depth_does_not_change_with_roll_on_an_oblong_image(
    face_mesh: FaceMesh, astronaut: np.ndarray
) -> None:
    oblong = np.pad(astronaut, ((0, 0), (0, 500), (0, 0)), mode="edge")
    rolled = np.pad(turned(astronaut, 40), ((0, 0), (0, 500), (0, 0)), mode="edge")
    (level,), (tilted,) = face_mesh.predict(oblong), face_mesh.predict(rolled)
    assert np.ptp(tilted.landmarks[:, 2]) == pytest.approx(np.ptp(level.landmarks[:, 2]), rel=0.1)


def test_faces_come_largest_first(face_mesh: FaceMesh, photographs: dict[str, np.ndarray]) -> None:
    faces = face_mesh.predict(photographs["two_portraits"])
    sizes = [np.ptp(face.landmarks[:, :2], axis=0).prod() for face in faces]
    assert len(sizes) == 2
    assert sizes == sorted(sizes, reverse=True)


def test_small_faces_are_found_only_when_asked_for(
    face_mesh: FaceMesh, as_mediapipe: FaceMesh, astronaut: np.ndarray
) -> None:
    places = [(20, 30, 240), (600, 60, 240), (310, 400, 240), (640, 430, 240)]
    # The face is about 0.3 of the portrait's width: 72 of 900 pixels.
    crowd = collage(astronaut[:350, 50:400], places)
    faces = face_mesh.predict(crowd)
    assert len(faces) == len(places)
    for x, y, _ in places:
        assert any(np.abs(centre(face) - (x + 120, y + 80)).max() < 25 for face in faces)
    assert len(as_mediapipe.predict(crowd)) < len(places)


def test_what_mediapipe_finds_is_the_same_in_both_modes(
    face_mesh: FaceMesh, as_mediapipe: FaceMesh, astronaut: np.ndarray
) -> None:
    both = collage(astronaut[:350, 50:400], [(10, 30, 240), (260, 40, 630)])
    (large,) = as_mediapipe.predict(both)
    faces = face_mesh.predict(both)
    assert len(faces) == 2
    np.testing.assert_allclose(faces[0].landmarks, large.landmarks, atol=1e-3)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((64, 64, 3), np.float32),
        np.zeros((0, 64, 3), np.uint8),
    ],
    ids=["grey", "alpha", "float", "empty"],
)
def test_an_array_that_is_no_rgb_image_is_refused(face_mesh: FaceMesh, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected an image of shape"):
        face_mesh.predict(image)


@pytest.mark.parametrize(
    "name", ["collins.jpg", "hopper.jpg", "hopper_tilted.jpg", "collins_tiny.jpg"]
)
def test_the_faces_that_the_tools_are_tested_on_are_those_that_the_model_finds(
    face_mesh: FaceMesh, name: str
) -> None:
    with np.load(Path(__file__).parents[1] / "mesh" / "data" / "predicted_faces.npz") as archive:
        stored = archive[name]
    found = face_mesh.predict(read_image(asset_path("datasets", "sample", name)))
    assert len(found) == len(stored) == 1
    assert nme(found[0].landmarks, stored[0], face_mesh.info.layout) < 1e-4
