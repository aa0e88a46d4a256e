"""The portrait's picture as a volume of features: once per portrait."""

from __future__ import annotations

import torch.nn as nn
from torch import Tensor

from blocks import ConvNorm, DownBlock, VolumeResBlock
from config import LivePortraitConfig
from volumes import of_slices, to_slices


class AppearanceExtractor(nn.Module):
    """Pictures (N, 3, H, W) of 0 … 1 to features (N, C, D, H/4, W/4); F of the paper (arXiv:2407.03168)."""

    def __init__(self, config: LivePortraitConfig, *, in_slices: bool) -> None:
        super().__init__()
        widths = [
            min(config.max_features, config.block_expansion * 2**level) for level in range(config.num_down_blocks + 1)
        ]
        self.first = ConvNorm(3, config.block_expansion)
        self.down_blocks = nn.ModuleList(DownBlock(*pair) for pair in zip(widths, widths[1:]))
        self.second = nn.Conv2d(widths[-1], config.max_features, 1)
        self.resblocks_3d = nn.Sequential()
        for i in range(config.num_resblocks):
            self.resblocks_3d.add_module(f"3dr{i}", VolumeResBlock(config.reshape_channel, config.reshape_depth))
        self.channels, self.depth, self.size = config.reshape_channel, config.reshape_depth, config.map_size_px
        self.in_slices = in_slices

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.first(pictures)
        for block in self.down_blocks:
            maps = block(maps)
        volume = self.second(maps).reshape(-1, self.channels, self.depth, self.size, self.size)
        if not self.in_slices:
            return self.resblocks_3d(volume)
        return of_slices(self.resblocks_3d(to_slices(volume)), self.depth)
