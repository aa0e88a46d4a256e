"""The ICT-FaceKit face rig: loading, identities, expressions, landmarks.

Coordinates are the rig's: centimetres, x to the person's left, y up, z out of the face.
The rig's data is not part of this repository; see README.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

# Vertex ranges of the light model's parts (the materials of the packed rig do not tell the sockets apart).
FACE = range(0, 9409)
HEAD = range(0, 11248)
MOUTH_SOCKET = range(11248, 13294)
EYE_SOCKETS = range(13294, 14062)
GUMS_AND_TONGUE = range(14062, 17039)
TEETH = range(17039, 21451)
LEFT_EYEBALL = range(21451, 22221)
LEFT_IRIS = range(22221, 23021)
RIGHT_EYEBALL = range(23021, 23791)
RIGHT_IRIS = range(23791, 24591)

# The usual 68 landmarks as vertices: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, lips 48-67.
LANDMARKS = np.array(
    [1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443]
    + [268, 493, 1914, 2044, 1401, 3615, 4240, 4114, 2734]
    + [2509, 978, 4527, 4942, 4857, 1140, 2075, 1147, 4269]
    + [3360, 1507, 1542, 1537, 1528, 1518, 1511, 3742, 3751, 3756, 3721, 3725]
    + [3732, 5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841, 5702, 5711, 5533, 6216, 6207]
    + [6470, 5517, 5966]
)
LANDMARKS.setflags(write=False)

_LASH_CARDS = range(25351, 26719, 114)


@dataclass(frozen=True)
class Rig:
    """The rig's arrays. V vertices, F faces (quads; a fourth index of -1 is a triangle)."""

    neutral: Floats
    """(V, 3) cm"""
    faces: Ints
    """(F, 4)"""
    expression_names: tuple[str, ...]
    expressions: Floats
    """(53, V, 3) cm at weight 1"""
    identities: Floats
    """(100, V, 3) cm per standard deviation"""
    lash_grids: Ints
    """(12, 19, 6) vertices of the lash cards: card, along the lid, root to tip; per eye three upper, three lower"""

    @staticmethod
    def load(path: Path) -> Rig:
        """Reads the packed rig (.npz)."""
        archive = np.load(path, allow_pickle=False)
        return Rig(
            neutral=np.ascontiguousarray(archive["neutral"], np.float32),
            faces=np.ascontiguousarray(archive["faces"], np.int32),
            expression_names=tuple(str(name) for name in archive["expression_names"]),
            expressions=archive["expression"].astype(np.float32),
            identities=archive["identity"].astype(np.float32),
            lash_grids=_lash_grids(archive["uv"], archive["faces"], archive["faces_uv"]),
        )

    def person(self, seed: int, strength: float = 0.8, overrides: dict[int, float] | None = None) -> Floats:
        """A made-up person: (V, 3) cm at rest. Coefficients are normal, clipped to two standard deviations."""
        coefficients = np.clip(np.random.default_rng(seed).normal(0, strength, len(self.identities)), -2, 2)
        for mode, value in (overrides or {}).items():
            coefficients[mode] = value
        return self.neutral + np.tensordot(coefficients.astype(np.float32), self.identities, 1)

    def express(self, rest: Floats, weights: dict[str, float]) -> Floats:
        """`rest` under expression weights 0-1. A name without its side ("eyeBlink") means both."""
        posed = rest.copy()
        for name, weight in weights.items():
            if weight == 0:
                continue
            sides = [name] if name in self.expression_names else [f"{name}_L", f"{name}_R"]
            for side in sides:
                posed += np.float32(weight) * self.expressions[self.expression_names.index(side)]
        return posed

    def faces_of(self, *parts: range) -> Ints:
        """Those faces (n, 4) whose vertices all lie within one of the given parts."""
        corners = np.where(self.faces < 0, self.faces[:, :1], self.faces)
        keep = np.zeros(len(corners), bool)
        for part in parts:
            keep |= ((corners >= part.start) & (corners < part.stop)).all(1)
        return self.faces[keep]


def triangles(faces: Ints) -> Ints:
    """Quads and triangles (n, 4) as triangles (m, 3)."""
    quads = faces[:, 3] >= 0
    return np.ascontiguousarray(np.concatenate([faces[:, [0, 1, 2]], faces[quads][:, [0, 2, 3]]]), np.int32)


def turn_eyes(posed: Floats, rest: Floats, yaw_deg: float, pitch_deg: float) -> None:
    """Turns both eyeballs in place about their centres: yaw to the person's left, pitch up."""
    yaw, pitch = np.radians([yaw_deg, -pitch_deg])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    turn = (about_y @ about_x).astype(np.float32)
    for ball, iris in ((LEFT_EYEBALL, LEFT_IRIS), (RIGHT_EYEBALL, RIGHT_IRIS)):
        part = slice(ball.start, iris.stop)
        centre = eye_centre(posed, ball)
        posed[part] = (posed[part] - centre) @ turn.T + centre


def eye_centre(vertices: Floats, ball: range) -> Floats:
    """The centre of an eyeball (3,), a little behind the mean of its vertices, which crowd at the cornea."""
    return vertices[ball.start : ball.stop].mean(0) - np.array([0, 0, 0.15], np.float32)


def vertex_normals(vertices: Floats, tris: Ints) -> Floats:
    """Area-weighted unit normals (V, 3); unused vertices get +z."""
    a, b, c = (vertices[tris[:, k]] for k in range(3))
    face_normals = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for axis in range(3):
        for k in range(3):
            normals[:, axis] += np.bincount(tris[:, k], face_normals[:, axis], len(vertices)).astype(np.float32)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.where(length > 1e-9, normals / np.maximum(length, 1e-9), np.float32([0, 0, 1])).astype(np.float32)


def _lash_grids(uv: Floats, faces: Ints, faces_uv: Ints) -> Ints:
    """The lash cards' vertices in the order of their texture coordinates."""
    vertex_uv = np.zeros((faces.max() + 1, 2))
    vertex_uv[faces[faces >= 0]] = uv[faces_uv[faces >= 0]].round(3)
    cards = [card + np.lexsort((-vertex_uv[card : card + 114, 1], vertex_uv[card : card + 114, 0])) for card in _LASH_CARDS]
    return np.array(cards, np.int32).reshape(12, 19, 6)
