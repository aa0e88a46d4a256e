"""Renders the portraits that tests ask hard questions of: a fringe, an open mouth, a profile.

    python3 test_faces.py --rig ict_facekit.npz --out ../../server/portraits/testing/faces
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from PIL import Image

from develop import develop
from people import PEOPLE
from person import Person
from portrait import trace
from rig import Rig

SIZE = 320
"""pixels a side: small files, and faces no smaller than webcams show"""
SAMPLES = 24


def test_faces() -> dict[str, Person]:
    """The sitters by name."""
    kenta, amara, tobias = (PEOPLE[name] for name in ("kenta", "amara", "tobias"))
    fringe = replace(
        kenta.hair, length_top=9.5, sweep_front=(0.12, -0.9, 0.5), lift=0.1, gravity=0.9, parting_x=0.5, hairline_shift=-0.6
    )
    return {
        "fringe": replace(kenta, hair=fringe),
        "open-mouth": replace(amara, expression=(("jawOpen", 0.55), ("mouthSmile", 0.2))),
        "profile": replace(tobias, pose_deg=(48, 0, 0), body_yaw_deg=30),
    }


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rig", type=Path, required=True, help="the packed ICT-FaceKit rig (.npz)")
    options.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    options.add_argument("--only", help="one of them")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--blender", default="blender", help="the program")
    chosen = options.parse_args()
    rig = Rig.load(chosen.rig)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name, person in test_faces().items():
        if chosen.only in (None, name):
            passes = trace(person, rig, SIZE, SAMPLES, chosen.threads, chosen.blender)
            Image.fromarray(develop(passes, person)).save(chosen.out / f"{name}.jpg", quality=88)


if __name__ == "__main__":
    main()
