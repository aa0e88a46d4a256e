"""Backgrounds out of focus: soft shapes of a room, a garden, a studio wall."""

from __future__ import annotations

import numpy as np

from noise import fractal, smoothstep
from rig import Floats


def gaussian_blur(image: Floats, sigma_px: float) -> Floats:
    """Blurs (H, W, C) with edge clamping; separable."""
    reach = max(1, int(3 * sigma_px))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_px) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        padding = [(0, 0)] * image.ndim
        padding[axis] = (reach, reach)
        padded = np.pad(image, padding, mode="edge")
        size = image.shape[axis]
        image = sum(weight * padded.take(range(k, k + size), axis) for k, weight in enumerate(kernel))
    return np.asarray(image, np.float32)


def lens_blur(image: Floats, radius_px: float) -> Floats:
    """Blurs (H, W, 3) with a disc, as an open aperture does, by FFT."""
    pad = int(radius_px) + 2
    padded = np.pad(image, ((pad, pad), (pad, pad), (0, 0)), mode="edge")
    height, width = padded.shape[:2]
    y, x = np.meshgrid(np.fft.fftfreq(height, 1 / height), np.fft.fftfreq(width, 1 / width), indexing="ij")
    disc = smoothstep(radius_px + 1, radius_px - 1, np.hypot(x, y))
    spectrum = np.fft.fft2(padded, axes=(0, 1)) * np.fft.fft2(disc / disc.sum())[..., None]
    return np.fft.ifft2(spectrum, axes=(0, 1)).real[pad:-pad, pad:-pad].astype(np.float32)


def room(width: int, height: int, seed: int = 3, wall: tuple[float, float, float] = (0.42, 0.40, 0.36),
         blur: float = 0.030) -> Floats:
    """A living room (height, width, 3), linear RGB: a wall, a window, shelves with books, a plant.

    `blur` is the radius of the lens's disc in picture heights."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    x, y = x / height, y / height  # so that shapes keep their aspect
    aspect = width / height
    image = np.asarray(wall) * (1.05 - 0.35 * x / aspect - 0.12 * y)[..., None]

    def box(x0: float, y0: float, x1: float, y1: float, colour) -> None:
        image[(x >= x0) & (x < x1) & (y >= y0) & (y < y1)] = colour

    box(0.03, 0.06, 0.36, 0.66, (0.55, 0.53, 0.48))
    box(0.05, 0.08, 0.19, 0.64, (1.3, 1.45, 1.6))
    box(0.205, 0.08, 0.345, 0.64, (1.25, 1.4, 1.55))
    box(0.05, 0.44, 0.345, 0.64, (0.55, 0.75, 0.45))
    left = aspect - 0.40
    box(left, 0.05, aspect, 0.80, (0.12, 0.075, 0.045))
    for shelf in range(4):
        top = 0.08 + 0.18 * shelf
        box(left + 0.015, top, aspect, top + 0.15, (0.07, 0.045, 0.03))
        at = left + 0.02
        while at < aspect:
            book = rng.uniform(0.012, 0.035)
            tall = rng.uniform(0.09, 0.14)
            if rng.random() < 0.85:
                hue = np.array([(0.30, 0.10, 0.07), (0.09, 0.16, 0.25), (0.45, 0.38, 0.25), (0.10, 0.20, 0.12), (0.5, 0.48, 0.44)])
                box(at, top + 0.15 - tall, at + book, top + 0.15, hue[rng.integers(5)] * rng.uniform(0.6, 1.2))
            at += book + 0.003
    box(0, 0.80, aspect, 1.0, (0.16, 0.12, 0.09))
    for _ in range(60):
        cx, cy = rng.normal(0.43, 0.05), rng.normal(0.62, 0.10)
        leaf = ((x - cx) / 0.03) ** 2 + ((y - cy) / 0.045) ** 2 < 1
        image[leaf] = np.array([0.07, 0.16, 0.05]) * rng.uniform(0.5, 1.6)
    return lens_blur(image.astype(np.float32), blur * height)


def studio(width: int, height: int, colour: tuple[float, float, float], centre: tuple[float, float] = (0.5, 0.45)) -> Floats:
    """A painted studio canvas: `colour` (linear RGB) bright behind the sitter, falling off to the corners."""
    y, x = np.mgrid[0:height, 0:width] / height
    away = np.hypot(x - centre[0] * width / height, (y - centre[1]) * 0.9)
    points = np.stack([x.ravel() * 3, y.ravel() * 3, np.zeros(x.size)], 1)
    mottle = fractal(points, 4, 4).reshape(x.shape)
    return (np.asarray(colour) * ((1.25 - 1.0 * away) * (1 + 0.10 * mottle))[..., None]).clip(0.002).astype(np.float32)


def foliage(width: int, height: int, seed: int, leaf: tuple[float, float, float], light: tuple[float, float, float]) -> Floats:
    """A garden far out of focus: `leaf` greens with discs of `light` between them (linear RGB)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / height
    points = np.stack([x.ravel() * 2.2, y.ravel() * 2.2, np.full(x.size, seed)], 1)
    shade = fractal(points, seed, 4).reshape(x.shape)
    image = np.asarray(leaf) * np.exp(0.9 * shade)[..., None] * (1.25 - 0.6 * y)[..., None]
    for _ in range(150):
        cx, cy, r = rng.uniform(0, width / height), rng.beta(1.1, 2.2), rng.uniform(0.004, 0.011)
        gap = (x - cx) ** 2 + (y - cy) ** 2 < r * r
        image[gap] = np.asarray(light) * rng.uniform(1.0, 6.0)
    return lens_blur(image.astype(np.float32), 0.035 * height)


def landscape(width: int, height: int, seed: int) -> Floats:
    """A valley as old masters dreamt it: hazy hills one behind the other, a winding river, a warm sky."""
    y, x = np.mgrid[0:height, 0:width] / height
    sky = np.clip(y / 0.55, 0, 1)[..., None]
    image = np.array([0.16, 0.24, 0.24]) * (1 - sky) + np.array([0.52, 0.47, 0.28]) * sky
    for layer in range(7):
        depth = layer / 6
        ridge_points = np.stack([x[0] * (2.2 + 1.1 * layer) + 9 * layer, np.full(width, seed), np.full(width, layer)], 1)
        rugged = 1 - 2.2 * np.abs(fractal(ridge_points * 1.4, seed + layer, 4)) if layer < 4 else fractal(ridge_points, seed + layer, 4)
        ridge = 0.36 + 0.085 * layer - (0.11 - 0.006 * layer) * rugged
        hill = np.array([0.22, 0.30, 0.25]) * (1 - depth) + np.array([0.07, 0.065, 0.022]) * depth
        inside = smoothstep(-0.004, 0.006, y - ridge)[..., None]
        points = np.stack([x.ravel() * 14, y.ravel() * 26, np.full(x.size, layer)], 1)
        texture = 1 + 0.22 * fractal(points, seed + 40 + layer, 3).reshape(x.shape)
        fade = (1.25 - 1.1 * np.clip(y - ridge, 0, 0.5))[..., None]
        image = image * (1 - inside) + hill * texture[..., None] * fade * inside
    bend = 0.20 + 0.10 * np.sin(y * 21) * (1.15 - y)
    river = smoothstep(0.010 + 0.035 * (y - 0.5), 0.0, np.abs(x - bend)) * smoothstep(0.52, 0.58, y) * smoothstep(0.96, 0.8, y)
    image = image * (1 - 0.7 * river[..., None]) + np.array([0.35, 0.38, 0.29]) * 0.7 * river[..., None]
    return gaussian_blur(image.astype(np.float32), 0.004 * height)
