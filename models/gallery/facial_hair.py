"""Brows, lashes, stubble and beards: short strands bound to the moving face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hair import on_surface, surface_samples
from noise import fractal, smoothstep
from raster import Strands
from rig import FACE, LANDMARKS, Floats, Ints, Rig, triangles, vertex_normals

_POINTS = 6


@dataclass(frozen=True)
class BoundStrands:
    """Strands that ride on triangles of the face."""

    strands: Strands
    corners: Ints
    """(S, 3) vertices"""
    barycentric: np.ndarray
    """(S, 3)"""
    rest: Floats
    """(V, 3) the face they were grown on"""

    def on(self, posed: Floats) -> Strands:
        """The strands carried along by the posed face."""
        moved = ((posed - self.rest)[self.corners] * self.barycentric[..., None]).sum(1)
        return self.strands.moved((self.strands.points + moved[:, None]).astype(np.float32))


@dataclass(frozen=True)
class BrowStyle:
    """Eyebrows. Lengths in cm."""

    colour: tuple[float, float, float]
    thickness: float = 0.42
    """half height of the brow at its inner end"""
    length: float = 0.75
    count: int = 900
    raise_cm: float = 0.0
    grey: float = 0.0
    seed: int = 2


def brow_coordinates(points: np.ndarray, neutral: Floats) -> tuple[np.ndarray, np.ndarray]:
    """At points (n, 3) of neutral space: how far along a brow, 0 (inner) to 1 (outer), -1 where none is near,
    and the signed height above its axis in cm."""
    x, y = np.abs(points[:, 0]), points[:, 1]
    knots = neutral[LANDMARKS[22:27]]
    inner = np.array([[1.05, knots[0, 1] - 0.35]])
    curve = np.concatenate([inner, knots[1:, :2] - [0, 0.25], [[knots[-1, 0] + 0.3, knots[-1, 1] - 0.5]]])
    axis = np.interp(x, curve[:, 0], curve[:, 1])
    t = (x - curve[0, 0]) / (curve[-1, 0] - curve[0, 0])
    near = (points[:, 2] > 3) & (t > -0.1) & (t < 1.1) & (np.abs(y - axis) < 1.5)
    return np.where(near, t, -1.0), np.where(near, y - axis, 9.0)


def grow_brows(rig: Rig, person: Floats, style: BrowStyle) -> BoundStrands:
    """Both eyebrows for `person`."""
    rng = np.random.default_rng(style.seed)
    tris = triangles(rig.faces_of(FACE))
    along, above = brow_coordinates(rig.neutral, rig.neutral)
    above = above - style.raise_cm
    near = smoothstep(1.6, 0.6, np.abs(above)) * (along > -0.1)
    chosen, bary = surface_samples(person, tris, near, style.count * 8, rng)
    t = on_surface(along[:, None], tris, chosen, bary)[:, 0]
    h = on_surface(above[:, None], tris, chosen, bary)[:, 0]
    half = style.thickness * np.interp(t, [-0.05, 0.1, 0.55, 1.0], [0.75, 1.0, 0.85, 0.40])
    density = smoothstep(1.05, 0.45, np.abs(h) / half) * smoothstep(-0.06, 0.10, t) * smoothstep(1.0, 0.8, t)
    keep = np.flatnonzero(rng.random(len(t)) < density)[: 2 * style.count]
    chosen, bary, t, h, half = chosen[keep], bary[keep], t[keep], h[keep], half[keep]
    side = np.sign(on_surface(person, tris, chosen, bary)[:, 0])
    # Inner hairs stand up, outer ones lie outward; both edges lean towards the axis.
    angle = np.radians(np.interp(t, [0, 0.15, 0.5, 1.0], [78, 48, 16, -18]) - 30 * h / half + rng.normal(0, 9, len(t)))
    aim = np.stack([np.cos(angle) * side, np.sin(angle), np.zeros(len(t))], 1)
    length = style.length * np.interp(t, [0, 0.2, 1], [0.8, 1.0, 0.6]) * rng.uniform(0.6, 1.1, len(t))
    bound = _lie_on_skin(person, tris, chosen, bary, aim, length, lift=0.16, bend=-0.25, rng=rng)
    return _bind(person, tris, chosen, bary, bound, style.colour, style.grey, 0.011, rng)


@dataclass(frozen=True)
class BeardStyle:
    """Stubble to full beard. Lengths in cm."""

    colour: tuple[float, float, float]
    length: float = 0.12
    count: int = 9000
    moustache: float = 1.0
    """density 0-1 above the lip"""
    cheeks: float = 0.5
    """0 keeps to the jaw, 1 climbs the cheeks"""
    curl_cm: float = 0.0
    grey: float = 0.0
    width: float = 0.010
    seed: int = 3


def beard_weight(points: np.ndarray, style: BeardStyle) -> np.ndarray:
    """Density of the beard, 0-1 (n), at points (n, 3) of neutral space."""
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    inside_lips = ((x / 2.75) ** 2 + ((y + 3.45) / np.where(y > -3.45, 0.95, 1.15)) ** 2) < 1
    edge = np.interp(x, [0, 2.2, 3.2, 5.0, 6.6, 7.6], [-5.6, -5.2, -3.9, -3.2 + 1.6 * style.cheeks, 0.8, 2.5])
    jaw = smoothstep(0.25, -0.7, y - edge + 0.3 * fractal(points * 1.2, style.seed)) * (z > -1.0)
    chin = smoothstep(2.4, 1.6, x) * (y < -5.0)
    neck = smoothstep(-10.2, -8.6, y) * smoothstep(-1.0, 0.5, z)
    lip_top = smoothstep(-1.55, -1.9, y) * (y > -3.3) * smoothstep(3.3, 2.6, x) * style.moustache
    corners = smoothstep(2.4, 2.9, x) * smoothstep(4.0, 3.3, x) * (y < -1.9) * (y > -6) * style.moustache
    weight = np.maximum(np.maximum(jaw, chin), np.maximum(lip_top * smoothstep(0.05, 0.3, x + 0.15), corners)) * neck
    weight[inside_lips & (z > 6)] = 0
    weight *= smoothstep(8.0, 7.4, x)  # not on the ears
    return weight


def grow_beard(rig: Rig, person: Floats, style: BeardStyle) -> BoundStrands:
    """Beard hairs for `person`, pointing down and a little outward."""
    rng = np.random.default_rng(style.seed)
    tris = triangles(rig.faces_of(FACE))
    chosen, bary = surface_samples(person, tris, beard_weight(rig.neutral, style), style.count, rng)
    root = on_surface(person, tris, chosen, bary)
    aim = np.stack([0.25 * np.sign(root[:, 0]) * (root[:, 1] > -5), np.full(len(root), -1.0), np.full(len(root), 0.1)], 1)
    aim = aim + rng.normal(0, 0.22, aim.shape)
    shorter = np.where(root[:, 1] > -2.6, 0.6, 1.0) * np.interp(np.abs(root[:, 0]), [2, 7], [1.0, 0.5])
    length = style.length * shorter * rng.uniform(0.5, 1.15, len(root))
    points = _lie_on_skin(person, tris, chosen, bary, aim, length, lift=0.45, bend=0.25, rng=rng)
    if style.curl_cm > 0:
        t = np.linspace(0, 1, _POINTS)[None, :, None]
        phase = rng.uniform(0, 6.28, (len(root), 1, 1)) + 9 * t
        wave = np.concatenate([np.cos(phase), np.sin(phase * 0.7), np.sin(phase)], 2)
        points = points + style.curl_cm * wave * t
    return _bind(person, tris, chosen, bary, points, style.colour, style.grey, style.width, rng)


def _lie_on_skin(
    person: Floats,
    tris: Ints,
    chosen: np.ndarray,
    bary: np.ndarray,
    aim: np.ndarray,
    length: np.ndarray,
    lift: float,
    bend: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Short arcs (n, _POINTS, 3) from surface samples towards `aim`, leaving the skin by `lift`, curving by `bend`."""
    normal = on_surface(vertex_normals(person, tris), tris, chosen, bary)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    tangent = aim - normal * (aim * normal).sum(1, keepdims=True)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-6)
    across = np.cross(normal, tangent) * rng.normal(0, 0.12, (len(aim), 1))
    t = np.linspace(0, 1, _POINTS)[None, :, None]
    root = on_surface(person, tris, chosen, bary)[:, None]
    away = (tangent[:, None] + across[:, None] * t) * t + normal[:, None] * (lift * t * (1 + bend * t)) + 0.0
    return root + away * length[:, None, None]


def _bind(
    person: Floats,
    tris: Ints,
    chosen: np.ndarray,
    bary: np.ndarray,
    points: np.ndarray,
    colour: tuple[float, float, float],
    grey: float,
    width: float,
    rng: np.random.Generator,
) -> BoundStrands:
    tints = np.asarray(colour) * rng.uniform(0.6, 1.4, (len(points), 1))
    tints[rng.random(len(points)) < grey] = (0.29, 0.285, 0.275)
    widths = width * rng.uniform(0.7, 1.2, len(points))
    strands = Strands(points.astype(np.float32), tints.astype(np.float32), widths.astype(np.float32))
    return BoundStrands(strands, tris[chosen], bary, person)


@dataclass(frozen=True)
class Lashes:
    """Lashes as paths on the rig's lash cards, which follow the lids."""

    grids: Ints
    card: np.ndarray
    column: np.ndarray
    lean: np.ndarray
    reach: np.ndarray
    colour: tuple[float, float, float]
    width: float

    @staticmethod
    def grow(
        rig: Rig, colour: tuple[float, float, float], per_card: int = 34, length: float = 1.0, width: float = 0.012
    ) -> Lashes:
        """`length` scales the cards' own; lower lashes come out fewer."""
        rng = np.random.default_rng(4)
        card = np.repeat(np.arange(12), per_card)
        card = card[(card % 6 < 3) | (rng.random(len(card)) < 0.55)]
        column = rng.uniform(1.2, 16.8, len(card))
        return Lashes(
            grids=rig.lash_grids,
            card=card,
            column=column,
            lean=rng.normal(0, 0.5, len(card)),
            reach=length * rng.uniform(0.55, 1.0, len(card)) * np.where(card % 6 < 3, 1.0, 0.8),
            colour=colour,
            width=width,
        )

    def on(self, posed: Floats) -> Strands:
        """The lashes of the posed face."""
        t = np.linspace(0, 1, _POINTS)[None]
        column = np.clip(self.column[:, None] + self.lean[:, None] * t, 0, 17.99)
        row = np.clip(t * self.reach[:, None] * 5, 0, 4.99)
        i, j = np.floor(column).astype(int), np.floor(row).astype(int)
        fi, fj = (column - i)[..., None], (row - j)[..., None]
        card = self.card[:, None]
        corner = [posed[self.grids[card, i + a, j + b]] for a, b in ((0, 0), (1, 0), (0, 1), (1, 1))]
        points = (corner[0] * (1 - fi) + corner[1] * fi) * (1 - fj) + (corner[2] * (1 - fi) + corner[3] * fi) * fj
        count = len(points)
        colour = np.tile(np.asarray(self.colour, np.float32), (count, 1))
        return Strands(points.astype(np.float32), colour, np.full(count, self.width, np.float32))


def together(*parts: Strands) -> Strands:
    """Several sets of strands as one; the shorter polylines get as many points as the longest."""
    most = max(part.points.shape[1] for part in parts)
    return Strands(
        np.concatenate([_with_points(part.points, most) for part in parts]),
        np.concatenate([part.colour for part in parts]),
        np.concatenate([part.width for part in parts]),
    )


def _with_points(lines: Floats, count: int) -> Floats:
    at = np.linspace(0, lines.shape[1] - 1, count)
    low = np.minimum(at.astype(int), lines.shape[1] - 2)
    blend = (at - low)[None, :, None]
    return (lines[:, low] * (1 - blend) + lines[:, low + 1] * blend).astype(np.float32)
