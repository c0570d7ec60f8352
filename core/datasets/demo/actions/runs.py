"""Cycles in place: running on the spot, butt kicks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.datasets.demo.score import Score
from core.datasets.demo.style import Style

STANCE_SHARE = 0.42
"""Part of a cycle a foot is on the floor: less than half, so there is a short flight."""


@dataclass(frozen=True)
class Gait:
    """How a foot swings in place: keys (share of the swing, channels), bounce of the body."""

    swing: tuple[tuple[float, dict[str, float]], ...]
    bounce: float
    pitch: float


def _foot(s: Score, track: str, gait: Gait, cycle: float, phase: float, seconds: float) -> None:
    stance, swing = STANCE_SHARE * cycle, (1 - STANCE_SHARE) * cycle
    ground = {"up": 0.0, "fwd": 0.0, "out": -0.03, "free": 0.0, "point": 20.0}
    t = -cycle * (1 + phase)
    while t < seconds + cycle:
        s.key(t, **{track: {**ground, "heel": 22.0}})
        s.key(t + 0.3 * stance, **{track: {"heel": 6.0}})
        s.key(t + 0.6 * stance, **{track: {"heel": 8.0}})
        s.key(t + stance, **{track: {"heel": 34.0}})
        for share, values in gait.swing:
            s.key(
                t + stance + share * swing,
                **{track: {"free": 1.0, "heel": 22, "out": -0.03, **values}},
            )
        t += cycle


def _body(
    s: Score,
    gait: Gait,
    cycle: float,
    phase: float,
    seconds: float,
    arms: dict[str, dict[str, float]],
) -> None:
    """Pelvis bounce and counter-rotation; the acting foot lands at ``-phase`` cycles."""
    t, side = -cycle * (1 + phase), 1.0
    half = cycle / 2
    while t < seconds + cycle:
        mid = t + 0.5 * STANCE_SHARE * cycle  # the middle of this foot's stance
        s.key(
            mid,
            pelvis={
                "up": -0.055 - gait.bounce / 2,
                "side": 0.03 * side,
                "roll": -2.5 * side,
                "yaw": 5 * side,
                "pitch": gait.pitch,
            },
        )
        s.key(mid + half / 2, pelvis={"up": -0.055 + gait.bounce / 2, "side": 0.0, "roll": 0})
        s.key(mid, spine={"yaw": -9 * side, "roll": 2 * side, "pitch": gait.pitch + 1})
        s.key(
            mid,
            head={"yaw": 4 * side, "pitch": -gait.pitch},
        )
        s.key(mid + half / 2, head={"pitch": -gait.pitch - 2})
        # the acting foot stands (side = 1), its arm is forward, the other back
        s.key(mid + 0.02, arm_d=arms["front" if side > 0 else "back"])
        s.key(mid + 0.02, arm_o=arms["back" if side > 0 else "front"])
        t, side = t + half, -side


def _run(
    rng: np.random.Generator,
    style: Style,
    seconds: float,
    gait: Gait,
    arms: dict[str, dict[str, float]],
) -> Score:
    s = Score()
    cycle = 1.0 / rng.uniform(1.25, 1.6)
    phase = rng.random()
    seconds = max(seconds, 2.0) * style.tempo
    _foot(s, "foot_d", gait, cycle, phase, seconds)
    _foot(s, "foot_o", gait, cycle, phase + 0.5, seconds)
    _body(s, gait, cycle, phase, seconds, arms)
    s.loops = True
    return s


def running_on_the_spot(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """Knees up in front, elbows bent, arms swinging against the legs."""
    a = style.amplitude
    up = rng.uniform(0.26, 0.46) * a
    swing = (
        (0.09, {"up": 0.035, "fwd": -0.005, "point": 35, "free": 0.3}),
        (0.24, {"up": up * 0.62, "fwd": -0.16, "point": 35}),
        (0.52, {"up": up, "fwd": 0.14, "point": 20}),
        (0.80, {"up": up * 0.45, "fwd": 0.12, "point": 10}),
        (0.90, {"up": 0.06, "fwd": 0.0, "point": 18, "free": 0.4}),
    )
    d = 0.30 * a
    arms = {
        "front": {
            "out": 0.08,
            "up": -0.22 + 0.2 * d,
            "fwd": 0.42 + 0.5 * d,
            "eo": 0.32,
            "eu": -0.7,
            "ef": -0.7,
        },
        "back": {
            "out": 0.30,
            "up": -0.62,
            "fwd": 0.06 - 0.6 * d,
            "eo": 0.32,
            "eu": 0.15,
            "ef": -1.0,
        },
    }
    return _run(rng, style, seconds, Gait(swing, rng.uniform(0.05, 0.075), rng.uniform(1, 5)), arms)


def butt_kicks(rng: np.random.Generator, style: Style, seconds: float) -> Score:
    """The heels up to the buttocks, thighs hanging down."""
    a = style.amplitude
    up = float(np.clip(rng.uniform(0.44, 0.54) * a, 0.40, 0.56))
    swing = (
        (0.09, {"up": 0.035, "fwd": -0.005, "point": 35, "free": 0.3}),
        (0.28, {"up": up * 0.62, "fwd": -0.36, "point": 40}),
        (0.52, {"up": up, "fwd": -0.28, "point": 40}),
        (0.78, {"up": up * 0.5, "fwd": -0.26, "point": 30}),
        (0.90, {"up": 0.06, "fwd": 0.0, "point": 25, "free": 0.4}),
    )
    if rng.random() < 0.35:  # hands behind, for the heels to hit
        behind = {"out": 0.10, "up": -0.82, "fwd": -0.34, "eo": 0.6, "eu": 0.0, "ef": -0.5}
        arms = {"front": behind, "back": {**behind, "up": -0.80}}
    else:
        arms = {
            "front": {"out": 0.10, "up": -0.35, "fwd": 0.48, "eo": 0.32, "eu": -0.7, "ef": -0.7},
            "back": {"out": 0.30, "up": -0.62, "fwd": -0.06, "eo": 0.32, "eu": 0.15, "ef": -1.0},
        }
    return _run(rng, style, seconds, Gait(swing, rng.uniform(0.04, 0.06), rng.uniform(3, 8)), arms)
