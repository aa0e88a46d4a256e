"""Pairs in memory, and what is done to them so that renders stand for photographs and paintings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from planes import HEIGHT, WIDTH, Lids

OPEN_LID_ERROR_PX, MOVED_LID_ERROR_PX, CORNER_ERROR_PX = 1.2, 0.5, 1.5
"""standard deviations of what a tracker says: an eye in a portrait of 512 pixels has half the crop's resolution"""
WIDE_EYE_CHANCE, WIDE_EYE_ERROR_PX = 0.25, 6.0
"""now and then the tracker puts the upper lid of a wide open eye too low, by up to this much"""


@dataclass(frozen=True)
class Batch:
    """B pairs."""

    image: Tensor
    """(B, 3, H, W) sRGB 0-1, the eye as the portrait shows it"""
    target: Tensor
    """(B, 3, H, W) the same, its lids moved"""
    lashes: Tensor
    """(B, 1, H, W) where the upper lashes of the target lie"""
    lids: Lids


class Pairs:
    """All people of some shards of pairs.py; the first `held_out` of the first shard are kept for evaluation."""

    def __init__(self, shards: list[Path], held_out: int, device: torch.device) -> None:
        loaded = [np.load(shard) for shard in shards]
        columns = {key: np.concatenate([shard[key] for shard in loaded]) for key in ("picture", "lashes", "lids", "corners")}
        self._tensors = {key: torch.from_numpy(column) for key, column in columns.items()}
        self._held_out = held_out
        self._device = device

    def __len__(self) -> int:
        return len(self._tensors["picture"])

    @property
    def views(self) -> int:
        """Pictures of each person; number 0 is the portrait, the last has its lids shut."""
        return self._tensors["picture"].shape[1]

    def random(self, size: int, generator: torch.Generator) -> Batch:
        """Pairs of people for training, as drawn."""
        people = torch.randint(self._held_out, len(self), (size,), generator=generator)
        views = torch.randint(1, self.views, (size,), generator=generator)
        return self.pairs(people, views)

    def pairs(self, people: Tensor, views: Tensor) -> Batch:
        """From each person's portrait to the given view."""
        t, device = self._tensors, self._device
        pictures = [t["picture"][people, view].to(device).permute(0, 3, 1, 2).float() / 255 for view in (0, views)]
        own, moved = t["lids"][people, 0].to(device), t["lids"][people, views].to(device)
        left, right = t["corners"][people].to(device).unbind(1)
        lashes = t["lashes"][people, views].to(device)[:, None].float() / 255
        return Batch(*pictures, lashes, Lids(own[:, 0], own[:, 1], moved[:, 0], moved[:, 1], left, right))


def photographed(batch: Batch, generator: torch.Generator) -> Batch:
    """Both pictures through the same camera or brush, the landmarks as unsure as a tracker's."""
    size = len(batch.image)
    device = batch.image.device

    def rand(*shape: int) -> Tensor:
        return torch.rand(size, *shape, generator=generator).to(device)

    def randn(*shape: int) -> Tensor:
        return torch.randn(size, *shape, generator=generator).to(device)

    pictures = torch.cat([batch.image, batch.target], 1).view(size, 2, 3, HEIGHT, WIDTH)
    pictures = _grade(pictures, rand, randn)
    pictures = _glasses(pictures, rand)
    pictures = _softened(pictures, generator)
    image, target = pictures.clamp(0, 1).unbind(1)
    image = (image + randn(3, HEIGHT, WIDTH) * 0.015 * rand(1, 1, 1)).clamp(0, 1)
    lids = batch.lids
    x = torch.linspace(-1, 1, WIDTH, device=device)[None]

    def unsure(line: Tensor, amount: float) -> Tensor:
        return line + amount * (randn(1) + 0.5 * randn(1) * x + 0.6 * randn(1) * (1 - x * x))

    too_low = WIDE_EYE_ERROR_PX * rand(1) * (rand(1) < WIDE_EYE_CHANCE).float()
    own_upper = unsure(lids.open_upper, OPEN_LID_ERROR_PX) + too_low * (1 - x**4)
    own_lower = unsure(lids.open_lower, OPEN_LID_ERROR_PX)
    upper, lower = unsure(lids.upper, MOVED_LID_ERROR_PX), unsure(lids.lower, MOVED_LID_ERROR_PX)
    shut = (lids.lower - lids.upper) < 0.3
    upper = torch.where(shut, lids.upper, torch.minimum(upper, lower))
    lower = torch.where(shut, lids.lower, torch.maximum(lower, upper))
    left, right = lids.left + CORNER_ERROR_PX * randn(), lids.right + CORNER_ERROR_PX * randn()
    return Batch(image, target, batch.lashes, Lids(own_upper, torch.maximum(own_upper, own_lower), upper, lower, left, right))


def _grade(pictures: Tensor, rand, randn) -> Tensor:
    """Exposure, white balance, contrast, gamma; one in ten without colour, one in seven varnished and uneven."""
    gain = torch.exp(randn(1, 3, 1, 1) * 0.07 + randn(1, 1, 1, 1) * 0.12)
    gamma = randn(1, 1, 1, 1) * 0.15
    contrast = torch.exp(randn(1, 1, 1, 1) * 0.12)
    out = pictures * (1 + gamma * (1 - pictures)) * gain
    out = (out - 0.4) * contrast + 0.4
    painted = (rand(1, 1, 1, 1) < 0.15).float()
    varnish = torch.tensor([1.0, 0.9, 0.68], device=pictures.device).view(1, 1, 3, 1, 1)
    uneven = F.interpolate(randn(1, 16, 24), size=(HEIGHT, WIDTH), mode="bilinear", align_corners=False)[:, None]
    out = out * (1 - painted + painted * varnish * (1 + 0.03 * uneven))
    grey = (rand(1, 1, 1, 1) < 0.1).float()
    return out * (1 - grey) + out.mean(2, keepdim=True) * grey


def _glasses(pictures: Tensor, rand) -> Tensor:
    """Now and then a rim across the crop and a sheen on the lens, alike in both pictures."""
    device = pictures.device
    y = (torch.arange(HEIGHT, device=device) + 0.5)[None, :, None]
    x = (torch.arange(WIDTH, device=device) + 0.5)[None, None, :]
    cx, cy = 38 + 20 * rand(1, 1), 26 + 18 * rand(1, 1)
    rx, ry = 34 + 26 * rand(1, 1), 18 + 18 * rand(1, 1)
    around = (((x - cx) / rx) ** 4 + ((y - cy) / ry) ** 4) ** 0.25
    width = 0.8 + 2.5 * rand(1, 1)
    worn = (rand(1, 1) < 0.12).float()
    rim = ((width - (around - 1).abs() * ry) + 0.5).clamp(0, 1) * worn
    colour = (rand(3) ** 2 * (rand(1) < 0.5).float() + 0.05)[:, None, :, None, None]
    rim = rim[:, None, None]
    sheen = (worn * (around < 1).float() * rand(1, 1) ** 2 * 0.3 * (x / WIDTH))[:, None, None]
    return (pictures * (1 - sheen) + sheen) * (1 - rim) + colour * rim


def _softened(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """The whole batch now and then smaller than the crop, as eyes of distant faces are."""
    if torch.rand((), generator=generator) < 0.3:
        return pictures
    scale = float(0.35 + 0.55 * torch.rand((), generator=generator))
    flat = pictures.flatten(0, 1)
    small = F.interpolate(flat, scale_factor=scale, mode="bilinear", align_corners=False, antialias=True)
    return F.interpolate(small, size=(HEIGHT, WIDTH), mode="bilinear", align_corners=False).view_as(pictures)
