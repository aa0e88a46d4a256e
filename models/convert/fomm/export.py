"""Writing a model as the ONNX files of a pack."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper

from half_precision import compute_in_half, store_weights_in_half
from model import Fomm, Graph, graphs_of

OPSET = 16
"""The first with GridSample."""
BATCH_AXIS = "batch"

PRECISIONS: dict[str, Callable[[onnx.ModelProto], None]] = {
    "float32": lambda model: None,
    "float16-weights": store_weights_in_half,
    "float16": compute_in_half,
}
"""How the files store and compute. Inputs and outputs are float32 with all of them."""


def export_graphs(model: Fomm, folder: Path, precision: str) -> list[Graph]:
    """Writes `<graph>.onnx` for each graph of the model, with a free first axis on every input and output."""
    folder.mkdir(parents=True, exist_ok=True)
    graphs = graphs_of(model)
    for graph in graphs:
        export_graph(graph, folder / f"{graph.name}.onnx", precision)
    return graphs


def export_graph(graph: Graph, file: Path, precision: str) -> None:
    """
    Writes one graph. Two examples are traced, so that no shape of a batch of one can slip in as a constant.
    """
    names = [*graph.inputs, *graph.outputs]
    examples = tuple(torch.zeros(2, *shape) + _example(name) for name, shape in graph.inputs.items())
    with warnings.catch_warnings():
        # The exporter tells that it infers few shapes of constants; the checker below infers them all.
        warnings.simplefilter("ignore", UserWarning)
        torch.onnx.export(
            graph.module.eval(),
            examples,
            str(file),
            opset_version=OPSET,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_axes={name: {0: BATCH_AXIS} for name in names},
        )
    model = onnx.load(str(file))
    for value in [*model.graph.input, *model.graph.output]:
        _declare_shape(value, {**graph.inputs, **graph.outputs}[value.name])
    _drop_empty_pads(model.graph)
    PRECISIONS[precision](model)
    model.doc_string = f"First Order Motion Model: {graph.name}; see models/convert/fomm"
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(file))


def _example(name: str) -> torch.Tensor:
    """A Jacobian has to be invertible; all else may be zero."""
    return torch.eye(2) if name.endswith("jacobian") else torch.zeros(())


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
