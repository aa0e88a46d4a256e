"""Writes a trained lid net as ONNX, its weights in eight bits, and a sample that the server's tests hold it to.

    python3 export.py --checkpoint lid-net.pt --pairs data/1.npz --out ../mesh/lid-net.onnx --sample ../mesh/lid-net-sample.json
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from dataset import Pairs
from net import LidNet
from planes import HEIGHT, PLANES, WIDTH, fill_eye, input_planes, read_output
from quantise import pack_weights, round_weights
from train import HELD_OUT

OPSET = 17


def load(checkpoint: Path, *, rounded: bool = True) -> LidNet:
    """The net of a checkpoint, ready to be asked; with weights rounded as they are in the file."""
    net = LidNet()
    net.load_state_dict(torch.load(checkpoint, map_location="cpu")["net"])
    if rounded:
        round_weights(net)
    return net.eval()


def export(net: LidNet, file: Path) -> None:
    """Writes `net`, whose weights are rounded, for any number of eyes per run; input `planes`, output `light`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        net,
        torch.zeros(2, PLANES, HEIGHT, WIDTH),
        str(file),
        opset_version=OPSET,
        input_names=["planes"],
        output_names=["light"],
        dynamic_axes={"planes": {0: "eyes"}, "light": {0: "eyes"}},
    )
    model = onnx.load(str(file))
    _space_to_depth(model)
    pack_weights(model)
    model.doc_string = "Light on an eye whose lids move; see models/training."
    onnx.checker.check_model(model)
    onnx.save(model, str(file))


def _space_to_depth(model: onnx.ModelProto) -> None:
    """Replaces the exporter's Reshape-Transpose-Reshape for the first step by SpaceToDepth and reordered weights."""
    graph = model.graph
    first = next(node for node in graph.node if node.op_type == "Conv")
    until = list(graph.node).index(first)
    weight = next(tensor for tensor in graph.initializer if tensor.name == first.input[1])
    values = numpy_helper.to_array(weight)
    # PyTorch orders channels (plane, dy, dx), ONNX (dy, dx, plane).
    values = values.reshape(len(values), PLANES, 4, 3, 3).transpose(0, 2, 1, 3, 4).reshape(values.shape)
    weight.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values), weight.name))
    for node in list(graph.node)[:until]:
        graph.node.remove(node)
    graph.node.insert(0, onnx.helper.make_node("SpaceToDepth", ["planes"], ["blocks"], blocksize=2))
    first.input[0] = "blocks"


def _floats(values: Tensor) -> str:
    return base64.b64encode(values.contiguous().numpy().astype("<f4").tobytes()).decode()


def sample(net: LidNet, pairs: Pairs, person: int) -> dict[str, object]:
    """One held-out eye from the crop to the net's answer: bytes, and every 8th or 4th pixel of planes, little-endian floats."""
    batch = pairs.pairs(torch.tensor([person]), torch.tensor([1]))
    with torch.no_grad():
        filled = fill_eye(batch.image, batch.lids)
        planes = input_planes(batch.image, filled, batch.lids, batch.lashes)
        light = net(planes)
        gain, alpha = read_output(light, batch.lids)
    lids = batch.lids
    picture = (batch.image[0] * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
    return {
        "picture": base64.b64encode(picture.tobytes()).decode(),
        "lashes": base64.b64encode((batch.lashes[0, 0] * 255).round().byte().numpy().tobytes()).decode(),
        "left": float(lids.left[0]),
        "right": float(lids.right[0]),
        **{name: _floats(getattr(lids, name)[0]) for name in ("open_upper", "open_lower", "upper", "lower")},
        "filled": _floats(filled[0, :, ::8, ::8]),
        "planes": _floats(planes[0, :, ::8, ::8]),
        "light": _floats(light[0, :, ::4, ::4]),
        "gain": _floats(gain[0, :, ::4, ::4]),
        "alpha": _floats(alpha[0, :, ::4, ::4]),
    }


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--checkpoint", type=Path, required=True)
    options.add_argument("--pairs", type=Path, help="the first shard, for the sample")
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--sample", type=Path)
    chosen = options.parse_args()
    net = load(chosen.checkpoint)
    export(net, chosen.out)
    if chosen.sample:
        pairs = Pairs([chosen.pairs], HELD_OUT, torch.device("cpu"))
        chosen.sample.write_text(json.dumps(sample(net, pairs, person=3)) + "\n")


if __name__ == "__main__":
    main()
