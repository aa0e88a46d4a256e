"""Spectacles: round-cornered rims, a bridge, temples to the ears, and lenses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rig import LANDMARKS, LEFT_EYEBALL, RIGHT_EYEBALL, Floats, Ints, eye_centre


@dataclass(frozen=True)
class SpectaclesStyle:
    """Lengths in cm on the rig, whose heads are a tenth larger than life."""

    colour: tuple[float, float, float] = (0.03, 0.02, 0.015)
    metal: float = 0.0
    width: float = 5.6
    height: float = 4.6
    roundness: float = 2.6
    """2 an ellipse, more towards a rectangle"""
    wire: float = 0.17
    """the rim's radius"""


@dataclass(frozen=True)
class Part:
    """A mesh: vertices (V, 3), faces (n, 4)."""

    vertices: Floats
    faces: Ints


def make_spectacles(face: Floats, style: SpectaclesStyle) -> tuple[Part, Part]:
    """Frame and lenses for the posed `face`."""
    left, right = eye_centre(face, LEFT_EYEBALL), eye_centre(face, RIGHT_EYEBALL)
    bridge = face[LANDMARKS[27]]
    front = max(face[LANDMARKS[17:27], 2].mean(), face[LANDMARKS[36:48], 2].max()) + 0.9
    t = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    power = 2 / style.roundness
    shape = np.stack([np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power * style.width / 2,
                      np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power * style.height / 2], 1)
    frame, lenses = [], []
    for centre in (left, right):
        side = np.sign(centre[0])
        x, y = centre[0] + side * 0.15 + shape[:, 0], centre[1] - 0.35 + shape[:, 1]
        z = front - 0.05 * (x - side * 1.0) ** 2 * (np.abs(x) > 1.0) * 0.55
        rim = np.stack([x, y, z], 1)
        frame.append(_tube(rim, style.wire, closed=True))
        lenses.append(_fan(rim))
        hinge = rim[np.argmax(side * rim[:, 0])] + [0, 0.7, 0]
        ear = np.array([side * (np.abs(face[LANDMARKS[[0, 16]], 0]).max() + 0.35), hinge[1] - 0.2, -0.5])
        temple = np.stack([hinge + [0, 0, 0.1], hinge + [side * 0.35, 0, -0.5], (hinge + ear) / 2 + [side * 0.35, 0.1, 0],
                           ear, ear + [0, -1.2, -1.6]])
        frame.append(_tube(_smooth(temple), style.wire * 0.9, closed=False))
    inner = style.width / 2 - 0.1
    arch = np.stack([[left[0] - inner, left[1] + 0.2, front - 0.02], [0, max(bridge[1] + 0.1, left[1] + 0.5), front + 0.25],
                     [right[0] + inner, right[1] + 0.2, front - 0.02]])
    frame.append(_tube(_smooth(arch), style.wire * 0.9, closed=False))
    return _join(frame), _join(lenses)


def _smooth(knots: np.ndarray) -> np.ndarray:
    """Knots as a curve of 24 points through them."""
    t = np.linspace(0, len(knots) - 1, 24)
    low = np.clip(t.astype(int), 0, len(knots) - 2)
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    a, b, c, d = (padded[low + k] for k in range(4))
    s = (t - low)[:, None]
    return 0.5 * (2 * b + (c - a) * s + (2 * a - 5 * b + 4 * c - d) * s**2 + (3 * b - a - 3 * c + d) * s**3)


def _tube(line: np.ndarray, radius: float, closed: bool, sides: int = 8) -> Part:
    along = np.roll(line, -1, 0) - np.roll(line, 1, 0) if closed else np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    first = np.cross(along, [0.05, 0.1, 1.0] if closed else [0.1, 1.0, 0.05])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(along, first)
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = line[:, None] + radius * (np.cos(turn)[:, None] * first[:, None] + np.sin(turn)[:, None] * second[:, None])
    count = len(line)
    i, j = np.meshgrid(np.arange(count if closed else count - 1), np.arange(sides), indexing="ij")
    ahead, over = (i + 1) % count, (j + 1) % sides
    faces = np.stack([i * sides + j, i * sides + over, ahead * sides + over, ahead * sides + j], 2).reshape(-1, 4)
    return Part(ring.reshape(-1, 3).astype(np.float32), faces.astype(np.int32))


def _fan(rim: np.ndarray) -> Part:
    """A lens: the rim filled towards a slightly bulging middle."""
    rings = [rim * (1 - s) + (rim.mean(0) + [0, 0, 0.12]) * s for s in (0.02, 0.35, 0.7, 0.97)]
    count = len(rim)
    i, j = np.meshgrid(np.arange(3), np.arange(count), indexing="ij")
    over = (j + 1) % count
    faces = np.stack([i * count + j, i * count + over, (i + 1) * count + over, (i + 1) * count + j], 2).reshape(-1, 4)
    return Part(np.concatenate(rings).astype(np.float32), faces.astype(np.int32))


def _join(parts: list[Part]) -> Part:
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    return Part(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, starts)]).astype(np.int32),
    )
