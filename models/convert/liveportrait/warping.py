"""The portrait's volume, warped as the keypoints move, flattened into maps for the decoder."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from blocks import ConvNorm, Hourglass
from config import LivePortraitConfig
from volumes import VolumeConv, VolumeNorm, of_slices, sample_volume, to_slices

LEAK = 0.01


class DenseMotion(nn.Module):
    """
    Where each point of the volume comes from: features (N, C, D, H, W) and keypoints (N, K, 3) to coordinates x, y and z
    of −1 … 1, each (N, D, H, W), and the occlusion (N, 1, H, W), 0 where the portrait shows nothing of it.
    """

    def __init__(self, config: LivePortraitConfig, *, in_slices: bool) -> None:
        super().__init__()
        sizes = config.dense_motion
        depth, size = config.reshape_depth, config.map_size_px
        self.motions = config.num_kp + 1
        self.compressed = sizes.compress
        self.guide_channels = self.motions * (sizes.compress + 1)
        self.hourglass = Hourglass(sizes, self.guide_channels, depth)
        self.mask = VolumeConv(self.hourglass.out_channels, self.motions, sizes.mask_kernel, depth)
        self.compress = VolumeConv(config.reshape_channel, sizes.compress, 1, depth)
        self.norm = VolumeNorm(sizes.compress)
        self.occlusion = nn.Conv2d(
            self.hourglass.out_channels * depth, 1, sizes.mask_kernel, padding=sizes.mask_kernel // 2
        )
        self.kp_variance = sizes.kp_variance
        self.depth, self.size = depth, size
        self.in_slices = in_slices
        self.register_buffer("grid_x", _line(size), persistent=False)
        self.register_buffer("grid_y", _line(size)[:, None], persistent=False)
        self.register_buffer("grid_z", _line(depth)[:, None, None], persistent=False)

    def forward(self, features: Tensor, driving: Tensor, source: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        # How far each motion fetches from: the background, which comes first, rests.
        shifts = F.pad(source - driving, (0, 0, 1, 0))
        volume = F.relu(self.norm(self.compress(features)))
        guide = torch.cat([self._heat(driving, source).unsqueeze(2), self._moved(volume, shifts)], dim=2)
        guide = guide.reshape(-1, self.guide_channels, self.depth, self.size, self.size)
        volume = self.hourglass(to_slices(guide) if self.in_slices else guide)
        mask = torch.softmax(self.mask(volume), dim=1)
        if self.in_slices:
            mask, volume = of_slices(mask, self.depth), of_slices(volume, self.depth)
        # The shares of the motions sum to 1, so the grid that all of them begin with need not be mixed.
        mixed = shifts.transpose(1, 2) @ mask.reshape(-1, self.motions, self.depth * self.size * self.size)
        x, y, z = (
            mixed[:, axis].reshape(-1, self.depth, self.size, self.size) + grid
            for axis, grid in enumerate((self.grid_x, self.grid_y, self.grid_z))
        )
        flat = volume.reshape(-1, self.hourglass.out_channels * self.depth, self.size, self.size)
        return x, y, z, torch.sigmoid(self.occlusion(flat))

    def _heat(self, driving: Tensor, source: Tensor) -> Tensor:
        """Where keypoints came to and where they were, (N, K+1, D, H, W); 0 for the background."""
        return F.pad(self._gaussian(driving) - self._gaussian(source), (0, 0, 0, 0, 0, 0, 1, 0))

    def _gaussian(self, points: Tensor) -> Tensor:
        """Of three dimensions: the product of three of one."""
        product = None
        for axis, grid in enumerate((self.grid_x, self.grid_y, self.grid_z)):
            distance = grid - points[:, :, axis, None, None, None]
            profile = torch.exp(distance * distance * (-0.5 / self.kp_variance))
            product = profile if product is None else product * profile
        return product

    def _moved(self, volume: Tensor, shifts: Tensor) -> Tensor:
        """
        The volume under each motion, (N, K+1, C, D, H, W). The motions are sampled behind each other in one deep grid,
        so that the volume need not be repeated for each.
        """
        still = torch.zeros(self.depth, self.size, self.size, dtype=shifts.dtype)
        x, y, z = (
            (shifts[:, :, axis, None, None, None] + (grid + still)).reshape(
                -1, self.motions * self.depth, self.size, self.size
            )
            for axis, grid in enumerate((self.grid_x, self.grid_y, self.grid_z))
        )
        moved = sample_volume(volume, x, y, z, in_slices=self.in_slices)
        deep = (-1, self.compressed, self.motions, self.depth, self.size, self.size)
        return moved.reshape(deep).transpose(1, 2)


class Warping(nn.Module):
    """Features (N, C, D, H, W) and keypoints (N, K, 3) of both faces to the maps that are decoded; W of the paper."""

    def __init__(self, config: LivePortraitConfig, *, in_slices: bool) -> None:
        super().__init__()
        self.dense_motion_network = DenseMotion(config, in_slices=in_slices)
        self.third = ConvNorm(config.max_features, config.decoder_channels, leak=LEAK)
        self.fourth = nn.Conv2d(config.decoder_channels, config.decoder_channels, 1)
        self.in_slices = in_slices
        self.flat = (-1, config.max_features, config.map_size_px, config.map_size_px)

    def forward(self, features: Tensor, driving: Tensor, source: Tensor) -> Tensor:
        x, y, z, occlusion = self.dense_motion_network(features, driving, source)
        warped = sample_volume(features, x, y, z, in_slices=self.in_slices).reshape(self.flat)
        return self.fourth(self.third(warped)) * occlusion


def _line(count: int) -> Tensor:
    """−1 … 1 from the first centre to the last one."""
    return 2 * (torch.arange(count) / (count - 1)) - 1
