"""How references are stored for the tests of the adapters: bytes in base64, in JSON."""

from __future__ import annotations

import base64

from torch import Tensor


def stored_bytes(picture: Tensor) -> str:
    """A picture of 0 … 255 as bytes."""
    return base64.b64encode(picture.byte().contiguous().numpy().tobytes()).decode()


def stored_floats(values: Tensor) -> str:
    """Numbers as little-endian float32."""
    return base64.b64encode(values.contiguous().numpy().astype("<f4").tobytes()).decode()
