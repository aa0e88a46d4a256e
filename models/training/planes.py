"""The one definition of what goes into the lid net and what becomes of what comes out.

`server/packs/mesh/eyes/lid-planes.ts` is the same in TypeScript; `parity.py` writes a sample that its test compares.

The crop: 96×64 pixels, 20 per cm of an average head, the eye's corners level and their middle in the crop's middle,
the outer corner to the left. A lid is told by its height in every column, in pixels (see `Lids`).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

WIDTH, HEIGHT = 96, 64
PX_PER_CM = 20
PLANES = 12

DISTANCE_RANGE_PX = 16.0
"""distances to a lid are told in this unit, up to one"""
HOLE_ABOVE_PX, HOLE_BELOW_PX, HOLE_BESIDE_PX = 7.0, 4.0, 7.0
"""skin takes the place of the open eye and of this much around it: lashes, liner, wet edge"""
HOLE_REACH_PX = 6
"""in a column, the lids of all columns as near as this count: where lids are steep, lashes stand beside them"""
FILL_LEVELS = 5
FILL_TRUST = 0.3
MOST_LOG_GAIN, MOST_LOG_TINT = 2.0, 0.12
WINDOW_FROM, WINDOW_RADII_PX = 0.7, (47.0, 31.0)
ALPHA_OUTSIDE, ALPHA_INSIDE = -3.0, 3.0
"""opacity's logit that the net's answer is added to, away from the open eye and in its place"""


@dataclass(frozen=True)
class Lids:
    """Lid edges (B, WIDTH), y in pixels of the crop at each column's centre, and the corners (B), x in pixels.

    Beyond the corners both lids are at the corner's height.
    """

    open_upper: Tensor
    open_lower: Tensor
    upper: Tensor
    lower: Tensor
    left: Tensor
    right: Tensor


def _rows(like: Tensor) -> Tensor:
    return (torch.arange(HEIGHT, device=like.device, dtype=like.dtype) + 0.5)[None, :, None]


def _columns(like: Tensor) -> Tensor:
    return (torch.arange(WIDTH, device=like.device, dtype=like.dtype) + 0.5)[None, None, :]


def _between(top: Tensor, bottom: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """Anti-aliased coverage (B, 1, H, W) of what lies between two lid lines and two columns."""
    y, x = _rows(top), _columns(top)
    inside = (y - top[:, None] + 0.5).clamp(0, 1) * (bottom[:, None] - y + 0.5).clamp(0, 1)
    beside = (x - left[:, None, None] + 0.5).clamp(0, 1) * (right[:, None, None] - x + 0.5).clamp(0, 1)
    return (inside * beside)[:, None]


def window(like: Tensor) -> Tensor:
    """(1, 1, H, W): 1 around the eye, 0 at the crop's border."""
    x, y = _columns(like) - WIDTH / 2, _rows(like) - HEIGHT / 2
    distance = ((x / WINDOW_RADII_PX[0]) ** 2 + (y / WINDOW_RADII_PX[1]) ** 2).sqrt()
    return (1 - ((distance - WINDOW_FROM) / (1 - WINDOW_FROM)).clamp(0, 1))[:, None]


def hole(lids: Lids) -> Tensor:
    """(B, 1, H, W) the open eye, its lashes and its edge, 0-1."""
    top = -_highest_near(-lids.open_upper) - HOLE_ABOVE_PX
    bottom = _highest_near(lids.open_lower) + HOLE_BELOW_PX
    return _between(top, bottom, lids.left - HOLE_BESIDE_PX, lids.right + HOLE_BESIDE_PX)


def _highest_near(line: Tensor) -> Tensor:
    return F.max_pool1d(line[:, None], 2 * HOLE_REACH_PX + 1, 1, HOLE_REACH_PX)[:, 0]


def _soft(mask: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(mask, (1, 1, 1, 1), mode="replicate"), 3, 1)


def fill_eye(image: Tensor, lids: Lids) -> Tensor:
    """`image` (B, 3, H, W) with the open eye replaced by smooth skin from around it.

    A pyramid of means weighted by squared brightness: skin counts more than lashes, liner and shadow do.
    """
    away = 1 - hole(lids)
    brightness = image.mean(1, keepdim=True)
    weight = away * (brightness * brightness + 1e-3)
    sums, weights = [image * weight], [weight]
    for _ in range(FILL_LEVELS):
        sums.append(F.avg_pool2d(sums[-1], 2))
        weights.append(F.avg_pool2d(weights[-1], 2))
    trust = FILL_TRUST * weights[0].mean((2, 3), keepdim=True)
    filled = sums[-1] / (weights[-1] + 1e-6)
    for level in range(FILL_LEVELS - 1, -1, -1):
        coarse = F.interpolate(filled, scale_factor=2, mode="bilinear", align_corners=False)
        share = weights[level] / (weights[level] + trust)
        filled = sums[level] / (weights[level] + 1e-6) * share + coarse * (1 - share)
    soft = _soft(1 - away)
    return image * (1 - soft) + filled * soft


def input_planes(image: Tensor, filled: Tensor, lids: Lids, lashes: Tensor) -> Tensor:
    """(B, PLANES, H, W): picture, filled picture, distances to the four lid lines, lashes to be, how far closed."""
    y = _rows(image)

    def distance(line: Tensor) -> Tensor:
        return ((y - line[:, None]) / DISTANCE_RANGE_PX).clamp(-1, 1)[:, None]

    lines = [distance(line) for line in (lids.open_upper, lids.open_lower, lids.upper, lids.lower)]
    closed = closing(lids)[:, None, None, None].expand(-1, 1, HEIGHT, WIDTH)
    return torch.cat([image, filled, *lines, lashes, closed], 1)


def closing(lids: Lids) -> Tensor:
    """How far the lids have closed (B): 0 as in the portrait, 1 shut; by the area between them."""
    area = (lids.open_lower - lids.open_upper).clamp(min=0).sum(1).clamp(min=1)
    return 1 - (lids.lower - lids.upper).clamp(min=0).sum(1) / area


def read_output(output: Tensor, lids: Lids) -> tuple[Tensor, Tensor]:
    """What the net says (B, 4, H, W) as what colours are multiplied by (B, 3, H, W) and opacity (B, 1, H, W)."""
    light = torch.tanh(output[:, :1]) * MOST_LOG_GAIN
    tints = torch.tanh(output[:, 1:3]) * MOST_LOG_TINT
    gain = torch.exp(torch.cat([light + tints[:, :1], light, light + tints[:, 1:]], 1))
    logit = ALPHA_OUTSIDE + (ALPHA_INSIDE - ALPHA_OUTSIDE) * _soft(hole(lids))
    return gain, torch.sigmoid(output[:, 3:] + logit) * window(output)


def compose(image: Tensor, filled: Tensor, lids: Lids, output: Tensor) -> tuple[Tensor, Tensor]:
    """The eye with its lids moved (B, 3, H, W), and how much of it is new (B, 1, H, W); `output` is the net's."""
    gain, alpha = read_output(output, lids)
    still_open = _between(lids.upper, lids.lower, lids.left, lids.right)
    was_open = _between(lids.open_upper, lids.open_lower, lids.left, lids.right)
    swept = was_open * (1 - still_open)  # nothing of the eye may shine through a lid
    alpha = alpha + (1 - alpha) * swept
    base = image * still_open + filled * (1 - still_open)
    return image * (1 - alpha) + alpha * (base * gain).clamp(max=1), alpha
