"""The net in PyTorch is the net in ONNX Runtime, and goes back into its file."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra [train] is not installed")
onnx = pytest.importorskip("onnx", reason="the extra [train] is not installed")

from annotator.inference import FaceMesh, ModelError
from annotator.inference.mesh_net import MeshNet
from annotator.system.assets import asset_path
from annotator.training.crops import looked_at, plain_view
from annotator.training.graph import NetGraph
from annotator.training.loop import predictor
from annotator.training.net import MeshModule, check_same, module_of, set_weights, weights_of

SHIPPED = asset_path("models", "face_landmark.onnx")


@pytest.fixture(scope="module")
def graph() -> NetGraph:
    return NetGraph.read(SHIPPED)


def both(crops: np.ndarray, module: MeshModule) -> tuple[float, float]:
    """Return by how much landmarks and presences of the two differ at most."""
    landmarks, presences = MeshNet.load(SHIPPED, ("cpu",), 1)(list(crops))
    points, found = predictor(module.eval(), torch.device("cpu"))(crops)
    return (
        float(np.abs(points.reshape(len(crops), -1) - landmarks).max()),
        float(np.abs(found - presences).max()),
    )


def test_random_crops_give_what_onnx_runtime_gives(graph):
    crops = np.random.default_rng(0).integers(0, 256, (20, 192, 192, 3), np.uint8)
    apart, presence = both(crops, module_of(graph))
    assert apart < 5e-4
    assert presence < 1e-4


def test_real_crops_give_what_onnx_runtime_gives(graph, faces, cutouts):
    crops = []
    for face in faces.faces:
        view, cutout = plain_view(face.landmarks, faces.layout), cutouts.of(face)
        crops.append(looked_at(cutout.pixels, cutout.seen(view)))
    apart, presence = both(np.stack(crops), module_of(graph))
    assert apart < 5e-4
    assert presence < 1e-4


def test_an_untrained_net_is_written_as_the_very_same_bytes(graph):
    assert graph.with_weights(weights_of(module_of(graph))) == SHIPPED.read_bytes()


def test_other_weights_are_read_back_as_they_were_written(graph, tmp_path):
    weights = [values * np.float32(1.01) for values in graph.weights()]
    path = tmp_path / "other.onnx"
    path.write_bytes(graph.with_weights(weights, {"told": "something"}))
    read = NetGraph.read(path).weights()
    for one, other in zip(read, weights, strict=True):
        assert one.tobytes() == other.tobytes()
    told = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert told == {"told": "something"}
    assert FaceMesh.load(path).info.layout.count == 468


def test_another_net_says_that_it_cannot_be_trained(tmp_path):
    detector = NetGraph.read(asset_path("models", "face_detection_short_range.onnx"))
    with pytest.raises(ModelError, match="another net than the shipped one"):
        module_of(detector)


@pytest.mark.parametrize("content", [b"", b"no net", SHIPPED.read_bytes()[:1000]])
def test_a_file_that_is_no_net_is_refused(content: bytes, tmp_path: Path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        module_of(NetGraph.read(path))


def test_freezing_leaves_the_first_blocks_and_nothing_else(graph):
    module = module_of(graph)
    module.freeze(3)
    learns = {name for name, one in module.named_parameters() if one.requires_grad}
    assert not any(name.startswith(("stem.", "shared.0.", "shared.2.")) for name in learns)
    assert any(name.startswith("shared.3.") for name in learns)
    assert any(name.startswith("presence") for name in learns)


def test_freezing_nothing_trains_all_of_it(graph):
    module = module_of(graph)
    module.freeze(0)
    assert all(one.requires_grad for one in module.parameters())


@pytest.mark.parametrize("blocks", [-1, 15])
def test_there_are_fourteen_blocks_to_freeze(graph, blocks: int):
    with pytest.raises(ValueError, match="0 to 14"):
        module_of(graph).freeze(blocks)


def test_weights_that_are_set_are_those_that_are_got(graph):
    module, weights = module_of(graph), [values + 1 for values in graph.weights()]
    set_weights(module, weights)
    for one, other in zip(weights_of(module), weights, strict=True):
        assert np.array_equal(one.ravel(), other.ravel())


def test_a_file_that_does_other_things_with_the_same_weights_is_refused(graph, tmp_path):
    module, shipped = module_of(graph), MeshNet.load("face_landmark", ("cpu",), 1)
    check_same(module, shipped, "face_landmark")
    model = onnx.load(graph.path)
    convolution = next(node for node in model.graph.node if node.op_type == "Conv")
    doubled = onnx.helper.make_node("Add", [convolution.output[0]] * 2, ["doubled"])
    at = list(model.graph.node).index(convolution) + 1
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name == convolution.output[0]:
                node.input[place] = "doubled"
    model.graph.node.insert(at, doubled)
    other = tmp_path / "other.onnx"
    onnx.save(model, other)
    module = module_of(NetGraph.read(other))
    with pytest.raises(ModelError, match="computes something else"):
        check_same(module, MeshNet.load(other, ("cpu",), 1), other)
