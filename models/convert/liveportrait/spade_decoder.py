"""The warped features, decoded into a picture under their own guidance."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from config import LivePortraitConfig

LEAK = 0.2


class Spade(nn.Module):
    """
    Spatially adaptive normalisation (arXiv:1903.07291): scale and bias of each point come from the guide, which is
    enlarged `factor` times to the size of the maps.
    """

    def __init__(self, channels: int, guide_channels: int, hidden: int, factor: int) -> None:
        super().__init__()
        self.mlp_shared = nn.Sequential(nn.Conv2d(guide_channels, hidden, 3, padding=1), nn.ReLU())
        self.mlp_gamma = nn.Conv2d(hidden, channels, 3, padding=1)
        self.mlp_beta = nn.Conv2d(hidden, channels, 3, padding=1)
        self.factor = factor
        # Without these the exporter has to know the width of what comes in, and it does not always.
        self.register_buffer("ones", torch.ones(channels), persistent=False)
        self.register_buffer("zeros", torch.zeros(channels), persistent=False)

    def forward(self, maps: Tensor, guide: Tensor) -> Tensor:
        inner = self.mlp_shared(_enlarge(guide, self.factor))
        normal = F.instance_norm(maps, weight=self.ones, bias=self.zeros)
        return normal * (1 + self.mlp_gamma(inner)) + self.mlp_beta(inner)


class SpadeBlock(nn.Module):
    """Residual block; the shortcut has a convolution where the width changes."""

    def __init__(self, inputs: int, outputs: int, guide_channels: int, hidden: int, factor: int = 1) -> None:
        super().__init__()
        middle = min(inputs, outputs)
        self.conv_0 = nn.Conv2d(inputs, middle, 3, padding=1)
        self.conv_1 = nn.Conv2d(middle, outputs, 3, padding=1)
        self.norm_0 = Spade(inputs, guide_channels, hidden, factor)
        self.norm_1 = Spade(middle, guide_channels, hidden, factor)
        self.changes_width = inputs != outputs
        if self.changes_width:
            self.conv_s = nn.Conv2d(inputs, outputs, 1, bias=False)
            self.norm_s = Spade(inputs, guide_channels, hidden, factor)

    def forward(self, maps: Tensor, guide: Tensor) -> Tensor:
        inner = self.conv_0(F.leaky_relu(self.norm_0(maps, guide), LEAK))
        inner = self.conv_1(F.leaky_relu(self.norm_1(inner, guide), LEAK))
        return (self.conv_s(self.norm_s(maps, guide)) if self.changes_width else maps) + inner


class SpadeDecoder(nn.Module):
    """Maps (N, C, h, w) to pictures (N, 3, 8h, 8w) of 0 … 1; G of the paper."""

    def __init__(self, config: LivePortraitConfig) -> None:
        super().__init__()
        channels, sizes = config.decoder_channels, config.spade
        guided = (channels, sizes.hidden)
        self.fc = nn.Conv2d(channels, 2 * channels, 3, padding=1)
        self.middle = [f"G_middle_{i}" for i in range(sizes.num_middle_blocks)]
        for name in self.middle:
            self.add_module(name, SpadeBlock(2 * channels, 2 * channels, *guided))
        self.up_0 = SpadeBlock(2 * channels, channels, *guided, factor=2)
        self.up_1 = SpadeBlock(channels, sizes.out_channels, *guided, factor=4)
        self.conv_img = nn.Sequential(nn.Conv2d(sizes.out_channels, 3 * 4, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, guide: Tensor) -> Tensor:
        maps = self.fc(guide)
        for name in self.middle:
            maps = getattr(self, name)(maps, guide)
        maps = self.up_0(_enlarge(maps, 2), guide)
        maps = self.up_1(_enlarge(maps, 2), guide)
        return torch.sigmoid(self.conv_img(F.leaky_relu(maps, LEAK)))


def _enlarge(maps: Tensor, factor: int) -> Tensor:
    """By repeating."""
    return maps if factor == 1 else F.interpolate(maps, scale_factor=float(factor), mode="nearest")
