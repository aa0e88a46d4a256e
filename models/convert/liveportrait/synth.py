"""
Makes a stand-in: a pack of the true architecture with seeded random weights, for measurements and tests.

    python3 synth.py --out packs/liveportrait-stand-in
    python3 synth.py --tiny --out packs/liveportrait-tiny
"""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import argparse
import sys
from pathlib import Path

from config import LIVE_PORTRAIT, TINY
from export import PRECISIONS
from model import SAMPLINGS
from pack import write_pack
from random_weights import random_live_portrait


def main() -> int:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, required=True, help="the pack's folder")
    options.add_argument("--name", help="the pack's name (default: the folder's)")
    options.add_argument("--tiny", action="store_true", help="few channels and a picture of 32 pixels")
    options.add_argument("--seed", type=int, default=1, help="of the weights (default: %(default)s)")
    options.add_argument("--sampling", choices=sorted(SAMPLINGS), default="slices", help="as convert.py")
    options.add_argument("--precision", choices=sorted(PRECISIONS), default="float16-weights", help="as convert.py")
    chosen = options.parse_args()
    config = TINY if chosen.tiny else LIVE_PORTRAIT
    model = random_live_portrait(config, chosen.seed, sampling=chosen.sampling)
    name = chosen.name or chosen.out.resolve().name
    write_pack(model, chosen.out, name=name, precision=chosen.precision, weights="random")
    print(f"{chosen.out}: {config.name}, {chosen.precision}, {chosen.sampling}, random weights of seed {chosen.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
