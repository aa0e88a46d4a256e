"""Writing a model as the ONNX files of a pack."""

from __future__ import annotations

from pathlib import Path

import torch

from common.export import PRECISIONS, export_graph
from common.graph import Graph
from model import Fomm, graphs_of

__all__ = ["PRECISIONS", "export_fomm_graph", "export_graphs"]


def export_graphs(model: Fomm, folder: Path, precision: str) -> list[Graph]:
    """Writes `<graph>.onnx` for each graph of the model, with a free first axis on every input and output."""
    folder.mkdir(parents=True, exist_ok=True)
    graphs = graphs_of(model)
    for graph in graphs:
        export_fomm_graph(graph, folder / f"{graph.name}.onnx", precision)
    return graphs


def export_fomm_graph(graph: Graph, file: Path, precision: str) -> None:
    """Writes one graph."""
    doc_string = f"First Order Motion Model: {graph.name}; see models/convert/fomm"
    export_graph(graph, file, precision, doc_string, example=_example)


def _example(name: str) -> torch.Tensor:
    """A Jacobian has to be invertible; all else may be zero."""
    return torch.eye(2) if name.endswith("jacobian") else torch.zeros(())
