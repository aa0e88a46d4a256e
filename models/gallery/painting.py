"""Makes a render look painted: flattened into strokes, toned with old varnish, on a cracked canvas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backdrop import gaussian_blur
from noise import fractal, smoothstep


@dataclass(frozen=True)
class PaintStyle:
    """How a picture is painted, and what centuries did to it."""

    varnish: tuple[float, float, float] = (1.0, 0.91, 0.69)
    """what old varnish lets through"""
    cracks: float = 0.13
    """how dark the craquelure is, 0-1"""
    sfumato: float = 0.0
    """0-1, how far contours melt away from the face's middle"""
    strokes: float = 0.72
    """0 fine brushes, 1 broad ones"""


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


def paint(picture: np.ndarray, style: PaintStyle, seed: int) -> np.ndarray:
    """(H, H, 3) sRGB bytes as an old painting, sRGB bytes."""
    size = picture.shape[0]
    y, x = np.mgrid[0:size, 0:size] / size
    detail = picture.astype(np.float32) / 255
    fine = kuwahara(detail, max(2, size // 256))
    broad = kuwahara(gaussian_blur(detail, size / 512), max(3, size // 128))
    away = smoothstep(0.16, 0.50, np.hypot(x - 0.5, (y - 0.42) * 0.85))[..., None].astype(np.float32)
    image = fine + (broad - fine) * style.strokes * (0.25 + 0.75 * away)
    image = 0.72 * image + 0.28 * detail * (1 - away) + 0.28 * image * away
    if style.sfumato > 0:
        smoke = gaussian_blur(image, size / 200)
        image = image + (smoke - image) * style.sfumato * (0.30 + 0.45 * away)
    light = image.mean(2, keepdims=True)
    image = light + (image - light) * 0.92
    image = image * np.asarray(style.varnish, np.float32) + np.array([0.020, 0.014, 0.004], np.float32)

    flat = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], 1)
    weave = np.sin(x * size * 2.1) * np.sin(y * size * 2.1)
    hand = fractal(flat * [90, 40, 1], seed, 3).reshape(x.shape)
    aged = fractal(flat * 5, seed + 5, 3).reshape(x.shape)
    warp = np.stack([fractal(flat * 18 + k, seed + 8 + k, 2).reshape(x.shape) for k in range(2)], 2) * 0.010
    cracks = _cracks(x + warp[..., 0], y + warp[..., 1], seed)
    image *= (1 + 0.012 * weave + 0.03 * hand + 0.03 * aged)[..., None]
    image *= (1 - style.cracks * cracks * (0.5 + 0.5 * np.clip(aged + 0.3, 0, 1)))[..., None]
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
