"""Seeded random weights whose maps, keypoints and pictures are as lively as those of a trained model."""

from __future__ import annotations

import torch
import torch.nn as nn

from common.lively_weights import measured, smooth_pictures
from config import LivePortraitConfig
from model import LivePortrait
from motion_extractor import ResponseNorm
from spade_decoder import Spade

PICTURES = 2

HEAD_DEVIATIONS = {"kp": 0.03, "scale": 0.05, "pitch": 0.7, "yaw": 0.7, "roll": 0.7, "t": 0.03, "exp": 0.03}
"""Standard deviation of what the motion extractor's last layers put out."""
OUTPUT_DEVIATIONS = {
    **{f"motion.detector.fc_{name}": deviation for name, deviation in HEAD_DEVIATIONS.items()},
    "warping.dense_motion_network.mask": 0.3,
    "warping.dense_motion_network.occlusion": 0.6,
    "decoder.conv_img.0": 0.25,
}
GUIDANCE_DEVIATION = 0.15
"""Of what normalisations add to a scale of 1, and of their biases."""
FEATURE_DEVIATION, RESIDUE_DEVIATION = 0.5, 0.15
"""Of the features before the residual blocks, and of what each block adds."""
CORRECTION_DEVIATION = 0.02
"""Of what stitching and retargeting add to keypoints, in half picture sides."""

SHARPNESS = 0.1
"""Share of the features' kernels that does not blur."""


def random_live_portrait(config: LivePortraitConfig, seed: int, *, sampling: str) -> LivePortrait:
    """The same weights for the same seed, whatever the sampling."""
    torch.manual_seed(seed)
    model = LivePortrait(config, sampling=sampling)
    with torch.no_grad():
        for module in model.modules():
            _draw(module)
        _smooth(model.appearance)
        _draw_heads(model)
        _fit_statistics(model)
    return model.eval()


def _draw(module: nn.Module) -> None:
    if isinstance(module, (nn.Conv2d, nn.Conv3d, nn.Linear)):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.normal_(module.bias, 0, 0.05)
    elif isinstance(module, (nn.BatchNorm2d, nn.BatchNorm3d)):
        nn.init.uniform_(module.weight, 0.7, 1.3)
        nn.init.normal_(module.bias, 0, 0.1)
    elif isinstance(module, ResponseNorm):
        nn.init.normal_(module.gamma, 0, 0.3)
        nn.init.normal_(module.beta, 0, 0.1)


def _smooth(features: nn.Module) -> None:
    """Kernels that mostly blur. A trained model's features are smooth, so that it hardly matters where exactly they are."""
    for module in features.modules():
        if isinstance(module, (nn.Conv2d, nn.Conv3d)) and module.kernel_size[0] == 3:
            profile = torch.tensor([0.25, 0.5, 0.25])
            window = profile
            for _axis in module.kernel_size[1:]:
                window = window[..., None] * profile
            # The middle of a random kernel is as good a random number as any, and its share of the sum is the window's.
            middle = module.weight[(..., *[slice(1, 2)] * window.dim())]
            module.weight.copy_(middle * window / window.norm() * window.numel() ** 0.5 + SHARPNESS * module.weight)


def _draw_heads(model: LivePortrait) -> None:
    """A face in the middle of the picture that looks ahead, more or less."""
    detector = model.motion.detector
    nn.init.uniform_(detector.fc_kp.bias, -0.4, 0.4)
    detector.fc_scale.bias.fill_(1.3)
    bins = torch.arange(model.config.backbone.num_bins, dtype=torch.float32)
    for name in ("pitch", "yaw", "roll"):
        getattr(detector, f"fc_{name}").bias.copy_(-(((bins - bins.mean()) / 5) ** 2) / 2)


def _fit_statistics(model: LivePortrait) -> None:
    """Runs the model once in training mode: normalisations take the statistics, last layers get their scale."""
    config = model.config
    guidance = {
        f"{name}.{layer}": GUIDANCE_DEVIATION
        for name, module in model.named_modules()
        if isinstance(module, Spade)
        for layer in ("mlp_gamma", "mlp_beta")
    }
    features = {
        f"appearance.resblocks_3d.3dr{i}.conv2": RESIDUE_DEVIATION for i in range(config.num_resblocks)
    } | {"appearance.second": FEATURE_DEVIATION}
    corrections = {
        f"{part}.mlp.{len(getattr(model, part).mlp) - 1}": CORRECTION_DEVIATION for part in ("stitching", "eyes", "lips")
    }
    pictures = smooth_pictures(PICTURES, config.picture_size_px)
    with measured(model, OUTPUT_DEVIATIONS | guidance | features | corrections):
        kp = model.motion(pictures)[-1]
        points = kp.reshape(PICTURES, config.num_kp, 3)
        features = model.appearance(pictures[:1])
        model.decoder(model.warping(features, points[:1], points[1:]))
        model.stitching(torch.cat([kp, kp.flip(0)], dim=1))
        model.eyes(torch.cat([kp, torch.rand(PICTURES, 3) * 0.4], dim=1))
        model.lips(torch.cat([kp, torch.rand(PICTURES, 2) * 0.4], dim=1))
