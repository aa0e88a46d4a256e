"""Scalp hair as strands: guides grow over the head along a style's flow, children follow their guide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from noise import fractal, smoothstep, value_noise
from raster import Strands
from rig import HEAD, Floats, Ints, Rig, triangles, vertex_normals

Vector = tuple[float, float, float]
# The hairline's height (cm, neutral head) by azimuth about the vertical axis, 0 at the face, 180 at the nape.
_HAIRLINE_DEG = [0, 18, 32, 42, 50, 56, 62, 76, 82, 100, 108, 122, 150, 180]
_HAIRLINE_CM = [10.0, 10.1, 9.2, 7.6, 5.2, 1.6, 0.4, 0.2, 4.0, 4.0, 1.0, -2.6, -4.2, -4.4]


@dataclass(frozen=True)
class HairStyle:
    """How hair grows. Lengths in cm; directions in rig axes, x mirrored away from the parting."""

    colour: Vector
    """linear RGB of the strand itself"""
    grey: float = 0.0
    """share of grey strands"""
    length_top: float = 7.0
    length_sides: float = 3.0
    length_back: float = 3.5
    parting_x: float = 2.5
    sweep_front: Vector = (0.6, 0.25, 0.1)
    sweep_sides: Vector = (0.1, -1.0, -0.35)
    lift: float = 0.55
    """how far strands leave the scalp before they bend"""
    gravity: float = 0.25
    volume: float = 0.9
    """cm between the scalp and the outermost layer"""
    curl_cm: float = 0.0
    curl_pitch_cm: float = 3.0
    frizz_cm: float = 0.12
    clump: float = 0.6
    """0-1, how far strands close in on their lock"""
    lock: int = 16
    """strands to a lock"""
    receding: float = 0.0
    """cm the temples' hairline is pushed back"""
    thinning: float = 0.0
    """0-1, sparser on the crown"""
    hairline_shift: float = 0.0
    """cm, positive raises the whole front"""
    outward: float = 0.0
    """1 grows straight away from the head, as tight curls do"""
    tuck: float = 0.0
    """1 pulls long side hair behind the ears"""
    gather: Vector | None = None
    """where hair that is tied back comes together"""
    count: int = 42000
    width: float = 0.011
    points: int = 18
    """of each strand's polyline"""
    seed: int = 1


def surface_samples(
    vertices: Floats, tris: Ints, weight: np.ndarray, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """`count` random surface points, density by vertex `weight`: triangle (n) and barycentric (n, 3)."""
    a, b, c = (vertices[tris[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) * weight[tris].mean(1)
    chosen = rng.choice(len(tris), count, p=area / area.sum())
    u, v = rng.random((2, count))
    flip = u + v > 1
    u[flip], v[flip] = 1 - u[flip], 1 - v[flip]
    return chosen, np.stack([1 - u - v, u, v], 1)


def on_surface(values: np.ndarray, tris: Ints, chosen: np.ndarray, barycentric: np.ndarray) -> np.ndarray:
    """Vertex `values` (V, k) at surface samples (n, k)."""
    return (values[tris[chosen]] * barycentric[..., None]).sum(1)


def scalp_weight(neutral: Floats, style: HairStyle) -> np.ndarray:
    """How densely hair grows at each vertex, 0-1 (V), from the neutral head's geometry."""
    x, y, z = neutral.T.astype(np.float64)
    azimuth = np.degrees(np.arctan2(np.abs(x), z))
    height = np.interp(azimuth, _HAIRLINE_DEG, _HAIRLINE_CM)
    height += style.hairline_shift * smoothstep(50, 30, azimuth)
    height += style.receding * np.exp(-(((azimuth - 27) / 12) ** 2)) + 0.35 * fractal(neutral * 1.3, style.seed + 50)
    inside = smoothstep(0.0, 0.9, y - height)
    ear = (np.abs(x) > 8.05) & (y < 4.3)
    crown = np.exp(-((x / 5) ** 2) - (((z + 2) / 5) ** 2)) * smoothstep(9, 12, y)
    inside = np.where(ear, 0, inside) * (1 - style.thinning * crown)
    inside[HEAD.stop :] = 0
    return inside


def grow_hair(rig: Rig, person: Floats, style: HairStyle, obstacles: tuple[Floats, Floats] | None = None) -> Strands:
    """Hair for `person` (V, 3) at rest. `obstacles`: points and normals (clothes) that hair rests on."""
    rng = np.random.default_rng(style.seed)
    tris = triangles(rig.faces_of(HEAD))
    normals = vertex_normals(person, tris)
    weight = scalp_weight(rig.neutral, style)
    solid, solid_normals = person[: HEAD.stop : 2], normals[: HEAD.stop : 2]
    if obstacles is not None:
        solid = np.concatenate([solid, obstacles[0]])
        solid_normals = np.concatenate([solid_normals, obstacles[1]])

    guides = max(400, style.count // style.lock)
    chosen, bary = surface_samples(person, tris, weight, guides, rng)
    paths = _grow_guides(
        on_surface(person, tris, chosen, bary), on_surface(normals, tris, chosen, bary), _Solid(solid, solid_normals), style, rng
    )
    chosen, bary = surface_samples(person, tris, weight, style.count, rng)
    order = np.lexsort(np.floor(on_surface(person, tris, chosen, bary) / 0.8).T)  # neighbours together, for the cache
    chosen, bary = chosen[order], bary[order]
    roots = on_surface(person, tris, chosen, bary)
    points = _follow(roots, paths, style, rng)

    tint = 1 + 0.30 * value_noise(roots * 1.6, style.seed + 3)[:, None] + rng.normal(0, 0.12, (len(roots), 1))
    colour = np.asarray(style.colour) * np.clip(tint, 0.35, 2.0) * (1 + rng.normal(0, 0.04, (len(roots), 3)))
    grey = rng.random(len(roots)) < style.grey * (1 + 0.5 * smoothstep(9, 2, roots[:, 1]))
    colour[grey] = np.array([0.28, 0.275, 0.265]) * rng.uniform(0.6, 1.2, (grey.sum(), 1))
    width = style.width * rng.uniform(0.7, 1.3, len(roots))
    return Strands(points.astype(np.float32), colour.astype(np.float32), width.astype(np.float32))


def _lengths(points: np.ndarray, style: HairStyle, rng: np.random.Generator) -> np.ndarray:
    top = smoothstep(8.5, 12.0, points[:, 1] + 0.15 * points[:, 2])
    back = smoothstep(0, -5, points[:, 2])
    length = style.length_sides * (1 - back) + style.length_back * back
    fade = 0.35 + 0.65 * smoothstep(-4.5, 3.5, points[:, 1])  # short at the nape and the sideburns
    length *= np.where(length < 6, fade, 1)
    return (length * (1 - top) + style.length_top * top) * rng.uniform(0.82, 1.08, len(points))


def _flow(p: np.ndarray, style: HairStyle) -> np.ndarray:
    side = np.where(p[:, 0] > style.parting_x, 1.0, -1.0)[:, None]
    mirrored = np.concatenate([side, np.ones_like(side), np.ones_like(side)], 1)
    top = smoothstep(9.0, 12.5, p[:, 1] + 0.15 * p[:, 2])[:, None]
    sides = np.asarray(style.sweep_sides) * np.concatenate([np.sign(p[:, :1]), np.ones((len(p), 2))], 1)
    back = smoothstep(0, -6, p[:, 2])[:, None]
    sides = sides * (1 - back) + np.array([0, -1, -0.15]) * back
    flow = np.asarray(style.sweep_front) * mirrored * top + sides * (1 - top)
    return flow / np.maximum(np.linalg.norm(flow, axis=1, keepdims=True), 1e-6)


def _grow_guides(
    roots: np.ndarray,
    root_normals: np.ndarray,
    solid: _Solid,
    style: HairStyle,
    rng: np.random.Generator,
) -> np.ndarray:
    """Guide paths (G, points, 3)."""
    layer = style.volume * rng.random(len(roots)) ** 0.7
    if style.gather is not None:
        return _tie_back(roots, root_normals, solid, layer, style)
    step = (_lengths(roots, style, rng) / (style.points - 1))[:, None]
    direction = root_normals * style.lift + _flow(roots, style)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    swirl = np.stack([fractal(roots * 0.5 + 40 * k, style.seed + 20 + k) for k in range(3)], 1) * 0.25
    path = [roots]
    position = roots.copy()
    for k in range(1, style.points):
        t = k / style.points
        aim = _flow(position, style) * (1 - 0.6 * t) + np.array([0, -style.gravity * (1 + 2 * t), 0])
        aim += swirl + root_normals * style.outward
        if style.tuck:
            behind = smoothstep(7, 4, position[:, 1]) * smoothstep(-3, 2, position[:, 2]) * (np.abs(position[:, 0]) > 5)
            aim += np.array([0, 0, -1.6]) * (style.tuck * behind)[:, None]
        direction = direction * 0.62 + 0.38 * aim / np.maximum(np.linalg.norm(aim, axis=1, keepdims=True), 1e-6)
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        position = position + direction * step
        nearest, distance = solid.nearest(position)
        wanted = layer * min(1.0, 3.0 * t) + 0.05
        push = np.maximum(0, wanted - distance)[:, None]
        position = position + nearest * push
        inward = np.minimum(0, (direction * nearest).sum(1, keepdims=True)) * (push > 0)
        direction = direction - nearest * inward
        path.append(position)
    return np.stack(path, 1)


def _tie_back(
    roots: np.ndarray, root_normals: np.ndarray, solid: _Solid, layer: np.ndarray, style: HairStyle
) -> np.ndarray:
    """Guide paths (G, points, 3) over the head to where the hair is gathered."""
    swirl = np.stack([fractal(roots * 0.5 + 40 * k, style.seed + 20 + k) for k in range(3)], 1)
    knot = np.asarray(style.gather) + 0.2 * swirl
    direction = root_normals * style.lift + _flow(roots, style)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    path, position = [roots], roots
    for k in range(1, style.points):
        left = np.linalg.norm(knot - position, axis=1, keepdims=True)
        step = np.minimum(style.length_top / (style.points - 1), 1.9 * left / (style.points - k))
        aim = (knot - position) / np.maximum(left, 1e-6) + 0.03 * swirl
        normal, _ = solid.nearest(position)
        aim = aim - normal * np.minimum(0, (aim * normal).sum(1, keepdims=True))  # around the head, not through it
        direction = 0.5 * direction + 0.5 * aim / np.maximum(np.linalg.norm(aim, axis=1, keepdims=True), 1e-6)
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        position = position + direction * step
        normal, height = solid.nearest(position)
        wanted = layer * min(1.0, 5.0 * k / style.points) + 0.05
        position = position + normal * np.maximum(0, wanted - height)[:, None]
        path.append(position)
    return np.stack(path, 1)


class _Solid:
    """What hair rests on: points with their normals."""

    def __init__(self, points: np.ndarray, normals: np.ndarray) -> None:
        self._tree, self._points, self._normals = cKDTree(points), points, normals

    def nearest(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of the solid point nearest to each of `points` (n, 3): its normal (n, 3), and the signed height above it (n)."""
        _, index = self._tree.query(points)
        normal = self._normals[index]
        return normal, ((points - self._points[index]) * normal).sum(1)


def _follow(roots: np.ndarray, guides: np.ndarray, style: HairStyle, rng: np.random.Generator) -> np.ndarray:
    """Child strands (n, points, 3): each bends into its nearest guide of the same side of the parting."""
    away = np.array([60.0, 0, 0])  # keeps a strand from following a guide across the parting
    key = guides[:, 0] + np.where(guides[:, 0, :1] > style.parting_x, away, 0) * (guides[:, 0, 1:2] > 9)
    child_key = roots + np.where(roots[:, :1] > style.parting_x, away, 0) * (roots[:, 1:2] > 9)
    _, index = cKDTree(key).query(child_key)
    t = np.linspace(0, 1, style.points)[None, :, None]
    offset = (roots - guides[index, 0])[:, None]
    reach = rng.uniform(0.8, 1.05, (len(roots), 1, 1))
    path = _resample(guides[index], reach) + offset * (1 - style.clump * smoothstep(0.1, 0.9, t))
    bundle = rng.normal(0, 1, (len(guides), 3))[index][:, None]
    path = path + bundle * (0.18 * style.frizz_cm / 0.12) * t
    spread = np.stack([value_noise(roots * 9 + k * 31, style.seed + 9 + k) for k in range(3)], 1)[:, None]
    path = path + spread * style.frizz_cm * t**1.3 * 2 + rng.normal(0, style.frizz_cm * 0.35, (len(roots), 1, 3)) * t
    if style.curl_cm > 0:
        alike = 0.9 if style.curl_pitch_cm < 3 else 0.22  # tight curls turn each for itself, waves together
        lock = fractal(guides[index, 0] * alike, style.seed + 5)[:, None, None]
        length = np.linalg.norm(np.diff(guides[index], axis=1), axis=2).sum(1)[:, None, None]
        phase = 2 * np.pi * (length * t / style.curl_pitch_cm + 1.7 * lock) + rng.normal(0, 0.3, (len(roots), 1, 1))
        along = path[:, -1:] - path[:, :1]
        along = along / np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-6)
        sideways = np.cross(along, roots[:, None] - np.array([0, 4.0, 0.5]))
        sideways /= np.maximum(np.linalg.norm(sideways, axis=2, keepdims=True), 1e-6)
        outward = np.cross(sideways, along)
        grow = style.curl_cm * smoothstep(0, 0.35, t)
        path = path + grow * (np.cos(phase) * sideways + np.sin(phase) * outward + 0.5 * outward)
    return path


def _resample(paths: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Paths cut to a share of their length (`reach` may pass 1 a little)."""
    last = paths.shape[1] - 1
    at = np.linspace(0, 1, last + 1)[None, :, None] * reach * last
    low = np.clip(np.floor(at).astype(int), 0, last - 1)
    blend = at - low
    a = np.take_along_axis(paths, np.broadcast_to(low, low.shape[:2] + (3,)), 1)
    b = np.take_along_axis(paths, np.broadcast_to(low + 1, low.shape[:2] + (3,)), 1)
    return a * (1 - blend) + b * blend
