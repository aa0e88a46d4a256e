"""Renders the driving clip: 10 seconds of a made-up person at a webcam, and what they do in each frame.

    python3 clip.py --rig ict_facekit.npz --out driving-clip.mp4 --truth driving-clip.json
"""

from __future__ import annotations

import argparse
import json
import subprocess
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import raster
from backdrop import room
from facial_hair import BeardStyle, BoundStrands, BrowStyle, Lashes, grow_beard, grow_brows, together
from hair import HairStyle, grow_hair, scalp_weight
from noise import smoothstep
from pose import bend_neck, follow_head
from raster import Camera, Lights, Strands, Surface, render, tone_map
from rig import (
    EYE_SOCKETS, GUMS_AND_TONGUE, HEAD, LEFT_EYEBALL, MOUTH_SOCKET, RIGHT_EYEBALL, TEETH, Floats, Rig, eye_centre,
    triangles, turn_eyes,
)
from skin import SkinStyle, head_look
from timeline import FPS, FRAMES, Frame, frame
from torso import GarmentStyle, covered, sew

WIDTH, HEIGHT = 640, 480
HAIR = HairStyle(
    colour=(0.026, 0.016, 0.010), length_top=5.0, length_sides=1.5, length_back=1.8, parting_x=3.6, lift=0.5,
    sweep_front=(0.9, 0.15, 0.25), sweep_sides=(0.05, -1.0, -0.6), volume=0.9, gravity=0.3, clump=0.7, frizz_cm=0.14,
    count=40000, width=0.016, points=11, seed=11,
)
SKIN = SkinStyle(
    base=(0.50, 0.285, 0.19), lips=(0.42, 0.165, 0.13), beard_shadow=0.55, brow_colour=(0.06, 0.035, 0.022), seed=21,
    scalp_colour=(0.05, 0.03, 0.02), under_eye=0.4,
)
BROWS = BrowStyle(colour=(0.035, 0.02, 0.012), thickness=0.40, count=900, length=0.65, raise_cm=-0.55)
BEARD = BeardStyle(colour=(0.05, 0.03, 0.02), length=0.10, count=5000, cheeks=0.35, width=0.007)
GARMENT = GarmentStyle(colour=(0.050, 0.060, 0.045), neck_front=-13.6, neck_side=-11.2, neck_back=-10.2)
PERSON_SEED, PERSON_STRENGTH = 35, 0.75


@dataclass(frozen=True)
class Sitter:
    """Everything about the person that does not move."""

    rig: Rig
    rest: Floats
    surface: Surface
    garment: Floats
    hair: Strands
    brows: BoundStrands
    beard: BoundStrands
    lashes: Lashes
    lights: Lights
    background: Floats


def seat(rig_path: Path) -> Sitter:
    """Makes the person, their clothes, hair and light."""
    rig = Rig.load(rig_path)
    rest = rig.person(PERSON_SEED, PERSON_STRENGTH)
    garment = sew(rig, rest, GARMENT, rings=60, sectors=140)
    parts = (HEAD, MOUTH_SOCKET, EYE_SOCKETS, GUMS_AND_TONGUE, TEETH, LEFT_EYEBALL, RIGHT_EYEBALL)
    head = triangles(rig.faces_of(*parts))
    highest = head.max(1)
    material = np.full(len(head), raster.SKIN, np.uint8)
    for part, kind in (
        (MOUTH_SOCKET, raster.CAVITY), (GUMS_AND_TONGUE, raster.WET), (TEETH, raster.TEETH),
        (range(LEFT_EYEBALL.start, len(rest)), raster.EYE),
    ):
        material[(highest >= part.start) & (highest < part.stop)] = kind
    hidden = (material == raster.SKIN) & covered(rest, GARMENT)[head].all(1)
    head, material = head[~hidden], material[~hidden]
    cloth = triangles(garment.faces) + len(rest)
    look = head_look(rig.neutral, SKIN, scalp_weight(rig.neutral, HAIR), BEARD)
    noise_space = rig.neutral.copy()
    for ball in (LEFT_EYEBALL, RIGHT_EYEBALL):
        noise_space[ball.start : ball.stop] = rest[ball.start : ball.stop] - eye_centre(rest, ball)
    knit = np.asarray(GARMENT.colour) * (1 - 0.18 * garment.band[:, None])
    surface = Surface(
        rest=np.concatenate([noise_space, garment.vertices]),
        albedo=np.concatenate([look.albedo, knit]).astype(np.float32),
        scatter=np.concatenate([look.scatter, np.zeros(len(garment.vertices))]).astype(np.float32),
        gloss=np.concatenate([look.gloss, np.zeros(len(garment.vertices))]).astype(np.float32),
        triangles=np.concatenate([head, cloth]).astype(np.int32),
        material=np.concatenate([material, np.full(len(cloth), raster.CLOTH, np.uint8)]),
        iris_colour=(0.075, 0.040, 0.018),
    )
    return Sitter(
        rig, rest, surface, garment.vertices, grow_hair(rig, rest, HAIR), grow_brows(rig, rest, BROWS),
        grow_beard(rig, rest, BEARD), Lashes.grow(rig, (0.012, 0.008, 0.006), per_card=26), window_light(), _backdrop(),
    )


def window_light() -> Lights:
    """A window to the left, a lamp to the right, and the room all around."""
    rng = np.random.default_rng(1)
    golden = np.arange(20) + 0.5
    up = 1 - 1.75 * golden / 20
    around = golden * np.pi * (3 - np.sqrt(5)) + rng.uniform(0, 6.28)
    flat = np.sqrt(1 - up * up)
    room_light = np.stack([flat * np.cos(around), up, flat * np.sin(around)], 1)
    warm = smoothstep(-1, 1, room_light[:, :1])
    ambient = (np.array([0.036, 0.041, 0.048]) * (1 - warm) + np.array([0.044, 0.037, 0.030]) * warm)
    ambient = ambient * (1.0 + 0.5 * room_light[:, 1:2]) * (1.0 + 0.35 * room_light[:, 2:3])
    window = [[-0.75, 0.42, 0.62], [-0.55, 0.55, 0.72], [-0.85, 0.25, 0.55]]
    direction = np.concatenate([window[:1], [[0.8, 0.15, 0.25]], window[1:], room_light])
    colour = np.concatenate([[[0.95, 0.95, 0.94]], [[0.13, 0.105, 0.075]], [[0.62, 0.63, 0.64]] * 2, ambient])
    return Lights(direction.astype(np.float32), colour.astype(np.float32), keys=2)


def _backdrop() -> Floats:
    return room(WIDTH, HEIGHT) * 0.5


def draw(sitter: Sitter, at: Frame) -> np.ndarray:
    """One frame (HEIGHT, WIDTH, 3), sRGB bytes."""
    awake = {f"eyeWide_{side}": 0.10 * (1 - shut) for side, shut in (("L", at.blink_left), ("R", at.blink_right))}
    face = sitter.rig.express(sitter.rest, {**at.shapes, **awake})
    turn_eyes(face, sitter.rest, at.gaze_yaw_deg, at.gaze_pitch_deg)
    strands = together(sitter.brows.on(face), sitter.beard.on(face), sitter.lashes.on(face), sitter.hair)
    roots = np.repeat(strands.points[:, :1], strands.points.shape[1], axis=1)

    def bend(points: Floats, rest: Floats) -> Floats:
        follow = follow_head(rest)
        return bend_neck(points, follow, at.yaw_deg, at.pitch_deg, at.roll_deg)

    moved = bend(strands.points.reshape(-1, 3), roots.reshape(-1, 3))
    strands = strands.moved(moved.reshape(strands.points.shape))
    bent = bend(face, sitter.rest)
    to_camera = np.array([0, 1.6, -78.0], np.float32) + np.array(at.shift_cm, np.float32)
    points = np.concatenate([bent, sitter.garment]) + to_camera
    strands = strands.moved((strands.points + to_camera).astype(np.float32))
    camera = Camera(WIDTH, HEIGHT, focal_px=760, centre_px=(WIDTH / 2, HEIGHT * 0.5))
    linear = render(points, sitter.surface, strands, sitter.lights, camera, tuple(to_camera), sitter.background)
    return tone_map(linear, exposure=1.25)


_sitter: Sitter | None = None


def _draw_in_worker(rig_path: Path, index: int) -> bytes:
    global _sitter
    if _sitter is None:
        _sitter = seat(rig_path)
    return draw(_sitter, frame(index)).tobytes()


def truth() -> dict[str, object]:
    """What the person does in each frame, for tests."""
    frames = [
        {
            "jawOpen": round(at.jaw_open, 4),
            "blinkL": round(at.blink_left, 4),
            "blinkR": round(at.blink_right, 4),
            "yawDeg": round(float(at.yaw_deg), 3),
            "pitchDeg": round(float(at.pitch_deg), 3),
            "rollDeg": round(float(at.roll_deg), 3),
            "smile": round(at.smile, 4),
        }
        for at in map(frame, range(FRAMES))
    ]
    return {"fps": FPS, "width": WIDTH, "height": HEIGHT, "frames": frames}


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rig", type=Path, required=True, help="the packed ICT-FaceKit rig (.npz)")
    options.add_argument("--out", type=Path, help="the clip (.mp4)")
    options.add_argument("--truth", type=Path, help="per-frame values (.json)")
    options.add_argument("--frame", type=int, help="render this frame alone, to --out as a picture")
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args()
    if chosen.truth:
        text = json.dumps(truth())
        chosen.truth.write_text(text.replace("}, {", "},\n{").replace("[{", "[\n{") + "\n")
    if chosen.frame is not None:
        from PIL import Image

        Image.fromarray(draw(seat(chosen.rig), frame(chosen.frame))).save(chosen.out)
    elif chosen.out:
        raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS), "-i", "-"]
        code = ["-c:v", "libx264", "-preset", "slow", "-crf", "20", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
        encoder = subprocess.Popen(
            ["ffmpeg", "-y", "-loglevel", "error", *raw, *code, "-an", str(chosen.out)], stdin=subprocess.PIPE
        )
        assert encoder.stdin
        with ProcessPoolExecutor(chosen.workers) as pool:
            for picture in pool.map(_draw_in_worker, [chosen.rig] * FRAMES, range(FRAMES), chunksize=4):
                encoder.stdin.write(picture)
        encoder.stdin.close()
        encoder.wait()


if __name__ == "__main__":
    main()
