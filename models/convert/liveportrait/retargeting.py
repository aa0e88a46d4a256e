"""Small networks that correct keypoints: so that shoulders stay where they are, or eyes and lips open as far as told."""

from __future__ import annotations

import torch.nn as nn
from torch import Tensor


class Retargeting(nn.Module):
    """Layers with ReLUs between them; S and R of the paper."""

    def __init__(self, inputs: int, hidden: tuple[int, ...], outputs: int) -> None:
        super().__init__()
        widths = [inputs, *hidden, outputs]
        layers: list[nn.Module] = []
        for pair in zip(widths, widths[1:]):
            layers += [nn.Linear(*pair), nn.ReLU()]
        self.mlp = nn.Sequential(*layers[:-1])

    def forward(self, values: Tensor) -> Tensor:
        return self.mlp(values)
