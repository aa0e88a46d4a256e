"""Half precision inside of ONNX graphs whose inputs and outputs stay float32."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

HALF_MAX = float(np.finfo(np.float16).max)

COMPUTED_IN_HALF = {"Conv", "BatchNormalization", "AveragePool", "Resize"}
"""Where the time goes. What decides about places (softmax, coordinates, sampling) stays in single precision."""
FOLLOWING = {
    *("Relu", "LeakyRelu", "Concat", "Add", "Mul", "InstanceNormalization", "DepthToSpace"),
    *("Reshape", "Transpose", "Slice", "Pad", "Gather", "Squeeze", "Unsqueeze"),
}
"""Computed in half precision where an input already is and the rest are its like."""
OTHER_INPUTS = {
    "Resize": 1, "Reshape": 1, "Transpose": 1, "Slice": 1, "Pad": 1, "Gather": 1, "Squeeze": 1, "Unsqueeze": 1
}  # fmt: skip
"""Of these operators only so many inputs are maps; the others have types of their own."""
HAS_WEIGHTS = {"Conv", "Gemm", "MatMul"}
"""The second input of these is a weight, if it is a constant."""


def store_weights_in_half(model: ModelProto) -> None:
    """
    Weights become half precision constants that a Cast widens again: half the file, and runtimes fold the Cast when they
    load. Weights beyond the range of half precision stay as they are.
    """
    graph = model.graph
    weights = {node.input[1] for node in graph.node if node.op_type in HAS_WEIGHTS}
    casts = []
    for tensor in graph.initializer:
        if tensor.name not in weights or tensor.data_type != TensorProto.FLOAT or not _fits(tensor):
            continue
        name = tensor.name
        narrow = f"{name}.half"
        tensor.CopyFrom(_in_half(tensor, narrow))
        casts.append(helper.make_node("Cast", [narrow], [name], name=f"widen {name}", to=TensorProto.FLOAT))
    _set_nodes(graph, [*casts, *graph.node])


def compute_in_half(model: ModelProto) -> None:
    """Convolutions and what belongs to them compute in half precision, between Casts."""
    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT}
    half: dict[str, str] = {}
    """Names of values of which a half precision version exists, to its name."""
    single_of: dict[str, str] = {}
    """Values that exist in half precision alone, to that version's name; removed once they are widened."""
    nodes: list[NodeProto] = []
    narrowed: set[str] = set()

    def in_half(name: str) -> str:
        if name not in half:
            half[name] = f"{name}.half"
            if name in constants:
                narrowed.add(name)
            else:
                nodes.append(helper.make_node("Cast", [name], [half[name]], name=f"narrow {name}", to=TensorProto.FLOAT16))
        return half[name]

    def in_single(name: str) -> str:
        if name in single_of:
            source = single_of.pop(name)
            nodes.append(helper.make_node("Cast", [source], [name], name=f"widen {name}", to=TensorProto.FLOAT))
        return name

    for node in graph.node:
        maps = OTHER_INPUTS.get(node.op_type, len(node.input))
        if _computes_in_half(node, half, single_of, constants):
            inputs = [in_half(name) if name and i < maps else name for i, name in enumerate(node.input)]
            copy = NodeProto()
            copy.CopyFrom(node)
            copy.input[:] = inputs
            for i, name in enumerate(node.output):
                copy.output[i] = half[name] = single_of[name] = f"{name}.half"
            nodes.append(copy)
        else:
            for name in node.input:
                in_single(name)
            nodes.append(node)
    for output in graph.output:
        in_single(output.name)

    used = {name for node in nodes for name in node.input}
    kept = []
    for tensor in graph.initializer:
        if tensor.name in narrowed:
            kept.append(_in_half(tensor, half[tensor.name]))
        if tensor.name in used:
            kept.append(tensor)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.value_info[:]
    _set_nodes(graph, nodes)


def _computes_in_half(
    node: NodeProto, half: dict[str, str], only_half: dict[str, str], constants: dict[str, TensorProto]
) -> bool:
    if node.op_type in COMPUTED_IN_HALF:
        return all(_fits(constants[name]) for name in node.input if name in constants)
    if node.op_type not in FOLLOWING:
        return False
    maps = node.input[: OTHER_INPUTS.get(node.op_type)]
    return all(name in half or name in constants for name in maps) and any(name in only_half for name in maps)


def _in_half(tensor: TensorProto, name: str) -> TensorProto:
    return numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), name)


def _fits(tensor: TensorProto) -> bool:
    return bool(np.abs(numpy_helper.to_array(tensor)).max(initial=0) <= HALF_MAX)


def _set_nodes(graph: GraphProto, nodes: list[NodeProto]) -> None:
    del graph.node[:]
    graph.node.extend(nodes)
