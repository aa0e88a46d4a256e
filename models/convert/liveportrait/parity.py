"""
Compares our modules and their ONNX files with the official code, all with the same random weights.

    git clone https://github.com/KwaiVGI/LivePortrait official
    python3 parity.py --official official

The official code is imported from that checkout; none of it is part of this project. Needs `node` on the path, with the
project's packages installed: the ONNX files run on the server's own runtime. Exits with 1 above the bound. In full size
it takes some minutes and 9 GB of memory; in double precision, too, 30 GB: use `--config small-64 --exact`.
"""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import argparse
import sys
from dataclasses import asdict, replace
from pathlib import Path

import torch
import torch.nn as nn
from torch import Tensor

from checkpoint import without_spectral_norm
from common.comparison import Case, arrays, report, run_modules, run_onnx
from common.lively_weights import smooth_pictures
from config import LIVE_PORTRAIT, LivePortraitConfig
from export import PRECISIONS, export_live_portrait_graph
from model import SAMPLINGS, LivePortrait, graphs_of
from motion_transfer import angle_deg, rotation_of
from random_weights import random_live_portrait

BOUND = 1e-5
"""On every graph in single precision."""
EXACT_BOUND = 1e-11
"""On our modules in double precision, where rounding hides nothing."""
# Where the official code has a size in its text, as in the public model; else small: seconds instead of minutes.
SMALL = replace(
    LIVE_PORTRAIT,
    name="small-64",
    picture_size_px=64,
    block_expansion=8,
    max_features=64,
    reshape_channel=8,
    reshape_depth=8,
    num_resblocks=2,
    dense_motion=replace(LIVE_PORTRAIT.dense_motion, block_expansion=8, max_features=64, num_blocks=3, compress=2),
    spade=replace(LIVE_PORTRAIT.spade, out_channels=8),
)
CONFIGS = {config.name: config for config in (LIVE_PORTRAIT, SMALL)}


def main() -> int:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--official", type=Path, required=True, help="a checkout of the official repository")
    options.add_argument("--config", choices=sorted(CONFIGS), default=LIVE_PORTRAIT.name)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--batch", type=int, default=1)
    options.add_argument("--precisions", nargs="*", choices=sorted(PRECISIONS), default=sorted(PRECISIONS))
    options.add_argument("--exact", action="store_true", help="compare our modules in double precision, too")
    chosen = options.parse_args()
    config = CONFIGS[chosen.config]
    model = random_live_portrait(config, chosen.seed, sampling="volume")
    official = OfficialModules(chosen.official, model)
    cases = official.cases(config, chosen.batch)
    print(f"{config.name}: largest difference from the official code", flush=True)
    worst = official.compare_rotations()
    exact_worst = 0.0
    for sampling in SAMPLINGS:
        sampled = official.loaded_by_us(config, sampling)
        worst = max(worst, report(f"modules, {sampling}", cases, run_modules(graphs_of(sampled), cases)))
        for precision in chosen.precisions:
            results = run_onnx(graphs_of(sampled), cases, export_live_portrait_graph, precision)
            difference = report(f"{precision}, {sampling}", cases, results)
            if precision == "float32":
                worst = max(worst, difference)
    if chosen.exact:
        torch.set_default_dtype(torch.float64)
        exact_cases = official.double().cases(config, chosen.batch)
        for sampling in SAMPLINGS:
            graphs = graphs_of(official.loaded_by_us(config, sampling))
            difference = report(f"double, {sampling}", exact_cases, run_modules(graphs, exact_cases))
            exact_worst = max(exact_worst, difference)
    print(f"largest in single precision: {worst:.1e}, bound {BOUND:.0e}")
    if chosen.exact:
        print(f"largest in double precision: {exact_worst:.1e}, bound {EXACT_BOUND:.0e}")
    return 0 if worst <= BOUND and exact_worst <= EXACT_BOUND else 1


class OfficialModules:
    """The official networks, imported from a checkout, with the weights of a model of ours."""

    def __init__(self, checkout: Path, model: LivePortrait) -> None:
        sys.path.insert(0, str(checkout.resolve()))
        # These are the checkout's modules; ours have other names.
        from src.modules.appearance_feature_extractor import AppearanceFeatureExtractor
        from src.modules.motion_extractor import MotionExtractor as OfficialMotionExtractor
        from src.modules.spade_generator import SPADEDecoder
        from src.modules.stitching_retargeting_network import StitchingRetargetingNetwork
        from src.modules.warping_network import WarpingNetwork

        config = model.config
        common = {
            "block_expansion": config.block_expansion,
            "num_down_blocks": config.num_down_blocks,
            "max_features": config.max_features,
        }
        dense = {name: size for name, size in asdict(config.dense_motion).items() if name in _DENSE_SIZES}
        points = 3 * config.num_kp
        self.parts: dict[str, nn.Module] = {
            "appearance": AppearanceFeatureExtractor(
                image_channel=3,
                reshape_channel=config.reshape_channel,
                reshape_depth=config.reshape_depth,
                num_resblocks=config.num_resblocks,
                **common,
            ),
            "motion": OfficialMotionExtractor(num_kp=config.num_kp, backbone="convnextv2_tiny"),
            "warping": WarpingNetwork(
                num_kp=config.num_kp,
                reshape_channel=config.reshape_channel,
                estimate_occlusion_map=True,
                dense_motion_params={"reshape_depth": config.reshape_depth, **dense},
                **common,
            ),
            "decoder": SPADEDecoder(upscale=2, out_channels=config.spade.out_channels, **common),
            "stitching": StitchingRetargetingNetwork(2 * points, list(config.stitching_hidden), points + 2),
            "eyes": StitchingRetargetingNetwork(points + 3, list(config.eye_hidden), points),
            "lips": StitchingRetargetingNetwork(points + 2, list(config.lip_hidden), points),
        }
        for name, part in self.parts.items():
            own = getattr(model, name).state_dict()
            part.load_state_dict(_with_spectral_norm(own, part) if name == "decoder" else own)
            part.eval()

    def double(self) -> "OfficialModules":
        for part in self.parts.values():
            part.double()
        return self

    def loaded_by_us(self, config: LivePortraitConfig, sampling: str) -> LivePortrait:
        """Our modules with the parameters as a checkpoint of these would have them."""
        parts = {name: part.state_dict() for name, part in self.parts.items()}
        parts["decoder"] = without_spectral_norm(parts["decoder"])
        return LivePortrait.of_parameters(parts, config, sampling=sampling)

    def cases(self, config: LivePortraitConfig, batch: int) -> list[Case]:
        """The graphs with inputs, and what these networks give for them."""
        torch.manual_seed(11)
        dtype = next(self.parts["motion"].parameters()).dtype
        portraits, drivers = (smooth_pictures(batch, config.picture_size_px).to(dtype) for _ in range(2))
        with torch.no_grad():
            features = self.parts["appearance"](portraits)
            motion = self.parts["motion"](drivers)
            source, driving = (
                (self.parts["motion"](pictures)["kp"]).reshape(batch, -1, 3) * 1.3 for pictures in (portraits, drivers)
            )
            picture = self.parts["decoder"](self.parts["warping"](features, kp_driving=driving, kp_source=source)["out"])
            pair = torch.cat([source.flatten(1), driving.flatten(1)], dim=1)
            eyes = torch.cat([source.flatten(1), torch.rand(batch, 3, dtype=dtype)], dim=1)
            lips = torch.cat([source.flatten(1), torch.rand(batch, 2, dtype=dtype)], dim=1)
            return [
                Case("appearance", {"img": portraits}, arrays({"output": features})),
                Case("motion", {"img": drivers}, arrays(motion)),
                Case(
                    "warping",
                    {"feature_3d": features, "kp_driving": driving, "kp_source": source},
                    arrays({"out": picture}),
                ),
                self._correction("stitching", "stitching", pair),
                self._correction("eyeRetargeting", "eyes", eyes),
                self._correction("lipRetargeting", "lips", lips),
            ]

    def compare_rotations(self) -> float:
        """The head's angles and rotation, as `motion_transfer.py` computes them for the server's tests."""
        from src.utils.camera import get_rotation_matrix, headpose_pred_to_degree

        torch.manual_seed(5)
        logits = torch.randn(3, 8, 66) * 3
        degrees = [headpose_pred_to_degree(angle) for angle in logits]
        expected = get_rotation_matrix(*degrees)
        ours = torch.stack([rotation_of(*(angle_deg(angle[i]) for angle in logits)) for i in range(8)])
        difference = float((ours - expected).abs().max())
        print(f"  rotations              {difference:.1e}")
        return difference

    def _correction(self, graph: str, part: str, values: Tensor) -> Case:
        return Case(graph, {"input": values}, arrays({"output": self.parts[part](values)}))


_DENSE_SIZES = {"block_expansion", "max_features", "num_blocks", "compress"}


def _with_spectral_norm(own: dict[str, Tensor], part: nn.Module) -> dict[str, Tensor]:
    """Our plain weights as the official decoder keeps them: with vectors that make 1 of the singular value."""
    expected = part.state_dict()
    full = dict(own)
    for name in [name for name in expected if name.endswith("weight_orig")]:
        base = name.removesuffix("_orig")
        weight = full.pop(base)
        u = torch.randn(len(weight))
        v = weight.flatten(1).T @ u
        scale = torch.sqrt(u @ (weight.flatten(1) @ v))
        # Times 3, so that leaving the division away would not go unnoticed.
        full |= {f"{base}_orig": 3 * weight, f"{base}_u": u / scale, f"{base}_v": v / scale}
    return full


if __name__ == "__main__":
    sys.exit(main())
