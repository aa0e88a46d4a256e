"""The driving clip's choreography: what the person does in each frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FPS = 30
SECONDS = 10
FRAMES = FPS * SECONDS

# (seconds, value); minimum-jerk motion between neighbours.
Keys = list[tuple[float, float]]

YAW_DEG: Keys = [(1.1, 0), (1.7, 25), (1.9, 25), (2.75, -25), (2.95, -25), (3.5, 0), (9.0, 0), (9.4, 0)]
PITCH_DEG: Keys = [(3.4, 0), (3.75, -12), (4.15, 12), (4.5, -6), (4.75, 0), (6.9, 0), (7.2, 4), (7.6, 0)]
ROLL_DEG: Keys = [(4.7, 0), (5.15, 12), (5.3, 12), (5.9, -12), (6.05, -12), (6.5, 0), (7.7, 0), (8.1, 4), (8.6, 0)]
SMILE: Keys = [(7.45, 0), (7.85, 0.9), (8.35, 0.9), (8.75, 0)]
GAZE_YAW_DEG: Keys = [
    *[(1.0, 0), (1.15, 12), (1.7, 4), (1.95, 0), (2.1, -12), (2.75, -4), (3.0, 0)],
    *[(8.70, 0), (8.80, 24), (8.97, 24), (9.09, -24), (9.26, -24), (9.36, 0)],
]
GAZE_PITCH_DEG: Keys = [(9.36, 0), (9.44, 17), (9.56, 17), (9.66, -20), (9.78, -20), (9.88, 0)]
BROWS: Keys = [(5.3, 0), (5.5, 0.6), (5.8, 0.5), (6.0, 0), (6.85, 0), (7.1, 0.7), (7.4, 0), (9.34, 0), (9.46, 0.8), (9.66, 0)]
BROW_DOWN: Keys = [(6.2, 0), (6.4, 0.6), (6.65, 0.5), (6.85, 0)]

BLINKS_S = [1.35, 2.4, 3.3, 4.68, 5.95, 7.5, 8.65]
WINK_LEFT_S = 8.12

# (start, end, jawOpen, other shapes): syllables; the lips close in between.
SYLLABLES: list[tuple[float, float, float, dict[str, float]]] = [
    (4.75, 4.98, 0.30, {"mouthStretch": 0.3}),
    (4.98, 5.22, 0.42, {"mouthUpperUp": 0.2, "mouthLowerDown": 0.3}),
    (5.28, 5.48, 0.16, {"mouthFunnel": 0.7, "mouthPucker": 0.4}),
    (5.48, 5.72, 0.50, {"mouthLowerDown": 0.3}),
    (5.78, 5.98, 0.24, {"mouthStretch": 0.5, "mouthSmile": 0.2, "mouthLowerDown": 0.3}),
    (5.98, 6.18, 0.14, {"mouthPucker": 0.8, "mouthFunnel": 0.3}),
    (6.24, 6.46, 0.38, {"mouthUpperUp": 0.3, "mouthLowerDown": 0.2}),
    (6.46, 6.68, 0.28, {"mouthFunnel": 0.6}),
    (6.76, 7.42, 0.95, {"mouthLowerDown": 0.25, "mouthUpperUp": 0.15}),
]
CLOSED_LIPS_S = [5.25, 5.75, 6.21, 6.72]


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
    shift_cm: tuple[float, float]
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
    """Closes in 80 ms, stays shut for 70, opens in 150."""
    return eased([(centre - 0.115, 0), (centre - 0.035, 1), (centre + 0.035, 1), (centre + 0.185, 0)], t)


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
    left = max(blink, eased([(WINK_LEFT_S - 0.17, 0), (WINK_LEFT_S - 0.07, 1), (WINK_LEFT_S + 0.09, 1), (WINK_LEFT_S + 0.25, 0)], t))

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
    wink = left - blink if left > blink else 0.0
    add("cheekSquint_L", 0.5 * wink)
    add("browDown_L", 0.35 * wink)
    gaze_yaw, gaze_pitch = eased(GAZE_YAW_DEG, t), eased(GAZE_PITCH_DEG, t)
    add("eyeLookUp", max(0.0, gaze_pitch) / 26 * (1 - blink))
    add("eyeLookDown", max(0.0, -gaze_pitch) / 30 * (1 - blink))
    for side, outward in (("L", gaze_yaw), ("R", -gaze_yaw)):
        add(f"eyeLookOut_{side}", max(0.0, outward) / 34)
        add(f"eyeLookIn_{side}", max(0.0, -outward) / 34)
    add("eyeBlink_L", left)
    add("eyeBlink_R", blink)
    shift = alive * np.array([0.25 * np.sin(2 * phase), 0.12 * np.sin(3 * phase + 2)])
    return Frame(jaw, left, blink, yaw, pitch, roll, smile, gaze_yaw, gaze_pitch, (shift[0], shift[1]), shapes)
