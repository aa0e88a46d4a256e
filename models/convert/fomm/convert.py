"""
Makes a pack of an official checkpoint of First Order Motion Model.

    python3 convert.py vox-adv-cpk.pth.tar --config vox-adv-256 --out packs/fomm
"""

from __future__ import annotations

import common_path  # noqa: F401 (first: the others need it)

import argparse
import sys
from pathlib import Path

from checkpoint import load_parts
from common.parameters import CheckpointError
from config import CONFIGS
from export import PRECISIONS
from model import Fomm
from pack import write_pack


def main() -> int:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("checkpoint", type=Path, help="vox-cpk.pth.tar or vox-adv-cpk.pth.tar")
    options.add_argument("--config", choices=sorted(CONFIGS), required=True)
    options.add_argument("--out", type=Path, required=True, help="the pack's folder")
    options.add_argument("--name", default="fomm", help="the pack's name (default: fomm)")
    options.add_argument(
        "--align-corners",
        action="store_true",
        help="sample as PyTorch did before 1.3; the official code leaves it to PyTorch's version (default: as since then)",
    )
    options.add_argument(
        "--precision",
        choices=sorted(PRECISIONS),
        default="float16-weights",
        help="how the files store and compute: float16 computes in half precision too, for GPUs (default: %(default)s)",
    )
    chosen = options.parse_args()
    try:
        parts = load_parts(chosen.checkpoint)
        model = Fomm.of_checkpoint(parts, CONFIGS[chosen.config], align_corners=chosen.align_corners)
    except CheckpointError as error:
        print(f"convert: {error}", file=sys.stderr)
        return 1
    write_pack(model, chosen.out, name=chosen.name, precision=chosen.precision, weights="trained")
    print(f"{chosen.out}: {chosen.config}, {chosen.precision}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
