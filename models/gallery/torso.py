"""Shoulders under clothes: a lofted garment around the rig's bust."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from noise import fractal, smoothstep
from rig import HEAD, Floats, Ints, Rig, triangles, vertex_normals

# The body by height (cm): half width, half depth, centre z. A person of middling build.
_HEIGHT = [-60, -40, -28, -22, -19, -17, -15.5, -14, -13, -12, -10.5, -8]
_WIDTH = [20.0, 20.5, 21.5, 21.2, 20.2, 18.4, 15.6, 12.0, 9.6, 7.6, 6.4, 6.0]
_DEPTH = [11.5, 12.0, 11.8, 10.6, 9.4, 8.6, 7.8, 7.0, 6.6, 6.3, 6.0, 5.9]
_CENTRE = [-1.5, -1.8, -2.6, -3.0, -3.0, -2.9, -2.7, -2.4, -2.0, -1.6, -1.0, -0.4]


@dataclass(frozen=True)
class GarmentStyle:
    """A garment's cut. Heights in cm on the rig's y axis."""

    colour: tuple[float, float, float]
    """linear RGB"""
    neck_front: float = -15.2
    neck_side: float = -12.2
    neck_back: float = -11.6
    vee: float = 0.0
    """0 round neckline, 1 a V"""
    band_cm: float = 1.6
    """width of the neck band"""
    broadness: float = 1.0
    folds_cm: float = 0.35
    stand_cm: float = 0.0
    """a standing collar's height, leaning to the neck"""
    ease_cm: float = 0.0
    """how far it stands off the body: what is worn over something else"""
    knit: float = 1.0
    """relief of ribs and stitches, 0-1"""
    seed: int = 5


@dataclass(frozen=True)
class Garment:
    """A garment's mesh. `along` runs 0 at the neckline to 1 at the hem; `around` is the angle in degrees, 0 in front."""

    vertices: Floats
    faces: Ints
    along: np.ndarray
    around: np.ndarray
    band: np.ndarray
    """1 on the neck band, 0 elsewhere (n)"""


def _neckline(around: np.ndarray, style: GarmentStyle) -> np.ndarray:
    """The neckline's height (cm) at angles about the body's axis, 0 in front (rad)."""
    front = np.cos(around)
    reach = np.where(front > 0, style.neck_front, style.neck_back)
    sharp = 1 + 1.2 * style.vee * (front > 0)
    return style.neck_side + (reach - style.neck_side) * np.abs(front) ** np.where(front > 0, 1.6 * sharp, 1.2)


def covered(points: Floats, style: GarmentStyle) -> np.ndarray:
    """Which points (n, 3) lie well under the garment, so that they need not be drawn and cannot show through."""
    around = np.arctan2(points[:, 0], points[:, 2] - np.interp(points[:, 1], _HEIGHT, _CENTRE))
    return points[:, 1] < _neckline(around, style) - 3.0


def sew(rig: Rig, person: Floats, style: GarmentStyle, rings: int = 90, sectors: int = 240) -> Garment:
    """The garment over `person`'s bust, open at the neck."""
    around = np.linspace(0, 2 * np.pi, sectors, endpoint=False)
    front, side = np.cos(around), np.abs(np.sin(around))
    neckline = _neckline(around, style)

    share = (np.arange(rings) / (rings - 1))[:, None]
    drop = share**1.7 * (neckline + 58)
    height = neckline - drop
    width = np.interp(height, _HEIGHT, _WIDTH)
    width = width * np.where(height < -14, 1 + (style.broadness - 1) * smoothstep(-12, -20, height), 1)
    depth, centre = np.interp(height, _HEIGHT, _DEPTH), np.interp(height, _HEIGHT, _CENTRE)
    exponent = 2 / np.interp(height, [-30, -14], [2.6, 2.0])
    x = width * np.sign(np.sin(around)) * side**exponent
    z = centre + depth * np.sign(front) * np.abs(front) ** exponent
    cloth = _over_skin(rig, person, np.stack([x, height, z], 2), hug=smoothstep(0.13, 0.03, share))
    x, height, z = np.moveaxis(cloth, 2, 0)

    hang = fractal(np.stack([x.ravel() * 0.22, height.ravel() * 0.10, z.ravel() * 0.2], 1), style.seed).reshape(x.shape)
    crease = fractal(np.stack([x.ravel() * 0.5 + 0.3 * height.ravel(), height.ravel() * 0.25, z.ravel() * 0.5], 1), style.seed + 9)
    fold = style.folds_cm * (hang + 0.25 * crease.reshape(x.shape)) * smoothstep(0.02, 0.25, share)
    band = smoothstep(style.band_cm + 0.12, style.band_cm - 0.12, drop) if style.band_cm else np.zeros_like(drop)
    puff = fold + 0.18 * band * (1 - smoothstep(style.band_cm * 0.7, style.band_cm, drop) * 0.6)
    puff = puff + style.ease_cm
    length = np.hypot(x, z - centre)
    x, z = x * (1 + puff / length), centre + (z - centre) * (1 + puff / length)

    rows = [np.stack([x, height, z], 2)]
    extra = []
    if style.stand_cm > 0:
        edge = rows[0][0]
        for k in range(6, 0, -1):
            t = k / 6
            lean = np.array([1 - 0.10 * t, 1, 1 - 0.10 * t])
            ring = (edge - [0, 0, -0.8]) * lean + [0, style.stand_cm * t, -0.8]
            extra.append(ring[None])
    top = extra[0] if extra else rows[0][:1]  # the edge turned in to the skin, so that cloth has a thickness
    middle = np.array([0, top[..., 1].mean(), -1.2])
    inward = (top - middle) * [1, 0, 1]
    inner = top - 0.8 * inward / np.linalg.norm(inward, axis=2, keepdims=True) + [0, -0.1, 0]
    vertices = np.concatenate([inner, *extra, *rows])
    added = len(vertices) - rings
    along = np.concatenate([np.zeros((added, sectors)), np.broadcast_to(share, (rings, sectors))])
    bands = np.concatenate([np.ones((added, sectors)) * (style.band_cm > 0), band])
    count = len(vertices)
    i, j = np.meshgrid(np.arange(count - 1), np.arange(sectors), indexing="ij")
    following = (j + 1) % sectors
    faces = np.stack([i * sectors + j, (i + 1) * sectors + j, (i + 1) * sectors + following, i * sectors + following], 2)
    return Garment(
        vertices=vertices.reshape(-1, 3).astype(np.float32),
        faces=faces.reshape(-1, 4).astype(np.int32),
        along=along.ravel(),
        around=np.degrees(np.broadcast_to(around, (count, sectors))).ravel(),
        band=bands.ravel(),
    )


def _over_skin(rig: Rig, person: Floats, loft: np.ndarray, hug: np.ndarray, gap_cm: float = 0.32) -> np.ndarray:
    """Moves cloth (rings, sectors, 3) out wherever the bust would show through, and onto it where it hugs (0-1).

    The displacement is smoothed, not the cloth, so that no ridge is left where the rig's bust ends."""
    tris = triangles(rig.faces_of(HEAD))
    normals = vertex_normals(person, tris)
    low = np.flatnonzero((person[: HEAD.stop, 1] < -8) & (person[: HEAD.stop, 1] > -16.5))
    skin, skin_normals = person[low], normals[low]
    tight = np.broadcast_to(hug, loft.shape[:2]).ravel()
    moved = np.zeros_like(loft)
    for _ in range(4):
        flat = (loft + moved).reshape(-1, 3)
        index = np.concatenate([
            (((part[:, None] - skin) ** 2).sum(2)).argmin(1) for part in np.array_split(flat, max(1, len(flat) // 400))
        ])
        to = flat - skin[index]
        height = (to * skin_normals[index]).sum(1)
        near = smoothstep(3.5, 1.5, np.linalg.norm(to, axis=1))
        gap = gap_cm + 0.3 * (1 - tight)
        move = np.maximum(gap - height, 0) + np.minimum(gap - height, 0) * tight
        moved = moved + (skin_normals[index] * (move * near)[:, None]).reshape(loft.shape)
        for _ in range(6):
            around = (np.roll(moved, 1, 1) + np.roll(moved, -1, 1) + 2 * moved) / 4
            blurred = np.concatenate([around[:1], (around[:-2] + around[2:] + 2 * around[1:-1]) / 4, around[-1:]])
            moved = around * hug[..., None] + blurred * (1 - hug[..., None])  # along the neckline, never across it
        moved = (np.roll(moved, 1, 1) + np.roll(moved, -1, 1) + 2 * moved) / 4
    return loft + moved
