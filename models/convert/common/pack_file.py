"""The manifest beside the ONNX files: what makes a folder a pack (see docs/packs.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from common.export import BATCH_AXIS
from common.graph import Graph

MANIFEST = "pack.json"
FORMAT_VERSION = 1


def write_pack_folder(
    folder: Path, about: Mapping[str, object], write_graphs: Callable[[], list[Graph]], options: Mapping[str, object]
) -> None:
    """
    Writes the graphs as `<graph>.onnx` and then `pack.json`; without it the folder is no pack, so a broken run leaves
    none.

    :param about: the manifest's fields from `kind` to `weights`
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    graphs = write_graphs()
    manifest = {
        "formatVersion": FORMAT_VERSION,
        **about,
        "files": [_file(folder / _file_name(graph)) for graph in graphs],
        "graphs": {graph.name: _signature(graph) for graph in graphs},
        "options": options,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _file_name(graph: Graph) -> str:
    return f"{graph.name}.onnx"


def _file(path: Path) -> dict[str, object]:
    content = path.read_bytes()
    return {"name": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _signature(graph: Graph) -> dict[str, object]:
    return {"file": _file_name(graph), "inputs": _values(graph.inputs), "outputs": _values(graph.outputs)}


def _values(shapes: Mapping[str, tuple[int, ...]]) -> list[dict[str, object]]:
    return [{"name": name, "type": "float32", "dims": [BATCH_AXIS, *shape]} for name, shape in shapes.items()]
