"""What the architecture of a First Order Motion Model is made of, and the two public face configurations."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class HourglassConfig:
    """An hourglass of `num_blocks` halvings whose widest maps have `max_features` channels."""

    block_expansion: int
    max_features: int
    num_blocks: int


@dataclass(frozen=True)
class GeneratorConfig:
    """The network that encodes the portrait and decodes its warped features."""

    block_expansion: int
    max_features: int
    num_down_blocks: int
    num_bottleneck_blocks: int


@dataclass(frozen=True)
class FommConfig:
    """All sizes of one model. Names are those of the official configuration files where they have one."""

    name: str
    picture_size_px: int
    num_kp: int
    num_channels: int
    keypoints: HourglassConfig
    temperature: float
    """Divides the keypoint logits before their softmax: the smaller, the sharper."""
    dense_motion: HourglassConfig
    kp_variance: float
    """Of the Gaussians around keypoints, in half picture sides squared."""
    downscale: int
    """Keypoints and dense motion work on the picture reduced by this factor; so does the generator's encoder."""
    generator: GeneratorConfig

    def __post_init__(self) -> None:
        if 2**self.generator.num_down_blocks != self.downscale:
            raise ValueError(f"{self.name}: the motion field and the features that it warps differ in size")
        small = self.picture_size_px // self.downscale
        deepest = 2 ** max(self.keypoints.num_blocks, self.dense_motion.num_blocks)
        if small % deepest:
            raise ValueError(f"{self.name}: maps of {small} px cannot be halved {deepest.bit_length() - 1} times")

    @property
    def map_size_px(self) -> int:
        """Side of the motion field and of the portrait's features."""
        return self.picture_size_px // self.downscale

    @property
    def feature_channels(self) -> int:
        """Channels of the portrait's features."""
        generator = self.generator
        return min(generator.max_features, generator.block_expansion * 2**generator.num_down_blocks)


VOX_256 = FommConfig(
    name="vox-256",
    picture_size_px=256,
    num_kp=10,
    num_channels=3,
    keypoints=HourglassConfig(block_expansion=32, max_features=1024, num_blocks=5),
    temperature=0.1,
    dense_motion=HourglassConfig(block_expansion=64, max_features=1024, num_blocks=5),
    kp_variance=0.01,
    downscale=4,
    generator=GeneratorConfig(block_expansion=64, max_features=512, num_down_blocks=2, num_bottleneck_blocks=6),
)

# The two were trained differently; keypoints and generator are built alike.
VOX_ADV_256 = replace(VOX_256, name="vox-adv-256")

# Small enough to be kept with the tests, of the same parts and in the same order.
TINY_64 = FommConfig(
    name="tiny-64",
    picture_size_px=64,
    num_kp=5,
    num_channels=3,
    keypoints=HourglassConfig(block_expansion=4, max_features=16, num_blocks=3),
    temperature=0.1,
    dense_motion=HourglassConfig(block_expansion=4, max_features=16, num_blocks=3),
    kp_variance=0.01,
    downscale=4,
    generator=GeneratorConfig(block_expansion=8, max_features=16, num_down_blocks=2, num_bottleneck_blocks=2),
)

CONFIGS = {config.name: config for config in (VOX_256, VOX_ADV_256)}
