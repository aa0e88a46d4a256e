"""How good a lid net is on people it has never seen, against moving the lids by warping alone.

    python3 pairs.py --rig ict_facekit.npz --people 256 --seed 99 --out data/test.npz
    python3 evaluate.py --checkpoint lid-net.pt --pairs data/test.npz --sheet sheet.png

All numbers are in 1/255 of brightness, over the pixels around the eye; lower is better.
`error`: mean difference from the rendered truth. `edges`: the same of differences between neighbouring pixels, three
scales summed. `unsteady`: mean difference of two answers for one eye, seen twice through a noisy camera (1 %) by a
tracker that is 0.3 pixels off.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from dataset import Batch, Pairs
from export import load
from planes import HEIGHT, WIDTH, Lids
from train import attention, draw, gradient_error

WARP_ABOVE_PX, WARP_BELOW_PX = 14.0, 12.0
"""skin as far from the lids stretches with them when they are only warped"""
TRACKER_NOISE_PX, CAMERA_NOISE = 0.3, 0.01


def warped(batch: Batch) -> Tensor:
    """The open eye with its lids pulled together: each column stretched between points above, the lids, and below."""
    lids = batch.lids
    y = (torch.arange(HEIGHT, dtype=torch.float32) + 0.5)[None, :, None].expand(len(batch.image), -1, WIDTH)

    def column(line: Tensor) -> Tensor:
        return line[:, None]

    top, bottom = column(lids.open_upper) - WARP_ABOVE_PX, column(lids.open_lower) + WARP_BELOW_PX
    knots = [(top, top), (column(lids.upper), column(lids.open_upper)), (column(lids.lower), column(lids.open_lower)), (bottom, bottom)]
    source = y.clone()
    for (start, source_start), (end, source_end) in zip(knots, knots[1:]):
        share = (y - start) / (end - start).clamp(min=1e-3)
        source = torch.where((y >= start) & (y < end), source_start + share * (source_end - source_start), source)
    x = ((torch.arange(WIDTH) + 0.5) / WIDTH * 2 - 1)[None, None].expand_as(source)
    return F.grid_sample(batch.image, torch.stack([x, source / HEIGHT * 2 - 1], -1), align_corners=False, padding_mode="border")


def _seen_again(batch: Batch, generator: torch.Generator) -> Batch:
    size = len(batch.image)
    noise = torch.randn(batch.image.shape, generator=generator) * CAMERA_NOISE
    off = torch.randn(4, size, 1, generator=generator) * TRACKER_NOISE_PX
    lids = batch.lids
    moved = Lids(
        lids.open_upper + off[0], lids.open_lower + off[1], lids.upper + off[2], lids.lower + off[3], lids.left, lids.right
    )
    return replace(batch, image=(batch.image + noise).clamp(0, 1), lids=moved)


def measure(batch: Batch, method) -> dict[str, float]:
    """The three numbers of a way to move lids: `method(batch)` gives pictures."""
    weight = attention(batch.lids, batch.image)

    def mean(difference: Tensor) -> float:
        return float((difference * weight).mean() / weight.mean() * 255)

    drawn = method(batch)
    generator = torch.Generator().manual_seed(0)
    one, two = (method(_seen_again(batch, generator)) for _ in range(2))
    return {
        "error": mean((drawn - batch.target).abs()),
        "edges": float(gradient_error(drawn, batch.target, weight) / weight.mean() * 255),
        "unsteady": mean((one - two).abs()),
    }


def evaluate(checkpoint: Path, pairs: Pairs) -> list[dict[str, object]]:
    """The numbers of each method for lids on their way (`closing`) and `shut`."""
    people = torch.arange(len(pairs))
    nets = {"the net": load(checkpoint), "the net before its weights were rounded": load(checkpoint, rounded=False)}
    methods = {"nothing moved": lambda batch: batch.image, "warping alone": warped}
    methods.update({name: lambda batch, net=net: draw(net, batch)[0] for name, net in nets.items()})
    rows: list[dict[str, object]] = []
    with torch.no_grad():
        for lids, views in (("closing", (1, 2)), ("shut", (3,))):
            for name, method in methods.items():
                parts = [measure(pairs.pairs(people, torch.full_like(people, view)), method) for view in views]
                rows.append({"lids": lids, "by": name} | {key: round(float(np.mean([p[key] for p in parts])), 2) for key in parts[0]})
    return rows


def draw_sheet(checkpoint: Path, pairs: Pairs, file: Path) -> None:
    """Twelve people, once closing and once shut: portrait, warp, net, truth."""
    net = load(checkpoint)
    people = torch.arange(12)
    with torch.no_grad():
        batches = [pairs.pairs(people, torch.full_like(people, view)) for view in (1, 3)]
        rows = [torch.cat([b.image, warped(b), draw(net, b)[0], b.target], 3) for b in batches]
    sheet = torch.cat([torch.cat(list(row), 1) for row in rows], 2).permute(1, 2, 0)
    Image.fromarray((sheet.clamp(0, 1).numpy() * 255 + 0.5).astype(np.uint8)).save(file)


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--checkpoint", type=Path, required=True)
    options.add_argument("--pairs", type=Path, required=True, help="people of a seed that the net was not trained with")
    options.add_argument("--sheet", type=Path, help="a picture to look at: portrait, warp, net, truth")
    chosen = options.parse_args()
    torch.set_num_threads(1)
    pairs = Pairs([chosen.pairs], 0, torch.device("cpu"))
    for row in evaluate(chosen.checkpoint, pairs):
        print(json.dumps(row))
    if chosen.sheet:
        draw_sheet(chosen.checkpoint, pairs, chosen.sheet)


if __name__ == "__main__":
    main()
