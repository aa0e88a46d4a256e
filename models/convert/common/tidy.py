"""Exported graphs without what the exporter repeats: equal constants once, and short names of values inside."""

from __future__ import annotations

from onnx import GraphProto, TensorProto, numpy_helper


def tidy(graph: GraphProto) -> None:
    """Values that the outside knows, and nodes, keep their names."""
    renamed = _share_constants(graph)
    kept = {value.name for value in [*graph.input, *graph.output]}
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    for index, name in enumerate(_names_inside(graph, kept)):
        renamed[name] = f"v{index}"
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.output[:] = [renamed.get(name, name) for name in node.output]
    for tensor in graph.initializer:
        tensor.name = renamed.get(tensor.name, tensor.name)
    del graph.value_info[:]


def _share_constants(graph: GraphProto) -> dict[str, str]:
    """Makes initializers of constants, equal ones one. Gives the names that are no more, and what stands for them."""
    known: dict[object, str] = {}
    same: dict[str, str] = {}
    for node in [node for node in graph.node if node.op_type == "Constant"]:
        tensor = TensorProto()
        tensor.CopyFrom(node.attribute[0].t)
        values = numpy_helper.to_array(tensor)
        identity = (tensor.data_type, values.shape, values.tobytes())
        if identity in known:
            same[node.output[0]] = known[identity]
        else:
            tensor.name = known[identity] = node.output[0]
            graph.initializer.append(tensor)
        graph.node.remove(node)
    return same


def _names_inside(graph: GraphProto, kept: set[str]) -> list[str]:
    names = [tensor.name for tensor in graph.initializer] + [name for node in graph.node for name in node.output]
    return [name for name in names if name and name not in kept]
