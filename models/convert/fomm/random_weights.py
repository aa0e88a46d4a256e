"""Seeded random weights whose maps, keypoints and pictures are as lively as those of a trained model."""

from __future__ import annotations

import torch
import torch.nn as nn
from torch import Tensor

from common.lively_weights import measured, smooth_pictures
from config import FommConfig
from model import Fomm

PICTURES = 4

OUTPUT_DEVIATIONS = {
    "kp_detector.kp": 0.35,
    "kp_detector.jacobian": 0.15,
    "generator.dense_motion_network.mask": 0.3,
    "generator.dense_motion_network.occlusion": 0.6,
    "generator.final": 0.4,
}
"""
Standard deviation of what the convolutions without a normalisation put out: neither flat nor saturated, and no more
than that: random features are rough, so that where a point comes from decides much more than in a trained model.
"""


def random_fomm(config: FommConfig, seed: int, *, align_corners: bool) -> Fomm:
    """The same weights for the same seed."""
    torch.manual_seed(seed)
    model = Fomm(config, align_corners=align_corners)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.normal_(module.bias, 0, 0.05)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.weight, 0.7, 1.3)
                nn.init.normal_(module.bias, 0, 0.1)
        identity = torch.eye(2).flatten().repeat(config.num_kp)
        model.kp_detector.jacobian.bias.copy_(identity)
        _fit_statistics(model, smooth_pictures(PICTURES, config.picture_size_px))
    return model.eval()


def _fit_statistics(model: Fomm, pictures: Tensor) -> None:
    """Runs the model once in training mode: normalisations take the statistics, last convolutions get their scale."""
    with measured(model, OUTPUT_DEVIATIONS):
        value, jacobian = model.kp_detector(pictures)
        order = torch.arange(len(pictures)).roll(1)
        features, thumbnail = model.generator.encode(pictures)
        model.generator(features, thumbnail, value, jacobian, value[order], jacobian[order])
