"""The part of the rig around the person's right eye, small enough to be drawn by the thousand.

Everything is the right eye's (x < 0 in the rig, left in the picture); the server mirrors the other one.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "gallery"))

import raster  # noqa: E402
from rig import EYE_SOCKETS, FACE, LANDMARKS, RIGHT_EYEBALL, Floats, Ints, Rig, eye_centre, triangles  # noqa: E402

AROUND_CM = 5.2
"""Skin as far from the eye as this is kept: it holds the nose and the brow, which throw shadows."""
OUTER_CORNER, INNER_CORNER = LANDMARKS[36], LANDMARKS[39]
_UPPER_LASH_CARDS, _LOWER_LASH_CARDS = range(6, 9), range(9, 12)
_LASH_POINTS = 6
_MARGIN_RING = 2
"""edge loops between the socket and the lids' edge"""


@dataclass(frozen=True)
class LashSet:
    """Lashes as paths on the rig's lash cards. S strands."""

    card: np.ndarray
    column: np.ndarray
    lean: np.ndarray
    reach: np.ndarray

    @staticmethod
    def grow(rng: np.random.Generator, upper: int, lower: int, length: float) -> LashSet:
        """`upper` and `lower` lashes at random places of the lid; `length` scales the cards' own."""
        card = np.concatenate([rng.choice(_UPPER_LASH_CARDS, upper), rng.choice(_LOWER_LASH_CARDS, lower)])
        return LashSet(
            card=card,
            column=rng.uniform(1.0, 17.0, len(card)),
            lean=rng.normal(0, 0.5, len(card)),
            reach=length * rng.uniform(0.55, 1.0, len(card)),
        )

    @property
    def upper(self) -> np.ndarray:
        """Which of them are of the upper lid (S)."""
        return self.card < _LOWER_LASH_CARDS.start


class EyeRig:
    """Vertices (v, 3) and triangles of the right eye's surroundings, with lashes' cards behind them."""

    def __init__(self, rig: Rig) -> None:
        centre = rig.neutral[[OUTER_CORNER, INNER_CORNER]].mean(0)
        near = np.linalg.norm(rig.neutral - centre, axis=1) < AROUND_CM
        right_socket = rig.neutral[EYE_SOCKETS.start : EYE_SOCKETS.stop, 0] < 0
        keep = np.zeros(len(rig.neutral), bool)
        keep[FACE.start : FACE.stop] = near[FACE.start : FACE.stop]
        keep[EYE_SOCKETS.start : EYE_SOCKETS.stop] = right_socket
        keep[RIGHT_EYEBALL.start : RIGHT_EYEBALL.stop] = True
        grids = rig.lash_grids[6:12]
        keep[np.unique(grids)] = True
        kept = np.flatnonzero(keep)
        index = np.full(len(rig.neutral), -1, np.int32)
        index[kept] = np.arange(len(kept), dtype=np.int32)

        tris = triangles(rig.faces_of(FACE, EYE_SOCKETS, RIGHT_EYEBALL))
        tris = tris[keep[tris].all(1)]
        self.material = np.where(tris.max(1) >= RIGHT_EYEBALL.start, raster.EYE, raster.SKIN).astype(np.uint8)
        self.triangles: Ints = index[tris]
        self.is_face = kept < FACE.stop
        self.ball = np.flatnonzero((kept >= RIGHT_EYEBALL.start) & (kept < RIGHT_EYEBALL.stop))
        self.full_neutral = rig.neutral
        self.neutral: Floats = rig.neutral[kept]
        self.expression_names = rig.expression_names
        self._expressions = np.ascontiguousarray(rig.expressions[:, kept])
        self._identities = np.ascontiguousarray(rig.identities[:, kept])
        self._lash_grids = np.concatenate([np.zeros((6, 19, 6), np.int32), index[grids]])
        upper, lower = _lid_margins(rig)
        self.upper_margin: Ints = index[upper]
        """vertices of the upper lid's edge, outer to inner corner"""
        self.lower_margin: Ints = index[lower]

    def person(self, coefficients: np.ndarray) -> Floats:
        """(v, 3) at rest of the person with these 100 identity coefficients."""
        return self.neutral + np.tensordot(coefficients.astype(np.float32), self._identities, 1)

    def express(self, rest: Floats, weights: dict[str, float]) -> Floats:
        """`rest` under expression weights 0-1, by the rig's names."""
        posed = rest.copy()
        for name, weight in weights.items():
            if weight != 0:
                posed += np.float32(weight) * self._expressions[self.expression_names.index(name)]
        return posed

    def opening(self, posed: Floats) -> float:
        """Widest gap between the lids' edges in the middle of the eye, cm; negative where they overlap everywhere."""
        upper, lower = posed[self.upper_margin], posed[self.lower_margin]
        x = np.linspace(upper[0, 0], upper[-1, 0], 13)[3:-3]
        return float((np.interp(x, upper[:, 0], upper[:, 1]) - np.interp(x, lower[:, 0], lower[:, 1])).max())

    def turn_eye(self, posed: Floats, yaw_rad: float, pitch_rad: float) -> Floats:
        """Turns the eyeball in place (yaw to the person's left, pitch up); returns its centre (3)."""
        cy, sy, cp, sp = np.cos(yaw_rad), np.sin(yaw_rad), np.cos(pitch_rad), np.sin(pitch_rad)
        about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        about_x = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
        centre = eye_centre(posed[self.ball], range(0, len(self.ball)))
        posed[self.ball] = (posed[self.ball] - centre) @ (about_y @ about_x).T.astype(np.float32) + centre
        return centre

    def lashes_on(self, posed: Floats, lashes: LashSet) -> Floats:
        """The lashes (S, 6, 3) of the posed face, root to tip."""
        t = np.linspace(0, 1, _LASH_POINTS)[None]
        column = np.clip(lashes.column[:, None] + lashes.lean[:, None] * t, 0, 17.99)
        row = np.clip(t * lashes.reach[:, None] * 5, 0, 4.99)
        i, j = np.floor(column).astype(int), np.floor(row).astype(int)
        fi, fj = (column - i)[..., None], (row - j)[..., None]
        card = lashes.card[:, None]
        corner = [posed[self._lash_grids[card, i + a, j + b]] for a, b in ((0, 0), (1, 0), (0, 1), (1, 1))]
        points = (corner[0] * (1 - fi) + corner[1] * fi) * (1 - fj) + (corner[2] * (1 - fi) + corner[3] * fi) * fj
        return points.astype(np.float32)


def _lid_margins(rig: Rig) -> tuple[list[int], list[int]]:
    """The edge loop of the face through the eye's landmarks, cut at the corners: upper and lower, outer to inner."""
    faces = rig.faces_of(FACE)
    sides = np.concatenate([faces[:, [k, (k + 1) % 4]] for k in range(4)])
    sides = np.sort(sides[(sides >= 0).all(1)], axis=1)
    unique, count = np.unique(sides, axis=0, return_counts=True)
    neighbours: dict[int, set[int]] = {}
    for a, b in unique:
        neighbours.setdefault(int(a), set()).add(int(b))
        neighbours.setdefault(int(b), set()).add(int(a))
    border = np.unique(unique[count == 1])
    eye = rig.neutral[LANDMARKS[36:42]].mean(0)
    ring = {int(v) for v in border if np.linalg.norm(rig.neutral[v] - eye) < 2}
    inside: set[int] = set()
    for _ in range(_MARGIN_RING):
        inside |= ring
        ring = {w for v in ring for w in neighbours[v]} - inside
    outer = min(ring, key=lambda v: rig.neutral[v, 0])
    inner = max(ring, key=lambda v: rig.neutral[v, 0])
    chains = []
    for start in neighbours[outer] & ring:
        chain = [outer, start]
        while chain[-1] != inner:
            chain.append(next(v for v in neighbours[chain[-1]] & ring if v not in chain[-2:]))
        chains.append(chain)
    chains.sort(key=lambda chain: -rig.neutral[chain, 1].mean())
    return chains[0], chains[1]
