"""Predicting one face again, on photographs."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.inference.regions import region_of_box
from annotator.inference.reprediction import predict_in_box, repredict, uncertainty
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme, vertex_errors
from annotator.system.assets import asset_path

PICTURES = ("hopper.jpg", "collins_close.webp", "hopper_grey.png", "hopper_overexposed.jpg")
Face = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh.load()


@pytest.fixture(scope="module")
def faces(face_mesh: FaceMesh) -> dict[str, Face]:
    """Photographs and the mesh of the largest face in each."""
    images = {name: read_image(asset_path("datasets", "sample", name)) for name in PICTURES}
    return {name: (image, face_mesh.predict(image)[0].landmarks) for name, image in images.items()}


@pytest.fixture(params=PICTURES)
def face(request: pytest.FixtureRequest, faces: dict[str, Face]) -> Face:
    return faces[request.param]


def spoiled(mesh: np.ndarray, shift: float, scale: float = 1, degrees: float = 0) -> np.ndarray:
    """The mesh shoved by a share of its IOD, scaled and turned about its centre."""
    centre, turn = mesh[:, :2].mean(axis=0), np.radians(degrees)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    result = mesh.copy()
    result[:, :2] = (mesh[:, :2] - centre) @ np.float32([[cos, sin], [-sin, cos]]) + centre
    result[:, :2] += np.float32([0.8, -0.6]) * np.float32(shift * outer_iod(mesh, FACE_468))
    return result


def rolled(face: Face, degrees: int) -> Face:
    """The photograph and its mesh turned clockwise, the canvas wide enough."""
    image, mesh = face
    picture = Image.fromarray(image).rotate(-degrees, Image.Resampling.BICUBIC, expand=True)
    turn = np.radians(degrees)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    result = mesh.copy()
    middle = np.array(image.shape[1::-1]) / 2
    result[:, :2] = (mesh[:, :2] - middle) @ rotation + np.array(picture.size) / 2
    return np.asarray(picture), result


def drawn_box(mesh: np.ndarray) -> tuple[float, float, float, float]:
    """A box around the face as a hand draws it: some sides too far out, some too far in."""
    left, top = mesh[:, :2].min(axis=0).tolist()
    right, bottom = mesh[:, :2].max(axis=0).tolist()
    side = max(right - left, bottom - top)
    return left - 0.08 * side, top + 0.05 * side, right + 0.02 * side, bottom + 0.1 * side


@pytest.mark.parametrize(("shift", "scale", "degrees"), [(0.2, 1, 0), (-0.2, 1.2, 15)])
def test_a_shoved_mesh_comes_back(
    face_mesh: FaceMesh, face: Face, shift: float, scale: float, degrees: float
) -> None:
    image, mesh = face
    again = repredict(face_mesh, image, spoiled(mesh, shift, scale, degrees))
    assert nme(again.landmarks, mesh, FACE_468) < 0.02
    assert not again.is_doubtful
    assert again.presence > 0.99
    assert again.detection_score == 1


def test_it_does_not_matter_from_where(face_mesh: FaceMesh, face: Face) -> None:
    image, mesh = face
    meshes = [
        repredict(face_mesh, image, spoiled(mesh, *how)).landmarks
        for how in ((0, 1, 0), (0.2, 1.1, -10), (-0.5, 0.8, 25))
    ]
    assert max(nme(other, meshes[0], FACE_468) for other in meshes[1:]) < 0.012


def test_a_box_drawn_by_hand_gives_the_detectors_mesh(face_mesh: FaceMesh, face: Face) -> None:
    image, mesh = face
    found = predict_in_box(face_mesh, image, drawn_box(mesh))
    assert nme(found.landmarks, mesh, FACE_468) < 0.03
    assert not found.is_doubtful
    assert not found.landmarks.flags.writeable
    assert not found.uncertainty.flags.writeable


@pytest.mark.parametrize("degrees", [40, 90, 180, -120])
def test_faces_that_lie_on_their_side_or_head_are_found(
    face_mesh: FaceMesh, face: Face, degrees: int
) -> None:
    image, mesh = rolled(face, degrees)
    found = predict_in_box(face_mesh, image, drawn_box(mesh))
    assert nme(found.landmarks, mesh, FACE_468) < 0.03
    assert not found.is_doubtful


def test_a_box_may_be_drawn_from_any_corner_and_beyond_the_photograph(
    face_mesh: FaceMesh, faces: dict[str, Face]
) -> None:
    image, mesh = faces["hopper.jpg"]
    left, top, right, bottom = drawn_box(mesh)
    expected = predict_in_box(face_mesh, image, (left, top, right, bottom))
    other = predict_in_box(face_mesh, image, (right, bottom, left, top))
    np.testing.assert_array_equal(other.landmarks, expected.landmarks)
    edge = int(mesh[33, 0])  # the photograph ends at an eye
    cut, moved = image[:, edge:], mesh - np.float32([edge, 0, 0])
    found = predict_in_box(face_mesh, cut, drawn_box(moved))
    assert vertex_errors(found.landmarks, moved)[263] < 0.1 * outer_iod(mesh, FACE_468)


def test_a_box_around_nothing_gives_a_doubtful_mesh(face_mesh: FaceMesh) -> None:
    image = read_image(asset_path("datasets", "sample", "coffee.jpg"))
    assert predict_in_box(face_mesh, image, (20, 20, 150, 150)).is_doubtful


def test_one_look_is_not_enough_for_a_turned_face(
    face_mesh: FaceMesh, faces: dict[str, Face]
) -> None:
    image, mesh = rolled(faces["collins_close.webp"], 60)
    once = face_mesh.predict_region(image, region_of_box(*drawn_box(mesh)))
    found = predict_in_box(face_mesh, image, drawn_box(mesh))
    assert nme(once.landmarks, mesh, FACE_468) > 0.1
    assert nme(found.landmarks, mesh, FACE_468) < 0.03


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ((10, 10, 15, 60), r"5 x 50 px .* draw it"),
        ((-90, 10, -20, 60), "outside the photograph"),
        ((10, 5000, 60, 5060), "outside the photograph"),
        ((10, 10, float("nan"), 60), "no number"),
        ((10, 10, 17.6, 25), "is 7 x 15 px"),
    ],
)
def test_a_box_without_a_face_in_it_is_refused(
    face_mesh: FaceMesh, faces: dict[str, Face], box, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        predict_in_box(face_mesh, faces["hopper.jpg"][0], box)


def test_a_mesh_from_which_nothing_can_be_found_is_refused(
    face_mesh: FaceMesh, faces: dict[str, Face]
) -> None:
    image, mesh = faces["hopper.jpg"]
    with pytest.raises(ValueError, match=r"outside the photograph .* draw a box"):
        repredict(face_mesh, image, mesh + np.float32([9000, 0, 0]))
    with pytest.raises(ValueError, match="8 x 8"):
        repredict(face_mesh, image, mesh * np.float32(0.01))
    with pytest.raises(ValueError, match="no number"):
        repredict(face_mesh, image, mesh * np.float32("nan"))


def test_the_model_is_less_certain_of_what_is_covered(face_mesh: FaceMesh, face: Face) -> None:
    image, mesh = face[0].copy(), face[1]
    nose, iod = mesh[1, 0], outer_iod(mesh, FACE_468)
    edge = int(nose + 0.15 * iod)
    (top, bottom), right = mesh[[10, 152], 1].astype(int), int(mesh[:, 0].max()) + 5
    image[top:bottom, edge:right] = 90
    covered, clear = mesh[:, 0] > edge, mesh[:, 0] < nose
    spread = uncertainty(face_mesh, image, mesh)
    before = uncertainty(face_mesh, face[0], mesh)
    assert spread.shape == (468,)
    assert spread[covered].mean() > 1.4 * spread[clear].mean()
    assert spread[covered].mean() > 1.5 * before[covered].mean()


def test_the_uncertainty_is_always_the_same_and_of_a_plausible_size(
    face_mesh: FaceMesh, face: Face
) -> None:
    image, mesh = face
    spread = uncertainty(face_mesh, image, mesh)
    np.testing.assert_array_equal(spread, uncertainty(face_mesh, image, mesh))
    assert 0.003 < spread.mean() / outer_iod(mesh, FACE_468) < 0.02


def test_one_prediction_has_no_spread(face_mesh: FaceMesh, faces: dict[str, Face]) -> None:
    with pytest.raises(ValueError, match="at least 2"):
        uncertainty(face_mesh, *faces["hopper.jpg"], jitters=1)


@pytest.mark.parametrize("ask", [repredict, uncertainty])
def test_a_mesh_of_another_layout_than_the_models_is_refused(
    face_mesh: FaceMesh, face: Face, ask: Callable[..., object]
) -> None:
    image, mesh = face
    with pytest.raises(ValueError, match=r"has 470 vertices, but the model .* face_468, 468"):
        ask(face_mesh, image, np.concatenate([mesh, mesh[:2]]))
