"""Packs a person for the path tracer: the finer head with its colours, eyes, clothes, strands, lights and camera."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from eyes import eye_colour
from facial_hair import Lashes, beard_weight, grow_beard, grow_brows
from hair import grow_hair, scalp_weight
from headwear import hang
from person import Person
from pose import bend_neck, follow_head, rotation
from raster import Strands
from rig import (
    EYE_SOCKETS, GUMS_AND_TONGUE, HEAD, LANDMARKS, LEFT_EYEBALL, MOUTH_SOCKET, RIGHT_EYEBALL, TEETH, Floats,
    Rig, eye_centre, triangles, turn_eyes, vertex_normals,
)
from skin import head_look, lip_amount, skin_albedo
from spectacles import make_spectacles
from subdivision import Subdivision
from torso import Garment, GarmentStyle, covered, sew
from wrinkles import wrinkle_depth

DISTANCE_CM = 130.0
"""from the lens to the head: a portrait's distance, so that the nose is not large"""


class Scene:
    """What cycles.py reads: meshes, strands and options under the names that it knows."""

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}
        self.meshes: dict[str, tuple[str, int]] = {}
        self.strands: list[str] = []

    def mesh(self, name: str, material: str, points: np.ndarray, faces: np.ndarray, levels: int = 0, **attributes) -> None:
        """Faces (n, 4), -1 for a triangle's fourth; `attributes` by vertex; `levels` of subdivision."""
        self.meshes[name] = (material, levels)
        used, local = np.unique(faces, return_inverse=True)
        compact = local.reshape(faces.shape).astype(np.int32)
        if used[0] < 0:
            used, compact = used[1:], compact - 1
        for key, value in {"points": points, **attributes}.items():
            whole = np.asarray(value, np.float32)
            self.arrays[f"mesh/{name}/{key}"] = (whole if whole.ndim else np.full(len(points), whole))[used]
        self.arrays[f"mesh/{name}/faces"] = compact

    def hair(self, name: str, strands: Strands, taper: float) -> None:
        """Strands, thinning to `taper` of their width at the tip."""
        count = strands.points.shape[1]
        along = np.linspace(0, 1, count) ** 2
        self.strands.append(name)
        self.arrays[f"strands/{name}/points"] = strands.points.astype(np.float32)
        self.arrays[f"strands/{name}/radius"] = (strands.width[:, None] / 2 * (1 - (1 - taper) * along)).astype(np.float32)
        self.arrays[f"strands/{name}/colour"] = strands.colour.astype(np.float32)

    def save(self, path: Path, options: dict) -> None:
        """Writes the archive."""
        options = {**options, "meshes": self.meshes, "strands": self.strands}
        np.savez(path, options=json.dumps(options), **self.arrays)


def pack(person: Person, rig: Rig, path: Path, size: int, samples: int, threads: int) -> None:
    """Writes the person's scene to `path`."""
    scene = Scene()
    rest = rig.person(person.seed, person.strength, dict(person.modes))
    face = rig.express(rest, dict(person.expression))
    turn_eyes(face, rest, *person.gaze_deg)
    to_scene = _posture(person)

    garment = sew(rig, rest, person.garment)
    _add_head(scene, person, rig, rest, face, to_scene)
    _add_eyes(scene, person, rig, rest, face, to_scene)
    _add_mouth(scene, person, rig, face, to_scene)
    garments = [garment, *([sew(rig, rest, person.coat)] if person.coat else [])]
    for name, piece, cut in zip(("garment", "coat"), garments, (person.garment, person.coat)):
        _add_garment(scene, name, piece, cut, to_scene)
    outside = np.concatenate([piece.vertices for piece in garments])
    normals = np.concatenate([vertex_normals(piece.vertices, triangles(piece.faces)) for piece in garments])
    if person.spectacles:
        frame, lenses = make_spectacles(face, person.spectacles)
        worn = person.spectacles
        scene.mesh("frame", "metal", to_scene(frame.vertices, face[LANDMARKS[27]]), frame.faces, 0,
                   colour=np.tile(worn.colour, (len(frame.vertices), 1)), roughness=0.3, specular=worn.metal)
        scene.mesh("lenses", "film", to_scene(lenses.vertices, face[LANDMARKS[27]]), lenses.faces)

    hair = grow_hair(rig, rest, person.hair, (outside[::3], normals[::3])) if person.hair else None
    if person.headwear:
        beneath = [face[: HEAD.stop], outside, *([hair.points[:, ::4].reshape(-1, 3)] if person.headwear.sheer and hair else [])]
        worn = hang(np.concatenate(beneath), person.headwear)
        scene.mesh("headwear", "veil" if person.headwear.sheer else "cloth", to_scene(worn.vertices, worn.vertices), worn.faces,
                   1, colour=worn.colour, rest=worn.vertices, height=worn.height, roughness=0.8, specular=0.25)
    for name, strands, taper in (
        *([("hair", hair, 0.5)] if hair else []),
        ("brows", grow_brows(rig, rest, person.brows).on(face), 0.3),
        ("lashes", Lashes.grow(rig, person.lash_colour, per_card=person.lashes, width=0.016).on(face), 0.2),
        *([("beard", grow_beard(rig, rest, person.beard).on(face), 0.4)] if person.beard else []),
    ):
        points = strands.points.reshape(-1, 3)
        roots = np.repeat(strands.points[:, :1], strands.points.shape[1], axis=1).reshape(-1, 3)
        held = np.where(points[:, 1:2] < -9, points, roots)  # long hair lies on the shoulders and stays with them
        scene.hair(name, strands.moved(to_scene(points, held).reshape(strands.points.shape)), taper)
    scene.save(path, {**_view(person, size), "samples": samples, "threads": threads})


def _add_garment(scene: Scene, name: str, piece: Garment, cut: GarmentStyle, to_scene) -> None:
    rows = np.sin(piece.vertices[:, 1] * 2 * np.pi / 0.42) * np.sin(np.radians(piece.around) * 170)
    ribs = np.sin(np.radians(piece.around) * 150) * piece.band
    knit = 0.5 + cut.knit * (0.5 * ribs + 0.35 * rows * (1 - piece.band))
    scene.mesh(
        name, "cloth", to_scene(piece.vertices, piece.vertices), piece.faces, 1,
        colour=np.asarray(cut.colour) * (1 - 0.12 * cut.knit * (0.5 - knit))[:, None], rest=piece.vertices,
        roughness=0.85, specular=0.2, height=knit,
    )


def _posture(person: Person):
    """Rig points to the scene, where the head is turned a little over shoulders that turn their own way."""

    def moved(points: Floats, held: Floats) -> Floats:
        """`held` (n, 3) or (3,) decides what goes with the head."""
        held = np.broadcast_to(held, points.shape)
        follow = follow_head(held)
        body = points @ rotation(person.body_yaw_deg, 0, 0).T
        head = bend_neck(points, follow, *person.pose_deg)
        return (head * follow[:, None] + body * (1 - follow[:, None])).astype(np.float32)

    return moved


def _add_head(scene: Scene, person: Person, rig: Rig, rest: Floats, face: Floats, to_scene) -> None:
    """Skin, twice as fine as the rig, its colour decided at every point."""
    faces = rig.faces_of(HEAD, MOUTH_SOCKET, EYE_SOCKETS)
    finer = Subdivision(faces, len(face))
    neutral, points = finer.smooth(rig.neutral), finer.smooth(face)
    scalp = scalp_weight(rig.neutral, person.hair) if person.hair else np.zeros(len(rest))
    look = head_look(rig.neutral, person.skin, scalp, person.beard)
    albedo = finer.smooth(look.albedo)
    on_head = finer.smooth((np.arange(len(rest)) < HEAD.stop).astype(np.float32)[:, None])[:, 0] > 0.99
    hairs = beard_weight(neutral, person.beard) if person.beard else np.zeros(len(points))
    fine_scalp = finer.smooth(scalp[:, None])[:, 0]
    albedo[on_head] = skin_albedo(neutral[on_head], rig.neutral, person.skin, fine_scalp[on_head], hairs[on_head])
    tris = triangles(finer.faces)
    if person.age > 0:
        sink = wrinkle_depth(neutral[on_head], person.age, person.seed)
        points[on_head] -= vertex_normals(points, tris)[on_head] * sink[:, None].astype(np.float32)
        albedo[on_head] *= (1 - np.clip(sink, 0, 1) * 2.2)[:, None] ** np.array([0.6, 1.1, 1.1])
    hidden = covered(points, person.garment)
    keep = ~hidden[np.where(finer.faces < 0, finer.faces[:, :1], finer.faces)].all(1)
    gloss = finer.smooth(look.gloss[:, None])[:, 0]
    lips = finer.smooth(lip_amount(rig.neutral, rig.neutral)[:, None])[:, 0]
    scene.mesh(
        "head", "skin", to_scene(points, points), finer.faces[keep], 1,
        colour=albedo, rest=neutral, specular=np.clip(0.28 + 1.2 * gloss, 0, 0.5),
        roughness=np.clip(0.56 - 1.1 * gloss, 0.36, 1), wet=0.5 * person.skin.lip_gloss * lips,
    )


def _add_eyes(scene: Scene, person: Person, rig: Rig, rest: Floats, face: Floats, to_scene) -> None:
    key = max(person.lights, key=lambda light: light.power)
    for name, ball in (("left-eye", LEFT_EYEBALL), ("right-eye", RIGHT_EYEBALL)):
        first = Subdivision(rig.faces_of(ball), len(face))
        second = Subdivision(first.faces, first.smooth(face).shape[0])
        points = second.smooth(first.smooth(face))
        local = second.smooth(first.smooth(rest)) - eye_centre(rest, ball)
        colour = eye_colour(local, person.iris, person.skin.sclera, person.pupil, person.seed, 90 - key.azimuth_deg)
        scene.mesh(name, "eye", to_scene(points, points), second.faces, 1, colour=colour, rest=local)


def _add_mouth(scene: Scene, person: Person, rig: Rig, face: Floats, to_scene) -> None:
    look = head_look(rig.neutral, person.skin, np.zeros(len(face)), None)
    for name, part, roughness in (("teeth", TEETH, 0.18), ("tongue", GUMS_AND_TONGUE, 0.3)):
        scene.mesh(name, "flesh", to_scene(face, face), rig.faces_of(part), 1, colour=look.albedo, roughness=roughness)


def _view(person: Person, size: int) -> dict:
    target = np.array([0.0, 1.0, 0.0]) - [person.shift_cm[0], person.shift_cm[1], 0]
    return {
        "size": size, "seed": person.seed, "noise": 0.03, "pores": person.pores,
        "sheen": 0.3, "hair_roughness": 0.28,
        "lights": [light.lamp() for light in person.lights],
        "sky": list(person.sky), "ground": list(person.ground),
        "camera": {"place": [float(target[0]), float(target[1] + 3), DISTANCE_CM], "target": target.tolist(),
                   "side": person.frame_cm, "aperture_cm": person.aperture_cm, "focus_ahead_cm": 8.0},
    }
