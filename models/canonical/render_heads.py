"""Renders heads of the ICT-FaceKit rig, plainly lit, at known poses: pictures for a landmark model to be tracked on.

    python3 render_heads.py RIG_DIR OUT_DIR

RIG_DIR holds the packed rig (see README.md). Writes PNG pictures and poses.json: for each its file, person, yaw and
pitch in degrees as server/motion/rotation.ts means them. Needs NumPy only; about a second per picture.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np

SIZE = 512
PEOPLE = 16
YAWS_DEG = (-24, -12, 0, 12, 24)
PITCHES_DEG = (-10, 0, 10)
IDENTITY_STRENGTH = 0.7
CAMERA_DISTANCE_CM = 75.0
FACE_CENTRE_CM = np.array([0.0, 0.5, 5.0])
"""What the camera looks at and the head turns about."""
PICTURE_HEIGHT_CM = 40.0
"""Height that the picture shows at the face centre."""

# Parts as vertex ranges of the light model.
HEAD = range(0, 11248)
EYES = (range(21451, 22221), range(23021, 23791))
IRIS_RADIUS_RAD = 0.42
PUPIL_RADIUS_RAD = 0.17
# The usual 68 landmarks: brows and outer lips.
BROWS = (slice(17, 22), slice(22, 27))
OUTER_LIPS = slice(48, 60)

SAMPLES_PER_EDGE = 9
"""Each triangle is drawn as this triangular number of points: dense enough to leave no holes at SIZE."""


class Rig:
    def __init__(self, folder: Path) -> None:
        archive = np.load(folder / "ict_facekit.npz")
        self.neutral = archive["neutral"].astype(np.float64)
        self.identities = archive["identity"].astype(np.float32)
        faces = archive["faces"]
        quads = faces[:, 3] >= 0
        triangles = np.concatenate([faces[:, [0, 1, 2]], faces[quads][:, [0, 2, 3]]])
        self.triangles = np.concatenate([_within(triangles, part) for part in (HEAD, *EYES)])
        self.landmarks = np.array(json.loads((folder / "vertex_indices.json").read_text())["idx_to_landmark_verts"])
        self.colours = self._paint()

    def person(self, index: int) -> np.ndarray:
        """Vertices of a made-up person; person 0 is the mean."""
        if index == 0:
            return self.neutral
        coefficients = np.random.default_rng(index).normal(0, IDENTITY_STRENGTH, len(self.identities)).clip(-2, 2)
        return self.neutral + np.tensordot(coefficients.astype(np.float32), self.identities, 1)

    def _paint(self) -> np.ndarray:
        """Linear albedo per vertex, the same for everybody: skin, lips, brows, a cap of hair, eyes."""
        points = self.neutral
        colours = np.tile([0.5, 0.3, 0.22], (len(points), 1))
        lips = _inside(points[:, :2], points[self.landmarks[OUTER_LIPS], :2]) & (points[:, 2] > 8)
        colours[lips] = [0.36, 0.12, 0.11]
        for brow in BROWS:
            distance = _distance_to_line(points[:, :2], points[self.landmarks[brow], :2] - [0, 0.15])
            hair = np.clip(1.6 - distance / 0.3, 0, 1)[:, None] * (points[:, 2:] > 5)
            colours += (np.array([0.05, 0.03, 0.02]) - colours) * hair * 0.85
        cap = np.clip((points[:, 1] + 0.9 * (4.5 - points[:, 2]).clip(0) - 10.5) / 1.0, 0, 1)[:, None]
        colours += (np.array([0.05, 0.03, 0.02]) - colours) * cap
        for part in EYES:
            eye = slice(part.start, part.stop)
            ball = points[eye]
            centre = (ball.max(0) + ball.min(0)) / 2
            direction = ball - centre
            angle = np.arccos(direction[:, 2] / np.linalg.norm(direction, axis=1))
            colours[eye] = np.where(
                (angle < PUPIL_RADIUS_RAD)[:, None],
                [0.01, 0.01, 0.01],
                np.where((angle < IRIS_RADIUS_RAD)[:, None], [0.09, 0.05, 0.03], [0.62, 0.6, 0.58]),
            )
        return colours


def _within(triangles: np.ndarray, part: range) -> np.ndarray:
    return triangles[((triangles >= part.start) & (triangles < part.stop)).all(1)]


def _inside(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    inside = np.zeros(len(points), bool)
    for a, b in zip(polygon, np.roll(polygon, -1, axis=0)):
        crosses = (a[1] > points[:, 1]) != (b[1] > points[:, 1])
        inside ^= crosses & (points[:, 0] < a[0] + (points[:, 1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1] + 1e-12))
    return inside


def _distance_to_line(points: np.ndarray, line: np.ndarray) -> np.ndarray:
    nearest = np.full(len(points), np.inf)
    for a, b in zip(line, line[1:]):
        edge, to = b - a, points - a
        share = np.clip(to @ edge / (edge @ edge), 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(to - share[:, None] * edge, axis=1))
    return nearest


def rotation(yaw_deg: float, pitch_deg: float) -> np.ndarray:
    """Ry(yaw) · Rx(pitch) in camera axes (x right, y down, z away), as server/motion/rotation.ts has it."""
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    return about_y @ about_x


def render(rig: Rig, vertices: np.ndarray, yaw_deg: float, pitch_deg: float) -> np.ndarray:
    """A picture (SIZE, SIZE, 3), 8-bit sRGB."""
    # The rig's axes (y up, z towards the viewer) are the camera's turned by half a turn about x.
    posed = (vertices - FACE_CENTRE_CM) * [1, -1, -1] @ rotation(yaw_deg, pitch_deg).T
    depth = posed[:, 2] + CAMERA_DISTANCE_CM
    focal = SIZE / PICTURE_HEIGHT_CM * CAMERA_DISTANCE_CM
    normals = _normals(posed, rig.triangles)
    key = np.array([-0.35, -0.5, -0.79])
    light = 0.5 + 0.15 * (1 - normals[:, 1]) + 0.5 * np.clip(normals @ key, 0, None)
    values = np.column_stack(
        [focal * posed[:, 0] / depth + SIZE / 2, focal * posed[:, 1] / depth + SIZE / 2, depth, rig.colours * light[:, None]]
    )
    n = SAMPLES_PER_EDGE
    picture = np.tile(np.float64([0.22, 0.24, 0.27]), (SIZE * SIZE, 1))
    nearest = np.full(SIZE * SIZE, np.inf)
    corners = [values[rig.triangles[:, k]] for k in range(3)]
    for i in range(n):
        for j in range(n - i):
            a, b = (i + 1 / 3) / n, (j + 1 / 3) / n
            sample = corners[0] * a + corners[1] * b + corners[2] * (1 - a - b)
            x, y = sample[:, 0].astype(int), sample[:, 1].astype(int)
            seen = (x >= 0) & (x < SIZE) & (y >= 0) & (y < SIZE)
            pixel, sample = (y * SIZE + x)[seen], sample[seen]
            order = np.argsort(-sample[:, 2], kind="stable")
            pixel, sample = pixel[order], sample[order]
            # Of samples on one pixel the last that is written stays: the nearest.
            closest = np.full(SIZE * SIZE, -1)
            closest[pixel] = np.arange(len(pixel))
            hit = np.flatnonzero(closest >= 0)
            chosen = sample[closest[hit]]
            closer = chosen[:, 2] < nearest[hit]
            nearest[hit[closer]] = chosen[closer, 2]
            picture[hit[closer]] = chosen[closer, 3:]
    display = np.where(picture <= 0.0031308, 12.92 * picture, 1.055 * picture.clip(1e-9) ** (1 / 2.4) - 0.055)
    return (display.clip(0, 1) * 255 + 0.5).astype(np.uint8).reshape(SIZE, SIZE, 3)


def _normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for axis in range(3):
        for k in range(3):
            normals[:, axis] += np.bincount(triangles[:, k], across[:, axis], len(points))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
    return normals


def write_png(path: Path, picture: np.ndarray) -> None:
    height, width, _ = picture.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, width * 3)], axis=1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    rig = Rig(Path(sys.argv[1]))
    out = Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    poses = []
    for person in range(PEOPLE):
        vertices = rig.person(person)
        for yaw in YAWS_DEG:
            for pitch in PITCHES_DEG:
                name = f"person{person}_yaw{yaw}_pitch{pitch}.png"
                write_png(out / name, render(rig, vertices, yaw, pitch))
                poses.append({"file": name, "person": person, "yawDeg": yaw, "pitchDeg": pitch})
        print(f"person {person + 1} of {PEOPLE}", flush=True)
    (out / "poses.json").write_text(json.dumps(poses, indent=1) + "\n")


if __name__ == "__main__":
    main()
