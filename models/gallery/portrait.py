"""Makes a still portrait of a made-up person: packs the scene, has Blender's Cycles render it, develops the picture.

    python3 portrait.py --rig ict_facekit.npz --person noor --out noor.jpg
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from develop import develop
from people import PEOPLE
from person import Person
from rig import Floats, Rig
from scene import pack


def trace(person: Person, rig: Rig, size: int, samples: int, threads: int, blender: str) -> dict[str, Floats]:
    """The passes of cycles.py for `person`.

    Raises RuntimeError with Blender's own words if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        scene, passes = Path(folder) / "scene.npz", Path(folder) / "render.npz"
        pack(person, rig, scene, size, samples, threads)
        script = str(Path(__file__).with_name("cycles.py"))
        start = [blender, "-b", "--factory-startup", "--python-exit-code", "3", "-t", str(threads)]
        ran = subprocess.run([*start, "--python", script, "--", str(scene), str(passes)], capture_output=True, text=True)
        if ran.returncode != 0 or not passes.exists():
            raise RuntimeError(f"Blender failed:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
        with np.load(passes) as archive:
            return {name: archive[name] for name in archive.files}


def index() -> str:
    """gallery.json: the portraits in the order of people.py."""
    entries = [
        {"id": name, "title": person.title, "alt": person.alt, "file": f"{name}.jpg",
         "style": "painting" if person.paint else "photo"}
        for name, person in PEOPLE.items()
    ]
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rig", type=Path, help="the packed ICT-FaceKit rig (.npz)")
    options.add_argument("--person", choices=sorted(PEOPLE))
    options.add_argument("--out", type=Path, help="the picture (.jpg, .png)")
    options.add_argument("--size", type=int, default=512, help="pixels a side")
    options.add_argument("--samples", type=int, default=44, help="light paths a pixel; 16 for a draft")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--blender", default="blender", help="the program")
    options.add_argument("--passes", type=Path, help="keep the render's passes here (.npz); used again if it is there")
    options.add_argument("--index", type=Path, help="write gallery.json here, and nothing else")
    chosen = options.parse_args()
    if chosen.index:
        chosen.index.write_text(index())
        return
    if not (chosen.rig and chosen.person and chosen.out):
        options.error("--rig, --person and --out are needed for a picture")
    person = PEOPLE[chosen.person]
    if chosen.passes and chosen.passes.exists():
        with np.load(chosen.passes) as archive:
            render = {name: archive[name] for name in archive.files}
    else:
        render = trace(person, Rig.load(chosen.rig), chosen.size, chosen.samples, chosen.threads, chosen.blender)
        if chosen.passes:
            np.savez(chosen.passes, **render)
    Image.fromarray(develop(render, person)).save(chosen.out, quality=92)


if __name__ == "__main__":
    main()
