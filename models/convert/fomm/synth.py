"""
Makes a stand-in: a pack of the true architecture with seeded random weights, for measurements and tests.

    python3 synth.py --out packs/fomm-stand-in
    python3 synth.py --tiny --out packs/fomm-tiny
"""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import argparse
import sys
from pathlib import Path

from config import TINY_64, VOX_256
from export import PRECISIONS
from pack import write_pack
from random_weights import random_fomm


def main() -> int:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, required=True, help="the pack's folder")
    options.add_argument("--name", help="the pack's name (default: the folder's)")
    options.add_argument("--tiny", action="store_true", help="few channels and a picture of 64 pixels")
    options.add_argument("--seed", type=int, default=1, help="of the weights (default: %(default)s)")
    options.add_argument("--align-corners", action="store_true", help="as convert.py")
    options.add_argument("--precision", choices=sorted(PRECISIONS), default="float16-weights", help="as convert.py")
    chosen = options.parse_args()
    config = TINY_64 if chosen.tiny else VOX_256
    model = random_fomm(config, chosen.seed, align_corners=chosen.align_corners)
    name = chosen.name or chosen.out.resolve().name
    write_pack(model, chosen.out, name=name, precision=chosen.precision, weights="random")
    print(f"{chosen.out}: {config.name}, {chosen.precision}, random weights of seed {chosen.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
