"""A model as a pack: a folder of ONNX files and the manifest that tells what they are (see server/packs)."""

from __future__ import annotations

from pathlib import Path

from common.pack_file import write_pack_folder
from export import export_graphs
from model import LivePortrait

SOURCE = {
    "url": "https://github.com/KwaiVGI/LivePortrait",
    "author": "Kuaishou (Jianzhu Guo and others)",
    "paper": "https://arxiv.org/abs/2407.03168",
}
OFFICIAL_LICENCE = {
    "name": "MIT",
    "url": "https://github.com/KwaiVGI/LivePortrait/blob/main/LICENSE",
    "nonCommercial": False,
    "notice": "LivePortrait's code and weights are under the MIT licence (Kuaishou). Its own programs also use face "
    "detectors of InsightFace, which are for non-commercial research only; Effigy neither has nor uses those.",
}
STAND_IN_LICENCE = {
    "name": "MIT",
    "url": "https://opensource.org/license/mit",
    "nonCommercial": False,
    "notice": "Random weights in the architecture of LivePortrait: for tests and measurements, not for pictures.",
}
VOLUME_SAMPLING = {"volume": "5d", "slices": "two-4d"}
"""What the manifest calls them."""


def write_pack(model: LivePortrait, folder: Path, *, name: str, precision: str, weights: str) -> None:
    """
    Writes the graphs and the manifest.

    :param weights: `trained`, or `random` for a stand-in
    """
    config = model.config
    stand_in = "" if weights == "trained" else ", random weights"
    about = {
        "kind": "liveportrait",
        "name": name,
        "version": f"{config.name} {precision} {model.sampling}",
        "title": f"LivePortrait ({config.name}{stand_in})",
        "licence": OFFICIAL_LICENCE if weights == "trained" else STAND_IN_LICENCE,
        "source": SOURCE,
        "weights": weights,
    }
    options = {
        "imageSizePx": config.picture_size_px,
        "outputSizePx": config.output_size_px,
        "keypointCount": config.num_kp,
        "volumeSampling": VOLUME_SAMPLING[model.sampling],
        "precision": precision,
    }
    write_pack_folder(folder, about, lambda: export_graphs(model, folder, precision), options)
