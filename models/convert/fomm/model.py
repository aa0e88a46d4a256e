"""A whole First Order Motion Model, and the three graphs that it is split into."""

from __future__ import annotations

from collections.abc import Mapping

import torch.nn as nn
from torch import Tensor

from common.graph import Graph
from common.parameters import load_strictly
from config import FommConfig
from generator import Generator
from keypoint_detector import KeypointDetector


class Fomm(nn.Module):
    """Keypoint detector and generator of one configuration."""

    def __init__(self, config: FommConfig, *, align_corners: bool) -> None:
        super().__init__()
        self.config = config
        self.align_corners = align_corners
        self.kp_detector = KeypointDetector(config)
        self.generator = Generator(config, align_corners=align_corners)

    @staticmethod
    def of_checkpoint(parts: Mapping[str, Mapping[str, Tensor]], config: FommConfig, *, align_corners: bool) -> "Fomm":
        """:raises CheckpointError: the parameters are not those of this configuration"""
        model = Fomm(config, align_corners=align_corners)
        load_strictly(model.kp_detector, parts["kp_detector"], "the keypoint detector")
        load_strictly(model.generator, parts["generator"], "the generator")
        return model.eval()


class SourceEncoder(nn.Module):
    """The generator's first half as a graph of its own."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        return self.generator.encode(pictures)


def graphs_of(model: Fomm) -> list[Graph]:
    """
    `keypoints` for each driving frame and once for the portrait; `source` once for the portrait; `frame` for each
    frame, with nothing of the driver but keypoints.
    """
    config = model.config
    picture = (config.num_channels, config.picture_size_px, config.picture_size_px)
    thumbnail = (config.num_channels, config.map_size_px, config.map_size_px)
    features = (config.feature_channels, config.map_size_px, config.map_size_px)
    points, jacobians = (config.num_kp, 2), (config.num_kp, 2, 2)
    return [
        Graph("keypoints", model.kp_detector, {"image": picture}, {"value": points, "jacobian": jacobians}),
        Graph(
            "source", SourceEncoder(model.generator), {"image": picture}, {"features": features, "thumbnail": thumbnail}
        ),
        Graph(
            "frame",
            model.generator,
            {
                "features": features,
                "thumbnail": thumbnail,
                "source_value": points,
                "source_jacobian": jacobians,
                "driving_value": points,
                "driving_jacobian": jacobians,
            },
            {"picture": picture},
        ),
    ]
