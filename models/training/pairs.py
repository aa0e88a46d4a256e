"""Draws pairs for the lid net: one person, one light, one camera; the eye as a portrait shows it, and closing.

    python3 pairs.py --rig ict_facekit.npz --people 4000 --seed 1 --out data/1.npz
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

import eye_rig
from eye_look import random_look
from eye_scene import EyePicture, EyeScene, draw_lash_guide
from planes import HEIGHT, WIDTH
from raster import tone_map
from rig import Rig

CLOSINGS = 3
"""pictures of closing lids per person"""


def random_face(rng: np.random.Generator) -> tuple[dict[str, float], tuple[float, float]]:
    """Expression weights around the eye, and where it looks (yaw, pitch, radians)."""
    yaw, pitch = rng.normal(0, 0.24), rng.normal(0, 0.14)
    weights = {"eyeLookUp_R": pitch / 0.45} if pitch > 0 else {"eyeLookDown_R": -pitch / 0.55}
    weights["eyeLookIn_R" if yaw > 0 else "eyeLookOut_R"] = abs(yaw) / 0.6
    for name, chance, most in (
        ("browInnerUp_R", 0.3, 0.8), ("browDown_R", 0.3, 0.7), ("browOuterUp_R", 0.2, 0.6),
        ("cheekSquint_R", 0.3, 0.9), ("eyeSquint_R", 0.3, 0.7), ("eyeWide_R", 0.25, 0.6), ("mouthSmile_R", 0.3, 0.8),
    ):
        if rng.random() < chance:
            weights[name] = rng.uniform(0, most)
    return {name: float(min(1, weight)) for name, weight in weights.items()}, (yaw, pitch)


def random_closings(rng: np.random.Generator) -> tuple[float, list[float]]:
    """Blink weights: of the portrait, which is seldom wide awake, and of lids closing beyond that; one is shut."""
    own = rng.uniform(0, 0.12) if rng.random() < 0.8 else rng.uniform(0.1, 0.4)
    further = [own + (1 - own) * rng.uniform(0.08, 0.95) for _ in range(CLOSINGS - 1)]
    return own, [*further, 1.0]


def draw_person(rig: eye_rig.EyeRig, rng: np.random.Generator) -> list[EyePicture]:
    """The portrait's eye, then its closings; linear light exposed alike."""
    look = random_look(rng)
    scene = EyeScene(rig, look, rng)
    weights, gaze = random_face(rng)
    own, further = random_closings(rng)
    pictures = [scene.draw(weights, gaze, blink) for blink in (own, *further)]
    exposure = look.mean_brightness / max(0.01, float(pictures[0].linear.mean()))
    for picture in pictures:
        np.multiply(picture.linear, exposure, out=picture.linear)
    return pictures


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rig", type=Path, required=True, help="the packed ICT-FaceKit rig (.npz)")
    options.add_argument("--people", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()

    rig = eye_rig.EyeRig(Rig.load(chosen.rig))
    views, people = 1 + CLOSINGS, chosen.people
    picture = np.zeros((people, views, HEIGHT, WIDTH, 3), np.uint8)
    lashes = np.zeros((people, views, HEIGHT, WIDTH), np.uint8)
    lids = np.zeros((people, views, 2, WIDTH), np.float32)
    corners = np.zeros((people, 2), np.float32)
    started = time.time()
    for person in range(people):
        rng = np.random.default_rng([chosen.seed, person])
        for view, eye in enumerate(draw_person(rig, rng)):
            picture[person, view] = tone_map(eye.linear)
            lashes[person, view] = draw_lash_guide(eye.lash_paths) * 255 + 0.5
            lids[person, view] = eye.lids.upper, eye.lids.lower
            if view == 0:
                corners[person] = eye.lids.left, eye.lids.right
        if person % 200 == 199:
            print(f"{person + 1} people, {(time.time() - started) / (person + 1) * 1000:.0f} ms each", flush=True)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(chosen.out, picture=picture, lashes=lashes, lids=lids, corners=corners)


if __name__ == "__main__":
    main()
