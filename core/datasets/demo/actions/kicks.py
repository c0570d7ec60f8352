"""Kicks: kicking (forward) and side kick."""

from __future__ import annotations

import numpy as np

from core.datasets.demo.score import Score
from core.datasets.demo.style import Style

PLANTED = {
    "out": 0.0,
    "up": 0.0,
    "fwd": 0.0,
    "free": 0.0,
    "point": 0.0,
    "heel": 0.0,
    "knee_out": 0.0,
}


def kicking(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """Weight over one foot, the leg drawn back and swung through to the front."""
    s, a = Score(), style.amplitude
    high = float(np.clip(rng.uniform(0.50, 0.80) * a, 0.46, 0.86))
    t0 = 0.42 + rng.uniform(-0.05, 0.06)
    t1 = t0 + 0.16
    t2 = t1 + rng.uniform(0.13, 0.17)
    t3 = t2 + 0.30
    t4 = t3 + 0.28
    s.key(
        0.0,
        pelvis={},
        spine={},
        head={},
        arm_d={},
        arm_o={},
        foot_d={"fwd": -0.06},
        foot_o={"fwd": 0.03},
    )
    s.key(0.16, foot_d={}, pelvis={"side": -0.03})
    s.key(t0 - 0.12, foot_d={"heel": 28, "point": 20})  # peels off from the heel
    s.key(t0 - 0.06, foot_d={"up": 0.07, "fwd": -0.07, "free": 0.6})
    s.key(t0, pelvis={"side": -0.092, "fwd": 0.03, "yaw": -12, "pitch": 6, "roll": 0, "up": -0.03})
    s.key(t0, spine={"pitch": 6, "yaw": 10, "roll": -3}, head={"pitch": 6})
    s.key(t0, foot_d={"up": 0.30, "fwd": -0.40, "free": 1, "point": 35, "out": -0.02})
    s.key(
        t0,
        arm_d={"out": 0.28, "up": -0.68, "fwd": 0.42},
        arm_o={"out": 0.5, "up": -0.6, "fwd": -0.3},
    )
    s.key(t1, foot_d={"up": 0.36, "fwd": 0.02, "point": 30, "out": -0.05})
    s.key(t2, foot_d={"up": high, "fwd": 0.86 - 0.22 * (high - 0.4), "point": 25, "out": -0.09})
    s.key(
        t2, pelvis={"side": -0.095, "fwd": 0.02, "yaw": 16, "pitch": -17, "roll": -4, "up": -0.015}
    )
    s.key(t2, spine={"pitch": 12, "yaw": -16, "roll": -2}, head={"pitch": 6, "yaw": 2})
    s.key(
        t2,
        arm_d={"out": 0.45, "up": -0.62, "fwd": -0.38},
        arm_o={"out": 0.42, "up": -0.3, "fwd": 0.6},
    )
    s.key(t3 - 0.1, foot_d={"up": high * 0.62, "fwd": 0.36, "point": 20, "out": -0.06})
    s.key(t3, pelvis={"side": -0.08, "fwd": 0.03, "yaw": 6, "pitch": -2, "roll": -1})
    s.key(t3, spine={"pitch": 5, "yaw": -6}, head={"pitch": 6}, arm_d={"fwd": -0.1, "up": -0.85})
    s.key(t3, arm_o={"out": 0.3, "up": -0.8, "fwd": 0.25})
    forward = rng.uniform(-0.04, 0.14)
    s.key(t4 - 0.1, foot_d={"up": 0.07, "fwd": forward, "free": 0.7, "point": 5, "out": 0.0})
    s.key(t4, foot_d={**PLANTED, "fwd": forward})
    s.key(
        t4 + 0.12, pelvis={"side": -0.015, "fwd": forward * 0.4, "yaw": 0, "pitch": 1, "up": -0.02}
    )
    s.key(t4 + 0.12, spine={"pitch": 3, "yaw": 0}, head={"pitch": 0, "yaw": 0})
    s.rest(t4 + 0.2, "arm_d", "arm_o")
    return s


def side_kick(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """Chamber the knee, thrust the foot sideways, lean away, come back."""
    s, a = Score(), style.amplitude
    high = float(np.clip(rng.uniform(0.45, 0.72) * a, 0.42, 0.76))
    t0 = 0.50 + rng.uniform(-0.06, 0.06)  # chambered
    t1 = t0 + rng.uniform(0.20, 0.26)  # thrust
    t2 = t1 + rng.uniform(0.22, 0.32)  # drawn in again
    t3 = t2 + 0.32
    guard = {"out": -0.05, "up": -0.02, "fwd": 0.46, "eo": 0.6, "eu": -1.0, "ef": -0.2}
    s.key(0.0, pelvis={}, spine={}, head={}, arm_d={}, arm_o={}, foot_d={}, foot_o={"yaw": 14})
    s.key(0.16, foot_d={}, pelvis={"side": -0.03, "up": -0.02}, spine={})
    s.key(t0, pelvis={"side": -0.10, "yaw": 14, "roll": -10, "pitch": -4, "up": -0.03})
    s.key(t0, spine={"pitch": 10, "roll": -2, "yaw": -8}, head={"yaw": -40, "roll": 4})
    s.key(t0, foot_d={"up": 0.46, "fwd": 0.10, "out": 0.06, "free": 1, "point": 5, "knee_out": 8})
    s.key(t0, arm_d=guard, arm_o=guard)
    far = 0.70 - 0.3 * (high - 0.45)
    s.key(t1, pelvis={"side": -0.12, "yaw": 26, "roll": -36 * a, "pitch": -2, "up": -0.015})
    s.key(t1, spine={"roll": -10, "pitch": 8, "yaw": -6}, head={"yaw": -50, "roll": 26})
    s.key(t1, foot_d={"up": high, "fwd": 0.0, "out": far, "point": -8, "knee_out": -8})
    s.key(t1 + 0.07, foot_d={"up": high + 0.005})
    s.key(t1, arm_d={"out": 0.42, "up": -0.66, "fwd": 0.0, "eo": 0.3, "eu": 0.1, "ef": -1})
    s.key(t1, arm_o={"out": 0.10, "up": 0.02, "fwd": 0.42, "eo": 0.6, "eu": -1.0, "ef": -0.2})
    s.key(t2, foot_d={"up": 0.40, "fwd": 0.10, "out": 0.08, "point": 5, "knee_out": 8})
    s.key(t2, pelvis={"side": -0.10, "yaw": 12, "roll": -12, "pitch": -2, "up": -0.03})
    s.key(t2, spine={"roll": -2, "pitch": 8, "yaw": -6}, head={"yaw": -25, "roll": 6}, arm_d=guard)
    s.key(t3 - 0.12, foot_d={"up": 0.08, "fwd": 0.0, "out": 0.0, "free": 0.7})
    s.key(t3, foot_d=PLANTED)
    s.key(t3 + 0.1, pelvis={"side": 0, "yaw": 0, "roll": 0, "pitch": 0, "up": -0.02})
    s.key(t3 + 0.1, spine={"roll": 0, "pitch": 3, "yaw": 0}, head={"yaw": -8, "roll": 0})
    down = {"out": 0.2, "up": -0.7, "fwd": 0.35, "eo": 0.6, "eu": -0.4, "ef": -0.7}
    s.key(t3 + 0.2, arm_d=down, arm_o=down)
    return s
