"""Tables of parameters: out of an untrusted file, and strictly into a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch.nn as nn
from torch import Tensor

from common.checkpoint_file import DamagedFile, RefusedContent, read_checkpoint

SHOWN = 4
"""So many parameters are named in a message; the rest is counted."""


class CheckpointError(Exception):
    """The file is not the checkpoint that it should be; the message says in what way."""


def read_mapping(file: Path) -> Mapping[object, object]:
    """
    What a checkpoint holds, by name. Nothing of the file is executed.

    :raises CheckpointError: no such file, not a checkpoint, something in it that may not be loaded
    """
    if not file.is_file():
        raise CheckpointError(f"{file}: there is no such file")
    try:
        content = read_checkpoint(file)
    except RefusedContent as error:
        raise CheckpointError(f"{file.name}: is not a plain checkpoint: {error}") from error
    except DamagedFile as error:
        raise CheckpointError(f"{file.name}: cannot be read as a PyTorch checkpoint: {error}") from error
    if not isinstance(content, Mapping):
        raise CheckpointError(f"{file.name}: holds {type(content).__name__}, not the parts of a checkpoint by name")
    return content


def parameters_of(file_name: str, part: str, content: object) -> dict[str, Tensor]:
    """
    A table of tensors by name.

    :raises CheckpointError: `content` is something else
    """
    if not isinstance(content, Mapping) or not all(isinstance(value, Tensor) for value in content.values()):
        raise CheckpointError(f"{file_name}: {part} is not a table of tensors")
    return {str(key): value for key, value in content.items()}


def load_strictly(module: nn.Module, parameters: Mapping[str, Tensor], what: str) -> None:
    """
    Puts the parameters into the module: each of its own must be there in its shape, and nothing else.

    :raises CheckpointError: with the names of what is missing, left over or of another shape
    """
    own = module.state_dict()
    # Counts training batches; PyTorch before 0.4.1 did not write it, and inference does not read it.
    counters = {name for name in own if name.endswith("num_batches_tracked")}
    missing = [name for name in own if name not in parameters and name not in counters]
    unknown = [name for name in parameters if name not in own]
    reshaped = [
        f"{name} {tuple(parameters[name].shape)} instead of {tuple(own[name].shape)}"
        for name in own
        if name in parameters and parameters[name].shape != own[name].shape
    ]
    problems = [
        f"{verb} {_list(names)}"
        for verb, names in (("lacks", missing), ("has the unknown", unknown), ("has", reshaped))
        if names
    ]
    if problems:
        raise CheckpointError(f"{what} does not fit the configuration: it {'; it '.join(problems)}")
    broken = [name for name, values in parameters.items() if values.is_floating_point() and not values.isfinite().all()]
    if broken:
        raise CheckpointError(f"{what} has values that are no numbers in {_list(broken)}")
    module.load_state_dict({**{name: own[name] for name in counters}, **parameters})


def _list(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
