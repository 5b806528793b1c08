"""The rewrites of the build script change a graph's speed, not its numbers."""

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

MODELS = Path(__file__).parents[2] / "models"


@pytest.fixture
def rewrites(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(MODELS))
    monkeypatch.delitem(sys.modules, "rewrites", raising=False)
    import rewrites  # noqa: PLC0415

    return rewrites


def net(nodes: list[onnx.NodeProto], weights: dict[str, np.ndarray], out: int) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 8, 8, 3))],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, (1, out))],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


@pytest.fixture
def small_net() -> onnx.ModelProto:
    """Convolution to 16 channels, PRelu, zero channels up to 24, sum with another, flat."""
    rng = np.random.default_rng(0)
    weights = {
        "w1": rng.normal(size=(16, 3, 3, 3)).astype(np.float32),
        "b1": rng.normal(size=16).astype(np.float32),
        "slope": rng.uniform(-0.5, 1.5, size=(16, 1, 1)).astype(np.float32),
        "pads": np.array([0, 0, 0, 0, 0, 8, 0, 0]),
        "w2": rng.normal(size=(24, 16, 1, 1)).astype(np.float32),
        "b2": rng.normal(size=24).astype(np.float32),
        "w3": rng.normal(size=(5, 24, 8, 8)).astype(np.float32),
        "b3": rng.normal(size=5).astype(np.float32),
        "shape": np.array([1, 5]),
    }
    nodes = [
        helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "w1", "b1"], ["a"], group=1, pads=[1, 1, 1, 1]),
        helper.make_node("PRelu", ["a", "slope"], ["b"]),
        helper.make_node("Pad", ["b", "pads"], ["c"]),
        helper.make_node("Conv", ["b", "w2", "b2"], ["d"], group=1),
        helper.make_node("Add", ["c", "d"], ["e"]),
        helper.make_node("Conv", ["e", "w3", "b3"], ["f"], group=1),
        helper.make_node("Reshape", ["f", "shape"], ["answer"]),
    ]
    return net(nodes, weights, 5)


def answers(model: onnx.ModelProto, images: np.ndarray) -> np.ndarray:
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {session.get_inputs()[0].name: images})[0]


def test_rewriting_keeps_the_numbers_and_leaves_no_prelu_or_pad(
    rewrites: ModuleType, small_net: onnx.ModelProto
) -> None:
    images = np.random.default_rng(1).normal(size=(1, 8, 8, 3)).astype(np.float32)
    before = answers(small_net, images)
    rewrites.widen_channels(small_net)
    rewrites.replace_prelu(small_net)
    assert not {"PRelu", "Pad"} & {node.op_type for node in small_net.graph.node}
    np.testing.assert_allclose(answers(small_net, images), before, rtol=1e-4, atol=1e-4)


def test_the_batch_becomes_dynamic_and_names_become_what_is_told(
    rewrites: ModuleType, small_net: onnx.ModelProto
) -> None:
    images = np.random.default_rng(1).normal(size=(3, 8, 8, 3)).astype(np.float32)
    one_by_one = np.concatenate([answers(small_net, image[None]) for image in images])
    rewrites.set_shapes(small_net, ["batch", 8, 8, 3], {"answer": ["batch", 5]})
    rewrites.rename(small_net, {"image": "photograph", "answer": "numbers"})
    assert [value.name for value in small_net.graph.output] == ["numbers"]
    np.testing.assert_allclose(answers(small_net, images), one_by_one, rtol=1e-5, atol=1e-5)


def test_a_pad_that_does_more_than_append_channels_is_refused(
    rewrites: ModuleType, small_net: onnx.ModelProto
) -> None:
    pads = next(tensor for tensor in small_net.graph.initializer if tensor.name == "pads")
    pads.CopyFrom(numpy_helper.from_array(np.array([0, 1, 0, 0, 0, 7, 0, 0]), "pads"))
    with pytest.raises(ValueError, match="more than append channels"):
        rewrites.widen_channels(small_net)


@pytest.mark.parametrize("name", ["face_landmark", "face_detection_short_range"])
def test_the_shipped_models_are_rewritten_and_take_any_batch(name: str) -> None:
    model = onnx.load(str(MODELS / f"{name}.onnx"))
    assert not {"PRelu", "Pad"} & {node.op_type for node in model.graph.node}
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
