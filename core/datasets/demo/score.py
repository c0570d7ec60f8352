"""Blocking: key poses on separate tracks, as an animator writes them on a sheet.

Each track has named channels; a key sets some of them and keeps the others as they were. Angles are
degrees, lengths metres, times seconds. "d" is the acting (dominant) side, authored as the right;
"o" is the other one. Whole clips are mirrored afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

CHANNELS: dict[str, tuple[str, ...]] = {
    # side: towards the acting side, up, fwd; pitch: lean forward, yaw: turn to the other side,
    # roll: lean to the acting side
    "pelvis": ("side", "up", "fwd", "pitch", "yaw", "roll"),
    "spine": ("pitch", "yaw", "roll"),
    "head": ("pitch", "yaw", "roll"),
    # ankle from where it stands: out, up, fwd; yaw: toes out; heel: heel raised over the ball;
    # free: 0 = on the floor's terms, 1 = hangs from the shin; point: toes down from the shin
    "foot_d": ("out", "up", "fwd", "yaw", "heel", "free", "point", "knee_out"),
    "foot_o": ("out", "up", "fwd", "yaw", "heel", "free", "point", "knee_out"),
    # wrist from the shoulder in arm lengths, in the chest's axes; the elbow points to (eo, eu, ef);
    # bend: palm-ward flexion of the wrist, tilt: towards the thumb
    "arm_d": ("out", "up", "fwd", "eo", "eu", "ef", "bend", "tilt"),
    "arm_o": ("out", "up", "fwd", "eo", "eu", "ef", "bend", "tilt"),
    # weight with which the wrist is held at a point of the world: side, y over the floor, fwd
    "hold_d": ("weight", "side", "y", "fwd"),
    "hold_o": ("weight", "side", "y", "fwd"),
}

HANGING = {"out": 0.16, "up": -0.955, "fwd": 0.06, "eo": 0.55, "eu": 0.0, "ef": -1.0}
"""A relaxed arm: a little off the body, the elbow back and out."""

NEUTRAL: dict[str, dict[str, float]] = {"arm_d": HANGING, "arm_o": HANGING}


@dataclass
class Score:
    """The keys of one clip. ``duration``: seconds from the first key to the last."""

    tracks: dict[str, list[tuple[float, FloatArray]]] = field(default_factory=dict)
    duration: float = 0.0
    loops: bool = False
    """True: keys go on as long as the clip does, so nothing is fitted into its length."""

    def neutral(self, track: str) -> FloatArray:
        return np.array([NEUTRAL.get(track, {}).get(name, 0.0) for name in CHANNELS[track]])

    def key(self, time: float, **tracks: dict[str, float]) -> None:
        """Set channels at ``time``; those not named keep the value of the track's key before."""
        for track, values in tracks.items():
            keys = self.tracks.setdefault(track, [])
            now = (keys[-1][1] if keys else self.neutral(track)).copy()
            names = CHANNELS[track]
            for name, value in values.items():
                now[names.index(name)] = value
            if keys and keys[-1][0] >= time:
                raise ValueError(f"keys of {track} must follow each other in time: {time}")
            keys.append((time, now))
        self.duration = max(self.duration, time)

    def rest(self, time: float, *tracks: str) -> None:
        """Bring whole tracks back to neutral at ``time``."""
        for track in tracks:
            self.key(time, **{track: dict(zip(CHANNELS[track], self.neutral(track)))})

    def hold(self, time: float, *tracks: str) -> None:
        """Repeat the last key of tracks at ``time``: what lies between stays put."""
        for track in tracks:
            self.key(time, **{track: {}})

    def arrays(self, track: str) -> tuple[FloatArray, FloatArray]:
        """Key times (K,) and values (K, C); one neutral key when the track has none."""
        keys = self.tracks.get(track) or [(0.0, self.neutral(track))]
        return np.array([t for t, _ in keys]), np.stack([v for _, v in keys])
