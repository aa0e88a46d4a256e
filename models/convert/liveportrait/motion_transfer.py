"""
The driver's motion taken over to the portrait: what the server's adapter computes, told a second time for tests. Formulas
are those of the official program (`live_portrait_pipeline.py`), for a portrait that is a picture and a driver that is a
video.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

EYES = (11, 13, 15, 16, 18)
LIPS = (6, 12, 14, 17, 19, 20)
ABSOLUTE_POINTS = (1, 2, 6, *range(11, 21))
"""Of these keypoints the driver's expression is taken over as it is; of others, only some coordinates:"""
ABSOLUTE_COORDINATES = ((3, 1), (4, 1), (5, 2), (8, 2), (9, 1), (9, 2))

DEGREES_PER_BIN = 3
FIRST_BIN_DEG = -97.5

Correction = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Face:
    """What the motion extractor tells of one face."""

    rotation: Tensor
    """(3, 3), for row vectors."""
    translation: Tensor
    scale: Tensor
    expression: Tensor
    """(K, 3)."""
    canonical: Tensor
    """(K, 3): keypoints of the face at rest that looks ahead."""

    @staticmethod
    def of_outputs(outputs: tuple[Tensor, ...], index: int) -> "Face":
        """From what the motion extractor gives for a batch."""
        pitch, yaw, roll, t, exp, scale, kp = (values[index] for values in outputs)
        rotation = rotation_of(*(angle_deg(logits) for logits in (pitch, yaw, roll)))
        return Face(rotation, t * torch.tensor([1.0, 1.0, 0.0]), scale, exp.reshape(-1, 3), kp.reshape(-1, 3))

    def keypoints(self) -> Tensor:
        """Equation 2 of the paper."""
        return self.scale * (self.canonical @ self.rotation + self.expression) + self.translation


def angle_deg(logits: Tensor) -> Tensor:
    """The expectation of an angle that is told in classes."""
    bins = torch.arange(len(logits), dtype=logits.dtype)
    return (torch.softmax(logits, dim=0) * bins).sum() * DEGREES_PER_BIN + FIRST_BIN_DEG


def rotation_of(pitch_deg: Tensor, yaw_deg: Tensor, roll_deg: Tensor) -> Tensor:
    """Pitch, then yaw, then roll; transposed, for row vectors."""
    one, zero = torch.ones(()), torch.zeros(())
    (cx, sx), (cy, sy), (cz, sz) = (
        (torch.cos(angle), torch.sin(angle)) for angle in map(torch.deg2rad, (pitch_deg, yaw_deg, roll_deg))
    )
    x = torch.stack([one, zero, zero, zero, cx, -sx, zero, sx, cx]).reshape(3, 3)
    y = torch.stack([cy, zero, sy, zero, one, zero, -sy, zero, cy]).reshape(3, 3)
    z = torch.stack([cz, -sz, zero, sz, cz, zero, zero, zero, one]).reshape(3, 3)
    return (z @ y @ x).T


@dataclass(frozen=True)
class Controls:
    """The controls of the official program, and two of ours."""

    relative: bool = True
    region: str = "all"
    relative_rotation: bool = True
    """Ours: otherwise the head turns as the driver's does, while all else is relative."""
    multiplier: float = 1.0
    stitch: Correction | None = None
    """(2 · 3K) → (3K + 2)."""
    eyes: Tensor | None = None
    """What eye retargeting adds, (K, 3)."""
    lips: Tensor | None = None
    closed_lips: Tensor | None = None
    """What closes the portrait's lips, (K, 3)."""
    held: tuple[int, ...] = ()
    """Ours: keypoints whose expression stays the portrait's, because ratios are in charge of it."""
    retargeting_alone: bool = False
    """As officially with relative motion: the portrait moves by retargeting alone."""


def transfer(source: Face, driving: Face, initial: Face, controls: Controls) -> Tensor:
    """Where the portrait's keypoints go, (K, 3)."""
    moves_head = controls.region in ("all", "pose")
    rotation, translation, scale = source.rotation, source.translation, source.scale
    if controls.relative:
        if moves_head:
            turn = driving.rotation @ initial.rotation.T
            rotation = turn @ source.rotation if controls.relative_rotation else driving.rotation
            translation = source.translation + driving.translation - initial.translation
        if controls.region == "all":
            scale = source.scale * (driving.scale / initial.scale)
    elif moves_head:
        rotation, translation = driving.rotation, driving.translation
    expression = _expression(source, driving, initial, controls)
    portrait = source.keypoints()
    moved = scale * (source.canonical @ rotation + expression) + translation
    if controls.eyes is None and controls.lips is None:
        moved = _stitched(portrait, moved, controls.stitch)
        if controls.closed_lips is not None:
            moved = moved + controls.closed_lips
    else:
        base = portrait if controls.retargeting_alone and controls.relative else moved
        for correction in (controls.eyes, controls.lips):
            base = base if correction is None else base + correction
        moved = _stitched(portrait, base, controls.stitch)
    return portrait + (moved - portrait) * controls.multiplier


def _expression(source: Face, driving: Face, initial: Face, controls: Controls) -> Tensor:
    taken = torch.zeros_like(source.expression)
    if controls.region in ("all", "exp"):
        if controls.relative:
            taken[:] = 1
        else:
            taken[list(ABSOLUTE_POINTS)] = 1
            for point, axis in ABSOLUTE_COORDINATES:
                taken[point, axis] = 1
    elif controls.region in ("eyes", "lip"):
        taken[list(EYES if controls.region == "eyes" else LIPS)] = 1
    taken[list(controls.held)] = 0
    theirs = source.expression + driving.expression - initial.expression if controls.relative else driving.expression
    return torch.where(taken > 0, theirs, source.expression)


def _stitched(portrait: Tensor, moved: Tensor, stitch: Correction | None) -> Tensor:
    if stitch is None:
        return moved
    delta = stitch(torch.cat([portrait.flatten(), moved.flatten()])[None])[0]
    shift = torch.cat([delta[-2:], torch.zeros(1)])
    return moved + delta[:-2].reshape(-1, 3) + shift
