"""Measures the head behind the face on the ICT-FaceKit rig, in the units of server/motion/canonical-face.json.

    python3 models/canonical/measure_head.py RIG_DIR

Prints what server/packs/mesh/geometry/head-shape.ts states: the skull as an ellipsoid, and how wide and deep the head
is, height by height, where ears and neck are read off. RIG_DIR as in README.md. Needs NumPy only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

CANONICAL = Path(__file__).parents[2] / "server/motion/canonical-face.json"
HEAD_VERTICES = 11248
"""Face, back of the head and neck come first in the rig."""
# The usual 68 landmarks and the same places in the canonical face.
SHARED = {36: 33, 39: 133, 42: 362, 45: 263, 27: 168, 30: 4, 33: 2, 48: 61, 54: 291, 8: 152}
SKULL_BELOW_Y, SKULL_BEHIND_Z = 0.4, 0.0
"""What counts as skull: higher than the ears' middle (y grows downwards) and behind the eyes."""


def main() -> None:
    folder = Path(sys.argv[1])
    points = np.load(folder / "ict_facekit.npz")["neutral"].astype(np.float64) * [1, -1, -1]
    landmarks = json.loads((folder / "vertex_indices.json").read_text())["idx_to_landmark_verts"]
    canonical = np.array(json.loads(CANONICAL.read_text())["points"])
    head = align(points, points[[landmarks[i] for i in SHARED]], canonical[list(SHARED.values())])[:HEAD_VERTICES]
    report_skull(head[(head[:, 1] < SKULL_BELOW_Y) & (head[:, 2] > SKULL_BEHIND_Z)])
    report_slices(head)


def align(points: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The similarity that takes `source` closest to `target` (Umeyama 1991), applied to `points`."""
    source_mean, target_mean = source.mean(0), target.mean(0)
    u, s, vt = np.linalg.svd((target - target_mean).T @ (source - source_mean))
    mirror = np.diag([1, 1, np.linalg.det(u @ vt)])
    rotation = u @ mirror @ vt
    scale = np.trace(np.diag(s) @ mirror) / ((source - source_mean) ** 2).sum()
    print(f"1 canonical unit is {1 / scale:.2f} cm")
    return scale * (points - source_mean) @ rotation.T + target_mean


def report_skull(skull: np.ndarray) -> None:
    """Least squares for x²/a² + (y − cy)²/b² + (z − cz)²/c² = 1."""
    x, y, z = skull.T
    p, q, r, s, t = np.linalg.lstsq(np.c_[x**2, y**2, z**2, y, z], np.ones(len(skull)), rcond=None)[0]
    cy, cz = -s / (2 * q), -t / (2 * r)
    axes = np.sqrt((1 + q * cy**2 + r * cz**2) / np.array([p, q, r]))
    radius = np.sqrt((x / axes[0]) ** 2 + ((y - cy) / axes[1]) ** 2 + ((z - cz) / axes[2]) ** 2)
    print(f"skull: centre (0, {cy:.2f}, {cz:.2f}), axes {axes.round(2)}, off by {np.sqrt(((radius - 1) ** 2).mean()):.1%}")


def report_slices(head: np.ndarray) -> None:
    for height in np.arange(-1.7, 3, 0.2):
        rows = head[np.abs(head[:, 1] - height) < 0.1]
        if len(rows) == 0:
            continue
        widest = rows[rows[:, 0].argmax()]
        print(
            f"y {height:5.1f}: half width {widest[0]:.2f} at depth {widest[2]:.2f}, "
            f"depth {rows[:, 2].min():.2f} to {rows[:, 2].max():.2f}"
        )


if __name__ == "__main__":
    main()
