"""
Writes what the graphs of the tiny stand-in give for a few inputs, for tests of other code that runs them.

    python3 reference.py --seed 1 --out reference.json
"""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import argparse
import json
from pathlib import Path

import torch

from common.lively_weights import smooth_pictures
from common.stored_reference import stored_bytes, stored_floats
from config import TINY_64
from model import Fomm
from normalise import normalise
from random_weights import random_fomm

SEED = 7
"""Of the pictures; not a seed that weights are made of."""
PICTURE_STEP = 3
"""Of the animated pictures every so many rows and columns are kept."""
SOURCE, INITIAL, DRIVING = 0, 1, 2


def reference_of(model: Fomm) -> dict[str, object]:
    """
    Three pictures (a portrait, the driver at first, the driver later) and everything from them to the animated
    picture, for relative motion with and without its scale, and for absolute motion. Pictures are bytes, planes of
    red, green and blue; numbers little-endian float32; both in base64.
    """
    torch.manual_seed(SEED)
    size = model.config.picture_size_px
    pictures = (smooth_pictures(3, size) * 255).round()
    with torch.no_grad():
        value, jacobian = model.kp_detector(pictures / 255)
        features, thumbnail = model.generator.encode(pictures[:1] / 255)
        source = (value[SOURCE], jacobian[SOURCE])
        initial = (value[INITIAL], jacobian[INITIAL])
        driving = (value[DRIVING], jacobian[DRIVING])
        motions = {
            "relative": normalise(source, driving, initial, adapt_scale=True),
            "relativeUnscaled": normalise(source, driving, initial, adapt_scale=False),
            "absolute": driving,
        }
        frames = {
            name: {
                "value": stored_floats(points),
                "jacobian": stored_floats(jacobians),
                "picture": stored_floats(
                    model.generator(features, thumbnail, value[:1], jacobian[:1], points[None], jacobians[None])[
                        0, :, ::PICTURE_STEP, ::PICTURE_STEP
                    ]
                ),
            }
            for name, (points, jacobians) in motions.items()
        }
    return {
        "pictures": [stored_bytes(picture) for picture in pictures],
        "value": stored_floats(value),
        "jacobian": stored_floats(jacobian),
        "pictureStep": PICTURE_STEP,
        "frames": frames,
    }


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=1, help="of the weights, as for synth.py (default: %(default)s)")
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    model = random_fomm(TINY_64, chosen.seed, align_corners=False)
    chosen.out.write_text(json.dumps(reference_of(model)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
