"""Age drawn into the geometry: grooves along the lines that faces fold on, and pores."""

from __future__ import annotations

import numpy as np

from noise import fractal, smoothstep, value_noise

# Lines on the left half of the neutral face (x, y in cm), depth in cm at full age, half width in cm.
_LINES: list[tuple[list[tuple[float, float]], float, float]] = [
    ([(1.75, 0.0), (2.35, -1.0), (2.9, -2.2), (3.25, -3.6), (3.3, -4.6)], 0.085, 0.28),  # nose to mouth
    ([(2.75, -3.9), (3.0, -4.7), (3.0, -5.8)], 0.05, 0.25),  # mouth corner down
    ([(1.6, 2.55), (2.3, 1.9), (3.2, 1.75), (4.1, 2.1)], 0.05, 0.22),  # beneath the eye
    ([(4.75, 3.5), (5.4, 3.7), (6.1, 4.1)], 0.030, 0.12),  # crow's feet
    ([(4.75, 3.2), (5.5, 3.1), (6.3, 3.1)], 0.030, 0.12),
    ([(4.6, 2.9), (5.3, 2.5), (6.0, 2.2)], 0.026, 0.12),
    ([(0.45, 5.2), (0.40, 6.0), (0.55, 6.8)], 0.040, 0.14),  # frown
    ([(0.0, 7.35), (1.6, 7.25), (3.2, 7.6), (4.6, 7.3)], 0.034, 0.17),  # forehead
    ([(0.0, 8.25), (1.5, 8.2), (3.4, 8.5), (4.6, 8.2)], 0.034, 0.17),
    ([(0.0, 9.1), (1.4, 9.1), (3.0, 9.3)], 0.026, 0.17),
    ([(0.0, -10.3), (2.2, -9.9), (4.4, -8.9)], 0.05, 0.3),  # neck
    ([(0.0, -11.8), (2.4, -11.3), (4.8, -10.2)], 0.05, 0.3),
]


def wrinkle_depth(p: np.ndarray, age: float, seed: int) -> np.ndarray:
    """How far to sink each point (n, 3) of neutral space along its normal, cm; `age` 0-1."""
    front = smoothstep(1.0, 3.0, p[:, 2])
    wobble = np.stack([value_noise(p * 1.1, seed), value_noise(p * 1.1 + 9, seed + 1)], 1) * 0.14
    at = np.stack([np.abs(p[:, 0]), p[:, 1]], 1) + wobble
    depth = np.zeros(len(p))
    for line, deep, half in _LINES:
        knots = np.array(line)
        reach = np.full(len(p), np.inf)
        share = np.zeros(len(p))
        for i, (a, b) in enumerate(zip(knots[:-1], knots[1:])):
            t = np.clip(((at - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
            distance = np.linalg.norm(at - a - t[:, None] * (b - a), axis=1)
            nearer = distance < reach
            reach[nearer] = distance[nearer]
            share[nearer] = (i + t[nearer]) / (len(knots) - 1)
        starts_at_middle = line[0][0] == 0.0
        fade = smoothstep(1.02, 0.75, share) * (1.0 if starts_at_middle else smoothstep(-0.02, 0.2, share))
        groove = np.exp(-((reach / half) ** 2)) - 0.35 * np.exp(-(((reach - 2.2 * half) / (1.2 * half)) ** 2))
        depth += age * deep * fade * groove * (0.8 + 0.4 * value_noise(p * 0.9, seed + 2))
    crepe = 0.012 * age * fractal(p * np.array([2.2, 4.5, 2.2]), seed + 3, 3)
    return (depth + crepe) * front
