"""A model as a pack: a folder of ONNX files and the manifest that tells what they are (see server/packs)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from export import BATCH_AXIS, export_graphs
from model import Fomm, Graph

MANIFEST = "pack.json"
FORMAT_VERSION = 1

SOURCE = {
    "url": "https://github.com/AliaksandrSiarohin/first-order-model",
    "author": "Aliaksandr Siarohin and others",
    "paper": "https://arxiv.org/abs/2003.00196",
}
# The repository's licence when the public weights were released; since June 2023 its code is under the MIT licence,
# which does not name the weights.
OFFICIAL_LICENCE = {
    "name": "Creative Commons Attribution-NonCommercial 4.0 International",
    "url": "https://creativecommons.org/licenses/by-nc/4.0/legalcode",
    "nonCommercial": True,
    "notice": "The public weights of First Order Motion Model were released for non-commercial use only; name their "
    "authors when you use them. (The authors' code is under the MIT licence since 2023.)",
}
STAND_IN_LICENCE = {
    "name": "MIT",
    "url": "https://opensource.org/license/mit",
    "nonCommercial": False,
    "notice": "Random weights in the architecture of First Order Motion Model: for tests and measurements, not for pictures.",
}


def write_pack(model: Fomm, folder: Path, *, name: str, precision: str, weights: str) -> None:
    """
    Writes the graphs and then `pack.json`; without it the folder is no pack, so a broken run leaves none.

    :param weights: `trained`, or `random` for a stand-in
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    graphs = export_graphs(model, folder, precision)
    manifest = {
        "formatVersion": FORMAT_VERSION,
        "kind": "fomm",
        "name": name,
        "version": f"{model.config.name} {precision}",
        "title": _title(model, weights),
        "licence": OFFICIAL_LICENCE if weights == "trained" else STAND_IN_LICENCE,
        "source": SOURCE,
        "weights": weights,
        "files": [_file(folder / _file_name(graph)) for graph in graphs],
        "graphs": {graph.name: _signature(graph) for graph in graphs},
        "options": {
            "imageSizePx": model.config.picture_size_px,
            "keypointCount": model.config.num_kp,
            "alignCorners": model.align_corners,
            "config": model.config.name,
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _title(model: Fomm, weights: str) -> str:
    stand_in = "" if weights == "trained" else ", random weights"
    return f"First Order Motion Model ({model.config.name}{stand_in})"


def _file_name(graph: Graph) -> str:
    return f"{graph.name}.onnx"


def _file(path: Path) -> dict[str, object]:
    content = path.read_bytes()
    return {"name": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _signature(graph: Graph) -> dict[str, object]:
    return {"file": _file_name(graph), "inputs": _values(graph.inputs), "outputs": _values(graph.outputs)}


def _values(shapes: Mapping[str, tuple[int, ...]]) -> list[dict[str, object]]:
    return [{"name": name, "type": "float32", "dims": [BATCH_AXIS, *shape]} for name, shape in shapes.items()]
