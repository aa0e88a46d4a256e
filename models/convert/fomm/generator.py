"""The portrait's features, warped by dense motion and decoded into a picture."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from blocks import ConvNormRelu, DownBlock, ResBlock, UpBlock
from config import FommConfig
from dense_motion import DenseMotion


class Generator(nn.Module):
    """
    The occlusion-aware generator. Features are (N, C, h, w), of the size of the motion field; pictures (N, 3, H, W)
    of 0 … 1.
    """

    def __init__(self, config: FommConfig, *, align_corners: bool) -> None:
        super().__init__()
        sizes = config.generator
        widths = [min(sizes.max_features, sizes.block_expansion * 2**i) for i in range(sizes.num_down_blocks + 1)]
        self.dense_motion_network = DenseMotion(config, align_corners=align_corners)
        self.first = ConvNormRelu(config.num_channels, widths[0], kernel=7)
        self.down_blocks = nn.ModuleList(DownBlock(*pair) for pair in zip(widths, widths[1:]))
        self.up_blocks = nn.ModuleList(UpBlock(*pair) for pair in zip(widths[::-1], widths[-2::-1]))
        self.bottleneck = nn.Sequential()
        for i in range(sizes.num_bottleneck_blocks):
            self.bottleneck.add_module(f"r{i}", ResBlock(widths[-1]))
        self.final = nn.Conv2d(sizes.block_expansion, config.num_channels, 7, padding=3)
        self.align_corners = align_corners

    def encode(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """What only depends on the portrait: its features, and the thumbnail that dense motion looks at."""
        maps = self.first(pictures)
        for block in self.down_blocks:
            maps = block(maps)
        return maps, self.dense_motion_network.down(pictures)

    def forward(
        self,
        features: Tensor,
        thumbnail: Tensor,
        source: Tensor,
        source_jacobian: Tensor,
        driving: Tensor,
        driving_jacobian: Tensor,
    ) -> Tensor:
        deformation, occlusion = self.dense_motion_network(
            thumbnail, source, source_jacobian, driving, driving_jacobian
        )
        maps = F.grid_sample(features, deformation, align_corners=self.align_corners) * occlusion
        maps = self.bottleneck(maps)
        for block in self.up_blocks:
            maps = block(maps)
        return torch.sigmoid(self.final(maps))
