"""Reading an official checkpoint part by part."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from common.parameters import CheckpointError, parameters_of, read_mapping

PARTS = ("kp_detector", "generator")


def load_parts(file: Path) -> dict[str, dict[str, Tensor]]:
    """
    The parameters of each of PARTS by name. Nothing of the file is executed. Discriminator and optimiser states, where
    there are any, are left alone.

    :raises CheckpointError: no such file, not a checkpoint, something in it that may not be loaded, a part missing
    """
    content = read_mapping(file)
    missing = [part for part in PARTS if part not in content]
    if missing:
        there = ", ".join(sorted(map(str, content))[:8]) or "nothing"
        raise CheckpointError(
            f"{file.name}: has no {' and no '.join(missing)} (there is: {there}); is it a First Order Motion Model?"
        )
    return {part: parameters_of(file.name, part, content[part]) for part in PARTS}
