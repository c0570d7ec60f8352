"""Gestures of the arms: cheer up, hand waving, salute, shake fist."""

from __future__ import annotations

import numpy as np

from core.datasets.demo.score import HANGING, Score
from core.datasets.demo.style import Style


def cheer_up(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """Both arms flung up, then jumps or bounces with the arms pumping."""
    s, a = Score(), style.amplitude
    high = {"out": 0.32, "up": 0.88, "fwd": 0.10, "eo": 1.0, "eu": -0.3, "ef": 0.1}
    pumped = {"out": 0.42, "up": 0.42, "fwd": 0.20, "eo": 1.0, "eu": -0.6, "ef": 0.1}
    loaded = {"out": 0.25, "up": -0.6, "fwd": 0.25, "eo": 0.8, "eu": -0.2, "ef": -0.8}
    jumps = rng.random() < 0.65
    height = rng.uniform(0.07, 0.17) * a if jumps else 0.0
    beat = rng.uniform(0.56, 0.66)
    t = 0.30 + rng.uniform(-0.05, 0.05)
    s.key(0.0, pelvis={}, spine={}, head={}, arm_d={}, arm_o={}, foot_d={}, foot_o={})
    first = True
    while t < max(seconds * style.tempo, 1.6) - 0.25:
        deep = rng.uniform(0.09, 0.13) * a if jumps else rng.uniform(0.03, 0.06)
        low = loaded if first else pumped
        s.key(t, pelvis={"up": -deep, "pitch": 8, "fwd": -0.02}, spine={"pitch": 10})
        s.key(t, head={"pitch": -2}, arm_d=low, arm_o=low)
        up = t + (0.17 if jumps else 0.24)
        flat = {"up": 0.0, "heel": 0.0, "free": 0.0, "point": 0.0}
        s.key(t + 0.02, foot_d=flat, foot_o=flat)
        if jumps:
            flight = 2 * float(np.sqrt(2 * height / 9.81))
            _hop(s, up, flight, height)
            down = up + flight
        else:
            s.key(up, pelvis={"up": 0.035, "pitch": 0, "fwd": 0.01}, foot_d={"heel": 30})
            s.key(up, foot_o={"heel": 30})
            down = up + 0.08
        s.key(up, spine={"pitch": -8})
        s.key(up + 0.03, arm_d=high, arm_o=high, head={"pitch": -14})
        s.key(down, spine={"pitch": -6})
        s.key(down + 0.03, head={"pitch": -10}, arm_d={"up": 0.84}, arm_o={"up": 0.84})
        t = max(t + beat, down + 0.16)
        first = False
    s.key(
        t + 0.1,
        pelvis={"up": -0.01, "pitch": 0},
        spine={"pitch": -4},
        foot_d={"heel": 0, "up": 0, "free": 0},
    )
    s.key(t + 0.1, foot_o={"heel": 0, "up": 0, "free": 0}, arm_d=high, arm_o=high)
    return s


def _hop(s: Score, start: float, flight: float, height: float) -> None:
    """Keys of one jump: toes leave at ``start``, a ballistic arc, toes land after ``flight``."""
    toes = {"heel": 34.0, "free": 0.0, "point": 30.0}
    for foot in ("foot_d", "foot_o"):
        s.key(start, **{foot: {**toes, "up": 0.0}})
    tip = 0.045  # the pelvis over standing when the toes leave
    for x in (0.0, 0.25, 0.5, 0.75, 1.0):
        arc = tip + height * 4 * x * (1 - x)
        s.key(start + x * flight, pelvis={"up": arc, "pitch": 0, "fwd": 0.0})
    for foot in ("foot_d", "foot_o"):
        s.key(start + 0.5 * flight, **{foot: {"up": height, "free": 0.5}})
        s.key(start + flight, **{foot: {"up": 0.0, "free": 0.0, "heel": 26.0}})


def hand_waving(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """One hand up beside the head, waving from the elbow, the hand trailing."""
    s, a = Score(), style.amplitude
    big = rng.random() < 0.4  # over the head with a long arm, or beside it with a bent one
    if big:
        middle = {"out": 0.42, "up": 0.84, "fwd": 0.22, "eo": 1.0, "eu": -0.3, "ef": 0.0}
        sway = 0.24 * a
    else:
        middle = {"out": 0.50, "up": 0.42, "fwd": 0.32, "eo": 0.7, "eu": -1.0, "ef": -0.2}
        sway = 0.22 * a
    start = 0.42 + rng.uniform(-0.06, 0.08)
    half = 0.5 / (rng.uniform(1.7, 2.5))
    lean = rng.uniform(0.0, 0.025)
    s.key(0.0, pelvis={}, spine={}, head={}, arm_d={}, arm_o={}, foot_d={}, foot_o={})
    s.key(0.10, spine={"roll": 1.5, "pitch": 1}, arm_d={"fwd": 0.0})
    s.key(
        start,
        pelvis={"side": -lean, "roll": -1.5, "yaw": 3},
        spine={"roll": -4, "yaw": 4, "pitch": -3},
    )
    s.key(start, head={"roll": rng.uniform(-2, 9), "pitch": -5, "yaw": rng.uniform(-8, 8)})
    s.key(start, arm_d=middle)
    t, side = start + 0.5 * half, 1.0
    last = max(seconds * style.tempo, 1.6) - rng.choice([0.0, 0.45])
    while t < last:
        reach = sway * rng.uniform(0.85, 1.1)
        s.key(t, arm_d={"out": middle["out"] + side * reach, "tilt": 16 * side})
        s.key(t + 0.02, spine={"roll": -4 + 1.2 * side})
        t, side = t + half, -side
    if last < max(seconds * style.tempo, 1.6) - 0.1:
        s.rest(t + 0.38, "arm_d", "spine", "head", "pelvis")
    return s


def salute(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """Heels together, the hand snapped to the brow, held, snapped down."""
    s = Score()
    close = -0.05 - style.stance
    s.key(
        0.0, pelvis={"up": 0.004}, spine={"pitch": -style.slouch - 2}, head={"pitch": -style.chin}
    )
    feet = {"out": close, "yaw": 8}
    tight = {**HANGING, "out": 0.10 - style.arms_out}
    s.key(0.0, arm_d={}, arm_o=tight, foot_d=feet, foot_o=feet)
    start = 0.22 + rng.uniform(-0.08, 0.12)
    snap = rng.uniform(0.26, 0.40)
    s.key(start, pelvis={"up": 0.0}, spine={"pitch": -style.slouch}, arm_d={"fwd": 0.0})
    brow = {"out": 0.02 + rng.uniform(-0.02, 0.03), "up": 0.34, "fwd": 0.22}
    brow |= {"eo": 1.0, "eu": rng.uniform(-0.45, -0.1), "ef": rng.uniform(0.1, 0.4)}
    s.key(
        start + snap * 0.55,
        arm_d={"out": 0.45, "up": -0.1, "fwd": 0.45, "eo": 1, "eu": -0.3, "ef": -0.2},
    )
    s.key(start + snap, arm_d={**brow, "up": 0.37, "bend": 6}, pelvis={"up": 0.008})
    s.key(start + snap, spine={"pitch": -style.slouch - 4}, head={"pitch": -style.chin - 3})
    s.key(start + snap + 0.12, arm_d={**brow, "bend": 0}, pelvis={"up": 0.004})
    s.key(start + snap + 0.12, spine={"pitch": -style.slouch - 3})
    end = start + snap + rng.uniform(0.55, 0.8)
    s.hold(end, "arm_d", "pelvis", "spine", "head")
    if rng.random() < 0.75:
        s.key(
            end + 0.16, arm_d={"out": 0.42, "up": -0.2, "fwd": 0.5, "eo": 1, "eu": -0.3, "ef": -0.3}
        )
        s.key(
            end + 0.34,
            arm_d={**tight, "up": -0.96, "fwd": 0.03},
            spine={"pitch": -style.slouch - 1},
        )
    return s


def shake_fist(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """Lean in and shake a raised fist at somebody, the other arm tense."""
    s, a = Score(), style.amplitude
    start = 0.36 + rng.uniform(-0.05, 0.08)
    half = 0.5 / rng.uniform(2.2, 3.2)
    fist = {
        "out": 0.30,
        "up": 0.16 + rng.uniform(-0.1, 0.12),
        "fwd": 0.55,
        "eo": 0.7,
        "eu": -1.0,
        "ef": -0.2,
    }
    stepped = rng.uniform(0.0, 0.08)
    s.key(0.0, pelvis={}, spine={}, head={}, arm_d={}, arm_o={})
    s.key(0.0, foot_d={"fwd": stepped}, foot_o={"fwd": -stepped, "yaw": 5})
    s.key(0.12, pelvis={"fwd": -0.015, "pitch": -1}, spine={"pitch": -4})
    s.key(0.14, arm_d={"fwd": -0.08})
    lean = rng.uniform(6, 14) * a
    s.key(
        start,
        pelvis={"fwd": 0.045, "pitch": 5, "yaw": 8, "up": -0.02},
        spine={"pitch": lean, "yaw": 8},
    )
    s.key(start, head={"pitch": -lean * 0.6, "yaw": -12}, arm_d=fist)
    tense = {"out": 0.30, "up": -0.80, "fwd": -0.12, "eo": 0.7, "eu": 0.0, "ef": -1}
    s.key(start + 0.04, arm_o={**tense, "up": rng.uniform(-0.86, -0.72), "bend": 10})
    t, side = start + half, 1.0
    swing = rng.uniform(0.16, 0.24) * a
    last = max(seconds * style.tempo, 1.6) - rng.choice([0.0, 0.4])
    while t < last:
        reach = swing * rng.uniform(0.8, 1.15)
        s.key(
            t,
            arm_d={
                "fwd": 0.55 + side * reach,
                "up": fist["up"] - 0.6 * side * reach,
                "bend": 14 * side,
            },
        )
        s.key(t, spine={"pitch": lean + 2.0 * side}, head={"pitch": -lean * 0.6 + 3.5 * side})
        t, side = t + half, -side
    if last < max(seconds * style.tempo, 1.6) - 0.1:
        s.rest(t + 0.36, "arm_d", "arm_o", "spine", "head", "pelvis")
    return s
