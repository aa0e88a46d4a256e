"""From a render to a picture: light under the skin, noise out, a place behind, the lens, the print or the paint."""

from __future__ import annotations

import numpy as np

import backdrop
from denoise import denoise
from painting import paint
from person import Person
from raster import tone_map
from rig import Floats
from scatter import scatter


def develop(render: dict[str, Floats], person: Person) -> np.ndarray:
    """The finished portrait (size, size, 3), sRGB bytes, of the passes that cycles.py wrote."""
    size = render["colour"].shape[0]
    sitter = denoise({**render, "colour": scatter(render, person.frame_cm / size, person.scatter)})
    linear = sitter[..., :3] + person.backdrop(size) * (1 - sitter[..., 3:])
    linear += 0.08 * backdrop.gaussian_blur(np.maximum(linear - 0.9, 0), 0.012 * size)
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    linear *= (1 - 0.5 * (x * x + y * y))[..., None]
    picture = tone_map(linear, person.exposure)
    if person.paint is not None:
        return paint(picture, person.paint, person.seed)
    rng = np.random.default_rng(person.seed)
    grain = backdrop.gaussian_blur(rng.normal(0, 1, (size, size, 1)).astype(np.float32), 0.6)
    return np.clip(picture + 2.2 * grain + 0.5, 0, 255).astype(np.uint8)
