"""Small, tilted and grey faces are found where nothing else is, and no face where there is none."""

import cv2
import numpy as np
import pytest
import skimage.data

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.mesh.landmarks import bounding_box, outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.system.assets import asset_path

SIDE = 1024
TEXTURES = ("brick", "coins", "grass", "gravel", "moon", "page", "text")


def in_the_distance(
    face_mesh: FaceMesh, name: str, width: float, roll: float
) -> tuple[np.ndarray, np.ndarray]:
    """A large grey picture with a sample photograph in it, so small and so turned; and its mesh."""
    image = read_image(asset_path("datasets", "sample", name))
    mesh = face_mesh.predict(image)[0].landmarks
    left, top, wide, high = bounding_box(mesh)
    scale = width / max(wide, high)
    middle = left + wide / 2, top + high / 2
    way = cv2.getRotationMatrix2D(middle, -roll, scale)
    way[:, 2] += np.subtract((400, 560), middle)
    soft = cv2.GaussianBlur(image, (0, 0), 0.4 / scale)
    small = cv2.warpAffine(soft, way, (SIDE, SIDE), borderValue=(118, 112, 105))
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    truth = np.column_stack([mesh[:, :2] @ way[:, :2].T + way[:, 2], scale * mesh[:, 2]])
    return np.repeat(grey[..., None], 3, axis=2), truth.astype(np.float32)


@pytest.mark.parametrize(
    ("name", "width", "roll"),
    [
        ("hopper.jpg", 60, 20),
        ("collins.jpg", 60, -20),
        ("hopper.jpg", 100, 75),
        ("hopper_overexposed.jpg", 100, 180),
        ("collins.jpg", 120, 180),  # where the first look sees a face the wrong way up
        ("collins.jpg", 160, -135),
    ],
)
def test_a_small_tilted_grey_face_is_found(
    face_mesh: FaceMesh, name: str, width: float, roll: float
) -> None:
    image, truth = in_the_distance(face_mesh, name, width, roll)
    (face,) = face_mesh.predict(image)
    assert nme(face.landmarks, truth, FACE_468) < 0.1
    across = face.landmarks[263, :2] - face.landmarks[33, :2]
    turned = np.degrees(np.arctan2(across[1], across[0])) - roll
    assert abs((turned + 180) % 360 - 180) < 15
    assert outer_iod(face.landmarks, FACE_468) > 0.5 * outer_iod(truth, FACE_468)


def as_rgb(image: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(image if image.ndim == 3 else np.repeat(image[..., None], 3, 2))


def pictures_without_a_face() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:480, :640]
    spots = cv2.GaussianBlur(rng.uniform(0, 255, (480, 640, 3)), (0, 0), 9)
    spots = (spots - spots.min()) / np.ptp(spots) * 255
    eyes = np.full((480, 640, 3), 190, np.uint8)
    for place in ((240, 200), (400, 200), (320, 330)):
        cv2.ellipse(eyes, place, (34, 16), 0, 0, 360, (60, 50, 40), -1)
    return {
        "coffee": read_image(asset_path("datasets", "sample", "coffee.jpg")),
        "black": np.zeros((480, 640, 3), np.uint8),
        "noise": rng.integers(0, 256, (480, 640, 3), np.uint8),
        "spots": spots.astype(np.uint8),
        "stripes": np.repeat(((x // 20 + y // 30) % 2 * 200)[..., None], 3, 2).astype(np.uint8),
        "two eyes and a mouth": eyes,
        **{name: as_rgb(getattr(skimage.data, name)()) for name in TEXTURES},
        "a line of pixels": np.full((1, 900, 3), 90, np.uint8),
    }


@pytest.mark.parametrize("name", pictures_without_a_face())
def test_where_there_is_no_face_none_is_found(face_mesh: FaceMesh, name: str) -> None:
    assert face_mesh.predict(pictures_without_a_face()[name]) == []


def test_a_photograph_with_a_face_is_not_looked_at_twice(
    face_mesh: FaceMesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []

    def look(_: FaceMesh, image: np.ndarray) -> list[object]:
        looked_at.append(image.shape[0])
        return []

    monkeypatch.setattr(FaceMesh, "_turned_faces", look)
    hopper = read_image(asset_path("datasets", "sample", "hopper.jpg"))
    empty = np.zeros((77, 90, 3), np.uint8)
    first, second = face_mesh.predict_batch([hopper, empty])
    assert len(first) == 1
    assert not second
    assert looked_at == [77]


def test_without_the_search_for_small_faces_there_is_no_second_look(
    face_mesh: FaceMesh, as_mediapipe: FaceMesh
) -> None:
    image, _ = in_the_distance(face_mesh, "hopper.jpg", 100, 75)
    assert as_mediapipe.predict(image) == []
