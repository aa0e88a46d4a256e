"""Takes the path tracer's noise out of a render: joint non-local means (Buades et al., 2005; guided by albedo, normal and
coverage as in Rousselle et al., 2013), stronger on colour than on lightness."""

from __future__ import annotations

import numpy as np

from noise import smoothstep
from rig import Floats

_TO_YCC = np.array([[0.25, 0.5, 0.25], [0.5, 0.0, -0.5], [-0.25, 0.5, -0.25]], np.float32)


def denoise(render: dict[str, Floats], strength: float = 0.75, reach_px: int = 5) -> Floats:
    """The linear colour (H, W, 4), premultiplied, of `render` (passes of cycles.py) with less noise; alpha is kept."""
    colour = _without_sparks(np.asarray(render["colour"], np.float32))
    alpha = colour[..., 3:]
    root = np.sqrt(np.maximum(colour[..., :3], 0))  # noise is about even in roots of light
    ycc = root @ _TO_YCC.T
    rough = _box(render["normal"] ** 2, 2).sum(2) - (_box(render["normal"], 2) ** 2).sum(2)
    kept = 0.42 * smoothstep(0.005, 0.012, rough)[..., None]  # hair, whose fine light and shade look like noise
    noise = _noise_level(ycc)
    noise[..., :1] *= 1 - kept
    guides = np.concatenate([render["albedo"] / 0.10, render["normal"] / 0.30, alpha / 0.08], 2).astype(np.float32)
    luma, chroma = ycc[..., :1], ycc[..., 1:]
    clean_luma = _means(luma, luma, noise[..., :1] * strength, guides, reach_px, patch=2)
    clean_chroma = _means(chroma, np.concatenate([luma, chroma], 2), noise * strength * 1.6, guides, reach_px, patch=3)
    clean = np.concatenate([clean_luma, clean_chroma], 2) @ np.linalg.inv(_TO_YCC).T.astype(np.float32)
    return np.concatenate([np.maximum(clean, 0) ** 2, alpha], 2)


def _without_sparks(colour: Floats) -> Floats:
    """Lone pixels far brighter than all around them are paths that found a lamp by luck: held to their neighbours' best."""
    light = colour[..., :3].mean(2)
    around = [np.roll(light, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    limit = 1.2 * np.sort(around, axis=0)[-2] + 0.02
    held = colour.copy()
    held[..., :3] *= np.minimum(1, limit / np.maximum(light, 1e-6))[..., None]
    return held


def _noise_level(image: Floats) -> Floats:
    """Standard deviation of the noise about every pixel (H, W, C), from what a 3x3 mean leaves over."""
    left_over = (image - _box(image, 1)) / np.sqrt(8 / 9)
    return np.sqrt(np.minimum(_box(left_over**2, 6), 0.12**2)) + 0.002


def _means(image: Floats, compared: Floats, sigma: Floats, guides: Floats, reach: int, patch: int) -> Floats:
    """Each pixel as the mean of those near it whose patches look alike, given the noise `sigma` of `compared`."""
    total, weights = np.zeros_like(image), np.zeros(image.shape[:2] + (1,), np.float32)
    variance = sigma**2
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            def there(values: Floats) -> Floats:
                return np.roll(values, (dy, dx), (0, 1))

            noise = variance + there(variance)
            apart = ((compared - there(compared)) ** 2 - noise) / (1e-6 + 0.45 * noise)
            apart = np.maximum(_box(apart.mean(2, keepdims=True), patch), 0)
            guided = ((guides - there(guides)) ** 2).max(2, keepdims=True)
            weight = np.exp(-np.maximum(apart, guided))
            total += weight * there(image)
            weights += weight
    return total / weights


def _box(image: Floats, reach: int) -> Floats:
    """Mean over a square of 2 reach + 1 (H, W, C)."""
    side = 2 * reach + 1
    for axis in (0, 1):
        padding = [(0, 0)] * image.ndim
        padding[axis] = (reach + 1, reach)
        sums = np.cumsum(np.pad(image, padding, mode="edge"), axis, dtype=np.float64)
        length = image.shape[axis]
        image = ((sums.take(range(side, side + length), axis) - sums.take(range(length), axis)) / side).astype(np.float32)
    return image
