"""Turning a head on its neck over a torso that stays."""

from __future__ import annotations

import numpy as np

from noise import smoothstep
from rig import Floats

NECK = np.array([0.0, -4.5, -1.5], np.float32)
"""cm, the joint between skull and spine"""


def rotation(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Floats:
    """Yaw to the person's left, pitch up, roll to the person's right shoulder; applied in this order."""
    y, p, r = np.radians([yaw_deg, -pitch_deg, roll_deg])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return (about_z @ about_x @ about_y).astype(np.float32)


def follow_head(rest: Floats) -> np.ndarray:
    """How far points (n, 3) at rest follow the skull: 1 all the way, 0 not at all (n)."""
    height = rest[:, 1] + 0.4 * np.clip(rest[:, 2] - 2, 0, 7)  # the chin goes with the skull, the nape below it stays
    shoulder = smoothstep(9.0, 6.5, np.abs(rest[:, 0]))
    return smoothstep(-12.3, -6.5, height) * np.where(rest[:, 1] < -8, shoulder, 1)


def bend_neck(points: Floats, follow: np.ndarray, yaw_deg: float, pitch_deg: float, roll_deg: float) -> Floats:
    """Turns points (n, 3) about the neck, each by its share `follow` (n) of the angles, so that the neck bends."""
    steps = 24
    level = np.clip(follow * steps, 0, steps - 1e-6)
    low = level.astype(int)
    angles = np.array([yaw_deg, pitch_deg, roll_deg])
    turns = np.stack([rotation(*(angles * k / steps)) for k in range(steps + 1)])
    centred = points - NECK
    below = np.einsum("nij,nj->ni", turns[low], centred)
    above = np.einsum("nij,nj->ni", turns[low + 1], centred)
    blend = (level - low)[:, None]
    return (below * (1 - blend) + above * blend + NECK).astype(np.float32)
