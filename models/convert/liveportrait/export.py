"""Writing a model as the ONNX files of a pack."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import helper

from common.export import PRECISIONS, export_graph
from common.graph import Graph
from common.tidy import tidy
from model import LivePortrait, WarpAndDecode, graphs_of
from volumes import OWN_DOMAIN, OWN_SAMPLING

__all__ = ["PRECISIONS", "export_graphs", "export_live_portrait_graph"]

VOLUME_OPSET = 20
"""The first whose GridSample takes volumes."""
UNCHANGED_SINCE_16 = frozenset(
    "Add AveragePool BatchNormalization Cast Clip Concat Constant ConstantOfShape Conv DepthToSpace Div Equal Exp Expand "
    "Floor Gather Gemm Identity InstanceNormalization LeakyRelu MatMul Mul Neg Pad Pow Range Relu Reshape Resize Shape "
    "Sigmoid Slice Softmax Sqrt Squeeze Sub Transpose Unsqueeze Where".split()
)
"""Operators of which version 20 takes a node of version 16 as it is."""


def export_graphs(model: LivePortrait, folder: Path, precision: str) -> list[Graph]:
    """Writes `<graph>.onnx` for each graph of the model, with a free first axis on every input and output."""
    folder.mkdir(parents=True, exist_ok=True)
    graphs = graphs_of(model)
    for graph in graphs:
        export_live_portrait_graph(graph, folder / f"{graph.name}.onnx", precision)
    return graphs


def export_live_portrait_graph(graph: Graph, file: Path, precision: str) -> None:
    """Writes one graph."""
    doc_string = f"LivePortrait: {graph.name}; see models/convert/liveportrait"
    samples_volumes = isinstance(graph.module, WarpAndDecode) and not graph.module.warping.in_slices
    custom_opsets = {OWN_DOMAIN: 1} if samples_volumes else {}
    export_graph(graph, file, precision, doc_string, custom_opsets=custom_opsets, finish=_finish)


def _finish(model: onnx.ModelProto) -> None:
    _sample_volumes(model)
    tidy(model.graph)


def _sample_volumes(model: onnx.ModelProto) -> None:
    """
    Puts GridSample of VOLUME_OPSET in place of our own operator. The onnx package of the oldest system that is
    supported does not know that version, so it cannot be asked to convert or check.
    """
    own = [node for node in model.graph.node if node.domain == OWN_DOMAIN]
    for opset in [opset for opset in model.opset_import if opset.domain == OWN_DOMAIN]:
        model.opset_import.remove(opset)
    if not own:
        return
    changed = {node.op_type for node in model.graph.node if not node.domain} - UNCHANGED_SINCE_16
    if changed:
        raise RuntimeError(f"operators that may differ in version {VOLUME_OPSET}: {', '.join(sorted(changed))}")
    for node in own:
        if node.op_type != OWN_SAMPLING:
            raise RuntimeError(f"an unknown operator {node.op_type}")
        attributes = {"mode": "linear", "padding_mode": "zeros", "align_corners": 0}
        sampling = helper.make_node("GridSample", node.input, node.output, node.name, **attributes)
        node.CopyFrom(sampling)
    next(opset for opset in model.opset_import if not opset.domain).version = VOLUME_OPSET
    model.ir_version = max(model.ir_version, 9)
