"""Light under the skin, in the picture's plane: diffuse light spreads over near skin of like depth, red the farthest
(sums of Gaussians after d'Eon and Luebke, 2007; in screen space after Jimenez et al., 2009)."""

from __future__ import annotations

import numpy as np

from rig import Floats

# Share of each Gaussian in red, green and blue, and its variance in square millimetres.
_PROFILE = [
    ((0.233, 0.455, 0.649), 0.0064), ((0.100, 0.336, 0.344), 0.0484), ((0.118, 0.198, 0.0), 0.187),
    ((0.113, 0.007, 0.007), 0.567), ((0.358, 0.004, 0.0), 1.99), ((0.078, 0.0, 0.0), 7.41),
]


def scatter(render: dict[str, Floats], cm_per_px: float, spread: float) -> Floats:
    """The colour (H, W, 4) of `render` (passes of cycles.py) with its skin's light scattered.

    `spread` scales the distances; 1 is what was measured on skin."""
    light = render["direct"] + render["indirect"]
    colour, skin = render["colour"].copy(), np.clip(render["skin"], 0, 1)[..., None]
    soft = _spread(light, skin, render["depth"], cm_per_px, spread)
    colour[..., :3] += skin * render["diffuse"] * (soft - light)
    return colour


def _spread(light: Floats, skin: Floats, depth: Floats, cm_per_px: float, spread: float) -> Floats:
    variances = np.array([variance for _, variance in _PROFILE]) * (spread * 0.1 / cm_per_px) ** 2
    shares = np.array([share for share, _ in _PROFILE])
    reach = int(np.ceil(2.2 * np.sqrt(variances[-1])))
    near = np.where(skin[..., 0] > 0.5, depth, 1e6)
    total, weights = np.zeros_like(light), np.full(light.shape, 1e-6, np.float32)
    offsets = np.arange(-reach, reach + 1)
    squared = offsets[:, None] ** 2 + offsets[None] ** 2
    kernel = _pixel_share(offsets, variances) @ shares
    for i, dy in enumerate(offsets):
        for j, dx in enumerate(offsets):
            if squared[i, j] > reach**2 or kernel[i, j].max() < 1e-5:
                continue
            away = (near - np.roll(near, (dy, dx), (0, 1))) / (0.35 * spread + 1.5 * cm_per_px)
            alike = np.exp(-(away**2))[..., None] * np.roll(skin, (dy, dx), (0, 1))
            weight = kernel[i, j].astype(np.float32) * alike.astype(np.float32)
            total += weight * np.roll(light, (dy, dx), (0, 1))
            weights += weight
    return np.where(skin > 0, total / weights, light)


def _pixel_share(offsets: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Of each Gaussian, what falls on each pixel (n, n, Gaussians)."""
    fine = (np.arange(9) - 4) / 9
    line = np.exp(-((offsets[:, None, None] + fine[None, :, None]) ** 2) / (2 * variances + 1e-9)).mean(1)
    line /= line.sum(0)
    return line[:, None] * line[None]
