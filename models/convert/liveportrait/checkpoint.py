"""Reading the official checkpoints: five files, told apart by what is in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from common.parameters import CheckpointError, parameters_of, read_mapping

SIGNS = {
    "appearance": "resblocks_3d.3dr0.conv1.weight",
    "motion": "detector.fc_kp.weight",
    "warping": "dense_motion_network.mask.weight",
    "decoder": "G_middle_0.conv_0.weight_orig",
}
"""A parameter that only this part has."""
RETARGETING = {"stitching": "retarget_shoulder", "eyes": "retarget_eye", "lips": "retarget_mouth"}
"""Three parts are in one file under these names."""
USUAL_NAMES = {
    "appearance": "appearance_feature_extractor.pth",
    "motion": "motion_extractor.pth",
    "warping": "warping_module.pth",
    "decoder": "spade_generator.pth",
    "stitching": "stitching_retargeting_module.pth",
}


def load_parts(files: list[Path]) -> dict[str, dict[str, Tensor]]:
    """
    The parameters of each part of the model by name, from the five files in any order. Nothing of them is executed.

    :raises CheckpointError: a file is none of the five, or twice, or one is missing
    """
    parts: dict[str, dict[str, Tensor]] = {}
    for file in files:
        for part, parameters in _parts_of(file).items():
            if part in parts:
                raise CheckpointError(f"{file.name}: {part} is in another of the files already")
            parts[part] = parameters
    missing = [name for part, name in USUAL_NAMES.items() if part not in parts]
    if missing:
        raise CheckpointError(f"missing: {', '.join(missing)}; name all five files")
    return parts


def _parts_of(file: Path) -> dict[str, dict[str, Tensor]]:
    content = read_mapping(file)
    if all(name in content for name in RETARGETING.values()):
        return {
            part: _without_wrapper(parameters_of(file.name, name, content[name])) for part, name in RETARGETING.items()
        }
    part = next((part for part, sign in SIGNS.items() if sign in content), None)
    if part is None:
        there = ", ".join(sorted(map(str, content))[:4]) or "nothing"
        raise CheckpointError(f"{file.name}: is no part of LivePortrait (there is: {there})")
    parameters = parameters_of(file.name, part, content)
    return {part: without_spectral_norm(parameters) if part == "decoder" else parameters}


def without_spectral_norm(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """
    The weights as they act: divided by their largest singular value, of which training kept the two singular vectors
    (arXiv:1802.05957).
    """
    plain = dict(parameters)
    for name in [name for name in parameters if name.endswith("weight_orig")]:
        base = name.removesuffix("_orig")
        weight, u, v = (plain.pop(f"{base}_{kind}", None) for kind in ("orig", "u", "v"))
        if u is None or v is None or u.shape != weight.shape[:1] or v.shape != weight[0].flatten().shape:
            raise CheckpointError(f"the decoder lacks the singular vectors of {base}")
        plain[base] = weight / (u @ (weight.flatten(1) @ v))
    return plain


def _without_wrapper(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Training on many GPUs puts a word before each name."""
    return {re.sub(r"^module\.", "", name): values for name, values in parameters.items()}
