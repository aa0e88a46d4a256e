"""A model as a pack: a folder of ONNX files and the manifest that tells what they are (see server/packs)."""

from __future__ import annotations

from pathlib import Path

from common.pack_file import write_pack_folder
from export import export_graphs
from model import Fomm

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
    Writes the graphs and the manifest.

    :param weights: `trained`, or `random` for a stand-in
    """
    about = {
        "kind": "fomm",
        "name": name,
        "version": f"{model.config.name} {precision}",
        "title": _title(model, weights),
        "licence": OFFICIAL_LICENCE if weights == "trained" else STAND_IN_LICENCE,
        "source": SOURCE,
        "weights": weights,
    }
    options = {
        "imageSizePx": model.config.picture_size_px,
        "keypointCount": model.config.num_kp,
        "alignCorners": model.align_corners,
        "config": model.config.name,
    }
    write_pack_folder(folder, about, lambda: export_graphs(model, folder, precision), options)


def _title(model: Fomm, weights: str) -> str:
    stand_in = "" if weights == "trained" else ", random weights"
    return f"First Order Motion Model ({model.config.name}{stand_in})"
