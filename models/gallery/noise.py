"""Value noise on points of space, vectorised; the same seed gives the same field."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_PRIMES = np.array([374761393, 668265263, 2147483647], np.uint64)


def _lattice(cell: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Hash of integer cells (n, 3) to 0-1."""
    mixed = (cell.astype(np.uint64) * _PRIMES).sum(1, dtype=np.uint64) + np.uint64(seed * 1274126177 + 97)
    mixed = (mixed ^ (mixed >> np.uint64(13))) * np.uint64(1274126177)
    mixed ^= mixed >> np.uint64(16)
    return (mixed & np.uint64(0xFFFFFF)).astype(np.float64) / 0xFFFFFF


def value_noise(points: NDArray, seed: int) -> NDArray[np.float64]:
    """Smooth noise in -1..1 at `points` (n, 3), one lattice cell per unit."""
    points = np.asarray(points, np.float64)
    base = np.floor(points).astype(np.int64)
    blend = points - base
    blend = blend * blend * (3 - 2 * blend)
    total = np.zeros(len(points))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(np.array(corner) == 1, blend, 1 - blend), axis=1)
        total += weight * _lattice(base + corner, seed)
    return total * 2 - 1


def fractal(points: NDArray, seed: int, octaves: int = 3) -> NDArray[np.float64]:
    """Summed octaves of value noise, about -1..1."""
    total, gain = np.zeros(len(points)), 1.0
    for octave in range(octaves):
        total += gain * value_noise(np.asarray(points) * 2.03**octave, seed + octave)
        gain *= 0.55
    return total


def smoothstep(low: float, high: float, value: NDArray | float) -> NDArray:
    """0 below `low`, 1 above `high` (or the reverse when low > high), smooth between."""
    t = np.clip((np.asarray(value, np.float64) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
