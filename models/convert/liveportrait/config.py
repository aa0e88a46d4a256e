"""What the architecture of LivePortrait is made of, in the public size and in a tiny one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DenseMotionConfig:
    """The hourglass over volumes that tells how the keypoints' motions are mixed."""

    block_expansion: int
    max_features: int
    num_blocks: int
    compress: int
    """Channels that the features are reduced to before they are looked at under each motion."""
    mask_kernel: int
    output_kernel: int
    """Of the hourglass's last convolution."""
    kp_variance: float = 0.01
    """Of the Gaussians around keypoints, in half picture sides squared."""


@dataclass(frozen=True)
class BackboneConfig:
    """ConvNeXt V2 of the motion extractor."""

    depths: tuple[int, int, int, int]
    dims: tuple[int, int, int, int]
    num_bins: int = 66
    """Classes of three degrees that each angle of the head is told in."""


@dataclass(frozen=True)
class SpadeConfig:
    """The decoder."""

    out_channels: int
    hidden: int
    """Channels inside of each normalisation."""
    num_middle_blocks: int


@dataclass(frozen=True)
class LivePortraitConfig:
    """All sizes of one model. Names are those of the official configuration file where they have one."""

    name: str
    picture_size_px: int
    num_kp: int
    block_expansion: int
    num_down_blocks: int
    max_features: int
    reshape_channel: int
    reshape_depth: int
    num_resblocks: int
    dense_motion: DenseMotionConfig
    backbone: BackboneConfig
    spade: SpadeConfig
    stitching_hidden: tuple[int, ...]
    eye_hidden: tuple[int, ...]
    lip_hidden: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.reshape_channel * self.reshape_depth != self.max_features:
            raise ValueError(f"{self.name}: {self.max_features} maps are no {self.reshape_channel} volumes")
        if self.num_down_blocks != 2:
            raise ValueError(f"{self.name}: the decoder doubles its maps twice and then once")
        if self.map_size_px % 2**self.dense_motion.num_blocks or self.picture_size_px % 32:
            raise ValueError(f"{self.name}: {self.picture_size_px} px cannot be halved as often as it would be")

    @property
    def map_size_px(self) -> int:
        """Height and width of the portrait's volume."""
        return self.picture_size_px // 2**self.num_down_blocks

    @property
    def output_size_px(self) -> int:
        """Side of the animated picture."""
        return 2 * self.picture_size_px

    @property
    def decoder_channels(self) -> int:
        """Channels of the warped features that are decoded."""
        return min(self.max_features, self.block_expansion * 2**self.num_down_blocks)


LIVE_PORTRAIT = LivePortraitConfig(
    name="liveportrait-256",
    picture_size_px=256,
    num_kp=21,
    block_expansion=64,
    num_down_blocks=2,
    max_features=512,
    reshape_channel=32,
    reshape_depth=16,
    num_resblocks=6,
    dense_motion=DenseMotionConfig(
        block_expansion=32, max_features=1024, num_blocks=5, compress=4, mask_kernel=7, output_kernel=3
    ),
    backbone=BackboneConfig(depths=(3, 3, 9, 3), dims=(96, 192, 384, 768)),
    spade=SpadeConfig(out_channels=64, hidden=128, num_middle_blocks=6),
    stitching_hidden=(128, 128, 64),
    eye_hidden=(256, 256, 128, 128, 64),
    lip_hidden=(128, 128, 64),
)

# Small enough to be kept with the tests, of the same parts and in the same order. Regions of the expression are told
# by a keypoint's number, so there are as many.
TINY = LivePortraitConfig(
    name="tiny-32",
    picture_size_px=32,
    num_kp=21,
    block_expansion=2,
    num_down_blocks=2,
    max_features=8,
    reshape_channel=2,
    reshape_depth=4,
    num_resblocks=1,
    dense_motion=DenseMotionConfig(
        block_expansion=2, max_features=4, num_blocks=2, compress=1, mask_kernel=1, output_kernel=1
    ),
    backbone=BackboneConfig(depths=(1, 1, 1, 1), dims=(4, 4, 8, 8)),
    spade=SpadeConfig(out_channels=4, hidden=4, num_middle_blocks=1),
    stitching_hidden=(8,),
    eye_hidden=(8, 8),
    lip_hidden=(8,),
)
