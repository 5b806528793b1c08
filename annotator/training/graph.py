"""The weights in a mesh net's ONNX file: read out, and written back into the same graph.

The shipped graph is the fastest form that the net is known in. So a trained net is not exported by
a tracer, which would draw another graph: its numbers take the place of those it began with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import numpy_helper

from annotator.inference import ModelError
from annotator.system.regular import open_regular

Floats = NDArray[np.float32]

_MOST_BYTES = 256 * 2**20


@dataclass(frozen=True, eq=False)
class NetGraph:
    """A mesh net's file, and which of its numbers are trained.

    Attributes
    ----------
    path
        Where it was read.
    content
        The file's bytes.
    names
        Of the trained initialisers, in the order in which the graph uses them: weight and bias of
        each convolution, and the slopes of each PReLU as one minus the slope, which is how the
        graph holds them. What stands for a constant - the -1 of a PReLU, the identity that widens
        channels - is not among them.
    """

    path: Path
    content: bytes
    names: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> NetGraph:
        """Read a file.

        Raises
        ------
        ModelError
            If it is no ONNX file, or too large for a mesh net.
        OSError
            If it cannot be read.
        """
        with open_regular(path) as stream:
            content = stream.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ModelError(f"{path} is larger than any mesh net: choose the net to train from")
        return cls(path, content, tuple(_trained_names(_parsed(content, path))))

    def weights(self) -> list[Floats]:
        """Return the trained numbers, in the order of `names`.

        Raises
        ------
        ModelError
            If one of them is not float32 within the file.
        """
        model = _parsed(self.content, self.path)
        tensors = {tensor.name: tensor for tensor in model.graph.initializer}
        return [_array(tensors[name], self.path) for name in self.names]

    def with_weights(
        self, weights: Sequence[Floats], metadata: Mapping[str, str] | None = None
    ) -> bytes:
        """Return the file with other numbers, and with words about itself.

        Parameters
        ----------
        weights
            In the order of `names`, each of as many numbers as there.
        metadata
            What `onnx.ModelProto.metadata_props` shall say besides.

        Returns
        -------
        bytes
            Those of the file that was read if neither differs.
        """
        model = _parsed(self.content, self.path)
        tensors = {tensor.name: tensor for tensor in model.graph.initializer}
        for name, values in zip(self.names, weights, strict=True):
            _fill(tensors[name], values)
        if metadata:
            told = {entry.key: entry.value for entry in model.metadata_props}
            onnx.helper.set_model_props(model, {**told, **metadata})
        return bytes(model.SerializeToString(deterministic=True))


def _parsed(content: bytes, path: Path) -> onnx.ModelProto:
    try:
        return onnx.load_model_from_string(content)
    except DecodeError as error:
        raise ModelError(f"{path} is no ONNX file: {error}") from error


def _trained_names(model: onnx.ModelProto) -> Iterator[str]:
    stored = {tensor.name for tensor in model.graph.initializer}
    rectified = {node.output[0] for node in model.graph.node if node.op_type == "Relu"}
    for node in model.graph.node:
        if node.op_type != "Conv":
            continue
        has_bias = len(node.input) == 3
        if has_bias or node.input[0] in rectified:
            yield from (name for name in node.input[1:] if name in stored)


def _array(tensor: onnx.TensorProto, path: Path) -> Floats:
    if tensor.data_type != onnx.TensorProto.FLOAT or tensor.external_data:
        raise ModelError(f"{path} keeps {tensor.name} as no float32 of its own: train from another")
    return np.asarray(numpy_helper.to_array(tensor), np.float32)


def _fill(tensor: onnx.TensorProto, values: Floats) -> None:
    if values.size != np.prod(tensor.dims, dtype=np.int64):
        raise ValueError(
            f"expected {list(tensor.dims)} numbers for {tensor.name}, not {values.shape}"
        )
    tensor.raw_data = np.ascontiguousarray(values, "<f4").tobytes()
