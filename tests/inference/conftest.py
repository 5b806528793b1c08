from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import skimage.data
from onnx import TensorProto, helper, numpy_helper

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.system.assets import asset_path

SAMPLES = ("hopper.jpg", "collins_tilted.jpg", "two_portraits.jpg", "coffee.jpg")


@pytest.fixture(scope="session")
def face_mesh() -> FaceMesh:
    return FaceMesh.load()


@pytest.fixture(scope="session")
def as_mediapipe() -> FaceMesh:
    return FaceMesh.load(small_faces=False)


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    return skimage.data.astronaut()


@pytest.fixture(scope="session")
def photographs(astronaut: np.ndarray) -> dict[str, np.ndarray]:
    images = {Path(name).stem: sample_image(name) for name in SAMPLES}
    return {"astronaut": astronaut} | images


def sample_image(name: str) -> np.ndarray:
    return read_image(asset_path("datasets", "sample", name))


@pytest.fixture
def write_model(tmp_path: Path) -> Callable[..., Path]:
    """Write a tiny model whose outputs are constants of given shapes and types."""

    def write(
        *,
        inputs: tuple[tuple[int | str, ...], ...] = (("N", 192, 192, 3),),
        input_type: int = TensorProto.FLOAT,
        outputs: tuple[tuple[int, type], ...] = ((1404, np.float32), (1, np.float32)),
        value: float = 3,
    ) -> Path:
        values = [
            helper.make_tensor_value_info(f"in{at}", input_type, shape)
            for at, shape in enumerate(inputs)
        ]
        nodes = [helper.make_node("Shape", ["in0"], ["batch"], end=1)]
        results = []
        for at, (size, kind) in enumerate(outputs):
            per_face = helper.make_node(
                "Constant", [], [f"size{at}"], value=_tensor([size], np.int64)
            )
            shape = helper.make_node("Concat", ["batch", f"size{at}"], [f"shape{at}"], axis=0)
            filled = helper.make_node(
                "ConstantOfShape", [f"shape{at}"], [f"out{at}"], value=_tensor([value], kind)
            )
            nodes += [per_face, shape, filled]
            code = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
            results.append(helper.make_tensor_value_info(f"out{at}", code, None))
        graph = helper.make_graph(nodes, "tiny", values, results)
        opsets = [helper.make_opsetid("", 17)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        path = tmp_path / "tiny.onnx"
        onnx.save(model, str(path))
        return path

    return write


def _tensor(values: list[float], kind: type) -> TensorProto:
    return numpy_helper.from_array(np.array(values, kind))
