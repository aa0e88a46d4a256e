"""
Makes a pack of the official weights of LivePortrait.

    python3 convert.py base_models/*.pth retargeting_models/stitching_retargeting_module.pth --out packs/liveportrait
"""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import argparse
import sys
from pathlib import Path

from checkpoint import load_parts
from common.parameters import CheckpointError
from config import LIVE_PORTRAIT
from export import PRECISIONS
from model import SAMPLINGS, LivePortrait
from pack import write_pack


def main() -> int:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("checkpoints", type=Path, nargs="+", help="the five .pth files, in any order")
    options.add_argument("--out", type=Path, required=True, help="the pack's folder")
    options.add_argument("--name", default="liveportrait", help="the pack's name (default: %(default)s)")
    options.add_argument(
        "--sampling",
        choices=sorted(SAMPLINGS),
        default="slices",
        help="how volumes are computed with: slices runs on every GPU, volume on a CPU and with CUDA "
        "(default: %(default)s)",
    )
    options.add_argument(
        "--precision",
        choices=sorted(PRECISIONS),
        default="float16-weights",
        help="how the files store and compute: float16 computes in half precision too, for GPUs (default: %(default)s)",
    )
    chosen = options.parse_args()
    try:
        parts = load_parts(chosen.checkpoints)
        model = LivePortrait.of_parameters(parts, LIVE_PORTRAIT, sampling=chosen.sampling)
    except CheckpointError as error:
        print(f"convert: {error}", file=sys.stderr)
        return 1
    write_pack(model, chosen.out, name=chosen.name, precision=chosen.precision, weights="trained")
    print(f"{chosen.out}: {chosen.precision}, {chosen.sampling}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
