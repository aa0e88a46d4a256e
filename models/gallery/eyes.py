"""Eyes close up: sclera, iris and pupil as colours of the eyeball's finer points."""

from __future__ import annotations

import numpy as np

from noise import fractal, smoothstep, value_noise

IRIS_RADIUS_CM = 0.665
_RED = np.array([0.60, 0.22, 0.17])


def eye_colour(local: np.ndarray, iris: tuple[float, float, float], sclera: tuple[float, float, float], pupil: float,
               seed: int, light_azimuth_deg: float) -> np.ndarray:
    """Albedo (n, 3) at points (n, 3) about the eye's centre, z through the pupil, x to the nose's far side.

    `pupil` is its share of the iris. Light that enters the cornea gathers on the iris's far side: `light_azimuth_deg`
    tells where from (0 right, 90 above, as the sitter's viewer sees it)."""
    radius = np.hypot(local[:, 0], local[:, 1]) / IRIS_RADIUS_CM
    angle = np.arctan2(local[:, 1], local[:, 0])
    around = np.stack([np.cos(angle), np.sin(angle)], 1)

    white = np.asarray(sclera) * (1 + 0.05 * fractal(local * 1.5, seed))[:, None]
    veins = smoothstep(0.30, 0.0, np.abs(fractal(local * [2.2, 4.5, 2.2] + 5, seed + 3, 3)) * 3)
    corner = smoothstep(0.95, 1.75, np.abs(local[:, 0]) / IRIS_RADIUS_CM)
    redness = (0.10 * corner + 0.16 * veins * smoothstep(0.9, 1.7, radius))[:, None]
    white = white * (1 - redness) + _RED * 0.55 * redness

    fibres = value_noise(np.column_stack([around * 7, radius * 1.6]), seed + 7)
    fine = value_noise(np.column_stack([around * 15, radius * 1.2]), seed + 8)
    colour = np.asarray(iris) * (1 + 0.35 * fibres + 0.22 * fine)[:, None]
    collarette = smoothstep(0.62, 0.45, radius)[:, None]
    colour = colour * (1 + collarette * np.array([0.55, 0.25, 0.0]))
    towards = np.radians(light_azimuth_deg + 180)
    gathered = np.clip(around @ [np.cos(towards), np.sin(towards)], 0, 1) * smoothstep(0.35, 0.75, radius)
    colour = colour * (0.9 + 1.3 * gathered)[:, None]
    limbus = smoothstep(0.70, 0.98, radius)[:, None]
    colour = colour * (1 - 0.78 * limbus)
    colour = colour * (1 - smoothstep(pupil + 0.05, pupil - 0.05, radius))[:, None] + 0.002
    edge = smoothstep(0.94, 1.10, radius + 0.02 * fibres)[:, None]
    out = colour * (1 - edge) + white * edge
    return np.where(local[:, 2:] > 0, out, white)
