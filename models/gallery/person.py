"""What a sitter is made of: face, skin, hair, clothes, light and place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facial_hair import BeardStyle, BrowStyle
from hair import HairStyle
from headwear import HeadwearStyle
from painting import PaintStyle
from rig import Floats
from skin import SkinStyle
from spectacles import SpectaclesStyle
from torso import GarmentStyle

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Softbox:
    """A round lamp. Angles as seen from the sitter: azimuth to the viewer's right, height up."""

    azimuth_deg: float
    height_deg: float
    power: float
    colour: Vector = (1.0, 1.0, 1.0)
    radius_deg: float = 14.0
    distance_cm: float = 120.0

    def lamp(self) -> dict:
        """As cycles.py reads it; as bright on the face as `power` says, whatever its size and distance."""
        azimuth, height = np.radians([self.azimuth_deg, self.height_deg])
        towards = np.array([np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)])
        return {
            "place": (towards * self.distance_cm + [0, 2, 0]).tolist(),
            "target": [0, 1, 4],
            "colour": self.colour,
            "size": 2 * self.distance_cm * float(np.tan(np.radians(self.radius_deg))),
            "power": self.power * 10 * self.distance_cm**2,
        }


@dataclass(frozen=True)
class Person:
    """One portrait."""

    title: str
    alt: str
    seed: int
    skin: SkinStyle
    hair: HairStyle | None
    brows: BrowStyle
    garment: GarmentStyle
    lights: tuple[Softbox, ...]
    backdrop: Callable[[int], Floats]
    """picture size in pixels to linear RGB (size, size, 3)"""
    paint: PaintStyle | None = None
    """none for a photograph"""
    strength: float = 0.75
    """spread of the random identity"""
    modes: tuple[tuple[int, float], ...] = ()
    """identity modes set by hand"""
    expression: tuple[tuple[str, float], ...] = ()
    beard: BeardStyle | None = None
    coat: GarmentStyle | None = None
    """worn over the garment"""
    headwear: HeadwearStyle | None = None
    spectacles: SpectaclesStyle | None = None
    age: float = 0.0
    iris: Vector = (0.06, 0.032, 0.015)
    pupil: float = 0.38
    """share of the iris"""
    lash_colour: Vector = (0.010, 0.007, 0.006)
    lashes: int = 34
    """to each of the twelve lash cards"""
    gaze_deg: tuple[float, float] = (0.0, 0.0)
    pose_deg: Vector = (0.0, 0.0, 0.0)
    """yaw, pitch, roll"""
    body_yaw_deg: float = 0.0
    shift_cm: tuple[float, float] = (0.0, 2.2)
    frame_cm: float = 38.0
    """what the picture's side measures at the head"""
    sky: Vector = (0.13, 0.14, 0.16)
    """light from everywhere above, linear RGB"""
    ground: Vector = (0.07, 0.06, 0.05)
    pores: float = 0.6
    """strength of the skin's relief"""
    scatter: float = 1.2
    """how far light spreads under the skin, 1 as measured"""
    aperture_cm: float = 1.2
    exposure: float = 1.0
