"""Renders a still portrait of a made-up person: a finer mesh, more light and finer hair than the clip's.

    python3 portrait.py --rig ict_facekit.npz --person noor --out noor.jpg
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

import backdrop
import raster
from facial_hair import Lashes, beard_weight, grow_beard, grow_brows, together
from hair import grow_hair, scalp_weight
from painting import paint
from people import PEOPLE, Person, Softbox
from pose import bend_neck, follow_head, rotation
from raster import Camera, Lights, Surface, render, tone_map
from rig import (
    EYE_SOCKETS, GUMS_AND_TONGUE, HEAD, LEFT_EYEBALL, MOUTH_SOCKET, RIGHT_EYEBALL, TEETH, Floats, Rig, eye_centre,
    triangles, turn_eyes, vertex_normals,
)
from skin import head_look, skin_albedo
from subdivision import Subdivision
from torso import Garment, covered, sew
from wrinkles import wrinkle_depth

DISTANCE_CM = 110.0
"""from the lens to the head; a portrait's distance, so that the nose is not large"""
_PARTS: list[tuple[range, int]] = [
    (HEAD, raster.SKIN), (MOUTH_SOCKET, raster.CAVITY), (EYE_SOCKETS, raster.SKIN), (GUMS_AND_TONGUE, raster.WET),
    (TEETH, raster.TEETH), (LEFT_EYEBALL, raster.EYE), (RIGHT_EYEBALL, raster.EYE),
]


def softbox_lights(boxes: tuple[Softbox, ...], ambient: tuple[float, float, float], sky: float) -> Lights:
    """Each softbox as 14 lights over its disc, which make the highlights; `ambient` from everywhere else."""
    directions, colours = [], []
    golden = np.pi * (3 - np.sqrt(5))
    for box in boxes:
        azimuth, height = np.radians([box.azimuth_deg, box.height_deg])
        centre = np.array([np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)])
        right = np.cross([0, 1, 0], centre)
        right /= np.linalg.norm(right)
        up = np.cross(centre, right)
        for k in range(14):
            radius, turn = np.tan(np.radians(box.radius_deg)) * np.sqrt((k + 0.5) / 14), k * golden
            directions.append(centre + radius * (np.cos(turn) * right + np.sin(turn) * up))
            colours.append(np.asarray(box.colour) * box.power / 14)
    keys = len(directions)
    for k in range(48):
        y = 1 - 1.8 * (k + 0.5) / 48
        flat = np.sqrt(1 - y * y)
        directions.append([flat * np.cos(k * golden), y, flat * np.sin(k * golden)])
        colours.append(np.asarray(ambient) / 48 * 2.4 * (1 + sky * y))
    return Lights(np.array(directions, np.float32), np.maximum(np.array(colours, np.float32), 0), keys)


def build(person: Person, rig: Rig) -> tuple[Floats, Surface, raster.Strands]:
    """The person as points (V, 3) in rig space, their look and their hairs."""
    rest = rig.person(person.seed, person.strength, dict(person.modes))
    face = rig.express(rest, dict(person.expression))
    turn_eyes(face, rest, *person.gaze_deg)
    garment = sew(rig, rest, person.garment)

    scalp = scalp_weight(rig.neutral, person.hair)
    look = head_look(rig.neutral, person.skin, scalp, person.beard)
    noise_space = rig.neutral.copy()
    for ball in (LEFT_EYEBALL, RIGHT_EYEBALL):
        noise_space[ball.start : ball.stop] = rest[ball.start : ball.stop] - eye_centre(rest, ball)

    skin = rig.faces_of(HEAD, MOUTH_SOCKET, EYE_SOCKETS)  # together, since the sockets share vertices with the face
    faces = np.concatenate([skin, *map(rig.faces_of, (GUMS_AND_TONGUE, TEETH, LEFT_EYEBALL, RIGHT_EYEBALL))])
    highest = faces.max(1)
    kind = np.zeros(len(faces), np.uint8)
    for part, material in _PARTS:
        kind[(highest >= part.start) & (highest < part.stop)] = material
    finer = Subdivision(faces, len(face))
    neutral = finer.smooth(rig.neutral)
    points = finer.smooth(face)
    fine_noise = finer.smooth(noise_space)
    fine_faces, fine_kind = finer.faces, kind[finer.parent_face]
    tris = triangles(fine_faces)
    fine_material = np.concatenate([fine_kind, fine_kind])

    # Skin is coloured anew at the finer points, so that lips and brows get crisp edges.
    albedo, scatter = finer.smooth(look.albedo), finer.smooth(look.scatter[:, None])[:, 0]
    gloss = finer.smooth(look.gloss[:, None])[:, 0]
    on_skin = np.zeros(len(points), bool)
    on_skin[np.unique(fine_faces[fine_kind == raster.SKIN])] = True
    of_head = (np.arange(len(rest)) < HEAD.stop).astype(np.float32)
    on_skin &= finer.smooth(of_head[:, None])[:, 0] > 0.99
    fine_scalp = finer.smooth(scalp[:, None])[:, 0]
    hairs = beard_weight(neutral, person.beard) if person.beard else np.zeros(len(points))
    albedo[on_skin] = skin_albedo(neutral[on_skin], rig.neutral, person.skin, fine_scalp[on_skin], hairs[on_skin])
    if person.age > 0:
        sink = wrinkle_depth(neutral[on_skin], person.age, person.seed)
        points[on_skin] -= vertex_normals(points, tris)[on_skin] * sink[:, None].astype(np.float32)
        albedo[on_skin] *= (1 - np.clip(sink, 0, 1) * 2.2)[:, None] ** np.array([0.6, 1.1, 1.1])

    cloth_normals = vertex_normals(garment.vertices, triangles(garment.faces))
    strands = [
        grow_hair(rig, rest, person.hair, (garment.vertices[::3], cloth_normals[::3])),
        grow_brows(rig, rest, person.brows).on(face),
        Lashes.grow(rig, person.lash_colour, per_card=person.lashes, width=0.009).on(face),
    ]
    if person.beard:
        strands.append(grow_beard(rig, rest, person.beard).on(face))

    hidden = (fine_material == raster.SKIN) & covered(points, person.garment)[tris].all(1)
    tris, fine_material = tris[~hidden], fine_material[~hidden]
    cloth = _cloth_colour(person, garment)
    surface = Surface(
        rest=np.concatenate([fine_noise, garment.vertices]),
        albedo=np.concatenate([albedo, cloth]).astype(np.float32),
        scatter=np.concatenate([scatter, np.zeros(len(cloth))]).astype(np.float32),
        gloss=np.concatenate([gloss, np.full(len(cloth), person.cloth_gloss)]).astype(np.float32),
        triangles=np.concatenate([tris, triangles(garment.faces) + len(points)]).astype(np.int32),
        material=np.concatenate([fine_material, np.full(2 * len(garment.faces), raster.CLOTH, np.uint8)]),
        iris_colour=person.iris,
        pupil_radius=0.34,
        scatter_passes=26,
        pore_bump=0.05 + 0.04 * person.age,
    )
    return np.concatenate([points, garment.vertices]), surface, together(*strands)


def _cloth_colour(person: Person, garment: Garment) -> np.ndarray:
    """Knit ribs on the band, a fine weave elsewhere."""
    rib = np.sin(np.radians(garment.around) * 150) * garment.band
    weave = np.random.default_rng(0).normal(0, 0.03, len(garment.band))
    return np.asarray(person.garment.colour) * (1 - 0.10 * garment.band + 0.10 * rib + weave)[:, None]


def turn_head(points: Floats, rest: Floats, person: Person) -> Floats:
    """A slight turn of the head over shoulders that turn their own way; `rest` decides what is head."""
    follow = follow_head(rest)
    body = points @ rotation(person.body_yaw_deg, 0, 0).T
    head = bend_neck(points, follow, *person.pose_deg)
    return (head * follow[:, None] + body * (1 - follow[:, None])).astype(np.float32)


def draw(person: Person, rig: Rig, size: int, supersample: int = 2) -> np.ndarray:
    """The finished portrait (size, size, 3), sRGB bytes."""
    points, surface, strands = build(person, rig)
    hair_points = strands.points.reshape(-1, 3)
    roots = np.repeat(strands.points[:, :1], strands.points.shape[1], axis=1).reshape(-1, 3)
    # Long hair lies on the shoulders: its lower part stays with them.
    held = np.where(hair_points[:, 1:2] < -9, hair_points, roots)
    moved = turn_head(hair_points, held, person).reshape(strands.points.shape)
    to_camera = np.array([*person.shift_cm, -DISTANCE_CM], np.float32)
    strands = strands.moved(moved + to_camera)
    points = turn_head(points, points, person) + to_camera
    focal = size * DISTANCE_CM / person.frame_cm
    camera = Camera(size, size, focal, (size / 2, size * 0.5), supersample)
    lights = softbox_lights(person.lights, person.ambient, person.sky)
    behind = person.backdrop(size)
    linear = render(points, surface, strands, lights, camera, tuple(to_camera), behind, head_radius_cm=20)
    linear += 0.10 * backdrop.gaussian_blur(np.maximum(linear - 0.8, 0), 0.012 * size)
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    linear *= (1 - 0.55 * (x * x + y * y))[..., None]
    if person.style == "painting":
        return paint(tone_map(linear, person.exposure), person.seed)
    picture = tone_map(linear, person.exposure).astype(np.float32)
    grain = backdrop.gaussian_blur(np.random.default_rng(person.seed).normal(0, 1, (size, size, 1)).astype(np.float32), 0.7)
    return np.clip(picture + 3.0 * grain, 0, 255).astype(np.uint8)


def index() -> str:
    """gallery.json: the portraits in the order of people.py."""
    entries = [
        {"id": name, "title": person.title, "alt": person.alt, "file": f"{name}.jpg", "style": person.style}
        for name, person in PEOPLE.items()
    ]
    return json.dumps(entries, indent=2) + "\n"


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rig", type=Path, help="the packed ICT-FaceKit rig (.npz)")
    options.add_argument("--person", choices=sorted(PEOPLE))
    options.add_argument("--out", type=Path, help="the picture (.jpg, .png)")
    options.add_argument("--size", type=int, default=1024, help="pixels a side")
    options.add_argument("--supersample", type=int, default=2, help="samples a side per pixel")
    options.add_argument("--index", type=Path, help="write gallery.json here, and nothing else")
    chosen = options.parse_args()
    if chosen.index:
        chosen.index.write_text(index())
        return
    if not (chosen.rig and chosen.person and chosen.out):
        options.error("--rig, --person and --out are needed for a picture")
    picture = draw(PEOPLE[chosen.person], Rig.load(chosen.rig), chosen.size, chosen.supersample)
    Image.fromarray(picture).save(chosen.out, quality=92)


if __name__ == "__main__":
    main()
