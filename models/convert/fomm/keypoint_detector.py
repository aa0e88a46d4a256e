"""Where a face's keypoints are and how the face lies around each: the part that looks at driving frames."""

from __future__ import annotations

import torch
import torch.nn as nn
from torch import Tensor

from blocks import AntiAliasDownscale, Hourglass, coordinate_grid
from config import FommConfig


class KeypointDetector(nn.Module):
    """
    Pictures (N, 3, H, W) of 0 … 1 to keypoints (N, K, 2), x and y of −1 … 1, and the Jacobian (N, K, 2, 2) of each:
    the expectation of a heat map, as in section 3.1 of the paper (arXiv:2003.00196).
    """

    def __init__(self, config: FommConfig) -> None:
        super().__init__()
        self.predictor = Hourglass(config.keypoints, config.num_channels)
        self.kp = nn.Conv2d(self.predictor.out_channels, config.num_kp, 7)
        self.jacobian = nn.Conv2d(self.predictor.out_channels, 4 * config.num_kp, 7)
        self.down = AntiAliasDownscale(config.num_channels, config.downscale)
        self.num_kp = config.num_kp
        self.temperature = config.temperature
        self.heat_size = config.map_size_px - 6
        x, y = coordinate_grid(self.heat_size, self.heat_size)
        self.register_buffer("grid_x", x, persistent=False)
        self.register_buffer("grid_y", y, persistent=False)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.predictor(self.down(pictures))
        size = self.heat_size
        logits = self.kp(maps).reshape(-1, self.num_kp, size * size)
        heat = torch.softmax(logits / self.temperature, dim=2).reshape(-1, self.num_kp, size, size)
        x = (heat * self.grid_x).sum(dim=(2, 3))
        y = (heat * self.grid_y).sum(dim=(2, 3))
        jacobians = self.jacobian(maps).reshape(-1, self.num_kp, 4, size, size)
        jacobian = (heat.unsqueeze(2) * jacobians).sum(dim=(3, 4))
        return torch.stack([x, y], dim=2), jacobian.reshape(-1, self.num_kp, 2, 2)
