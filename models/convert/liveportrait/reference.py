"""
Writes what the tiny stand-in's graphs, and motion transfer with all of its controls, give for a few pictures: for tests
of other code that runs and computes the same.

    python3 reference.py --seed 1 --out reference.json
"""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import argparse
import json
from pathlib import Path

import torch
from torch import Tensor

from common.lively_weights import smooth_pictures
from common.stored_reference import stored_bytes, stored_floats
from config import TINY
from model import LivePortrait, WarpAndDecode
from motion_transfer import EYES, LIPS, Controls, Face, transfer
from random_weights import random_live_portrait

SEED = 7
"""Of the pictures; not a seed that weights are made of."""
PICTURE_STEP = 3
"""Of the animated pictures every so many rows and columns are kept."""
SOURCE, INITIAL, DRIVING = 0, 1, 2
EYE_RATIOS = (0.31, 0.27)
"""Of the portrait's two eyes."""
LIP_RATIO = 0.12
WANTED_EYES, WANTED_LIPS = 0.05, 0.4
PICTURED = ("relative", "absolute")
REGIONS = ("exp", "pose", "lip", "eyes")


def reference_of(model: LivePortrait) -> dict[str, object]:
    """
    Three pictures (a portrait, the driver at first, the driver later), what is seen in them, and where the portrait's
    keypoints go. Pictures are bytes, planes of red, green and blue; numbers little-endian float32; both in base64.
    """
    torch.manual_seed(SEED)
    pictures = (smooth_pictures(3, model.config.picture_size_px) * 255).round()
    with torch.no_grad():
        outputs = model.motion(pictures / 255)
        source, initial, driving = (Face.of_outputs(outputs, index) for index in (SOURCE, INITIAL, DRIVING))
        features = model.appearance(pictures[:1] / 255)
        moved = {
            name: transfer(source, driving, initial, controls) for name, controls in _controls(model, source).items()
        }
        draw = WarpAndDecode(model)
        drawn = {name: draw(features, moved[name][None], source.keypoints()[None])[0] for name in PICTURED}
    return {
        "pictures": [stored_bytes(picture) for picture in pictures],
        "motion": {name: stored_floats(values) for name, values in zip(model.motion.OUTPUTS, outputs)},
        "rotation": stored_floats(torch.stack([face.rotation for face in (source, initial, driving)])),
        "source": stored_floats(source.keypoints()),
        "ratios": {"eyes": EYE_RATIOS, "lips": LIP_RATIO, "wantedEyes": WANTED_EYES, "wantedLips": WANTED_LIPS},
        "moved": {name: stored_floats(points) for name, points in moved.items()},
        "pictureStep": PICTURE_STEP,
        "drawn": {name: stored_floats(picture[:, ::PICTURE_STEP, ::PICTURE_STEP]) for name, picture in drawn.items()},
    }


def _controls(model: LivePortrait, source: Face) -> dict[str, Controls]:
    """By the name of what they are tried for."""
    points = source.keypoints().flatten()

    def correction(network: torch.nn.Module, *ratios: float) -> Tensor:
        return network(torch.cat([points, torch.tensor(ratios)])[None])[0].reshape(-1, 3)

    eyes = correction(model.eyes, *EYE_RATIOS, WANTED_EYES)
    lips = correction(model.lips, LIP_RATIO, WANTED_LIPS)
    closed = correction(model.lips, LIP_RATIO, 0)
    by_motion = {"eyes": eyes, "lips": lips, "held": (*EYES, *LIPS)}
    return {
        "relative": Controls(stitch=model.stitching, closed_lips=closed),
        "absolute": Controls(relative=False, stitch=model.stitching),
        "plain": Controls(),
        "ownRotation": Controls(relative_rotation=False),
        "stitched": Controls(stitch=model.stitching, multiplier=1.5),
        "eyesByRatio": Controls(eyes=eyes, held=EYES),
        "lipsByRatio": Controls(lips=lips, held=LIPS, stitch=model.stitching),
        "bothByRatio": Controls(**by_motion, multiplier=0.7),
        "bothAbsolute": Controls(**by_motion, relative=False),
        "retargetingAlone": Controls(eyes=eyes, lips=lips, retargeting_alone=True, stitch=model.stitching),
        "retargetingOfficialAbsolute": Controls(eyes=eyes, lips=lips, retargeting_alone=True, relative=False),
        **{f"relative-{region}": Controls(region=region) for region in REGIONS},
        **{f"absolute-{region}": Controls(region=region, relative=False) for region in ("all", *REGIONS)},
    }


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=1, help="of the weights, as for synth.py (default: %(default)s)")
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    model = random_live_portrait(TINY, chosen.seed, sampling="slices")
    chosen.out.write_text(json.dumps(reference_of(model)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
