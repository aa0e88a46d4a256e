"""From the motion of a few keypoints to where each point of the picture comes from, and what of it was hidden."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from blocks import AntiAliasDownscale, Hourglass, coordinate_grid
from config import FommConfig


class DenseMotion(nn.Module):
    """
    The dense motion network. A `thumbnail` is the portrait as `down` reduces it, (N, 3, h, w); keypoints are
    (N, K, 2), their Jacobians (N, K, 2, 2). Gives the deformation (N, h, w, 2), coordinates in the portrait of
    −1 … 1, and the occlusion (N, 1, h, w), 0 where the portrait shows nothing of it.
    """

    def __init__(self, config: FommConfig, *, align_corners: bool) -> None:
        super().__init__()
        self.num_kp = config.num_kp
        self.num_channels = config.num_channels
        self.motions = config.num_kp + 1
        self.guide_channels = self.motions * (config.num_channels + 1)
        self.hourglass = Hourglass(config.dense_motion, self.guide_channels)
        self.mask = nn.Conv2d(self.hourglass.out_channels, self.motions, 7, padding=3)
        self.occlusion = nn.Conv2d(self.hourglass.out_channels, 1, 7, padding=3)
        self.down = AntiAliasDownscale(config.num_channels, config.downscale)
        self.kp_variance = config.kp_variance
        self.align_corners = align_corners
        self.size = config.map_size_px
        x, y = coordinate_grid(self.size, self.size)
        self.register_buffer("grid_x", x, persistent=False)
        self.register_buffer("grid_y", y, persistent=False)

    def forward(
        self, thumbnail: Tensor, source: Tensor, source_jacobian: Tensor, driving: Tensor, driving_jacobian: Tensor
    ) -> tuple[Tensor, Tensor]:
        source_x, source_y = _entries(source, self.num_kp, 2)
        driving_x, driving_y = _entries(driving, self.num_kp, 2)
        turn = _inverse(_matrix(_entries(driving_jacobian, self.num_kp, 4)))
        (xx, xy), (yx, yy) = _product(_matrix(_entries(source_jacobian, self.num_kp, 4)), turn)
        from_x, from_y = self.grid_x - driving_x, self.grid_y - driving_y
        # Zeros of the batch's size, by arithmetic: an operator on shapes would leave the GPU.
        zeros = from_x[:, :1] * 0 + from_y[:, :1] * 0

        # Equation 4 of the paper, to first order around each keypoint; the background, which comes first, rests.
        x = torch.cat([self.grid_x + zeros, xx * from_x + xy * from_y + source_x], dim=1)
        y = torch.cat([self.grid_y + zeros, yx * from_x + yy * from_y + source_y], dim=1)

        # Equation 6.
        heat = self._gaussian(from_x, from_y) - self._gaussian(self.grid_x - source_x, self.grid_y - source_y)
        heat = torch.cat([zeros, heat], dim=1)

        guide = torch.cat([heat.unsqueeze(2), self._warped(thumbnail, x, y)], dim=2)
        maps = self.hourglass(guide.reshape(-1, self.guide_channels, self.size, self.size))
        mask = torch.softmax(self.mask(maps), dim=1)
        deformation = torch.stack([(mask * x).sum(dim=1), (mask * y).sum(dim=1)], dim=3)
        return deformation, torch.sigmoid(self.occlusion(maps))

    def _gaussian(self, from_x: Tensor, from_y: Tensor) -> Tensor:
        return torch.exp((from_x * from_x + from_y * from_y) * (-0.5 / self.kp_variance))

    def _warped(self, thumbnail: Tensor, x: Tensor, y: Tensor) -> Tensor:
        """
        Equation 7: the thumbnail under each motion, (N, K+1, 3, h, w). The motions are sampled below each other in
        one high grid, so that the thumbnail need not be repeated for each.
        """
        high = (-1, self.motions * self.size, self.size)
        grid = torch.stack([x.reshape(high), y.reshape(high)], dim=3)
        warped = F.grid_sample(thumbnail, grid, align_corners=self.align_corners)
        return warped.reshape(-1, self.num_channels, self.motions, self.size, self.size).transpose(1, 2)


Matrix = tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Rows of entries, each (N, K, 1, 1): arithmetic that every runtime has."""


def _entries(values: Tensor, keypoints: int, count: int) -> list[Tensor]:
    """`count` numbers of each keypoint, each number as (N, K, 1, 1) so that it spreads over a map."""
    spread = values.reshape(-1, keypoints, count, 1, 1)
    return [spread[:, :, i] for i in range(count)]


def _matrix(entries: list[Tensor]) -> Matrix:
    a, b, c, d = entries
    return (a, b), (c, d)


def _inverse(matrix: Matrix) -> Matrix:
    """In closed form."""
    (a, b), (c, d) = matrix
    scale = 1 / (a * d - b * c)
    return (d * scale, -b * scale), (-c * scale, a * scale)


def _product(left: Matrix, right: Matrix) -> Matrix:
    ((a, b), (c, d)), ((e, f), (g, h)) = left, right
    return (a * e + b * g, a * f + b * h), (c * e + d * g, c * f + d * h)
