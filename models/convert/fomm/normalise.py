"""The driver's motion taken over to the portrait: what the server's adapter computes, told a second time for tests."""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.spatial import ConvexHull
from torch import Tensor

Keypoints = tuple[Tensor, Tensor]
"""Values (K, 2) and Jacobians (K, 2, 2) of one picture."""


def normalise(source: Keypoints, driving: Keypoints, initial: Keypoints, *, adapt_scale: bool) -> Keypoints:
    """
    The portrait's keypoints moved as the driver's have since `initial`, over distances in proportion to the size of
    the face: the square root of the area that its keypoints enclose.
    """
    scale = math.sqrt(_area(source[0]) / _area(initial[0])) if adapt_scale else 1.0
    turn = torch.linalg.solve(initial[1].transpose(-1, -2), driving[1].transpose(-1, -2)).transpose(-1, -2)
    return source[0] + (driving[0] - initial[0]) * scale, turn @ source[1]


def _area(points: Tensor) -> float:
    # In two dimensions SciPy calls the area of a hull its volume.
    return float(ConvexHull(points.numpy().astype(np.float64)).volume)
