"""Writes the model card of an exported lid net: its file's hash and size, and the numbers of evaluate.py.

    python3 card.py --checkpoint lid-net.pt --pairs data/test.npz --net ../mesh/lid-net.onnx --samples 150000 --out ../mesh/lid-net.md
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import torch

from dataset import Pairs
from evaluate import evaluate
from net import LidNet

_TEXT = """# The lid net

Tells how light falls on an eye whose lids move, so that a portrait can close its eyes. Made by the programs in
`models/training` (see the README there) and used by `server/packs/mesh/eyes`.

| | |
| --- | --- |
| file | `lid-net.onnx`, {size:,} bytes, SHA-256 `{sha256}` |
| licence | that of the project |
| input | `planes`, eyes × 12 × 64 × 96: the eye, the eye filled with skin, distances to the lid lines, lashes to be, closing |
| output | `light`, eyes × 4 × 64 × 96: logarithm of the light, tints of red and blue, opacity |
| network | {parameters:,} parameters, 3×3 convolutions; weights in 8 bits, unpacked when loaded; 148 MMAC per eye |
| when it runs | once per portrait, four closings of both eyes in one batch; frames are drawn from these, so that no frame waits for it and the same eye always closes in the same way |

## Data

Renders alone, no real face and no photograph: {people:,} random people of the ICT-FaceKit rig (MIT), each with random skin,
make-up, lashes, iris, light, camera, expression and gaze, one picture with open eyes and {views} with closing ones.
Trained on {samples:,} samples of them, through random cameras and brushes: exposure, tint, black and white, varnish,
blur, noise, glasses, and landmarks that are off as a tracker's are.

## How good it is

On {tested} people that it has never seen. All numbers in 1/255 of brightness, around the eye, lower is better: mean error;
error of edges (differences of neighbours, at three scales, summed); how much two answers differ for one eye seen twice
through a noisy camera by an unsure tracker.

| lids | moved by | error | edges | unsteady |
| --- | --- | ---: | ---: | ---: |
{rows}

## Limits

- Portraits whose eyes are shut already stay as they are; lids are never opened farther than painted.
- Lashes lie where a typical lid has them, not where this person's are; how dark and dense they are is taken from the
  open eye.
- The light is the portrait's own: a head that turns takes it along.
- Glasses: rims and reflections across the lids become soft while the eye is shut.
- Faces of animals, masks and cartoons, and eyes of fewer than about 12 pixels, are outside of what it has learned.
"""


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--checkpoint", type=Path, required=True)
    options.add_argument("--pairs", type=Path, required=True, help="people of a seed that the net was not trained with")
    options.add_argument("--net", type=Path, required=True, help="the exported net")
    options.add_argument("--people", type=int, required=True, help="people that it was trained with")
    options.add_argument("--samples", type=int, required=True, help="steps of the training times its batch")
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    torch.set_num_threads(1)
    pairs = Pairs([chosen.pairs], 0, torch.device("cpu"))
    rows = evaluate(chosen.checkpoint, pairs)
    file = chosen.net.read_bytes()
    text = _TEXT.format(
        size=len(file),
        sha256=hashlib.sha256(file).hexdigest(),
        parameters=sum(parameter.numel() for parameter in LidNet().parameters()),
        people=chosen.people,
        views=pairs.views - 1,
        samples=chosen.samples,
        tested=len(pairs),
        rows="\n".join(f"| {r['lids']} | {r['by']} | {r['error']} | {r['edges']} | {r['unsteady']} |" for r in rows),
    )
    chosen.out.write_text(text)


if __name__ == "__main__":
    main()
