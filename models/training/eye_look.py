"""What an eye can look like: skin, paint, lashes, iris and light, drawn at random. All colours are linear RGB."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import eye_rig  # noqa: F401  (puts the gallery's modules on the path)
from raster import Lights
from skin import SkinStyle

Vector = np.ndarray

_SKINS_SRGB = [
    (236, 200, 180), (226, 184, 160), (214, 166, 138), (198, 148, 116), (172, 120, 88),
    (140, 94, 66), (104, 68, 48), (78, 50, 38), (58, 38, 30), (242, 212, 196), (230, 190, 150),
]
_IRISES = [(0.10, 0.05, 0.02), (0.03, 0.015, 0.01), (0.12, 0.2, 0.3), (0.10, 0.17, 0.09), (0.2, 0.11, 0.04), (0.22, 0.26, 0.28)]
_IRIS_CHANCES = [0.3, 0.25, 0.15, 0.1, 0.1, 0.1]
_HAIRS = [(0.012, 0.008, 0.006), (0.03, 0.015, 0.008), (0.08, 0.04, 0.018), (0.2, 0.12, 0.05), (0.25, 0.22, 0.2)]
_HAIR_CHANCES = [0.45, 0.3, 0.17, 0.05, 0.03]


def srgb_to_linear(colour: np.ndarray) -> np.ndarray:
    """sRGB 0-1 to linear (IEC 61966-2-1)."""
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


@dataclass(frozen=True)
class LashLook:
    """Lashes of one person."""

    upper: int
    lower: int
    length: float
    width_cm: float
    colour: Vector


@dataclass(frozen=True)
class EyeLook:
    """One person's eye in one light."""

    skin: SkinStyle
    lashes: LashLook
    iris: Vector
    iris_radius_cm: float
    pupil_radius: float
    pore_bump: float
    lights: Lights
    mean_brightness: float
    """what the mean of the open eye's picture is exposed to, linear"""
    background: Vector


def random_look(rng: np.random.Generator) -> EyeLook:
    """A person, made up or not, in a random light."""
    palette = srgb_to_linear(np.array(_SKINS_SRGB) / 255)
    one, other = palette[rng.choice(len(palette), 2)]
    share = rng.uniform(0, 0.5)
    base = (one * (1 - share) + other * share) * rng.uniform(0.85, 1.1) * [1, rng.uniform(0.95, 1.05), rng.uniform(0.92, 1.06)]
    hair = np.array(_HAIRS[rng.choice(5, p=_HAIR_CHANCES)]) * rng.uniform(0.7, 1.3)
    made_up = rng.random() < 0.5
    skin = SkinStyle(
        base=tuple(base),
        lips=tuple(base * [0.9, 0.5, 0.5]),
        blush=rng.uniform(0, 1.2),
        under_eye=rng.uniform(0, 1.3),
        freckles=float(rng.random() ** 4),
        blotches=rng.uniform(0.2, 1.4),
        brow_colour=tuple(hair),
        brow_underlay=rng.uniform(0.3, 0.95),
        eyeliner=rng.uniform(0.1, 0.97) if made_up and rng.random() < 0.75 else 0.0,
        eyeshadow=tuple(_eyeshadow(rng, base)) if made_up and rng.random() < 0.6 else None,
        sclera=tuple(np.array([0.46, 0.44, 0.42]) * rng.uniform(0.6, 1.3) * [1, rng.uniform(0.9, 1), rng.uniform(0.85, 1)]),
        gloss=rng.uniform(0.01, 0.10),
        seed=int(rng.integers(1, 10000)),
    )
    bare = rng.random() < 0.1  # as on many paintings
    lashes = LashLook(
        upper=int(rng.uniform(55, 120)),
        lower=int(rng.uniform(10, 50)),
        length=rng.uniform(0.5, 1.0 + 0.2 * made_up),
        width_cm=rng.uniform(0.002, 0.005) if bare else rng.uniform(0.005, 0.014 + 0.010 * made_up),
        colour=hair * rng.uniform(0.2, 0.6),
    )
    return EyeLook(
        skin=skin,
        lashes=lashes,
        iris=np.array(_IRISES[rng.choice(6, p=_IRIS_CHANCES)]) * rng.uniform(0.7, 1.4),
        iris_radius_cm=rng.uniform(0.66, 0.78),
        pupil_radius=rng.uniform(0.28, 0.5),
        pore_bump=rng.uniform(0.02, 0.1),
        lights=_random_lights(rng),
        mean_brightness=rng.uniform(0.10, 0.42) * (0.45 + 0.55 * min(1, base.mean() / 0.4)),
        background=srgb_to_linear(rng.uniform(0.05, 0.9, 3)),
    )


def _eyeshadow(rng: np.random.Generator, base: Vector) -> Vector:
    if rng.random() < 0.6:  # darker skin, smoke
        return base * rng.uniform(0.08, 0.7) * rng.uniform(0.85, 1.15, 3)
    return srgb_to_linear(rng.uniform(0.15, 0.85, 3))


def _random_lights(rng: np.random.Generator) -> Lights:
    """A key, hard or soft, sometimes a second one, in a room that shines from all around."""
    directions, colours = [], []
    keys = 1 + (rng.random() < 0.5)
    for k in range(keys):
        azimuth, height = rng.normal(0, 0.8 if k == 0 else 1.5), rng.uniform(-0.1, 1.0) if k == 0 else rng.uniform(-0.3, 0.7)
        directions.append([np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)])
        strength = rng.uniform(0.3, 1.2) if k == 0 else rng.uniform(0.1, 0.5)
        colours.append(strength * np.array([1 + rng.normal(0, 0.08), 1, 1 + rng.normal(0, 0.1)]))
    soft = rng.uniform(0.05, 0.4)
    for k in range(3):  # the key's own breadth
        directions.append(np.array(directions[0]) + rng.normal(0, soft, 3))
        colours.append(colours[0] * 0.3)
    colours[0] = colours[0] * 0.4
    ambient = rng.uniform(0.06, 0.16)
    tint = np.array([1 + rng.normal(0, 0.06), 1, 1 + rng.normal(0, 0.09)])
    count = 8
    step = np.arange(count) + 0.5
    up = 1 - 1.8 * step / count
    around = step * np.pi * (3 - np.sqrt(5)) + rng.uniform(0, 6.28)
    flat = np.sqrt(1 - up * up)
    directions.extend(np.stack([flat * np.cos(around), up, flat * np.sin(around)], 1))
    colours.extend(ambient * tint * (1 + rng.uniform(0, 0.6) * up[k]) for k in range(count))
    return Lights(np.array(directions, np.float32), np.array(colours, np.float32), keys=keys)
