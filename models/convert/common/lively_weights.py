"""Random weights whose results are as lively as those of a trained model: neither flat nor saturated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm


def smooth_pictures(count: int, size_px: int) -> Tensor:
    """Coloured clouds of 0 … 1, drawn from the generator's current state."""
    clouds = torch.zeros(count, 3, size_px, size_px)
    for cells in (3, 8, 16):
        noise = torch.rand(count, 3, cells, cells)
        clouds += F.interpolate(noise, size=(size_px, size_px), mode="bicubic", align_corners=False)
    return (clouds / 3).clamp(0, 1)


@contextmanager
def measured(model: nn.Module, deviations: Mapping[str, float]) -> Iterator[None]:
    """
    While it lasts, normalisations take the statistics of what runs through them and forget what was before, and the
    weights of the layers named by `deviations` are scaled so that their outputs vary so much around their biases.
    """
    modules = dict(model.named_modules())
    norms = [module for module in modules.values() if isinstance(module, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    hooks = [modules[name].register_forward_hook(_scaling(goal)) for name, goal in deviations.items()]
    model.train()
    yield
    model.eval()
    for hook in hooks:
        hook.remove()
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
        norm.num_batches_tracked.zero_()


def _scaling(deviation: float):
    """A hook that gives a layer's output this deviation around its bias."""

    def scale(layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        bias = layer.bias.reshape(-1, *[1] * (output.dim() - 2))
        factor = deviation / (output - bias).std()
        layer.weight.mul_(factor)
        return (output - bias) * factor + bias

    return scale
