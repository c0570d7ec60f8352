"""Actions that change level: pick up, sit down, stand up, squat down."""

from __future__ import annotations

import numpy as np

from core.datasets.demo.score import Score
from core.datasets.demo.style import Style

SEAT = {"up": -0.43, "fwd": -0.40}
"""The pelvis on a chair of 0.45 m, the feet in front of it."""
ON_THIGHS = {"out": 0.04, "up": -0.62, "fwd": 0.44, "eo": 0.35, "eu": -0.3, "ef": -1.0}
BALANCING = {"out": 0.12, "up": 0.40, "fwd": 0.82, "eo": 0.5, "eu": -1.0, "ef": -0.2}
SWUNG_BACK = {"out": 0.25, "up": -0.86, "fwd": -0.36, "eo": 0.4, "eu": 0.1, "ef": -1.0}


def pick_up(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """Bend knees and hips, take something off the floor beside the feet, bring it up to look at."""
    s, a = Score(), style.amplitude
    side, fwd = rng.uniform(0.25, 0.36), rng.uniform(0.16, 0.34)
    deep = float(np.clip(rng.uniform(0.36, 0.48) * a, 0.34, 0.50))
    t1, t2 = 0.62 + rng.uniform(-0.08, 0.08), 0.86 + rng.uniform(-0.05, 0.1)
    t3 = t2 + rng.uniform(0.55, 0.7)
    back_step = rng.uniform(0.06, 0.20)
    s.key(0.0, pelvis={}, spine={}, head={}, arm_d={}, arm_o={}, hold_d={"y": 0.07})
    s.key(0.0, foot_d={"fwd": 0.05}, foot_o={"fwd": -back_step})
    s.key(0.12, pelvis={"up": -0.012}, spine={}, head={"pitch": 14, "yaw": -8})
    s.key(0.2, foot_d={}, foot_o={}, hold_d={"side": side, "fwd": fwd, "y": 0.3, "weight": 0})
    down = {"up": -deep, "fwd": -0.10 * a, "pitch": 28, "side": 0.03, "yaw": 10, "roll": 4}
    s.key(t1, pelvis=down, spine={"pitch": 50, "yaw": 12, "roll": 5}, head={"pitch": 8, "yaw": -6})
    s.key(t1, foot_o={"heel": 34 + 40 * (deep - 0.36)}, foot_d={"knee_out": 10})
    s.key(t1, arm_d={"out": 0.34, "up": -0.55, "fwd": 0.7, "eo": 0.9, "eu": 0.0, "ef": -0.6})
    s.key(t1, arm_o={"out": 0.16, "up": -0.50, "fwd": 0.62, "eo": 0.7, "eu": -0.4, "ef": -0.5})
    s.key(t1 - 0.04, hold_d={"weight": 1, "y": 0.22})
    s.key(t1 + 0.10, hold_d={"y": 0.19})
    s.key(t2, pelvis={"up": -deep + 0.015}, spine={"pitch": 48}, head={"pitch": 10}, foot_o={})
    s.hold(t2, "arm_d", "arm_o", "hold_d", "foot_d")
    s.key(t2 + 0.16, hold_d={"weight": 0.75, "y": 0.32, "fwd": fwd - 0.02})
    s.key(t3 - 0.1, hold_d={"weight": 0.0, "y": 0.8})
    s.rest(t3, "pelvis", "spine", "arm_o")
    s.key(t3, head={"pitch": 18, "yaw": -5}, foot_o={"heel": 0}, foot_d={"knee_out": 0})
    high = rng.uniform(-0.45, -0.15)
    s.key(t3, arm_d={"out": 0.05, "up": high, "fwd": 0.55, "eo": 0.5, "eu": -1.0, "ef": -0.5})
    s.key(t3 + 0.25, spine={"pitch": -2}, head={"pitch": 14, "yaw": -3})
    return s


def _sitting(s: Score, t: float, lean: float = 4.0) -> None:
    s.key(t, pelvis={**SEAT, "pitch": -6}, spine={"pitch": lean}, head={"pitch": 0, "yaw": 0})
    s.key(t, arm_d=ON_THIGHS, arm_o=ON_THIGHS)


def sit_down(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """Glance back, lean forward, lower over the feet onto a chair, settle upright."""
    s = Score()
    s.key(0.0, pelvis={}, spine={}, head={}, arm_d={}, arm_o={}, foot_d={}, foot_o={})
    look = rng.uniform(15, 45) * (rng.random() < 0.7)
    s.key(0.28, head={"yaw": -look, "pitch": 10}, spine={"yaw": -look * 0.3, "pitch": 3})
    s.key(0.3, pelvis={"up": -0.01, "fwd": 0.015, "pitch": 2}, arm_d={}, arm_o={})
    t1, t2 = 0.72 + rng.uniform(-0.06, 0.08), 1.15 + rng.uniform(-0.05, 0.15)
    bent = rng.uniform(26, 36) * style.amplitude
    s.key(t1, pelvis={"up": -0.17, "fwd": -0.21, "pitch": 28}, head={"yaw": -8, "pitch": -4})
    s.key(t1, spine={"pitch": bent, "yaw": 0}, arm_d={**ON_THIGHS, "fwd": 0.58, "up": -0.42})
    s.key(t1, arm_o={**ON_THIGHS, "fwd": 0.58, "up": -0.42})
    s.key(t2, pelvis={"up": SEAT["up"] - 0.012, "fwd": SEAT["fwd"], "pitch": 16})
    s.key(t2, spine={"pitch": bent * 0.75}, head={"yaw": 0, "pitch": -6})
    low = {**ON_THIGHS, "fwd": 0.50, "up": -0.34}
    s.key(t2, arm_d=low, arm_o=low)
    lean = rng.uniform(0, 12)
    s.key(t2 + 0.42, pelvis={**SEAT, "pitch": -8}, spine={"pitch": lean - 3}, head={"pitch": 3})
    s.key(t2 + 0.42, arm_d=ON_THIGHS, arm_o=ON_THIGHS)
    _sitting(s, t2 + 0.62, lean)
    return s


def stand_up(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """From a chair: nose over toes, push off the thighs, rise, settle."""
    s = Score()
    lean = rng.uniform(0, 10)
    _sitting(s, 0.0, lean)
    s.key(0.0, foot_d={}, foot_o={})
    s.key(0.16, pelvis={"pitch": -9}, spine={"pitch": lean - 3}, head={"pitch": -3})
    t1, t2 = 0.52 + rng.uniform(-0.06, 0.08), 1.12 + rng.uniform(-0.06, 0.14)
    bent = rng.uniform(28, 38) * style.amplitude
    s.key(t1, pelvis={"pitch": 30, "fwd": SEAT["fwd"] + 0.07, "up": SEAT["up"] + 0.01})
    s.key(t1, spine={"pitch": bent}, head={"pitch": -10})
    push = {"out": 0.07, "up": -0.26, "fwd": 0.46, "eo": 0.5, "eu": 0.1, "ef": -1.0}
    s.key(t1, arm_d=push, arm_o=push)
    mid = 0.5 * (t1 + t2)
    s.key(mid, pelvis={"pitch": 26, "fwd": -0.15, "up": -0.22}, spine={"pitch": bent * 0.7})
    s.key(mid, arm_d={**push, "fwd": 0.42, "up": -0.62}, arm_o={**push, "fwd": 0.42, "up": -0.62})
    s.key(t2, pelvis={"pitch": 0, "fwd": 0.015, "up": 0.0}, spine={"pitch": 0}, head={"pitch": 2})
    s.rest(t2 + 0.12, "arm_d", "arm_o")
    s.key(t2 + 0.3, pelvis={"fwd": 0.0}, spine={"pitch": -1}, head={"pitch": 0})
    return s


def squat_down(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """Hips back and down, arms forward for balance; stay or come up again."""
    s = Score()
    deep = float(np.clip(rng.uniform(0.40, 0.52) * style.amplitude, 0.38, 0.53))
    heel = 26.0 * np.clip((deep - 0.40) / 0.18, 0.0, 1.0) + 6
    apart = rng.uniform(8, 24)
    returns = rng.random() < 0.6
    t1 = 0.85 + rng.uniform(-0.08, 0.1)
    arms = {**BALANCING, "up": rng.uniform(0.2, 0.6)}
    feet = {"out": rng.uniform(0.02, 0.08), "yaw": 6}
    s.key(0.0, pelvis={}, spine={}, head={}, arm_d={}, arm_o={}, foot_d=feet, foot_o=feet)
    s.key(0.16, pelvis={"up": 0.006}, spine={"pitch": -3}, arm_d={}, arm_o={}, foot_d={}, foot_o={})
    down = {"up": -deep, "fwd": -0.13 + 0.10 * (deep - 0.4), "pitch": 18}
    s.key(t1, pelvis=down, spine={"pitch": 20}, head={"pitch": -20}, arm_d=arms, arm_o=arms)
    s.key(t1, foot_d={"heel": heel, "knee_out": apart}, foot_o={"heel": heel, "knee_out": apart})
    t2 = t1 + (rng.uniform(0.15, 0.35) if returns else 0.5)
    s.key(t2, pelvis={"up": -deep + 0.02}, spine={"pitch": 14}, head={"pitch": -18})
    s.hold(t2, "arm_d", "arm_o", "foot_d", "foot_o")
    if returns:
        t3 = t2 + 0.62
        s.key(t3, pelvis={"up": 0.0, "fwd": 0.0, "pitch": -1}, spine={"pitch": -2})
        s.key(t3, head={"pitch": 0}, foot_d={"heel": 0, "knee_out": 0})
        s.key(t3, foot_o={"heel": 0, "knee_out": 0})
        s.rest(t3 + 0.05, "arm_d", "arm_o")
        s.key(t3 + 0.2, pelvis={"pitch": 0}, spine={"pitch": 0})
    return s
