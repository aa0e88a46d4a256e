"""Cloth around a head: scarves, wraps and veils, hung on what is beneath."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter

from noise import fractal, smoothstep
from rig import Floats, Ints

_CENTRE = np.array([0.0, 3.0, -0.5])
# The opening for the face: angle from the face's axis by direction around it (-90 chin, 0 ears, 90 forehead).
_AROUND_DEG = [-90, -60, -30, 0, 30, 60, 90]


@dataclass(frozen=True)
class HeadwearStyle:
    """Angles in degrees about the face's axis, lengths in cm."""

    colour: tuple[float, float, float]
    """linear RGB"""
    opening_deg: tuple[float, ...] = (60, 62, 68, 71, 62, 50, 44)
    """at chin, between, ears, between, forehead, as in _AROUND_DEG"""
    gap_cm: float = 0.45
    folds_cm: float = 0.45
    fold_width_cm: float = 1.5
    wrap: bool = False
    """a wrap stays above ears and nape; else the cloth goes down over neck and shoulders"""
    sheer: bool = False
    """a veil that lets what is beneath be seen"""
    band_colour: tuple[float, float, float] | None = None
    """of a wrap's rolled edge"""
    seed: int = 4


@dataclass(frozen=True)
class Headwear:
    """A mesh with its colour (V, 3) and folds' fine height (V)."""

    vertices: Floats
    faces: Ints
    colour: Floats
    height: Floats


def hang(beneath: np.ndarray, style: HeadwearStyle, rings: int = 150, sectors: int = 300) -> Headwear:
    """Cloth over the points `beneath` (n, 3): skin, hair and shoulders."""
    around = np.linspace(-180, 180, sectors, endpoint=False)
    side = np.degrees(np.arcsin(np.sin(np.radians(around))))
    opening = np.interp(side, _AROUND_DEG, style.opening_deg)
    share = np.linspace(0, 1, rings)[:, None]
    theta, alpha = np.radians(opening + (176 - opening) * share), np.radians(np.broadcast_to(around, (rings, sectors)))
    direction = np.stack([np.sin(theta) * np.cos(alpha), np.sin(theta) * np.sin(alpha), np.cos(theta)], 2)
    radius = _support(beneath, theta, alpha) + style.gap_cm
    points = _CENTRE + direction * radius[..., None]
    fold, fine = _folds(points, theta - np.radians(opening), style)
    outward = np.cross(np.gradient(points, axis=0), np.roll(points, -1, 1) - np.roll(points, 1, 1))
    outward /= np.maximum(np.linalg.norm(outward, axis=2, keepdims=True), 1e-6)
    outward *= np.sign((outward * direction).sum(2, keepdims=True) + 1e-6)
    points = points + outward * fold[..., None]

    hem = points[:1] - direction[:1] * 0.35 + [0, 0, -0.1]  # turned in, so that the cloth has a thickness
    inner = hem - direction[:1] * 0.6 + [0, 0, -0.9]
    vertices = np.concatenate([inner, hem, points])
    colour = np.tile(np.asarray(style.colour), (rings + 2, sectors, 1))
    if style.band_colour is not None:
        band = smoothstep(0.085, 0.075, np.concatenate([np.zeros((2, 1)), share]))[..., None]
        colour = colour * (1 - band) + np.asarray(style.band_colour) * band
    i, j = np.meshgrid(np.arange(rings + 1), np.arange(sectors), indexing="ij")
    following = (j + 1) % sectors
    faces = np.stack([i * sectors + j, i * sectors + following, (i + 1) * sectors + following, (i + 1) * sectors + j], 2)
    flat = vertices.reshape(-1, 3)
    faces = faces.reshape(-1, 4)
    lowest = flat[faces].min(1)
    keep = lowest[:, 1] > -24
    if style.wrap:
        middle = flat[faces].mean(1)
        keep = middle[:, 1] > _wrap_edge(middle[:, 2])
    heights = np.concatenate([np.zeros((2, sectors)), fine])
    return Headwear(flat.astype(np.float32), faces[keep].astype(np.int32), colour.reshape(-1, 3), heights.ravel())


def _support(beneath: np.ndarray, theta: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """How far the things beneath reach in each direction, bridged over and smoothed."""
    to = beneath - _CENTRE
    length = np.linalg.norm(to, axis=1)
    bins = (90, 180)
    row = np.minimum((np.arccos(np.clip(to[:, 2] / length, -1, 1)) / np.pi * bins[0]).astype(int), bins[0] - 1)
    column = ((np.arctan2(to[:, 1], to[:, 0]) + np.pi) / (2 * np.pi) * bins[1]).astype(int) % bins[1]
    reach = np.zeros(bins)
    np.maximum.at(reach, (row, column), length)
    for _ in range(6):
        reach = np.where(reach > 0, reach, maximum_filter(reach, 3, mode=("nearest", "wrap")))
    reach = gaussian_filter(maximum_filter(reach, 3, mode=("nearest", "wrap")), 1.6, mode=("nearest", "wrap"))
    r, c = theta / np.pi * bins[0] - 0.5, (alpha + np.pi) / (2 * np.pi) * bins[1] - 0.5
    r0, c0 = np.clip(np.floor(r).astype(int), 0, bins[0] - 2), np.floor(c).astype(int)
    fr, fc = np.clip(r - r0, 0, 1), c - c0
    low = reach[r0, c0 % bins[1]] * (1 - fc) + reach[r0, (c0 + 1) % bins[1]] * fc
    high = reach[r0 + 1, c0 % bins[1]] * (1 - fc) + reach[r0 + 1, (c0 + 1) % bins[1]] * fc
    return low * (1 - fr) + high * fr


def _wrap_edge(z: np.ndarray) -> np.ndarray:
    """The height (cm) where a wrap ends, by depth: under the nape's hair, over the ears."""
    return np.interp(z, [-12, -6, -1, 3, 9], [-6.0, -4.5, -0.8, 2.0, 6.5])


def _folds(points: np.ndarray, behind: np.ndarray, style: HeadwearStyle) -> tuple[np.ndarray, np.ndarray]:
    """Height of the folds in cm, and their fine relief (H, W)."""
    flat = points.reshape(-1, 3)
    sway = fractal(flat * 0.16, style.seed, 2).reshape(behind.shape)
    if style.wrap:
        twist = np.where(points[..., 0] > 0, 1, -1) * 0.55
        phase = (points[..., 1] * 0.9 + points[..., 2] * 0.55 + twist * np.abs(points[..., 0]) * 0.5 + 2.2 * sway)
    else:
        phase = behind * 9 + 2.6 * sway + 0.12 * points[..., 0]
    rounded = np.abs(np.sin(np.pi * phase / style.fold_width_cm + sway)) ** 0.8  # sharp valleys between soft folds
    wide = np.sin(np.pi * phase / (2.3 * style.fold_width_cm) + 2 * sway)
    soft = fractal(flat * 0.35, style.seed + 5, 3).reshape(behind.shape)
    lower = 1.0 if style.wrap else 0.25 + 0.9 * smoothstep(2, -8, points[..., 1])
    if style.wrap:
        lower = smoothstep(0.0, 3.0, points[..., 1] - _wrap_edge(points[..., 2]))
    start = smoothstep(0.0, 0.12, behind)
    amount = style.folds_cm * lower * start
    return amount * (0.7 * rounded * (0.7 + 0.5 * soft) + 0.35 * wide + 0.5 * soft), 0.5 + 0.3 * soft
