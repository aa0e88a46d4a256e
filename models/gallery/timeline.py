"""The driving clip's choreography: what the person does in each frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FPS = 30
SECONDS = 10
FRAMES = FPS * SECONDS

# (seconds, value); minimum-jerk motion between neighbours.
Keys = list[tuple[float, float]]

YAW_DEG: Keys = [(1.1, 0), (1.75, 25), (1.95, 25), (2.8, -25), (3.0, -25), (3.55, 0), (5.0, 0), (5.6, 6), (6.2, -5), (6.7, 0)]
PITCH_DEG: Keys = [(3.45, 0), (3.85, -15), (3.95, -15), (4.4, 15), (4.5, 15), (4.95, 0), (6.7, 0), (7.1, 4), (7.6, 0)]
ROLL_DEG: Keys = [(4.8, 0), (5.25, 12), (5.4, 12), (6.0, -12), (6.15, -12), (6.6, 0), (7.6, 0), (8.0, 5), (8.45, -4), (8.8, 0)]
LEAN_CM: Keys = [(6.4, 0), (7.0, 9), (7.4, 9), (8.1, 0)]
"""towards the camera"""
SIDE_CM: Keys = [(4.6, 0), (5.3, 3.2), (5.5, 3.2), (6.2, -2.4), (6.4, -2.4), (7.0, 0)]
SMILE: Keys = [(7.45, 0), (7.85, 0.85), (8.4, 0.85), (8.8, 0)]
PURSE: Keys = [(6.28, 0), (6.45, 1), (6.62, 1), (6.78, 0)]
GAZE_YAW_DEG: Keys = [
    *[(1.0, 0), (1.1, 12), (1.75, 3), (2.0, 0), (2.1, -12), (2.8, -3), (3.05, 0)],
    *[(8.82, 0), (8.89, 24), (9.07, 24), (9.16, -24), (9.33, -24), (9.41, 0)],
]
GAZE_PITCH_DEG: Keys = [(9.41, 0), (9.48, 17), (9.60, 17), (9.68, -20), (9.79, -20), (9.88, 0)]
BROWS: Keys = [(5.3, 0), (5.5, 0.6), (5.8, 0.5), (6.0, 0), (6.75, 0), (7.0, 0.8), (7.4, 0), (9.4, 0), (9.5, 0.7), (9.68, 0)]
BROW_DOWN: Keys = [(6.2, 0), (6.4, 0.7), (6.6, 0.6), (6.75, 0)]

BLINKS_S = [1.38, 3.30, 5.02, 6.68, 8.86]
WINK_LEFT_S, WINK_RIGHT_S = 7.98, 8.42

# (start, end, jawOpen, other shapes): syllables; the lips close in between.
SYLLABLES: list[tuple[float, float, float, dict[str, float]]] = [
    (4.70, 4.90, 0.28, {"mouthStretch": 0.3}),
    (4.90, 5.13, 0.42, {"mouthUpperUp": 0.2, "mouthLowerDown": 0.3}),
    (5.19, 5.38, 0.16, {"mouthFunnel": 0.7, "mouthPucker": 0.4}),
    (5.38, 5.60, 0.50, {"mouthLowerDown": 0.3}),
    (5.66, 5.84, 0.24, {"mouthStretch": 0.5, "mouthSmile": 0.2, "mouthLowerDown": 0.3}),
    (5.84, 6.02, 0.14, {"mouthPucker": 0.8, "mouthFunnel": 0.3}),
    (6.06, 6.28, 0.40, {"mouthUpperUp": 0.3, "mouthLowerDown": 0.2}),
    (6.80, 7.46, 0.95, {"mouthLowerDown": 0.25, "mouthUpperUp": 0.15}),
]
CLOSED_LIPS_S = [5.16, 5.63, 6.04]


@dataclass(frozen=True)
class Frame:
    """One frame. Yaw to the person's left, pitch up and roll to the person's right shoulder are positive."""

    jaw_open: float
    blink_left: float
    blink_right: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    smile: float
    gaze_yaw_deg: float
    gaze_pitch_deg: float
    shift_cm: tuple[float, float, float]
    """of the whole person: to the viewer's right, up, towards the camera"""
    shapes: dict[str, float]
    """expression weights, those above included"""


def eased(keys: Keys, t: float) -> float:
    """The keys' value at `t` seconds, by minimum-jerk motion (Flash and Hogan, 1985)."""
    times = [key[0] for key in keys]
    if t <= times[0]:
        return keys[0][1]
    if t >= times[-1]:
        return keys[-1][1]
    after = int(np.searchsorted(times, t, side="right"))
    (t0, v0), (t1, v1) = keys[after - 1], keys[after]
    s = (t - t0) / (t1 - t0)
    return v0 + (v1 - v0) * s**3 * (10 - 15 * s + 6 * s * s)


def _pulse(t: float, start: float, end: float) -> float:
    """0 outside, up and down smoothly within, 1 in the middle."""
    if not start < t < end:
        return 0.0
    s = (t - start) / (end - start)
    rise = min(1.0, s / 0.4, (1 - s) / 0.4)
    return rise * rise * (3 - 2 * rise)


def _blink(t: float, centre: float) -> float:
    """Closes in 70 ms, stays shut for 40, opens in 110."""
    return eased([(centre - 0.09, 0), (centre - 0.02, 1), (centre + 0.02, 1), (centre + 0.13, 0)], t)


def _wink(t: float, centre: float) -> float:
    """Slower than a blink, and held."""
    return eased([(centre - 0.17, 0), (centre - 0.06, 1), (centre + 0.06, 1), (centre + 0.18, 0)], t)


def frame(index: int) -> Frame:
    """The frame at `index` of FRAMES."""
    t = index / FPS
    alive = eased([(1.0, 0), (1.8, 1), (9.3, 1), (9.95, 0)], t)
    phase = 2 * np.pi * t / SECONDS
    sway = alive * np.array([0.9 * np.sin(3 * phase + 0.4), 0.6 * np.sin(4 * phase), 0.5 * np.sin(2 * phase + 1)])
    yaw = eased(YAW_DEG, t) + sway[0]
    pitch = eased(PITCH_DEG, t) + sway[1]
    roll = eased(ROLL_DEG, t) + sway[2]
    smile = eased(SMILE, t)
    blink = max(_blink(t, centre) for centre in BLINKS_S)
    left, right = max(blink, _wink(t, WINK_LEFT_S)), max(blink, _wink(t, WINK_RIGHT_S))

    shapes: dict[str, float] = {}

    def add(name: str, weight: float) -> None:
        if weight > 1e-4:
            shapes[name] = min(1.0, shapes.get(name, 0.0) + weight)

    jaw = 0.0
    for start, end, opening, others in SYLLABLES:
        pulse = _pulse(t, start, end)
        jaw += opening * pulse
        for name, weight in others.items():
            add(name, weight * pulse)
    add("jawOpen", jaw)
    add("mouthPress", 0.35 * max(_pulse(t, s - 0.06, s + 0.06) for s in CLOSED_LIPS_S))
    add("mouthSmile", smile)
    add("cheekSquint", 0.55 * smile)
    add("mouthUpperUp", 0.25 * smile)
    add("mouthLowerDown", 0.3 * smile)
    add("browInnerUp", eased(BROWS, t))
    add("browOuterUp", eased(BROWS, t))
    add("browDown", eased(BROW_DOWN, t))
    purse = eased(PURSE, t)
    add("mouthPucker", 0.85 * purse)
    add("mouthFunnel", 0.25 * purse)
    for side, shut in (("L", left), ("R", right)):
        add(f"cheekSquint_{side}", 0.5 * (shut - blink))
        add(f"browDown_{side}", 0.35 * (shut - blink))
    gaze_yaw, gaze_pitch = eased(GAZE_YAW_DEG, t), eased(GAZE_PITCH_DEG, t)
    add("eyeLookUp", max(0.0, gaze_pitch) / 26 * (1 - blink))
    add("eyeLookDown", max(0.0, -gaze_pitch) / 30 * (1 - blink))
    for side, outward in (("L", gaze_yaw), ("R", -gaze_yaw)):
        add(f"eyeLookOut_{side}", max(0.0, outward) / 34)
        add(f"eyeLookIn_{side}", max(0.0, -outward) / 34)
    add("eyeBlink_L", left)
    add("eyeBlink_R", right)
    sideways = 0.3 * alive * np.sin(2 * phase) + eased(SIDE_CM, t)
    upwards = 0.15 * alive * np.sin(3 * phase + 2)
    shift = (float(sideways), float(upwards), eased(LEAN_CM, t))
    return Frame(jaw, left, right, yaw, pitch, roll, smile, gaze_yaw, gaze_pitch, shift, shapes)
