"""Seeded random weights whose maps, keypoints and pictures are as lively as those of a trained model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

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


def smooth_pictures(count: int, size_px: int) -> Tensor:
    """Coloured clouds of 0 … 1, drawn from the generator's current state."""
    clouds = torch.zeros(count, 3, size_px, size_px)
    for cells in (3, 8, 16):
        noise = torch.rand(count, 3, cells, cells)
        clouds += F.interpolate(noise, size=(size_px, size_px), mode="bicubic", align_corners=False)
    return (clouds / 3).clamp(0, 1)


def _fit_statistics(model: Fomm, pictures: Tensor) -> None:
    """Runs the model once in training mode: normalisations take the statistics, last convolutions get their scale."""
    model.train()
    with _measured(model):
        value, jacobian = model.kp_detector(pictures)
        order = torch.arange(len(pictures)).roll(1)
        features, thumbnail = model.generator.encode(pictures)
        model.generator(features, thumbnail, value, jacobian, value[order], jacobian[order])


@contextmanager
def _measured(model: Fomm) -> Iterator[None]:
    """While it lasts, normalisations forget what was before, and last convolutions are scaled to OUTPUT_DEVIATIONS."""
    modules = dict(model.named_modules())
    norms = [module for module in modules.values() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    hooks = [modules[name].register_forward_hook(_scaling(goal)) for name, goal in OUTPUT_DEVIATIONS.items()]
    yield
    for hook in hooks:
        hook.remove()
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
        norm.num_batches_tracked.zero_()


def _scaling(deviation: float):
    """A hook that gives a convolution's output this deviation around its bias."""

    def scale(conv: nn.Conv2d, _inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        bias = conv.bias[:, None, None]
        factor = deviation / (output - bias).std()
        conv.weight.mul_(factor)
        return (output - bias) * factor + bias

    return scale
