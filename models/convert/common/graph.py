"""What one ONNX file of a pack is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch.nn as nn


@dataclass(frozen=True)
class Graph:
    """One ONNX file: the module, and its inputs and outputs with their shapes after the batch axis, in order."""

    name: str
    module: nn.Module
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Mapping[str, tuple[int, ...]]
