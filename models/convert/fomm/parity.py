"""
Compares our modules and their ONNX files with the official code, all with the same random weights.

    git clone https://github.com/AliaksandrSiarohin/first-order-model official
    python3 parity.py --official official

The official code is imported from that checkout; none of it is part of this project. Needs `node` on the path, with the
project's packages installed: the ONNX files run on the server's own runtime. Exits with 1 above the bound.
"""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import argparse
import sys
import types
from functools import partial
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

import config as configurations
from common.comparison import Case, arrays, report, run_modules, run_onnx
from common.lively_weights import smooth_pictures
from config import FommConfig
from export import PRECISIONS, export_fomm_graph
from model import Fomm, graphs_of
from random_weights import random_fomm

BOUND = 1e-5
"""On every graph in single precision."""
EXACT_BOUND = 1e-11
"""On our modules in double precision, where rounding hides nothing."""
BATCH = 2


def main() -> int:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--official", type=Path, required=True, help="a checkout of the official repository")
    options.add_argument("--config", choices=["vox-256", "tiny-64"], default="vox-256")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    sizes = {config.name: config for config in (configurations.VOX_256, configurations.TINY_64)}[chosen.config]
    official = OfficialModules(chosen.official)
    worst = exact_worst = 0.0
    for align_corners in (False, True):
        model = random_fomm(sizes, chosen.seed, align_corners=align_corners)
        cases = official.cases(model, align_corners)
        print(f"{sizes.name}, align_corners {align_corners}: largest difference from the official code")
        worst = max(worst, report("our modules", cases, run_modules(graphs_of(model), cases)))
        exact_worst = max(exact_worst, _compare_exactly(official, model))
        for precision in PRECISIONS:
            results = run_onnx(graphs_of(model), cases, export_fomm_graph, precision)
            difference = report(f"ONNX {precision}", cases, results)
            if precision == "float32":
                worst = max(worst, difference)
    print(f"largest in single precision: {worst:.1e}, bound {BOUND:.0e}; in double: {exact_worst:.1e}, {EXACT_BOUND:.0e}")
    return 0 if worst <= BOUND and exact_worst <= EXACT_BOUND else 1


class OfficialModules:
    """The official networks, imported from a checkout. PyTorch's own normalisation stands in for the synchronised one."""

    def __init__(self, checkout: Path) -> None:
        stand_in = types.ModuleType("sync_batchnorm")
        stand_in.SynchronizedBatchNorm2d = nn.BatchNorm2d
        sys.modules["sync_batchnorm"] = stand_in
        sys.path.insert(0, str(checkout.resolve()))
        # These are the checkout's modules; ours have other names.
        from modules.generator import OcclusionAwareGenerator
        from modules.keypoint_detector import KPDetector

        self._generator = OcclusionAwareGenerator
        self._detector = KPDetector

    def cases(self, model: Fomm, align_corners: bool) -> list[Case]:
        """The three graphs with inputs, and what the official networks with the weights of `model` give for them."""
        detector, generator = self._with_weights_of(model)
        torch.manual_seed(11)
        size = model.config.picture_size_px
        portraits, drivers = smooth_pictures(BATCH, size), smooth_pictures(BATCH, size)
        with torch.no_grad(), _sampling(align_corners):
            source, driving = detector(portraits), detector(drivers)
            features = generator.first(portraits)
            for block in generator.down_blocks:
                features = block(features)
            thumbnail = generator.dense_motion_network.down(portraits)
            picture = generator(portraits, kp_driving=driving, kp_source=source)["prediction"]
        frame_inputs = {
            "features": features,
            "thumbnail": thumbnail,
            "source_value": source["value"],
            "source_jacobian": source["jacobian"],
            "driving_value": driving["value"],
            "driving_jacobian": driving["jacobian"],
        }
        return [
            Case("keypoints", {"image": drivers}, arrays(driving)),
            Case("source", {"image": portraits}, arrays({"features": features, "thumbnail": thumbnail})),
            Case("frame", frame_inputs, arrays({"picture": picture})),
        ]

    def _with_weights_of(self, model: Fomm) -> tuple[nn.Module, nn.Module]:
        config = model.config
        common = {"num_kp": config.num_kp, "num_channels": config.num_channels, "estimate_jacobian": True}
        scale = 1 / config.downscale
        detector = self._detector(
            **common, **vars(config.keypoints), temperature=config.temperature, scale_factor=scale
        )
        generator = self._generator(
            **common,
            **vars(config.generator),
            estimate_occlusion_map=True,
            dense_motion_params={**vars(config.dense_motion), "scale_factor": scale, "kp_variance": config.kp_variance},
        )
        detector.load_state_dict(model.kp_detector.state_dict())
        generator.load_state_dict(model.generator.state_dict())
        dtype = torch.get_default_dtype()
        return detector.to(dtype).eval(), generator.to(dtype).eval()


class _sampling:
    """While it lasts, sampling that does not say so aligns corners or not."""

    def __init__(self, align_corners: bool) -> None:
        self._align_corners = align_corners
        self._original = F.grid_sample

    def __enter__(self) -> None:
        F.grid_sample = partial(self._original, align_corners=self._align_corners)

    def __exit__(self, *_error: object) -> None:
        F.grid_sample = self._original


def _compare_exactly(official: OfficialModules, model: Fomm) -> float:
    """Our modules and the official ones, both in double precision with the weights of `model`."""
    torch.set_default_dtype(torch.float64)
    try:
        exact = Fomm(model.config, align_corners=model.align_corners).double().eval()
        exact.load_state_dict(model.state_dict())
        cases = official.cases(exact, model.align_corners)
        return report("our modules, double", cases, run_modules(graphs_of(exact), cases))
    finally:
        torch.set_default_dtype(torch.float32)


if __name__ == "__main__":
    sys.exit(main())
