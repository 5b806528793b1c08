"""What the model says of crops that differ in what does not matter."""

import numpy as np
import pytest

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.mesh.layout import FACE_468
from annotator.quality.signals.answers import answer_signals, answers_to_crops
from annotator.system.assets import asset_path


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh.load(threads=1)


@pytest.fixture(scope="module")
def collins() -> np.ndarray:
    return read_image(asset_path("datasets", "sample", "collins.jpg"))


@pytest.fixture(scope="module")
def mesh(face_mesh, collins) -> np.ndarray:
    return face_mesh.predict(collins)[0].landmarks


def test_the_same_mesh_is_asked_about_in_the_same_crops_a_quarter_of_each_kind(
    face_mesh, collins, mesh
):
    answers = answers_to_crops(face_mesh, collins, mesh)
    again = answers_to_crops(face_mesh, collins, mesh)
    np.testing.assert_array_equal(answers.meshes, again.meshes)
    kinds = set(zip(answers.mirrored.tolist(), answers.grey.tolist(), strict=True))
    assert len(answers.meshes) == 8
    assert len(kinds) == 4
    assert np.abs(answers.meshes - mesh[:, :2]).mean() < 0.03 * np.ptp(mesh[:, 0])


def test_a_grey_photograph_says_the_same_with_and_without_colours(face_mesh, collins, mesh):
    grey = np.repeat(collins[..., 1:2], 3, axis=2)
    coloured = answer_signals(answers_to_crops(face_mesh, collins, mesh), mesh, FACE_468)
    # What is left is what the other places, sizes and turns of the grey crops do.
    without = answer_signals(answers_to_crops(face_mesh, grey, mesh), mesh, FACE_468)
    assert without["grey_spread"] < without["spread"]
    assert coloured["grey_spread"] > 0


def test_a_photograph_and_its_mirror_image_spread_alike(face_mesh, collins, mesh):
    width = collins.shape[1]
    image = np.ascontiguousarray(collins[:, ::-1])
    turned = mesh[FACE_468.mirror] * np.float32([-1, 1, 1]) + np.float32([width - 1, 0, 0])
    one = answer_signals(answers_to_crops(face_mesh, collins, mesh), mesh, FACE_468)
    other = answer_signals(answers_to_crops(face_mesh, image, turned), turned, FACE_468)
    for name in ("spread", "mirror_spread", "drift"):
        assert other[name] == pytest.approx(one[name], rel=0.5)


@pytest.mark.parametrize("shift", [(-300, 0), (600, 0), (0, -400), (5000, 5000)])
def test_a_mesh_at_the_edge_or_outside_of_its_photograph_has_answers(
    face_mesh, collins, mesh, shift
):
    moved = mesh + np.float32([*shift, 0])
    answers = answers_to_crops(face_mesh, collins, moved)
    assert np.isfinite(answers.meshes).all()
    assert np.isfinite(list(answer_signals(answers, moved, FACE_468).values())).all()


def test_cutting_the_face_out_of_a_large_photograph_changes_no_answer(face_mesh, collins, mesh):
    large = np.pad(collins, ((700, 650), (800, 750), (0, 0)), mode="edge")
    moved = mesh + np.float32([800, 700, 0])
    one = answers_to_crops(face_mesh, large, moved).meshes - (800, 700)
    other = answers_to_crops(face_mesh, collins, mesh).meshes
    assert np.abs(one - other).max() < 0.05
