"""Building blocks that several networks share. Attribute names are the official checkpoints' parameter names."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from config import DenseMotionConfig
from volumes import VolumeConv, VolumeNorm, double, halve


class ConvNorm(nn.Module):
    """Convolution and batch normalisation of pictures at one resolution, then a ReLU that may leak."""

    def __init__(self, inputs: int, outputs: int, *, leak: float = 0.0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm = nn.BatchNorm2d(outputs)
        self.leak = leak

    def forward(self, maps: Tensor) -> Tensor:
        maps = self.norm(self.conv(maps))
        return F.leaky_relu(maps, self.leak) if self.leak else F.relu(maps)


class DownBlock(ConvNorm):
    """Ends with half the resolution, by averaging."""

    def forward(self, maps: Tensor) -> Tensor:
        return F.avg_pool2d(super().forward(maps), 2)


class VolumeResBlock(nn.Module):
    """Pre-activation residual block of constant width and resolution."""

    def __init__(self, features: int, depth: int) -> None:
        super().__init__()
        self.conv1 = VolumeConv(features, features, 3, depth)
        self.conv2 = VolumeConv(features, features, 3, depth)
        self.norm1 = VolumeNorm(features)
        self.norm2 = VolumeNorm(features)

    def forward(self, volume: Tensor) -> Tensor:
        inner = self.conv1(F.relu(self.norm1(volume)))
        return self.conv2(F.relu(self.norm2(inner))) + volume


class VolumeConvNormRelu(nn.Module):
    """Convolution, batch normalisation, ReLU of volumes."""

    def __init__(self, inputs: int, outputs: int, depth: int) -> None:
        super().__init__()
        self.conv = VolumeConv(inputs, outputs, 3, depth)
        self.norm = VolumeNorm(outputs)

    def forward(self, volume: Tensor) -> Tensor:
        return F.relu(self.norm(self.conv(volume)))


class Encoder(nn.Module):
    """Halves the volume's height and width again and again; gives the volumes of every resolution, the input first."""

    def __init__(self, config: DenseMotionConfig, inputs: int, depth: int) -> None:
        super().__init__()
        widths = [inputs] + [_width(config, level) for level in range(1, config.num_blocks + 1)]
        self.down_blocks = nn.ModuleList(VolumeConvNormRelu(*pair, depth) for pair in zip(widths, widths[1:]))

    def forward(self, volume: Tensor) -> list[Tensor]:
        levels = [volume]
        for block in self.down_blocks:
            levels.append(halve(block(levels[-1])))
        return levels


class Decoder(nn.Module):
    """Doubles the deepest volume again and again; each time the encoder's volume of that resolution joins it."""

    def __init__(self, config: DenseMotionConfig, inputs: int, depth: int) -> None:
        super().__init__()
        blocks = []
        for level in reversed(range(config.num_blocks)):
            joined = 1 if level == config.num_blocks - 1 else 2
            blocks.append(VolumeConvNormRelu(joined * _width(config, level + 1), _width(config, level), depth))
        self.up_blocks = nn.ModuleList(blocks)
        self.out_channels = config.block_expansion + inputs
        self.conv = VolumeConv(self.out_channels, self.out_channels, config.output_kernel, depth)
        self.norm = VolumeNorm(self.out_channels)

    def forward(self, levels: list[Tensor]) -> Tensor:
        volume = levels[-1]
        for block, skip in zip(self.up_blocks, reversed(levels[:-1])):
            volume = torch.cat([block(double(volume)), skip], dim=1)
        return F.relu(self.norm(self.conv(volume)))


class Hourglass(nn.Module):
    """Encoder and decoder over volumes, or over their slices."""

    def __init__(self, config: DenseMotionConfig, inputs: int, depth: int) -> None:
        super().__init__()
        self.encoder = Encoder(config, inputs, depth)
        self.decoder = Decoder(config, inputs, depth)
        self.out_channels = self.decoder.out_channels

    def forward(self, volume: Tensor) -> Tensor:
        return self.decoder(self.encoder(volume))


def _width(config: DenseMotionConfig, level: int) -> int:
    """Channels of the hourglass after `level` halvings."""
    return min(config.max_features, config.block_expansion * 2**level)
