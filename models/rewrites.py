"""Exact rewrites of the converted ONNX graphs: the same numbers, sooner.

ONNX Runtime runs convolutions on CPUs in a blocked layout, 16 channels together. An operator
that the layout does not know (PRelu, Pad along channels) makes it convert there and back
around each one, and a channel count that is no multiple of 16 wastes or leaves the layout.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, numpy_helper, shape_inference
from onnx.helper import get_attribute_value, make_node, make_tensor_value_info

BLOCK = 16
Array = NDArray[Any]


def constants(graph: GraphProto) -> dict[str, Array]:
    """Return the graph's initializers by name."""
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def channels(model: ModelProto) -> dict[str, int]:
    """Return the channel count of every 4-D (N, C, H, W) tensor inside the graph."""
    inferred = shape_inference.infer_shapes(model).graph
    values = [*inferred.value_info, *inferred.output]
    shapes = {value.name: value.type.tensor_type.shape.dim for value in values}
    return {name: dims[1].dim_value for name, dims in shapes.items() if len(dims) == 4}


def replace_nodes(model: ModelProto, nodes: list[NodeProto], added: dict[str, Array]) -> None:
    """Give the graph these nodes; keep the initializers that they use and add more."""
    graph = model.graph
    used = {name for node in nodes for name in node.input}
    kept = [t for t in graph.initializer if t.name in used and t.name not in added]
    fresh = [numpy_helper.from_array(np.ascontiguousarray(a), n) for n, a in added.items()]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.initializer.extend([*kept, *fresh])


def replace_prelu(model: ModelProto) -> None:
    """Write PRelu(x; a) as x + dw(relu(dw(x; -1)); 1 - a), dw a depthwise 1x1 convolution.

    Where x > 0 the second term vanishes; elsewhere x - (1 - a) x = a x. The runtime fuses
    each convolution with the Relu or the addition that follows it: two passes over memory.
    """
    weights = constants(model.graph)
    nodes: list[NodeProto] = []
    added: dict[str, Array] = {}
    for node in model.graph.node:
        if node.op_type != "PRelu":
            nodes.append(node)
            continue
        x, y = node.input[0], node.output[0]
        slope = weights[node.input[1]].reshape(-1, 1, 1, 1)
        added |= {f"{y}.minus": -np.ones_like(slope), f"{y}.slope": 1 - slope}
        kind = {"group": len(slope), "kernel_shape": [1, 1]}
        nodes += [
            make_node("Conv", [x, f"{y}.minus"], [f"{y}.negated"], **kind),
            make_node("Relu", [f"{y}.negated"], [f"{y}.below"]),
            make_node("Conv", [f"{y}.below", f"{y}.slope"], [f"{y}.lift"], **kind),
            make_node("Add", [f"{y}.lift", x], [y]),
        ]
    replace_nodes(model, nodes, added)


def _up(count: int) -> int:
    return -(-count // BLOCK) * BLOCK


def _filled(array: Array, shape: tuple[int, ...]) -> Array:
    """Return the array in the low corner of zeros of a larger shape."""
    wide = np.zeros(shape, np.float32)
    wide[tuple(slice(0, size) for size in array.shape)] = array
    return wide


def _widened_conv(
    node: NodeProto, source: str, weights: dict[str, Array], is_head: bool
) -> tuple[NodeProto, dict[str, Array]]:
    """Return a convolution over whole blocks of channels, and its weight and bias."""
    settings = {a.name: get_attribute_value(a) for a in node.attribute}
    weight, bias = weights[node.input[1]], weights[node.input[2]]
    out, inner, *kernel = weight.shape
    wide = out if is_head else _up(out)
    if settings["group"] > 1:
        settings["group"] = wide
    elif inner != 3:  # the photograph's own three channels stay
        inner = _up(inner)
    name = node.output[0]
    added = {
        f"{name}.weight": _filled(weight, (wide, inner, *kernel)),
        f"{name}.bias": _filled(bias, (wide,)),
    }
    return make_node("Conv", [source, *added], [name], **settings), added


def _appends(node: NodeProto, weights: dict[str, Array]) -> bool:
    """Return True for a Pad that appends zero channels; refuse any other."""
    pads = weights[node.input[1]].tolist()
    if [at for at, size in enumerate(pads) if size] != [len(pads) // 2 + 1]:
        raise ValueError(f"{node.output[0]}: pads {pads} do more than append channels")
    return True


def _identity(wide: int, narrow: int) -> Array:
    """Return the 1x1 convolution that appends zero channels."""
    return np.eye(wide, narrow, dtype=np.float32)[:, :, None, None]


def _reconnected(node: NodeProto, same: dict[str, str]) -> NodeProto:
    inputs = [same.get(name, name) for name in node.input]
    del node.input[:]
    node.input.extend(inputs)
    return node


def widen_channels(model: ModelProto) -> None:
    """Fill every inner channel count up to a multiple of 16 with zero channels.

    A Pad along channels vanishes between two counts that share a multiple and else becomes a
    1x1 convolution by a truncated identity. The convolutions whose result leaves the network
    (through a Transpose or Reshape) keep their counts.
    """
    count, weights = channels(model), constants(model.graph)
    leaving = {n.input[0] for n in model.graph.node if n.op_type in ("Transpose", "Reshape")}
    nodes: list[NodeProto] = []
    added: dict[str, Array] = {}
    same: dict[str, str] = {}
    for node in model.graph.node:
        x, y = node.input[0], node.output[0]
        source = same.get(x, x)
        if node.op_type == "Conv":
            wide, fresh = _widened_conv(node, source, weights, y in leaving)
            nodes.append(wide)
            added |= fresh
        elif node.op_type != "Pad":
            nodes.append(_reconnected(node, same))
        elif _appends(node, weights) and _up(count[x]) == _up(count[y]):
            same[y] = source
        else:
            added[f"{y}.identity"] = _identity(_up(count[y]), _up(count[x]))
            nodes.append(make_node("Conv", [source, f"{y}.identity"], [y], kernel_shape=[1, 1]))
    replace_nodes(model, nodes, added)


def set_shapes(
    model: ModelProto, input_shape: list[str | int], outputs: dict[str, list[str | int]]
) -> None:
    """Declare symbolic shapes and make the final Reshapes follow them.

    A target shape of -1 appears for a symbolic axis that is not the first; 0 copies the batch.
    """
    graph = model.graph
    weights = constants(graph)
    shapes = list(outputs.values())
    for node in graph.node:
        if node.op_type == "Reshape":
            size = int(weights[node.input[1]][-1])
            shape = next(shape for shape in shapes if shape[-1] == size)
            target = [0, *(-1 if isinstance(axis, str) else axis for axis in shape[1:])]
            tensor = numpy_helper.from_array(np.array(target, np.int64), f"{node.output[0]}.shape")
            graph.initializer.append(tensor)
            node.input[1] = tensor.name
    inputs = [make_tensor_value_info(graph.input[0].name, TensorProto.FLOAT, input_shape)]
    results = [make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()]
    del graph.input[:], graph.output[:]
    graph.input.extend(inputs)
    graph.output.extend(results)
    replace_nodes(model, list(graph.node), {})


def rename(model: ModelProto, names: dict[str, str]) -> None:
    """Rename inputs and outputs as told, and number everything else in order of use."""
    graph = model.graph
    names = dict(names)
    for at, node in enumerate(graph.node):
        node.name = f"{node.op_type.lower()}_{at}"
        for name in (*node.input, *node.output):
            names.setdefault(name, f"t{len(names)}")
    for node in graph.node:
        inputs, outputs = ([names[n] for n in side] for side in (node.input, node.output))
        del node.input[:], node.output[:]
        node.input.extend(inputs)
        node.output.extend(outputs)
    for value in (*graph.input, *graph.output, *graph.initializer):
        value.name = names[value.name]
