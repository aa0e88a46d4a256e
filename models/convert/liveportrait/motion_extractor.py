"""A face's keypoints, pose and expression: the part that looks at driving frames."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from config import BackboneConfig, LivePortraitConfig

EPSILON = 1e-6


class MotionExtractor(nn.Module):
    """
    Pictures (N, 3, H, W) of 0 … 1 to what M of the paper tells of them, in the order of OUTPUTS: the head's angles as
    logits over classes of three degrees, its place and size, and keypoints and their change by the expression, K × 3
    numbers each.
    """

    OUTPUTS = ("pitch", "yaw", "roll", "t", "exp", "scale", "kp")

    def __init__(self, config: LivePortraitConfig) -> None:
        super().__init__()
        self.detector = ConvNeXtV2(config.backbone, config.num_kp)

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        features = self.detector(pictures)
        return tuple(getattr(self.detector, f"fc_{name}")(features) for name in self.OUTPUTS)


class ConvNeXtV2(nn.Module):
    """The backbone (arXiv:2301.00808) to features (N, C), and the layers that read them."""

    def __init__(self, config: BackboneConfig, num_kp: int) -> None:
        super().__init__()
        dims = config.dims
        steps = [nn.Sequential(nn.Conv2d(3, dims[0], 4, stride=4), ChannelNorm(dims[0]))]
        steps += [
            nn.Sequential(ChannelNorm(inputs), nn.Conv2d(inputs, outputs, 2, stride=2))
            for inputs, outputs in zip(dims, dims[1:])
        ]
        self.downsample_layers = nn.ModuleList(steps)
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(width) for _ in range(depth))) for width, depth in zip(dims, config.depths)
        )
        self.norm = nn.LayerNorm(dims[-1], eps=EPSILON)
        self.fc_kp = nn.Linear(dims[-1], 3 * num_kp)
        self.fc_scale = nn.Linear(dims[-1], 1)
        self.fc_pitch = nn.Linear(dims[-1], config.num_bins)
        self.fc_yaw = nn.Linear(dims[-1], config.num_bins)
        self.fc_roll = nn.Linear(dims[-1], config.num_bins)
        self.fc_t = nn.Linear(dims[-1], 3)
        self.fc_exp = nn.Linear(dims[-1], 3 * num_kp)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = pictures
        for downsample, stage in zip(self.downsample_layers, self.stages):
            maps = stage(downsample(maps))
        return self.norm(maps.mean(dim=(2, 3)))


class Block(nn.Module):
    """Depthwise convolution, then two layers on each pixel alone, on top of what came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.pwconv1 = nn.Linear(width, 4 * width)
        self.grn = ResponseNorm(4 * width)
        self.pwconv2 = nn.Linear(4 * width, width)

    def forward(self, maps: Tensor) -> Tensor:
        pixels = self.dwconv(maps).permute(0, 2, 3, 1)
        pixels = self.grn(F.gelu(self.pwconv1(self.norm(pixels))))
        return maps + self.pwconv2(pixels).permute(0, 3, 1, 2)


class ResponseNorm(nn.Module):
    """Global response normalisation of (N, H, W, C)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1, 1, 1, width))
        self.beta = nn.Parameter(torch.zeros(1, 1, 1, width))

    def forward(self, pixels: Tensor) -> Tensor:
        response = torch.norm(pixels, p=2, dim=(1, 2), keepdim=True)
        share = response / (response.mean(dim=-1, keepdim=True) + EPSILON)
        return self.gamma * (pixels * share) + self.beta + pixels


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of (N, C, H, W)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, maps: Tensor) -> Tensor:
        centred = maps - maps.mean(dim=1, keepdim=True)
        variance = (centred * centred).mean(dim=1, keepdim=True)
        centred = centred / torch.sqrt(variance + EPSILON)
        return self.weight[:, None, None] * centred + self.bias[:, None, None]
