"""What a sample's mesh and photograph tell of its error."""

import math

import cv2
import numpy as np
import pytest
from skimage import measure

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.inference.regions import crop, region_around
from annotator.mesh.layout import FACE_468
from annotator.quality.shape_prior import ShapePrior, default_prior, fitted_prior
from annotator.quality.signals import SIGNALS, Signals, jitter_of, signals_of
from annotator.quality.signals.pixels import pixel_signals
from annotator.system.assets import asset_path

Image = np.ndarray


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh.load(threads=1)


@pytest.fixture(scope="module")
def hopper() -> Image:
    return read_image(asset_path("datasets", "sample", "hopper.jpg"))


@pytest.fixture(scope="module")
def mesh(face_mesh: FaceMesh, hopper: Image) -> np.ndarray:
    return face_mesh.predict(hopper)[0].landmarks


def of(face_mesh: FaceMesh, image: Image | None, mesh: np.ndarray) -> Signals:
    return signals_of(face_mesh, image, mesh, presence=0.9, prior=learned_prior(mesh))


def learned_prior(mesh: np.ndarray) -> ShapePrior:
    """Return what is usual where faces like this one were accepted."""
    rng = np.random.default_rng(0)
    return fitted_prior([mesh * rng.normal(1, 0.05, 3) for _ in range(20)], FACE_468)


def test_all_but_what_other_meshes_tell_is_known_of_a_face(face_mesh, hopper, mesh):
    signals = of(face_mesh, hopper, mesh)
    unknown = {name for name in SIGNALS if math.isnan(signals.values[name])}
    assert unknown == {"jitter", "round_change"}
    assert tuple(signals.values) == SIGNALS
    assert signals.values["presence"] == 0.9
    assert 0.005 < signals.values["spread"] < 0.04
    assert signals.vertex_spread is not None
    assert signals.vertex_spread.shape == (468,)
    assert signals.vertex_spread.mean() == pytest.approx(signals.values["spread"], rel=1e-5)


def test_a_mesh_that_lies_elsewhere_is_told_from_one_that_fits(face_mesh, hopper, mesh):
    right = of(face_mesh, hopper, mesh).values
    shift = np.float32([0.4 * right["size"], 0, 0])
    wrong = of(face_mesh, hopper, mesh + shift).values
    assert wrong["drift"] > 5 * right["drift"]


def test_a_blurred_face_is_told_from_a_sharp_one(face_mesh, hopper, mesh):
    sharp = of(face_mesh, hopper, mesh).values
    blurred = of(face_mesh, cv2.GaussianBlur(hopper, None, 0.1 * sharp["size"]), mesh).values
    assert blurred["blur"] > sharp["blur"] + 0.1
    assert blurred["spread"] > sharp["spread"]


def test_blur_is_that_of_scikit_image(face_mesh, hopper, mesh):
    grey = cv2.cvtColor(crop(hopper, region_around(mesh, FACE_468)), cv2.COLOR_RGB2GRAY)
    assert of(face_mesh, hopper, mesh).values["blur"] == pytest.approx(
        measure.blur_effect(grey), abs=1e-12
    )
    flat = np.full_like(hopper, 128)
    assert pixel_signals(flat, mesh, FACE_468)["blur"] == 1


def test_without_its_photograph_a_mesh_tells_of_its_shape_alone(face_mesh, mesh):
    signals = of(face_mesh, None, mesh)
    known = {name for name in SIGNALS if not math.isnan(signals.values[name])}
    assert known == {"presence", "shape", "yaw", "pitch", "roll", "size"}
    assert signals.vertex_spread is None


def test_what_is_usual_of_any_face_tells_nothing_of_a_shape(face_mesh, mesh):
    for prior in (None, default_prior(FACE_468)):
        signals = signals_of(face_mesh, None, mesh, presence=0.9, prior=prior)
        assert math.isnan(signals.values["shape"])


def test_a_mesh_that_is_no_number_or_of_another_layout_is_refused(face_mesh, hopper, mesh):
    with pytest.raises(ValueError, match="finite"):
        of(face_mesh, hopper, mesh * np.float32("nan"))
    with pytest.raises(ValueError, match="467 vertices"):
        of(face_mesh, hopper, mesh[:-1])


def test_signals_that_come_from_elsewhere_are_added_by_name():
    signals = Signals({"spread": 0.02}).known(jitter=0.01, round_change=None)
    assert signals.values["jitter"] == 0.01
    assert signals.values["spread"] == 0.02
    assert math.isnan(signals.values["round_change"])
    with pytest.raises(ValueError, match="names of signals, but got charm"):
        signals.known(charm=1.0)


def test_a_head_that_moves_and_turns_in_the_image_does_not_jitter(mesh):
    turn = np.array([[0.9, 0.3, 0], [-0.3, 0.9, 0], [0, 0, 1]], np.float32)
    before, after = mesh @ turn + np.float32([20, 5, 0]), mesh * np.float32(1.1)
    assert jitter_of(before, mesh, after, FACE_468) == pytest.approx(0, abs=1e-5)
    shaken = mesh.copy()
    shaken[::2, :2] += 3
    assert jitter_of(before, shaken, after, FACE_468) > 0.005
    assert jitter_of(before, shaken, None, FACE_468) > 0.005
    assert math.isnan(jitter_of(None, mesh, None, FACE_468))
