"""Draws one eye, open or closing, in the lid net's crop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import raster
from eye_look import EyeLook
from eye_rig import EyeRig, LashSet
from planes import HEIGHT, PX_PER_CM, WIDTH
from raster import Camera, Strands, Surface
from rig import Floats
from skin import skin_albedo

SUPERSAMPLE = 3
MOST_IDENTITY = 2.2
LASH_WIDTH_PX = 0.4
"""of the lashes in the guide"""
_AGAINST_BLINK = ("eyeLookUp_R", "eyeLookDown_R", "eyeWide_R", "eyeSquint_R")
"""shapes that move the lids themselves: they give way to a blink"""
_SHUT_WEIGHTS = np.arange(0.8, 1.5, 0.05)
_SHUT_CM = -0.01


@dataclass(frozen=True)
class LidLines:
    """Lid edges in the crop (WIDTH), and the corners' x; see planes.Lids."""

    upper: Floats
    lower: Floats
    left: float
    right: float


@dataclass(frozen=True)
class EyePicture:
    """A drawn eye."""

    linear: Floats
    """(HEIGHT, WIDTH, 3)"""
    lids: LidLines
    lash_paths: Floats
    """(S, P, 2) upper lashes in pixels of the crop"""


class EyeScene:
    """One person before a camera: draws their right eye as often as wanted."""

    def __init__(self, rig: EyeRig, look: EyeLook, rng: np.random.Generator) -> None:
        self._rig, self._look = rig, look
        strength = rng.uniform(0.5, 1.0)
        self._rest = rig.person(np.clip(rng.normal(0, 1, 100), -MOST_IDENTITY, MOST_IDENTITY) * strength)
        self._yaw, self._pitch = np.clip(rng.normal(0, [0.25, 0.15]), [-0.6, -0.4], [0.6, 0.4])
        self._distance_cm = rng.uniform(40, 110)
        self._px_per_cm = PX_PER_CM * np.exp(rng.normal(0, 0.07))
        self._tilt = rng.normal(0, 0.05)
        self._shift = rng.normal(0, 0.8, 2)
        self._lashes = LashSet.grow(rng, look.lashes.upper, look.lashes.lower, look.lashes.length)
        self._surface = self._paint(rng)

    def _paint(self, rng: np.random.Generator) -> Surface:
        rig, look = self._rig, self._look
        count = len(rig.neutral)
        albedo = np.tile(np.asarray(look.skin.base) * [0.8, 0.5, 0.45], (count, 1))
        face = rig.is_face
        none = np.zeros(int(face.sum()))
        albedo[face] = skin_albedo(rig.neutral[face], rig.full_neutral, look.skin, none, none)
        albedo[rig.ball] = look.skin.sclera
        gloss = np.where(face, look.skin.gloss, 0.0)
        gloss[rig.ball] = 0.16
        noise_space = rig.neutral + rng.uniform(-50, 50, 3).astype(np.float32)
        centre = self._rest[rig.ball].mean(0) - [0, 0, 0.15]
        noise_space[rig.ball] = self._rest[rig.ball] - centre
        return Surface(
            rest=noise_space.astype(np.float32),
            albedo=albedo.astype(np.float32),
            scatter=face.astype(np.float32),
            gloss=gloss.astype(np.float32),
            triangles=rig.triangles,
            material=rig.material,
            iris_colour=tuple(look.iris),
            iris_radius_cm=look.iris_radius_cm,
            pupil_radius=look.pupil_radius,
            pore_bump=look.pore_bump,
        )

    def draw(self, weights: dict[str, float], gaze: tuple[float, float], blink: float) -> EyePicture:
        """The eye under expression weights 0-1, looking (yaw, pitch) radians; `blink` 1 shuts it, whoever it is."""
        rig, look = self._rig, self._look
        weights = {name: weight * (1 - blink) if name in _AGAINST_BLINK else weight for name, weight in weights.items()}
        shut = next((w for w in _SHUT_WEIGHTS if rig.opening(self._pose(weights, w)) < _SHUT_CM), _SHUT_WEIGHTS[-1])
        posed = self._pose(weights, blink * shut)
        rig.turn_eye(posed, *gaze)
        # Corners of the face at rest, so that all pictures of a person share their crop.
        corners = self._rest[[rig.upper_margin[0], rig.upper_margin[-1]]]
        pivot = corners.mean(0)
        turn = _turn(self._yaw, self._pitch, 0)
        first, last = (corners - pivot) @ turn.T
        level = np.arctan2(last[1] - first[1], last[0] - first[0])
        turn = _turn(0, 0, -level + self._tilt) @ turn

        def to_camera(points: np.ndarray) -> Floats:
            return ((points - pivot) @ turn.T - [0, 0, self._distance_cm]).astype(np.float32)

        focal = self._px_per_cm * self._distance_cm
        middle = (WIDTH / 2 + self._shift[0], HEIGHT / 2 + self._shift[1])

        def to_crop(points: Floats) -> Floats:
            x = middle[0] + focal * points[..., 0] / -points[..., 2]
            y = middle[1] - focal * points[..., 1] / -points[..., 2]
            return np.stack([x, y], -1).astype(np.float32)

        paths = to_camera(rig.lashes_on(posed, self._lashes))
        strands = Strands(
            points=paths,
            colour=np.tile(look.lashes.colour.astype(np.float32), (len(paths), 1)),
            width=np.full(len(paths), look.lashes.width_cm, np.float32),
        )
        position = to_camera(posed)
        camera = Camera(WIDTH, HEIGHT, focal, middle, SUPERSAMPLE)
        background = np.tile(look.background.astype(np.float32), (HEIGHT, WIDTH, 1))
        head = (0.0, 0.0, -self._distance_cm - 1.0)
        linear = raster.render(position, self._surface, strands, look.lights, camera, head, background, 6.5)
        upper = to_crop(position[rig.upper_margin])
        lower = to_crop(position[rig.lower_margin])
        return EyePicture(linear, _lid_lines(upper, lower), to_crop(paths[self._lashes.upper]))


    def _pose(self, weights: dict[str, float], blink: float) -> Floats:
        return self._rig.express(self._rest, {**weights, "eyeBlink_R": blink})


def _turn(yaw: float, pitch: float, roll: float) -> Floats:
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (about_z @ about_x @ about_y).astype(np.float32)


def _lid_lines(upper: Floats, lower: Floats) -> LidLines:
    """Projected lid edges (n, 2) as heights per column; where a lid doubles back its corner side is taken."""
    columns = np.arange(WIDTH) + 0.5

    def heights(line: Floats) -> Floats:
        x = np.maximum.accumulate(line[:, 0] + np.arange(len(line)) * 1e-4)
        return np.interp(columns, x, line[:, 1]).astype(np.float32)

    high, low = heights(upper), heights(lower)
    middle = (high + low) / 2  # where they have crossed, they touch
    return LidLines(np.minimum(high, middle), np.maximum(low, middle), float(upper[0, 0]), float(upper[-1, 0]))


def draw_lash_guide(paths: Floats, steps: int = 5) -> Floats:
    """Where lashes (S, P, 2) lie, 0-1 (HEIGHT, WIDTH): thin lines, splatted with bilinear weights."""
    t = (np.arange(steps) + 0.5)[None, None, :, None] / steps
    points = (paths[:, :-1, None] * (1 - t) + paths[:, 1:, None] * t).reshape(-1, 2) - 0.5
    segment = np.linalg.norm(np.diff(paths, axis=1), axis=2) / steps
    weight = LASH_WIDTH_PX * np.repeat(segment[..., None], steps, 2).reshape(-1)
    cell = np.floor(points).astype(int)
    share = points - cell
    guide = np.zeros((HEIGHT + 2, WIDTH + 2), np.float32)
    for dy in (0, 1):
        for dx in (0, 1):
            x, y = cell[:, 0] + dx, cell[:, 1] + dy
            inside = (x >= 0) & (x < WIDTH) & (y >= 0) & (y < HEIGHT)
            part = np.abs(1 - dx - share[:, 0]) * np.abs(1 - dy - share[:, 1]) * weight
            np.add.at(guide, (y[inside], x[inside]), part[inside])
    return np.minimum(guide[:HEIGHT, :WIDTH], 1)
