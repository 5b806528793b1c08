"""Models and execution providers: the ones that work, and what is said of those that do not."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from annotator.inference import FaceMesh, ModelError, ProviderError, available_providers
from annotator.inference.mesh_net import MeshNet
from annotator.inference.regions import Region
from annotator.mesh.layout import FACE_468, LAYOUTS, MeshLayout
from annotator.system.assets import asset_path

WriteModel = Callable[..., Path]


def test_the_shipped_model_is_known_by_name_and_hash(face_mesh: FaceMesh) -> None:
    data = asset_path("models", "face_landmark.onnx").read_bytes()
    assert face_mesh.info.name == "face_landmark"
    assert face_mesh.info.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", ["face_landmark", "face_detection_short_range"])
def test_a_models_card_names_its_hash_and_licence(name: str) -> None:
    card = asset_path("models", f"{name}.md").read_text(encoding="utf-8")
    data = asset_path("models", f"{name}.onnx").read_bytes()
    assert hashlib.sha256(data).hexdigest() in card
    assert "Apache-2.0" in card


def test_a_copy_of_the_model_predicts_the_same_under_its_own_name(
    tmp_path: Path, face_mesh: FaceMesh, astronaut: np.ndarray
) -> None:
    copy = tmp_path / "ours.onnx"
    copy.write_bytes(asset_path("models", "face_landmark.onnx").read_bytes())
    loaded = FaceMesh.load(copy)
    assert loaded.info.name == "ours"
    assert loaded.info.sha256 == face_mesh.info.sha256
    (ours,), (theirs,) = loaded.predict(astronaut), face_mesh.predict(astronaut)
    np.testing.assert_array_equal(ours.landmarks, theirs.landmarks)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_no_result(
    astronaut: np.ndarray, face_mesh: FaceMesh, threads: int
) -> None:
    (face,) = FaceMesh.load(threads=threads).predict(astronaut)
    expected = face_mesh.predict(astronaut)[0].landmarks
    np.testing.assert_allclose(face.landmarks, expected, atol=1e-3)


@pytest.mark.parametrize(
    "shape",
    [("N", 192, 192, 3), ("N", 3, 192, 192), (1, 192, 192, 3), ("N", "H", "W", 3)],
    ids=["channels last", "channels first", "batch of one", "symbolic sides"],
)
def test_models_of_several_layouts_are_accepted(
    write_model: WriteModel, shape: tuple[int | str, ...]
) -> None:
    net = MeshNet.load(write_model(inputs=(shape,)), ("cpu",), None)
    landmarks, presence = net(np.zeros((3, 192, 192, 3), np.uint8))
    np.testing.assert_array_equal(landmarks, np.full((3, 1404), 3))
    np.testing.assert_allclose(presence, 1 / (1 + np.exp(-3)) * np.ones(3), rtol=1e-6)


def test_outputs_may_come_in_any_order_and_number(write_model: WriteModel) -> None:
    outputs = ((1, np.float32), (71, np.float32), (1404, np.float16))
    net = MeshNet.load(write_model(outputs=outputs), ("cpu",), None)
    landmarks, _ = net(np.zeros((2, 192, 192, 3), np.uint8))
    assert landmarks.dtype == np.float32


def test_no_crops_give_no_meshes(write_model: WriteModel) -> None:
    landmarks, presence = MeshNet.load(write_model(), ("cpu",), None)(
        np.zeros((0, 192, 192, 3), np.uint8)
    )
    assert landmarks.shape == (0, 1404)
    assert presence.shape == (0,)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"outputs": ((1404, np.int32), (1, np.float32))}, "come as int32.*float32 outputs"),
        (
            {"outputs": ((1500, np.float32), (1, np.float32))},
            r"1500.*one of these layouts: face_468 \(468 vertices\)",
        ),
        ({"outputs": ((1404, np.float32),)}, "one output of 1 numbers a face, the presence"),
        ({"outputs": ((1404, np.float32),) * 2 + ((1, np.float32),)}, "expected one output"),
        ({"inputs": (("N", 128, 128, 3),)}, "192, 192, 3.*128"),
        ({"inputs": (("N", 192, 192, 1),)}, "expected an input of shape"),
        ({"inputs": ((4, 192, 192, 3),)}, "expected an input of shape"),
        ({"inputs": (("N", 110592),)}, "expected an input of shape"),
        ({"inputs": (("N", 192, 192, 3), ("N", 2))}, "expected one input, but got 2"),
        ({"input_type": TensorProto.UINT8}, "expected a float32 input"),
    ],
    ids=str,
)
def test_a_model_of_another_kind_is_refused_with_what_was_expected(
    write_model: WriteModel, settings: dict[str, object], reason: str
) -> None:
    path = write_model(**settings)
    with pytest.raises(ModelError, match=reason) as caught:
        FaceMesh.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_has_the_layout_of_as_many_vertices_as_it_gives(
    write_model: WriteModel, face_with_irises: MeshLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FaceMesh.load(write_model()).info.layout is FACE_468
    known = {**LAYOUTS, face_with_irises.name: face_with_irises}
    monkeypatch.setattr("annotator.inference.mesh_net.LAYOUTS", known)
    larger = FaceMesh.load(write_model(outputs=((1440, np.float32), (1, np.float32))))
    assert larger.info.layout is face_with_irises
    photograph, box = np.zeros((200, 200, 3), np.uint8), Region(100, 100, 120, 0)
    assert larger.predict_region(photograph, box).landmarks.shape == (480, 3)
    both = write_model(outputs=((1404, np.float32), (1440, np.float32), (1, np.float32)))
    with pytest.raises(ModelError, match="one of these layouts"):
        FaceMesh.load(both)


def test_a_file_that_is_no_onnx_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.onnx"
    path.write_text("not a model")
    with pytest.raises(ModelError, match=r"cannot load it.*export the model"):
        FaceMesh.load(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.onnx"
    path.touch()
    with pytest.raises(ModelError):
        FaceMesh.load(path)


def test_a_truncated_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.onnx"
    data = asset_path("models", "face_landmark.onnx").read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError):
        FaceMesh.load(path)


def test_a_missing_model_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.onnx: no such model file"):
        FaceMesh.load(tmp_path / "gone.onnx")


def test_an_unknown_model_name_lists_the_shipped_ones() -> None:
    with pytest.raises(ModelError, match="no model is called 'face_mesh'; shipped: face_landmark"):
        FaceMesh.load("face_mesh")


def test_the_processor_is_always_available() -> None:
    assert "cpu" in available_providers()


def test_a_provider_that_is_not_there_names_those_that_are() -> None:
    missing = next(
        name
        for name in ("cuda", "coreml", "directml", "openvino")
        if name not in available_providers()
    )
    with pytest.raises(ProviderError, match=f"'{missing}' is not available here .*cpu"):
        FaceMesh.load(providers=(missing, "cpu"))


@pytest.mark.filterwarnings("ignore:Specified provider:UserWarning")
def test_a_provider_that_does_not_work_is_no_silent_fallback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    present = ["OpenVINOExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: present)
    with pytest.raises(ProviderError, match=r"'openvino' is installed but does not work .*: cpu"):
        FaceMesh.load(providers=("openvino",))


def test_an_unknown_provider_lists_the_known_ones() -> None:
    with pytest.raises(ProviderError, match="unknown execution provider 'tpu'; choose from cpu"):
        FaceMesh.load(providers=("tpu",))


def test_no_provider_at_all_is_refused() -> None:
    with pytest.raises(ProviderError, match="no execution provider given"):
        FaceMesh.load(providers=())
