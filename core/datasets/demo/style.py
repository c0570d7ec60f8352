"""What makes one performance of an action differ from the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LAGS = {"pelvis": 0.0, "spine": 0.7, "head": 0.4, "arm_d": 1.3, "arm_o": 1.6}
"""How far a track trails the pelvis, in units of a style's lag: joints break one after another."""


@dataclass(frozen=True, kw_only=True)
class Style:
    """One performer's way, drawn from a seed. Angles in degrees, lengths in metres."""

    mirrored: bool
    amplitude: float  # about 1
    tempo: float  # about 1, larger is faster
    stance: float  # ankles out from where they rest
    stagger: float  # the other foot ahead of the acting one
    toes_out: float
    yaw: float  # where the performer faces
    slouch: float  # spine forward
    chin: float  # head down
    arms_out: float  # arms off the body
    liveliness: float  # scale of idle noise
    lag: float  # seconds by which the loose parts trail

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Style:
        return cls(
            mirrored=bool(rng.random() < 0.5),
            amplitude=float(np.clip(rng.normal(1.0, 0.09), 0.82, 1.18)),
            tempo=float(np.clip(rng.lognormal(0.0, 0.1), 0.82, 1.22)),
            stance=float(rng.uniform(-0.02, 0.045)),
            stagger=float(rng.normal(0.0, 0.02)),
            toes_out=float(rng.uniform(-2.0, 8.0)),
            yaw=float(np.clip(rng.normal(0.0, 14.0), -30.0, 30.0)),
            slouch=float(rng.normal(2.0, 2.5)),
            chin=float(rng.normal(2.0, 3.0)),
            arms_out=float(rng.uniform(0.0, 0.09)),
            liveliness=float(rng.uniform(0.5, 1.4)),
            lag=float(rng.uniform(0.02, 0.05)),
        )
