"""Writing modules as ONNX files."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from common.graph import Graph
from common.half_precision import compute_in_half, store_weights_in_half

OPSET = 16
"""The first with GridSample."""
BATCH_AXIS = "batch"


def _half_throughout(model: onnx.ModelProto) -> None:
    compute_in_half(model)
    store_weights_in_half(model)


PRECISIONS: dict[str, Callable[[onnx.ModelProto], None]] = {
    "float32": lambda model: None,
    "float16-weights": store_weights_in_half,
    "float16": _half_throughout,
}
"""How the files store and compute. Inputs and outputs are float32 with all of them."""


def export_graph(
    graph: Graph,
    file: Path,
    precision: str,
    doc_string: str,
    *,
    example: Callable[[str], Tensor] = lambda name: torch.zeros(()),
    custom_opsets: Mapping[str, int] | None = None,
    finish: Callable[[onnx.ModelProto], None] = lambda model: None,
) -> None:
    """
    Writes one graph with a free first axis on every input and output. Two examples are traced, so that no shape of a
    batch of one can slip in as a constant.

    :param example: a value for the input of that name; it spreads over the input's shape
    :param custom_opsets: versions of domains that the module's own operators are of
    :param finish: last changes, after the checks
    """
    names = [*graph.inputs, *graph.outputs]
    examples = tuple(torch.zeros(2, *shape) + example(name) for name, shape in graph.inputs.items())
    with warnings.catch_warnings():
        # The exporter tells that it infers few shapes of constants; the checker below infers them all.
        warnings.simplefilter("ignore", UserWarning)
        # Its way of making nodes will go; this version has no other.
        warnings.simplefilter("ignore", FutureWarning)
        torch.onnx.export(
            graph.module.eval(),
            examples,
            str(file),
            opset_version=OPSET,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_axes={name: {0: BATCH_AXIS} for name in names},
            custom_opsets=dict(custom_opsets or {}),
        )
    model = onnx.load(str(file))
    for value in [*model.graph.input, *model.graph.output]:
        _declare_shape(value, {**graph.inputs, **graph.outputs}[value.name])
    _drop_empty_pads(model.graph)
    PRECISIONS[precision](model)
    model.doc_string = doc_string
    onnx.checker.check_model(model, full_check=True)
    finish(model)
    onnx.save(model, str(file))


def _drop_empty_pads(graph: onnx.GraphProto) -> None:
    """PyTorch's exporter puts a Pad of nothing before each average pool. Goes with the constants of its own."""
    constants = {node.output[0]: node for node in graph.node if node.op_type == "Constant"}
    for node in [node for node in graph.node if node.op_type == "Pad"]:
        amounts = constants.get(node.input[1])
        if amounts is None or numpy_helper.to_array(amounts.attribute[0].t).any():
            continue
        graph.node.remove(node)
        for reader in graph.node:
            reader.input[:] = [node.input[0] if name == node.output[0] else name for name in reader.input]
    used = {name for node in graph.node for name in node.input}
    for name, node in constants.items():
        if name not in used:
            graph.node.remove(node)


def _declare_shape(value: onnx.ValueInfoProto, shape: tuple[int, ...]) -> None:
    dims = value.type.tensor_type.shape.dim
    if len(dims) != len(shape) + 1:
        raise RuntimeError(f"{value.name} has {len(dims)} axes where {len(shape) + 1} were expected")
    for dim, size in zip(dims[1:], shape):
        dim.Clear()
        dim.dim_value = size
