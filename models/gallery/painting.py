"""Makes a render look painted: flattened into strokes, toned with old varnish, on a cracked canvas."""

from __future__ import annotations

import numpy as np

from backdrop import gaussian_blur
from noise import fractal


def kuwahara(image: np.ndarray, radius_px: int, sharpness: float = 8.0) -> np.ndarray:
    """Smooths (H, W, 3) 0-1 towards the calmest of eight neighbouring discs: edges stay, texture turns to strokes."""
    pad = 2 * radius_px
    image = np.pad(image, ((pad, pad), (pad, pad), (0, 0)), mode="edge").astype(np.float32)
    blurred = gaussian_blur(image, radius_px * 0.5)
    squared = gaussian_blur(image**2, radius_px * 0.5)
    total, weights = np.zeros_like(blurred), np.zeros(image.shape[:2] + (1,))
    for k in range(8):
        dx, dy = (int(round(radius_px * f(k * np.pi / 4))) for f in (np.cos, np.sin))
        mean = np.roll(blurred, (dy, dx), (0, 1))
        variance = np.roll(squared, (dy, dx), (0, 1)) - mean**2
        weight = 1 / (1e-5 + np.maximum(variance.sum(2, keepdims=True), 0)) ** (sharpness / 2)
        total += mean * weight
        weights += weight
    return (total / weights)[pad:-pad, pad:-pad]


def paint(picture: np.ndarray, seed: int) -> np.ndarray:
    """(H, W, 3) sRGB bytes as a panel of the sixteenth century, sRGB bytes."""
    size = picture.shape[0]
    image = picture.astype(np.float32) / 255
    detail = image
    strokes = kuwahara(image, max(2, size // 340))
    strokes = 0.72 * strokes + 0.28 * kuwahara(strokes, max(3, size // 170))
    image = 0.86 * strokes + 0.14 * detail
    light = image.mean(2, keepdims=True)
    image = light + (image - light) * 0.92
    image = np.clip((image - 0.5) * 1.06 + 0.49, 0, 1)
    varnish = np.array([1.0, 0.91, 0.69], np.float32)
    image = image * varnish + np.array([0.020, 0.014, 0.004], np.float32)

    y, x = np.mgrid[0:size, 0:size] / size
    flat = np.stack([x.ravel(), y.ravel(), np.full(x.size, 0.0)], 1)
    weave = np.sin(x * size * 1.9) * np.sin(y * size * 1.9)
    hand = fractal(flat * [90, 40, 1], seed, 3).reshape(x.shape)
    aged = fractal(flat * 5, seed + 5, 3).reshape(x.shape)
    warp = np.stack([fractal(flat * 18 + k, seed + 8 + k, 2).reshape(x.shape) for k in range(2)], 2) * 0.010
    cracks = _cracks(x + warp[..., 0], y + warp[..., 1], seed)
    image *= (1 + 0.010 * weave + 0.025 * hand + 0.03 * aged)[..., None]
    image *= (1 - 0.13 * cracks * (0.5 + 0.5 * np.clip(aged + 0.3, 0, 1)))[..., None]
    edge = np.clip(1.08 - 1.1 * ((x - 0.5) ** 2 + (y - 0.47) ** 2), 0, 1)
    return (np.clip(image * edge[..., None], 0, 1) * 255 + 0.5).astype(np.uint8)


def _cracks(x: np.ndarray, y: np.ndarray, seed: int, cells: int = 46) -> np.ndarray:
    """Craquelure: the borders of a Voronoi pattern, thin, 0-1 (H, W)."""
    rng = np.random.default_rng(seed)
    jitter = rng.random((cells + 4, cells + 4, 2))
    cx, cy = np.floor(x * cells).astype(int), np.floor(y * cells).astype(int)
    first, second = np.full(x.shape, 9.0), np.full(x.shape, 9.0)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            i, j = np.clip(cy + dy + 1, 0, cells + 3), np.clip(cx + dx + 1, 0, cells + 3)
            away = np.hypot(cx + dx + jitter[i, j, 0] - x * cells, cy + dy + jitter[i, j, 1] - y * cells)
            second = np.where(away < first, first, np.minimum(second, away))
            first = np.minimum(first, away)
    return np.clip(1 - (second - first) / 0.045, 0, 1)
