"""Throw: wind up, stride, whip, follow through."""

from __future__ import annotations

import numpy as np

from core.datasets.demo.score import Score
from core.datasets.demo.style import Style


def throw(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """An overhand throw with a stride of the other foot."""
    s, a = Score(), style.amplitude
    t1 = 0.62 + rng.uniform(-0.05, 0.08)  # cocked
    t2 = t1 + rng.uniform(0.20, 0.26)  # release
    t3 = t2 + rng.uniform(0.20, 0.28)  # followed through
    t4 = t3 + 0.5
    stride = rng.uniform(0.16, 0.30) * a
    s.key(0.0, pelvis={}, spine={}, head={}, arm_d={}, arm_o={})
    s.key(0.0, foot_d={"fwd": -0.08, "yaw": 12}, foot_o={"fwd": 0.04})
    s.key(t1 - 0.38, pelvis={"side": 0.02, "fwd": -0.02, "yaw": -10}, head={}, foot_o={})
    s.key(t1 - 0.30, arm_d={"out": 0.45, "up": -0.6, "fwd": -0.25, "eo": 0.4, "eu": 0.2, "ef": -1})
    s.key(t1 - 0.30, arm_o={"out": 0.1, "up": -0.55, "fwd": 0.6, "eo": 0.8, "eu": -0.6, "ef": -0.3})
    s.key(t1 - 0.27, foot_o={"heel": 24})
    s.key(
        t1 - 0.2,
        foot_o={"heel": 0, "up": 0.10, "fwd": 0.04 + stride * 0.4, "free": 0.8, "point": 20},
    )
    wound = {"side": 0.05, "fwd": -0.09, "up": -0.035, "yaw": -30 * a, "pitch": -4, "roll": 3}
    s.key(t1, pelvis=wound, spine={"yaw": -30 * a, "pitch": -10, "roll": 8}, head={"yaw": 50 * a})
    cocked = {"out": 0.44, "up": 0.46, "fwd": -0.16, "eo": 1.0, "eu": -0.35, "ef": -0.15}
    s.key(t1, arm_d={**cocked, "bend": -25})
    s.key(t1, arm_o={"out": 0.80, "up": -0.12, "fwd": 0.48, "eo": 0.6, "eu": -0.8, "ef": 0.0})
    s.key(t1 + 0.05, foot_o={"up": 0.0, "fwd": 0.04 + stride, "free": 0.0, "point": 0})
    lead = {
        "side": -0.02,
        "fwd": 0.06 + stride * 0.35,
        "up": -0.05,
        "yaw": 14,
        "pitch": 6,
        "roll": -4,
    }
    s.key(t2 - 0.03, pelvis=lead, spine={"yaw": 6, "pitch": 0, "roll": -6}, head={"yaw": 0})
    elbow_leads = {"out": 0.58, "up": 0.58, "fwd": 0.22, "eo": 0.8, "eu": -0.25, "ef": 0.45}
    s.key(t2 - 0.08, arm_d={**elbow_leads, "bend": -30})
    s.key(
        t2,
        arm_d={"out": 0.22, "up": 0.55, "fwd": 0.76, "eo": 0.8, "eu": -0.5, "ef": -0.2, "bend": 10},
    )
    s.key(t2, arm_o={"out": 0.3, "up": -0.5, "fwd": 0.25, "eo": 0.6, "eu": -0.2, "ef": -1})
    s.key(t2 - 0.02, foot_d={"heel": 8})
    s.key(t3, foot_d={"heel": 42}, foot_o={"knee_out": 4})
    s.key(t3, pelvis={"fwd": 0.10 + stride * 0.4, "up": -0.07, "yaw": 34 * a, "pitch": 16})
    s.key(t3, spine={"yaw": 30 * a, "pitch": 26, "roll": -4}, head={"yaw": -34, "pitch": -22})
    s.key(
        t3,
        arm_d={"out": -0.45, "up": -0.52, "fwd": 0.64, "eo": 0.9, "eu": 0.2, "ef": 0.2, "bend": 35},
    )
    s.key(t3, arm_o={"out": 0.3, "up": -0.6, "fwd": -0.3, "eo": 0.4, "eu": 0.1, "ef": -1})
    s.key(t4, pelvis={"fwd": 0.05 + stride * 0.4, "up": -0.02, "yaw": 12, "pitch": 4, "roll": 0})
    s.key(t4, spine={"yaw": 8, "pitch": 4, "roll": 0}, head={"yaw": -12, "pitch": 0})
    s.key(t4, foot_d={"heel": 20}, arm_o={"out": 0.16, "up": -0.9, "fwd": 0.1})
    s.key(t3 + 0.26, arm_d={"out": -0.2, "up": -0.56, "fwd": 0.62, "eo": 0.8, "ef": -0.4})
    back = {"out": 0.14, "up": -0.9, "fwd": 0.2, "eo": 0.7, "eu": 0.0, "ef": -0.8, "bend": 5}
    s.key(t4, arm_d=back)
    return s
