"""The gallery's sitters. None is anyone: each is a seed of the rig's random identities, dressed and lit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import backdrop
from facial_hair import BeardStyle, BrowStyle
from hair import HairStyle
from rig import Floats
from skin import SkinStyle
from torso import GarmentStyle

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Softbox:
    """A round light far off. Angles as seen from the sitter: azimuth to the viewer's right, height up."""

    azimuth_deg: float
    height_deg: float
    power: float
    colour: Vector = (1.0, 1.0, 1.0)
    radius_deg: float = 14.0


@dataclass(frozen=True)
class Person:
    """One portrait."""

    title: str
    alt: str
    seed: int
    skin: SkinStyle
    hair: HairStyle
    brows: BrowStyle
    garment: GarmentStyle
    lights: tuple[Softbox, ...]
    backdrop: Callable[[int], Floats]
    """picture size in pixels to linear RGB (size, size, 3)"""
    style: str = "photo"
    strength: float = 0.75
    modes: tuple[tuple[int, float], ...] = ()
    """identity modes set by hand"""
    expression: tuple[tuple[str, float], ...] = (("eyeWide", 0.15), ("mouthSmile", 0.12))
    beard: BeardStyle | None = None
    age: float = 0.0
    iris: Vector = (0.06, 0.032, 0.015)
    lash_colour: Vector = (0.010, 0.007, 0.006)
    lashes: int = 40
    cloth_gloss: float = 0.0
    gaze_deg: tuple[float, float] = (0.0, 0.0)
    pose_deg: Vector = (0.0, 0.0, 0.0)
    """yaw, pitch, roll"""
    body_yaw_deg: float = 0.0
    shift_cm: tuple[float, float] = (0.0, 3.0)
    frame_cm: float = 48.0
    """what the picture's side measures at the head"""
    ambient: Vector = (0.42, 0.43, 0.46)
    sky: float = 0.4
    exposure: float = 1.0


_WINDOW = (
    Softbox(-42, 28, 1.5, (1.0, 0.97, 0.93), 18),
    Softbox(55, 10, 0.35, (0.85, 0.92, 1.0), 22),
    Softbox(150, 35, 1.1, (1.0, 0.93, 0.82), 10),
)

PEOPLE: dict[str, Person] = {
    "noor": Person(
        title="Noor",
        alt="A young woman with long dark wavy hair in a garden",
        seed=63,
        modes=((0, 1.7), (3, -0.5)),
        skin=SkinStyle(
            base=(0.52, 0.31, 0.21), lips=(0.42, 0.13, 0.12), blush=0.75, under_eye=0.3, eyeliner=0.55,
            brow_colour=(0.05, 0.03, 0.02), scalp_colour=(0.03, 0.018, 0.012), lip_gloss=0.12, seed=3,
        ),
        hair=HairStyle(
            colour=(0.034, 0.018, 0.011), length_top=24, length_sides=17.5, length_back=17, parting_x=0.6, lift=0.2,
            sweep_front=(1.0, -0.1, -0.35), sweep_sides=(0.15, -1.0, -0.25), volume=0.7, gravity=0.8, clump=0.88, lock=90,
            curl_cm=0.7, curl_pitch_cm=7.0, frizz_cm=0.14, count=60000, width=0.013, points=40, seed=5,
        ),
        brows=BrowStyle(colour=(0.035, 0.021, 0.014), thickness=0.46, count=900, length=0.7, raise_cm=-0.35),
        garment=GarmentStyle(colour=(0.26, 0.10, 0.075), neck_front=-13.6, neck_side=-11.3, neck_back=-10.4,
                             broadness=0.9, folds_cm=0.3),
        expression=(("mouthSmile", 0.2), ("eyeSquint", 0.2)),
        pose_deg=(4, -4, 2),
        frame_cm=42,
        shift_cm=(0, 2.2),
        lights=_WINDOW,
        backdrop=lambda size: backdrop.foliage(size, size, 8, (0.10, 0.16, 0.05), (0.9, 0.85, 0.45)),
    ),
    "tobias": Person(
        title="Tobias",
        alt="An elderly man with a short white beard in a library",
        seed=75,
        modes=((0, -1.0), (2, 1.0)),
        age=1.0,
        skin=SkinStyle(
            base=(0.58, 0.35, 0.27), lips=(0.43, 0.20, 0.17), blush=1.1, under_eye=0.75, blotches=1.0, age_spots=0.5,
            brow_colour=(0.25, 0.22, 0.2), brow_underlay=0.15, scalp_colour=(0.42, 0.30, 0.25), seed=9, lip_strength=0.6,
        ),
        hair=HairStyle(
            colour=(0.20, 0.19, 0.175), grey=0.55, length_top=4.5, length_sides=2.6, length_back=3.0, parting_x=4.5,
            lift=0.35, sweep_front=(0.8, 0.1, -0.6), volume=0.7, gravity=0.3, clump=0.4, receding=2.2, hairline_shift=1.2,
            thinning=0.6, count=30000, width=0.012, seed=6,
        ),
        brows=BrowStyle(colour=(0.22, 0.20, 0.18), thickness=0.5, count=800, length=1.0, grey=0.5, raise_cm=-0.4),
        beard=BeardStyle(
            colour=(0.22, 0.21, 0.195), length=1.1, count=26000, grey=0.6, cheeks=0.35, curl_cm=0.06, width=0.012
        ),
        garment=GarmentStyle(colour=(0.035, 0.045, 0.065), neck_front=-13.8, neck_side=-11.0, neck_back=-10, band_cm=2.2),
        iris=(0.09, 0.15, 0.20),
        expression=(("mouthSmile", 0.3), ("eyeSquint", 0.2)),
        lights=(Softbox(-50, 32, 1.35, (1.0, 0.95, 0.88), 14), Softbox(60, 5, 0.25, (0.8, 0.9, 1.0), 20),
                Softbox(140, 30, 0.9, (1.0, 0.9, 0.75), 10)),
        backdrop=lambda size: backdrop.room(size, size, 5, (0.20, 0.16, 0.12)) * 0.5,
        lash_colour=(0.08, 0.07, 0.06),
        lashes=20,
    ),
    "amara": Person(
        title="Amara",
        alt="A woman with dark brown skin and a halo of natural curls",
        seed=80,
        modes=((0, 1.5), (2, -1.9), (3, -0.5)),
        skin=SkinStyle(
            base=(0.165, 0.078, 0.044), lips=(0.20, 0.055, 0.052), blush=0.35, under_eye=0.35, eyeliner=0.6, gloss=0.075,
            sclera=(0.25, 0.225, 0.21),
            lip_gloss=0.16, brow_colour=(0.012, 0.008, 0.006), scalp_colour=(0.012, 0.008, 0.006), seed=14,
        ),
        hair=HairStyle(
            colour=(0.020, 0.012, 0.008), length_top=7, length_sides=6.2, length_back=6, parting_x=99, lift=1.6, gravity=0.0, outward=2.6,
            volume=0.3, clump=0.35, curl_cm=0.42, curl_pitch_cm=1.7, frizz_cm=0.3, count=60000, width=0.012, points=40, seed=8,
        ),
        brows=BrowStyle(colour=(0.010, 0.007, 0.005), thickness=0.46, count=900, length=0.65, raise_cm=-0.3),
        garment=GarmentStyle(colour=(0.36, 0.17, 0.05), neck_front=-15.4, neck_side=-12.0, neck_back=-10.8, broadness=0.9),
        expression=(("mouthSmile", 0.2), ("eyeSquint", 0.25)),
        iris=(0.035, 0.018, 0.010),
        lights=(Softbox(-38, 30, 1.9, (1.0, 0.97, 0.94), 18), Softbox(60, 10, 0.9, (0.9, 0.93, 1.0), 20),
                Softbox(-150, 30, 1.6, (1.0, 0.9, 0.8), 10)),
        backdrop=lambda size: backdrop.studio(size, size, (0.30, 0.125, 0.07)),
        exposure=1.3,
        frame_cm=47,
        shift_cm=(0, 1.0),
    ),
    "kenta": Person(
        title="Kenta",
        alt="A young man with straight black hair before a grey canvas",
        seed=8,
        modes=((1, 1.6), (0, 0.2)),
        skin=SkinStyle(
            base=(0.48, 0.29, 0.185), lips=(0.44, 0.19, 0.155), blush=0.5, under_eye=0.3, beard_shadow=0.15,
            brow_colour=(0.02, 0.015, 0.012), scalp_colour=(0.02, 0.014, 0.012), seed=5,
        ),
        hair=HairStyle(
            colour=(0.014, 0.010, 0.009), length_top=7.5, length_sides=3.2, length_back=3.6, parting_x=-3.0, lift=0.35,
            sweep_front=(0.55, 0.1, 0.75), sweep_sides=(0.05, -1.0, 0.15), volume=0.75, gravity=0.45, clump=0.7,
            frizz_cm=0.1, count=60000, width=0.013, seed=9,
        ),
        brows=BrowStyle(colour=(0.012, 0.009, 0.008), thickness=0.52, count=1200, length=0.8, raise_cm=-0.4),
        garment=GarmentStyle(colour=(0.20, 0.205, 0.20), neck_front=-14.6, neck_side=-11.6, neck_back=-10.6, folds_cm=0.25),
        expression=(("mouthSmile", 0.2), ("eyeWide", 0.1)),
        iris=(0.03, 0.016, 0.009),
        lights=(Softbox(40, 30, 1.25, (1, 0.98, 0.96), 18), Softbox(-60, 5, 0.4, (0.88, 0.94, 1.0), 22),
                Softbox(-150, 35, 1.0, (0.9, 0.95, 1.0), 10)),
        backdrop=lambda size: backdrop.studio(size, size, (0.20, 0.215, 0.23)),
    ),
    "lady-of-the-valley": Person(
        title="Lady of the Valley",
        alt="A painted lady with parted hair before a hazy landscape, in the manner of an old master",
        seed=71,
        modes=((0, 1.5), (3, -0.6), (1, -0.6)),
        style="painting",
        skin=SkinStyle(
            base=(0.62, 0.40, 0.27), lips=(0.50, 0.20, 0.15), blush=0.7, under_eye=0.25, brow_underlay=0.15,
            brow_colour=(0.16, 0.09, 0.05), scalp_colour=(0.09, 0.045, 0.02), seed=2, blotches=0.2,
        ),
        hair=HairStyle(
            colour=(0.055, 0.030, 0.016), length_top=26, length_sides=19, length_back=19, parting_x=0.0, lift=0.1,
            sweep_front=(1.0, -0.35, -0.5), sweep_sides=(0.15, -1.0, -0.5), volume=0.8, gravity=0.9, clump=0.85, lock=70,
            curl_cm=0.5, curl_pitch_cm=5.0, frizz_cm=0.12, count=52000, width=0.013, points=36, seed=15,
        ),
        brows=BrowStyle(colour=(0.09, 0.05, 0.03), thickness=0.26, count=500, length=0.5, raise_cm=-0.2),
        garment=GarmentStyle(colour=(0.050, 0.060, 0.030), neck_front=-17.6, neck_side=-13.0, neck_back=-11.5,
                             broadness=0.9, folds_cm=0.7, band_cm=0.9),
        iris=(0.07, 0.038, 0.018),
        expression=(("mouthSmile", 0.32), ("eyeWide", 0.05)),
        lights=(Softbox(-45, 42, 1.7, (1.0, 0.93, 0.80), 16), Softbox(60, 5, 0.18, (0.8, 0.9, 0.9), 24)),
        ambient=(0.36, 0.35, 0.29),
        backdrop=lambda size: backdrop.landscape(size, size, 3) * 0.75,
        pose_deg=(-7, 0, 0),
        gaze_deg=(6, 0),
        body_yaw_deg=-22,
        lashes=16,
        frame_cm=43,
        shift_cm=(0, 2.4),
    ),
    "rohan": Person(
        title="Rohan",
        alt="A man with a full black beard and swept-back hair at dusk",
        seed=44,
        modes=((0, -0.8),),
        age=0.35,
        skin=SkinStyle(
            base=(0.33, 0.175, 0.105), lips=(0.30, 0.12, 0.10), blush=0.5, under_eye=0.7, beard_shadow=0.7,
            brow_colour=(0.015, 0.01, 0.008), scalp_colour=(0.015, 0.01, 0.008), seed=17, gloss=0.06,
        ),
        hair=HairStyle(
            colour=(0.018, 0.011, 0.008), length_top=9.0, length_sides=2.6, length_back=4.0, parting_x=99, lift=0.85,
            sweep_front=(0.15, 0.45, -1.0), sweep_sides=(0.05, -0.8, -0.8), volume=1.7, gravity=0.1, clump=0.75,
            curl_cm=0.25, curl_pitch_cm=5.0, frizz_cm=0.12, count=56000, width=0.013, points=24, seed=12,
        ),
        brows=BrowStyle(colour=(0.010, 0.007, 0.006), thickness=0.6, count=1400, length=0.9, raise_cm=-0.45),
        beard=BeardStyle(colour=(0.016, 0.010, 0.008), length=1.3, count=34000, cheeks=0.5, curl_cm=0.10),
        garment=GarmentStyle(colour=(0.10, 0.022, 0.025), neck_front=-14.2, neck_side=-11.3, neck_back=-10.4, broadness=1.04),
        iris=(0.045, 0.022, 0.011),
        lights=(Softbox(45, 25, 1.9, (1.0, 0.90, 0.76), 14), Softbox(-55, 8, 0.45, (0.65, 0.8, 1.0), 22),
                Softbox(-145, 30, 1.6, (0.7, 0.82, 1.0), 10)),
        backdrop=lambda size: backdrop.foliage(size, size, 21, (0.035, 0.055, 0.085), (1.0, 0.55, 0.2)),
        pose_deg=(-4, -1, 0),
        exposure=1.2,
    ),
}
