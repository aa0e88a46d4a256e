"""A whole LivePortrait, and the graphs that it is split into."""

from __future__ import annotations

from collections.abc import Mapping

import torch.nn as nn
from torch import Tensor

from appearance_extractor import AppearanceExtractor
from common.graph import Graph
from common.parameters import load_strictly
from config import LivePortraitConfig
from motion_extractor import MotionExtractor
from retargeting import Retargeting
from spade_decoder import SpadeDecoder
from warping import Warping

SAMPLINGS = {"volume": False, "slices": True}
"""How volumes are computed with, to whether that is in slices; see volumes.py."""


class LivePortrait(nn.Module):
    """All networks of one configuration."""

    PARTS = ("appearance", "motion", "warping", "decoder", "stitching", "eyes", "lips")

    def __init__(self, config: LivePortraitConfig, *, sampling: str) -> None:
        super().__init__()
        in_slices = SAMPLINGS[sampling]
        points = 3 * config.num_kp
        self.config = config
        self.sampling = sampling
        self.appearance = AppearanceExtractor(config, in_slices=in_slices)
        self.motion = MotionExtractor(config)
        self.warping = Warping(config, in_slices=in_slices)
        self.decoder = SpadeDecoder(config)
        self.stitching = Retargeting(2 * points, config.stitching_hidden, points + 2)
        self.eyes = Retargeting(points + 3, config.eye_hidden, points)
        self.lips = Retargeting(points + 2, config.lip_hidden, points)

    @staticmethod
    def of_parameters(
        parts: Mapping[str, Mapping[str, Tensor]], config: LivePortraitConfig, *, sampling: str
    ) -> "LivePortrait":
        """
        :param parts: parameters by name, for each of PARTS
        :raises CheckpointError: they are not those of this configuration
        """
        model = LivePortrait(config, sampling=sampling)
        for part in LivePortrait.PARTS:
            load_strictly(getattr(model, part), parts[part], f"the part {part}")
        return model.eval()

    def with_sampling(self, sampling: str) -> "LivePortrait":
        """The same weights, computed another way."""
        other = LivePortrait(self.config, sampling=sampling)
        other.load_state_dict(self.state_dict())
        return other.eval()


class WarpAndDecode(nn.Module):
    """Both in one graph: what lies between them need not leave the GPU."""

    def __init__(self, model: LivePortrait) -> None:
        super().__init__()
        self.warping = model.warping
        self.decoder = model.decoder

    def forward(self, features: Tensor, driving: Tensor, source: Tensor) -> Tensor:
        return self.decoder(self.warping(features, driving, source))


def graphs_of(model: LivePortrait) -> list[Graph]:
    """
    `appearance` once for the portrait; `motion` for each driving frame and once for the portrait; `warping` for each
    frame, with nothing of the driver but keypoints; and the three that correct keypoints. Inputs and outputs are
    called as in the ONNX files that FasterLivePortrait publishes.
    """
    config = model.config
    picture = (3, config.picture_size_px, config.picture_size_px)
    result = (3, config.output_size_px, config.output_size_px)
    volume = (config.reshape_channel, config.reshape_depth, config.map_size_px, config.map_size_px)
    points, values, bins = (config.num_kp, 3), 3 * config.num_kp, (config.backbone.num_bins,)
    motion = {"pitch": bins, "yaw": bins, "roll": bins, "t": (3,), "exp": (values,), "scale": (1,), "kp": (values,)}
    warping_inputs = {"feature_3d": volume, "kp_driving": points, "kp_source": points}
    return [
        Graph("appearance", model.appearance, {"img": picture}, {"output": volume}),
        Graph("motion", model.motion, {"img": picture}, motion),
        Graph("warping", WarpAndDecode(model), warping_inputs, {"out": result}),
        Graph("stitching", model.stitching, {"input": (2 * values,)}, {"output": (values + 2,)}),
        Graph("eyeRetargeting", model.eyes, {"input": (values + 3,)}, {"output": (values,)}),
        Graph("lipRetargeting", model.lips, {"input": (values + 2,)}, {"output": (values,)}),
    ]
