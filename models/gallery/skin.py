"""Colours of a face at points of the neutral head: skin, blush, lips, freckles, the shadow of a beard."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from facial_hair import BeardStyle, beard_weight, brow_coordinates
from noise import fractal, smoothstep, value_noise
from rig import EYE_SOCKETS, GUMS_AND_TONGUE, HEAD, LANDMARKS, MOUTH_SOCKET, TEETH, Floats

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class SkinStyle:
    """Linear RGB albedos and 0-1 strengths."""

    base: Vector
    lips: Vector
    lip_strength: float = 0.8
    blush: float = 0.7
    """red of cheeks, nose, ears and chin"""
    under_eye: float = 0.5
    freckles: float = 0.0
    blotches: float = 0.5
    """unevenness of colour"""
    beard_shadow: float = 0.0
    brow_colour: Vector = (0.03, 0.02, 0.015)
    brow_underlay: float = 0.35
    scalp_colour: Vector = field(default=(0.05, 0.035, 0.03))
    eyeliner: float = 0.0
    eyeshadow: Vector | None = None
    sclera: Vector = (0.40, 0.37, 0.35)
    gloss: float = 0.05
    lip_gloss: float = 0.10
    age_spots: float = 0.0
    seed: int = 7


def outline_distance(points: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """Signed distance (n) of 2-D points to a closed outline (m, 2), smoothed through its points; negative inside."""
    knots = len(outline)
    t = np.arange(8)[:, None] / 8
    curve = []
    for i in range(knots):
        a, b, c, d = (outline[(i + k) % knots] for k in (-1, 0, 1, 2))
        curve.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    ring = np.concatenate(curve)
    nearest = np.full(len(points), np.inf)
    inside = np.zeros(len(points), bool)
    for a, b in zip(ring, np.roll(ring, -1, axis=0)):
        edge, to = b - a, points - a
        share = np.clip(to @ edge / (edge @ edge + 1e-12), 0, 1)
        nearest = np.minimum(nearest, ((to - share[:, None] * edge) ** 2).sum(1))
        crosses = (a[1] > points[:, 1]) != (b[1] > points[:, 1])
        inside ^= crosses & (points[:, 0] < a[0] + (points[:, 1] - a[1]) * edge[0] / (edge[1] + 1e-12))
    return np.where(inside, -1, 1) * np.sqrt(nearest)


def _spot(p: np.ndarray, x: float, y: float, size: float) -> np.ndarray:
    """A soft spot at both (+-x, y) on the front of the face."""
    distance = (np.abs(p[:, 0]) - x) ** 2 + (p[:, 1] - y) ** 2
    return np.exp(-distance / size**2) * smoothstep(0, 4, p[:, 2])


def lip_amount(p: np.ndarray, neutral: Floats) -> np.ndarray:
    """How much each point (n, 3) is lip, 0-1."""
    near = (np.abs(p[:, 0]) < 4) & (p[:, 1] < -1) & (p[:, 1] > -6.5) & (p[:, 2] > 6)
    amount = np.zeros(len(p))
    distance = outline_distance(p[near, :2], neutral[LANDMARKS[48:60], :2])
    amount[near] = smoothstep(0.16, -0.1, distance + 0.05 * value_noise(p[near] * 4, 11))
    return amount


def skin_albedo(p: np.ndarray, neutral: Floats, style: SkinStyle, scalp: np.ndarray, beard: np.ndarray) -> np.ndarray:
    """Albedo (n, 3) of head points `p` (n, 3) given in neutral space; `scalp` and `beard` are hair densities there."""
    p = np.asarray(p, np.float64)
    base = np.asarray(style.base)
    coarse, fine = fractal(p * 0.7, style.seed), fractal(p * 3.5, style.seed + 5)
    albedo = base * (1 + style.blotches * (0.07 * coarse + 0.06 * fine))[:, None]

    red = 0.9 * _spot(p, 4.2, 0.0, 2.1) + 0.85 * _spot(p, 0.0, 0.2, 1.3) + 0.45 * _spot(p, 0, -6.4, 1.4)
    red += 0.35 * _spot(p, 2.9, 3.4, 1.3) + 0.6 * smoothstep(8.0, 8.8, np.abs(p[:, 0])) * (p[:, 1] > -4)
    red *= style.blush * (1 + 0.35 * fine)
    albedo *= 1 + red[:, None] * np.array([0.03, -0.24, -0.20])
    dark = style.under_eye * (_spot(p, 2.9, 2.2, 1.0) * 0.7 + _spot(p, 2.2, 4.3, 0.9) * 0.5 + _spot(p, 1.9, 3.2, 0.6) * 0.5)
    albedo *= 1 + dark[:, None] * np.array([-0.24, -0.30, -0.24])

    if style.freckles > 0:
        seen = np.exp(-(((p[:, 1] - 0.8) / 3.2) ** 2)) * smoothstep(3, 7, p[:, 2])
        many = value_noise(p * 0.6, style.seed + 33) * 0.12  # here more, there less
        freckle = smoothstep(0.36, 0.62, value_noise(p * 3.6, style.seed + 31) + many)
        freckle = np.minimum(1.0, (freckle + 0.7 * smoothstep(0.4, 0.7, value_noise(p * 6.3, style.seed + 32) + many)))
        freckle *= np.minimum(1.0, seen * style.freckles)
        albedo *= 1 - freckle[:, None] * np.array([0.25, 0.42, 0.5])
    if style.age_spots > 0:
        spots = smoothstep(0.5, 0.72, value_noise(p * 1.5, style.seed + 61) + 0.15 * fine) * style.age_spots
        albedo *= 1 - spots[:, None] * np.array([0.14, 0.24, 0.28])
    if style.beard_shadow > 0:
        shade = style.beard_shadow * beard * (0.75 + 0.25 * value_noise(p * 9, style.seed + 71))
        albedo = albedo * (1 - 0.5 * shade[:, None]) + np.array([0.055, 0.06, 0.07]) * 0.35 * shade[:, None]

    if style.brow_underlay > 0:
        along, above = brow_coordinates(p, neutral)
        under = smoothstep(0.45, 0.1, np.abs(above)) * smoothstep(-0.05, 0.15, along) * smoothstep(1.02, 0.9, along)
        under = (under * style.brow_underlay)[:, None]
        albedo = albedo * (1 - under) + np.asarray(style.brow_colour) * under

    eyes = np.full(len(p), 9.0)
    near = (p[:, 1] > 1) & (p[:, 1] < 6.5) & (p[:, 2] > 6)
    for first in (36, 42):
        outline = neutral[LANDMARKS[first : first + 6], :2]
        eyes[near] = np.minimum(eyes[near], outline_distance(p[near, :2], outline))
    albedo *= 1 - 0.10 * smoothstep(0.35, 0.0, eyes)[:, None] * np.array([0.6, 1.2, 1.0])
    if style.eyeshadow is not None:
        amount = 0.6 * smoothstep(1.1, 0.1, eyes) * smoothstep(3.2, 3.9, p[:, 1])
        albedo = albedo * (1 - amount[:, None]) + np.asarray(style.eyeshadow) * amount[:, None]
    if style.eyeliner > 0:
        amount = style.eyeliner * smoothstep(0.17, 0.05, eyes) * np.where(p[:, 1] > 3.4, 1.0, 0.45)
        albedo = albedo * (1 - amount[:, None]) + np.array([0.012, 0.009, 0.008]) * amount[:, None]

    lip = lip_amount(p, neutral) * style.lip_strength
    crease = fractal(p * np.array([6.0, 1.0, 1.0]), style.seed + 41, 2)
    lip_colour = np.asarray(style.lips) * (1 + 0.10 * crease + 0.05 * fine)[:, None]
    lip_colour = lip_colour * (1 - 0.18 * smoothstep(-3.2, -2.9, p[:, 1]))[:, None]
    albedo = albedo * (1 - lip[:, None]) + lip_colour * lip[:, None]

    cover = (0.85 * scalp)[:, None]
    return np.clip(albedo * (1 - cover) + np.asarray(style.scalp_colour) * cover, 0.002, 0.95)


@dataclass(frozen=True)
class HeadLook:
    """Per-vertex look of all the rig's parts (V)."""

    albedo: Floats
    scatter: Floats
    gloss: Floats


def head_look(neutral: Floats, style: SkinStyle, scalp: np.ndarray, beard: BeardStyle | None) -> HeadLook:
    """The look of every vertex of the rig (V), skin and all the rest."""
    count = len(neutral)
    hairs = beard_weight(neutral, beard) if beard else np.zeros(count)
    albedo = skin_albedo(neutral, neutral, style, scalp, hairs)
    lip = lip_amount(neutral, neutral)
    gloss = np.full(count, style.gloss)
    shiny = _spot(neutral, 0, 0.6, 1.3) * 0.7 + _spot(neutral, 0, 8.0, 3.0) * 0.5 + _spot(neutral, 4.0, 1.4, 1.4) * 0.4
    gloss *= 0.55 + shiny
    gloss += style.lip_gloss * lip
    gloss *= 1 - 0.8 * scalp
    scatter = np.zeros(count)
    scatter[: HEAD.stop] = 1 - 0.4 * lip[: HEAD.stop]

    def paint(part: range, colour: Vector, shine: float) -> None:
        albedo[part.start : part.stop] = colour
        gloss[part.start : part.stop] = shine

    paint(MOUTH_SOCKET, (0.16, 0.035, 0.03), 0.0)
    paint(EYE_SOCKETS, tuple(np.asarray(style.base) * [0.8, 0.5, 0.45]), 0.0)
    paint(GUMS_AND_TONGUE, (0.46, 0.15, 0.14), 0.10)
    teeth = neutral[TEETH.start : TEETH.stop]
    paint(TEETH, (0.66, 0.62, 0.53), 0.16)
    root = np.maximum(smoothstep(-2.3, -1.6, teeth[:, 1]), smoothstep(-3.9, -4.6, teeth[:, 1]))[:, None]
    albedo[TEETH.start : TEETH.stop] *= 1 - root * np.array([0.0, 0.08, 0.2])
    paint(range(TEETH.stop, count), style.sclera, 0.16)  # eyeballs
    return HeadLook(albedo.astype(np.float32), scatter.astype(np.float32), gloss.astype(np.float32))
