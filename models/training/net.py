"""The lid net: 3×3 convolutions, ReLU, skips, at half, a quarter and an eighth of the crop's resolution."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from planes import PLANES

OUTPUTS = 4


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride, 1)


class LidNet(nn.Module):
    """(B, PLANES, H, W) to (B, OUTPUTS, H, W); what both mean is told in planes.py."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = _conv(4 * PLANES, 32)
        self.half1 = _conv(32, 32)
        self.down1 = _conv(32, 48, 2)
        self.quarter1, self.quarter2 = _conv(48, 48), _conv(48, 48)
        self.down2 = _conv(48, 64, 2)
        self.eighth1, self.eighth2 = _conv(64, 64), _conv(64, 64)
        self.up2 = _conv(64, 4 * 48)
        self.join2 = _conv(96, 48)
        self.up1 = _conv(48, 4 * 32)
        self.join1 = _conv(64, 32)
        self.leave = _conv(32, 4 * OUTPUTS)
        nn.init.normal_(self.leave.weight, 0, 0.01)
        nn.init.zeros_(self.leave.bias)

    def forward(self, planes: Tensor) -> Tensor:
        half = F.relu(self.enter(F.pixel_unshuffle(planes, 2)))
        half = F.relu(self.half1(half)) + half
        quarter = F.relu(self.down1(half))
        quarter = F.relu(self.quarter2(F.relu(self.quarter1(quarter)))) + quarter
        eighth = F.relu(self.down2(quarter))
        eighth = F.relu(self.eighth2(F.relu(self.eighth1(eighth)))) + eighth
        up = F.relu(F.pixel_shuffle(self.up2(eighth), 2))
        up = F.relu(self.join2(torch.cat([up, quarter], 1)))
        up = F.relu(F.pixel_shuffle(self.up1(up), 2))
        up = F.relu(self.join1(torch.cat([up, half], 1)))
        return F.pixel_shuffle(self.leave(up), 2)


class Discriminator(nn.Module):
    """Tells drawn from real patches, an eye with its lash guide and lid mask (B, 5, H, W) to (B, 1, H/4, W/4)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(5, 24, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(24, 48, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(48, 64, 3, 1, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(64, 1, 3, 1, 1),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        return self.layers(pictures)
