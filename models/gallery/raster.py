"""Python's side of raster.cpp: compiles it on first use and calls it through ctypes."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rig import Floats, Ints

SKIN, EYE, WET, TEETH, CLOTH, CAVITY = range(6)

_SOURCE = Path(__file__).with_name("raster.cpp")
_FLOAT_POINTER = ctypes.POINTER(ctypes.c_float)


class _Scene(ctypes.Structure):
    _fields_ = (
        [(n, ctypes.c_int32) for n in "vertexCount triangleCount strandCount strandPoints lightCount keyCount".split()]
        + [(n, ctypes.c_int32) for n in "width height supersample scatterPasses".split()]
        + [(n, ctypes.c_float) for n in "focalPx centreXPx centreYPx headX headY headZ headRadius".split()]
        + [(n, ctypes.c_float) for n in "irisR irisG irisB irisRadius pupilRadius poreBump".split()]
        + [(n, _FLOAT_POINTER) for n in "position rest albedo scatter gloss".split()]
        + [("triangle", ctypes.POINTER(ctypes.c_int32)), ("material", ctypes.POINTER(ctypes.c_uint8))]
        + [(n, _FLOAT_POINTER) for n in "strand strandColour strandWidth".split()]
        + [(n, _FLOAT_POINTER) for n in "lightDirection lightColour background".split()]
    )


@dataclass
class Surface:
    """What the triangles look like. V vertices, T triangles."""

    rest: Floats
    """(V, 3) cm, where noise is looked up; for eyeballs relative to the eye's centre"""
    albedo: Floats
    """(V, 3) linear RGB"""
    scatter: Floats
    """(V) 0-1, how far light diffuses beneath"""
    gloss: Floats
    """(V) strength of the highlight"""
    triangles: Ints
    """(T, 3)"""
    material: np.ndarray
    """(T) uint8, one of SKIN ... CAVITY"""
    iris_colour: tuple[float, float, float] = (0.05, 0.025, 0.012)
    iris_radius_cm: float = 0.72
    pupil_radius: float = 0.36
    """share of the iris"""
    scatter_passes: int = 7
    """diffusion steps over the mesh; four times as many after each subdivision"""
    pore_bump: float = 0.05
    """how much pores tilt the normal"""


@dataclass
class Strands:
    """Hairs as polylines."""

    points: Floats
    """(S, P, 3) cm"""
    colour: Floats
    """(S, 3) linear RGB"""
    width: Floats
    """(S) cm at the root"""

    def moved(self, points: Floats) -> Strands:
        """The same hairs elsewhere."""
        return Strands(points, self.colour, self.width)


@dataclass
class Lights:
    """Distant lights; the first `keys` of them make highlights."""

    direction: Floats
    """(L, 3) towards the light, camera space"""
    colour: Floats
    """(L, 3) linear RGB irradiance"""
    keys: int


@dataclass
class Camera:
    """A pinhole at the origin looking along -z."""

    width: int
    height: int
    focal_px: float
    centre_px: tuple[float, float]
    supersample: int = 3


@functools.cache
def _library() -> ctypes.CDLL:
    source = _SOURCE.read_bytes()
    folder = Path(os.environ.get("XDG_CACHE_HOME", tempfile.gettempdir())) / "gallery-raster"
    folder.mkdir(parents=True, exist_ok=True)
    built = folder / f"raster-{hashlib.sha256(source).hexdigest()[:16]}.so"
    if not built.exists():
        partial = built.with_suffix(f".{os.getpid()}")
        flags = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
        subprocess.run(["g++", *flags, "-o", str(partial), str(_SOURCE)], check=True)
        partial.replace(built)
    return ctypes.CDLL(str(built))


def render(
    position: Floats,
    surface: Surface,
    strands: Strands,
    lights: Lights,
    camera: Camera,
    head: tuple[float, float, float],
    background: Floats,
    head_radius_cm: float = 16.0,
) -> Floats:
    """Linear RGB (height, width, 3) of `position` (V, 3), camera space; `head` is the centre of what casts shadows."""
    kept: list[np.ndarray] = []

    def pointer(array: np.ndarray, kind: type = np.float32, c_type: type = ctypes.c_float):
        kept.append(np.ascontiguousarray(array, kind))
        return kept[-1].ctypes.data_as(ctypes.POINTER(c_type))

    scene = _Scene(
        vertexCount=len(position),
        triangleCount=len(surface.triangles),
        strandCount=len(strands.points),
        strandPoints=strands.points.shape[1],
        lightCount=len(lights.direction),
        keyCount=lights.keys,
        width=camera.width,
        height=camera.height,
        supersample=camera.supersample,
        scatterPasses=surface.scatter_passes,
        focalPx=camera.focal_px,
        centreXPx=camera.centre_px[0],
        centreYPx=camera.centre_px[1],
        headX=head[0],
        headY=head[1],
        headZ=head[2],
        headRadius=head_radius_cm,
        irisR=surface.iris_colour[0],
        irisG=surface.iris_colour[1],
        irisB=surface.iris_colour[2],
        irisRadius=surface.iris_radius_cm,
        pupilRadius=surface.pupil_radius,
        poreBump=surface.pore_bump,
        position=pointer(position),
        rest=pointer(surface.rest),
        albedo=pointer(surface.albedo),
        scatter=pointer(surface.scatter),
        gloss=pointer(surface.gloss),
        triangle=pointer(surface.triangles, np.int32, ctypes.c_int32),
        material=pointer(surface.material, np.uint8, ctypes.c_uint8),
        strand=pointer(strands.points),
        strandColour=pointer(strands.colour),
        strandWidth=pointer(strands.width),
        lightDirection=pointer(lights.direction / np.linalg.norm(lights.direction, axis=1, keepdims=True)),
        lightColour=pointer(lights.colour),
        background=pointer(background),
    )
    out = np.empty((camera.height, camera.width, 3), np.float32)
    _library().renderScene(ctypes.byref(scene), out.ctypes.data_as(_FLOAT_POINTER))
    return out


def tone_map(linear: Floats, exposure: float = 1.0) -> np.ndarray:
    """Linear RGB to sRGB bytes through a filmic curve (Narkowicz' fit of ACES, 2015)."""
    x = np.maximum(linear * exposure * 0.8, 0)
    mapped = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    encoded = np.where(mapped <= 0.0031308, 12.92 * mapped, 1.055 * np.maximum(mapped, 1e-9) ** (1 / 2.4) - 0.055)
    return (encoded * 255 + 0.5).astype(np.uint8)
