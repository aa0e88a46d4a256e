"""
Operators on volumes, for runtimes that have them and for those that have not.

A volume of D slices is either a tensor (N, C, D, H, W), or its slices one after the other, (N·D, C, H, W). With slices,
only operators on pictures are needed: WebGPU convolves volumes slowly, and neither it nor TensorRT samples them.
"""

from __future__ import annotations

import math
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

OWN_DOMAIN = "effigy"
OWN_SAMPLING = "SampleVolume"
"""Stands in exported graphs for a GridSample of volumes, which the exporter's operator set does not have."""


class VolumeConv(nn.Conv3d):
    """A convolution of volumes of `depth` slices that keeps their size."""

    def __init__(self, inputs: int, outputs: int, kernel: int, depth: int) -> None:
        super().__init__(inputs, outputs, kernel, padding=kernel // 2)
        self.depth = depth

    def forward(self, volume: Tensor) -> Tensor:
        if self.kernel_size[0] == 1:
            return self._convolve_points(volume)
        return super().forward(volume) if volume.dim() == 5 else self._convolve_slices(volume)

    def _convolve_points(self, volume: Tensor) -> Tensor:
        """Each by itself, so the slices may as well lie below each other."""
        _channels, *size = _sizes(volume)
        flat = volume.reshape(-1, self.in_channels, math.prod(size[:-1]), size[-1])
        return F.conv2d(flat, self.weight[:, :, 0], self.bias).reshape(-1, self.out_channels, *size)

    def _convolve_slices(self, slices: Tensor) -> Tensor:
        """Every slice by every layer of the kernel in one convolution; then each result is added where it belongs."""
        outputs, inputs, kernel = self.out_channels, self.in_channels, self.kernel_size[0]
        layers = self.weight.permute(2, 0, 1, 3, 4).reshape(kernel * outputs, inputs, kernel, kernel)
        results = F.conv2d(slices, layers, padding=kernel // 2)
        _channels, rows, columns = _sizes(slices)
        results = results.reshape(-1, self.depth, kernel, outputs * rows * columns)
        results = F.pad(results, (0, 0, 0, 0, kernel // 2, kernel // 2))
        total = results[:, : self.depth, 0]
        for layer in range(1, kernel):
            total = total + results[:, layer : layer + self.depth, layer]
        return total.reshape(-1, outputs, rows, columns) + self.bias[:, None, None]


class VolumeNorm(nn.BatchNorm3d):
    """Batch normalisation of volumes or of their slices."""

    def _check_input_dim(self, volume: Tensor) -> None:
        if volume.dim() not in (4, 5):
            raise ValueError(f"{volume.dim()} axes are neither a volume's nor its slices'")


def halve(volume: Tensor) -> Tensor:
    """Half the height and width, by averaging; the depth stays."""
    return F.avg_pool3d(volume, (1, 2, 2)) if volume.dim() == 5 else F.avg_pool2d(volume, 2)


def double(volume: Tensor) -> Tensor:
    """Twice the height and width, by repeating; the depth stays."""
    return F.interpolate(volume, scale_factor=(1.0, 2.0, 2.0) if volume.dim() == 5 else 2.0, mode="nearest")


def to_slices(volume: Tensor) -> Tensor:
    """(N, C, D, H, W) to (N·D, C, H, W)."""
    channels, _depth, height, width = _sizes(volume)
    return volume.transpose(1, 2).reshape(-1, channels, height, width)


def of_slices(slices: Tensor, depth: int) -> Tensor:
    """(N·D, C, H, W) to (N, C, D, H, W)."""
    channels, height, width = _sizes(slices)
    return slices.reshape(-1, depth, channels, height, width).transpose(1, 2)


def _sizes(volume: Tensor) -> list[int]:
    """
    All but the batch, which alone may vary. As plain numbers, for while a module is exported they are traced: they would
    become operators on shapes, for which a GPU has to wait.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        return [int(size) for size in volume.shape[1:]]


def sample_volume(volume: Tensor, x: Tensor, y: Tensor, z: Tensor, *, in_slices: bool) -> Tensor:
    """
    Samples (N, C, D, H, W) linearly at coordinates of −1 … 1 (edges of the volume, not the outermost centres: as
    `grid_sample` with `align_corners=False`), each (N, D′, H′, W′); outside everything is 0. Gives (N, C, D′, H′, W′).

    :param in_slices: by two samplings of pictures instead of one of volumes
    """
    if in_slices:
        return _sample_between_slices(volume, x, y, z)
    return _SampleVolume.apply(volume, torch.stack([x, y, z], dim=4))


class _SampleVolume(torch.autograd.Function):
    """`grid_sample` of volumes, exported as a node of its own."""

    @staticmethod
    def forward(_context: object, volume: Tensor, grid: Tensor) -> Tensor:
        return F.grid_sample(volume, grid, mode="bilinear", padding_mode="zeros", align_corners=False)

    @staticmethod
    def symbolic(g, volume, grid):
        return g.op(f"{OWN_DOMAIN}::{OWN_SAMPLING}", volume, grid)


def _sample_between_slices(volume: Tensor, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """
    Slices are the tiles of one picture, each with a row and a column of zeros after it. A point is sampled in the slices
    before and behind it and mixed by its depth. Slices beyond the volume lie beyond the picture, and are 0 too. (Below
    each other slices would make a high picture, in which a row's number has less binary places left for its fraction.)
    """
    channels, depth, height, width = _sizes(volume)
    out_depth, out_height, out_width = _sizes(x)
    columns = max(count for count in range(1, math.isqrt(depth) + 1) if depth % count == 0)
    tile_height, tile_width = height + 1, width + 1
    picture_height, picture_width = depth // columns * tile_height, columns * tile_width
    tiles = F.pad(volume, (0, 1, 0, 1)).reshape(-1, columns, tile_height, tile_width)
    picture = tiles.transpose(1, 2).reshape(-1, channels, picture_height, picture_width)

    # Beyond one pixel outside everything is 0 anyway, and the next slice must not be reached.
    across = torch.clamp(((x + 1) * width - 1) / 2, -1, width)
    down = torch.clamp(((y + 1) * height - 1) / 2, -1, height)
    number = ((z + 1) * depth - 1) / 2
    before = torch.floor(number)

    def sampled(slices: Tensor) -> Tensor:
        row = torch.floor(slices / columns)
        in_picture_x = across + (slices - row * columns) * tile_width
        in_picture_y = down + row * tile_height
        grid = torch.stack(
            [(2 * in_picture_x + 1) / picture_width - 1, (2 * in_picture_y + 1) / picture_height - 1], dim=4
        )
        grid = grid.reshape(-1, out_depth * out_height, out_width, 2)
        return F.grid_sample(picture, grid, mode="bilinear", padding_mode="zeros", align_corners=False)

    share = (number - before).reshape(-1, 1, out_depth * out_height, out_width)
    front, back = sampled(before), sampled(before + 1)
    mixed = front + (back - front) * share
    return mixed.reshape(-1, channels, out_depth, out_height, out_width)
