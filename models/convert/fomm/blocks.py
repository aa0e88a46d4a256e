"""Building blocks that the three networks share. Attribute names are the official checkpoints' parameter names."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from config import HourglassConfig


class ConvNormRelu(nn.Module):
    """Convolution, batch normalisation, ReLU at one resolution."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, maps: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(maps)))


class DownBlock(ConvNormRelu):
    """Ends with half the resolution, by averaging."""

    def forward(self, maps: Tensor) -> Tensor:
        return F.avg_pool2d(super().forward(maps), 2)


class UpBlock(ConvNormRelu):
    """Begins with twice the resolution, by repeating."""

    def forward(self, maps: Tensor) -> Tensor:
        return super().forward(F.interpolate(maps, scale_factor=2.0, mode="nearest"))


class ResBlock(nn.Module):
    """Pre-activation residual block of constant width and resolution."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(features, features, 3, padding=1)
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(features)
        self.norm2 = nn.BatchNorm2d(features)

    def forward(self, maps: Tensor) -> Tensor:
        inner = self.conv1(F.relu(self.norm1(maps)))
        return self.conv2(F.relu(self.norm2(inner))) + maps


class Encoder(nn.Module):
    """Halves the maps again and again; gives the maps of every resolution, the input first."""

    def __init__(self, config: HourglassConfig, inputs: int) -> None:
        super().__init__()
        widths = [inputs] + [_width(config, level) for level in range(1, config.num_blocks + 1)]
        self.down_blocks = nn.ModuleList(DownBlock(*pair) for pair in zip(widths, widths[1:]))

    def forward(self, maps: Tensor) -> list[Tensor]:
        levels = [maps]
        for block in self.down_blocks:
            levels.append(block(levels[-1]))
        return levels


class Decoder(nn.Module):
    """Doubles the deepest maps again and again; each time the encoder's maps of that resolution join them."""

    def __init__(self, config: HourglassConfig) -> None:
        super().__init__()
        blocks = []
        for level in reversed(range(config.num_blocks)):
            joined = 1 if level == config.num_blocks - 1 else 2
            blocks.append(UpBlock(joined * _width(config, level + 1), _width(config, level)))
        self.up_blocks = nn.ModuleList(blocks)

    def forward(self, levels: list[Tensor]) -> Tensor:
        maps = levels[-1]
        for block, skip in zip(self.up_blocks, reversed(levels[:-1])):
            maps = torch.cat([block(maps), skip], dim=1)
        return maps


class Hourglass(nn.Module):
    """Encoder and decoder; its `out_channels` end with the channels of its input."""

    def __init__(self, config: HourglassConfig, inputs: int) -> None:
        super().__init__()
        self.encoder = Encoder(config, inputs)
        self.decoder = Decoder(config)
        self.out_channels = _width(config, 0) + inputs

    def forward(self, maps: Tensor) -> Tensor:
        return self.decoder(self.encoder(maps))


class AntiAliasDownscale(nn.Module):
    """
    A Gaussian, then every `factor`-th pixel: one strided convolution. The kernel is in the checkpoints (a buffer
    named `weight`), so it is a buffer here too.
    """

    def __init__(self, channels: int, factor: int) -> None:
        super().__init__()
        sigma = (factor - 1) / 2
        self.reach = round(4 * sigma)
        self.factor = factor
        offsets = torch.arange(-self.reach, self.reach + 1, dtype=torch.float32)
        profile = torch.exp(-(offsets**2) / (2 * sigma**2))
        kernel = profile[:, None] * profile[None, :]
        self.register_buffer("weight", (kernel / kernel.sum()).expand(channels, 1, -1, -1).clone())

    def forward(self, pictures: Tensor) -> Tensor:
        weight: Tensor = self.weight
        return F.conv2d(pictures, weight, stride=self.factor, padding=self.reach, groups=weight.shape[0])


def coordinate_grid(height: int, width: int) -> tuple[Tensor, Tensor]:
    """x of shape (1, width) and y of shape (height, 1), −1 … 1 from the first pixel's centre to the last one's."""
    x = 2 * (torch.arange(width) / (width - 1)) - 1
    y = 2 * (torch.arange(height) / (height - 1)) - 1
    return x[None, :], y[:, None]


def _width(config: HourglassConfig, level: int) -> int:
    """Channels of an hourglass after `level` halvings."""
    return min(config.max_features, config.block_expansion * 2**level)
