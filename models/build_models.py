"""Make the shipped ONNX models and check them against the TensorFlow Lite originals.

    python build_models.py [--npm-tarball FILE]

Needs the environment of ``requirements.txt``. The originals are taken out of the npm package
that ``sources.py`` names, their hashes verified, converted with tf2onnx and rewritten without
changing their results (``rewrites.py``). Both nets then run on random and on real crops, here
in ONNX Runtime and in LiteRT: outputs may differ by 1e-3 pixels of the crop at most.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import skimage.data
import tf2onnx
from ai_edge_litert.interpreter import Interpreter
from matplotlib.cbook import get_sample_data
from numpy.typing import NDArray
from PIL import Image
from rewrites import rename, replace_prelu, set_shapes, widen_channels
from sources import npm_assets, sha256, verified

HERE = Path(__file__).resolve().parent
OPSET = 17
TOLERANCE = 1e-3
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Recipe:
    """What one model is made from and how its inputs and outputs are called."""

    name: str
    source_sha256: str
    size: int
    low: float  # pixel values run from here to 1
    names: dict[str, str]
    input_shape: tuple[str | int, ...]
    outputs: dict[str, list[str | int]]


RECIPES = (
    Recipe(
        "face_landmark",
        "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1",
        192,
        0.0,
        {"input_1": "image", "conv2d_21": "landmarks", "conv2d_31": "presence"},
        ("batch", 192, 192, 3),
        {"conv2d_21": ["batch", 1404], "conv2d_31": ["batch", 1]},
    ),
    Recipe(
        "face_detection_short_range",
        "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
        128,
        -1.0,
        {"input": "image", "regressors": "boxes", "classificators": "scores"},
        ("batch", "height", "width", 3),
        {"regressors": ["batch", "anchors", 16], "classificators": ["batch", "anchors", 1]},
    ),
)


def convert(tflite: bytes, recipe: Recipe) -> onnx.ModelProto:
    """Return the rewritten ONNX model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(tflite)
        model, _ = tf2onnx.convert.from_tflite(str(path), opset=OPSET)
    widen_channels(model)
    replace_prelu(model)
    set_shapes(model, list(recipe.input_shape), recipe.outputs)
    rename(model, recipe.names)
    model.graph.name = recipe.name
    model.graph.doc_string = ""
    model.producer_name, model.producer_version = "facemesh-annotator", ""
    # tf2onnx declares an operator set that no operator uses.
    del model.opset_import[:]
    model.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    onnx.checker.check_model(model, full_check=True)
    return model


def real_crops(size: int) -> Iterator[NDArray[np.uint8]]:
    """Yield square cut-outs around the faces of two photographs: near, far and rolled."""
    hopper = Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)).convert("RGB")
    for photograph, (x, y, width) in (
        (Image.fromarray(skimage.data.astronaut()), (222, 115, 130)),
        (hopper, (262, 150, 190)),
    ):
        for scale in (1.2, 1.6, 2.4):
            for roll in (0, -25, 40):
                turned = photograph.rotate(roll, Image.Resampling.BICUBIC, center=(x, y))
                side = width * scale
                place = (side / size, 0, x - side / 2, 0, side / size, y - side / 2)
                crop = turned.transform(
                    (size, size), Image.Transform.AFFINE, place, Image.Resampling.BILINEAR
                )
                yield np.asarray(crop)


def run_litert(interpreter: Interpreter, image: Floats) -> list[Floats]:
    """Return the original's outputs for a batch of one, flat."""
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    outputs = sorted(interpreter.get_output_details(), key=lambda d: -np.prod(d["shape"]))
    return [interpreter.get_tensor(output["index"]).ravel() for output in outputs]


def compare(tflite: bytes, model: onnx.ModelProto, recipe: Recipe) -> dict[str, float]:
    """Return the largest difference of both outputs, for random and for real crops."""
    interpreter = Interpreter(model_content=tflite)
    interpreter.allocate_tensors()
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    random = np.random.default_rng(0).integers(0, 256, (20, recipe.size, recipe.size, 3))
    worst = {}
    for kind, crops in (("random", random), ("real", np.stack([*real_crops(recipe.size)]))):
        images = (recipe.low + crops / 255 * (1 - recipe.low)).astype(np.float32)
        batched = session.run(None, {"image": images})
        for at, image in enumerate(images):
            expected = run_litert(interpreter, image[None])
            for name, ours, theirs in zip(recipe.outputs, batched, expected, strict=True):
                key = f"{kind} {recipe.names[name]}"
                difference = float(np.abs(ours[at].ravel() - theirs).max())
                worst[key] = max(worst.get(key, 0.0), difference)
    return worst


def main() -> None:
    """Build, check and write both models beside this script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npm-tarball", type=Path)
    assets = npm_assets(parser.parse_args().npm_tarball)
    for recipe in RECIPES:
        tflite = verified(assets[f"{recipe.name}.tflite"], recipe.source_sha256, recipe.name)
        model = convert(tflite, recipe)
        differences = compare(tflite, model, recipe)
        data = model.SerializeToString(deterministic=True)
        print(f"{recipe.name}.onnx  {len(data)} bytes  SHA-256 {sha256(data)}")
        for what, difference in differences.items():
            print(f"  {what:16} differs from LiteRT by at most {difference:.1e}")
        if max(differences.values()) > TOLERANCE:
            raise SystemExit(f"{recipe.name}: differs from the original by more than {TOLERANCE}")
        (HERE / f"{recipe.name}.onnx").write_bytes(data)


if __name__ == "__main__":
    main()
