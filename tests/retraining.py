"""Models as training leaves them, made without training: the shipped one, its meshes moved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256

SHIPPED = asset_path("models", "face_landmark.onnx")
VALIDATION = {
    "clean": {"parent": 0.025, "net": 0.021},
    "spoiled": {"parent": 0.061, "net": 0.040},
}


def retrained(folder: Path, *, by: float = 2.0, releases: Sequence[str] = (), **facts: Any) -> Path:
    """Write a run's folder with a model whose meshes lie so many px of the crop further right."""
    folder.mkdir(parents=True)
    model = onnx.load(str(SHIPPED))
    name = "landmarks"
    moved = np.tile(np.float32([by, 0, 0]), 468)
    for node in model.graph.node:
        node.output[:] = [f"{name}_before" if each == name else each for each in node.output]
    model.graph.initializer.append(onnx.numpy_helper.from_array(moved, "moved_by"))
    model.graph.node.append(onnx.helper.make_node("Add", [f"{name}_before", "moved_by"], [name]))
    said = {
        "parent": {"name": "face_landmark", "sha256": file_sha256(SHIPPED)},
        "releases": [{"content_sha256": one} for one in releases],
        "layout": "face_468",
        "seed": 1,
        "share": 0.5,
        "validation": VALIDATION,
    }
    onnx.helper.set_model_props(model, {"facemesh_annotator": json.dumps({**said, **facts})})
    path = folder / "model.onnx"
    onnx.save(model, str(path))
    run = {"parent": "face_landmark", "releases": [["r", one] for one in releases], "seed": 1}
    (folder / "run.json").write_text(json.dumps(run), "utf-8")
    return path
