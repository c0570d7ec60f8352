"""Which foot stands on the floor when: found by height and speed, and open to the user's edits.

A foot stands where some part of its sole is low and slow at once, with a stricter pair of limits to
begin and a looser one to go on (hysteresis), so that contacts do not flicker. Feet that are held
still in the air, as in a handstand, do not stand: something else of the body is lower.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.cleanup.signals import gaussian, hysteresis, lower_envelope, runs, without_short
from core.cleanup.stance import BALL, HEEL, Stance, stance
from core.errors import StudioError
from core.motion import Motion
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

SURE_SPEED, POSSIBLE_SPEED = 0.5, 0.9
"""Metres a second of the slower of heel and ball: in mocap walking a planted foot stays below 0.2
and a swinging one above 1."""
SURE_HEIGHT, POSSIBLE_HEIGHT = 0.045, 0.08
"""Metres of the lowest point of the sole above the floor near by."""
_SMOOTH_SECONDS = 0.03
_FLOOR_SECONDS = 1.2  # feet come down again within this time, or the floor is there
_SHORT_CONTACT, _SHORT_FLIGHT = 0.1, 0.12  # seconds: shorter ones are dropped, filled
_MOVING, _STEP = 0.35, 0.06  # m/s and metres a foot moves against the other in a step
_ABOVE_LOWEST = 0.25  # metres a standing sole may be above the lowest of hands, knees, seat, head
_PARTS = [JOINT_INDEX[name] for name in ("left_hand", "right_hand", "left_wrist", "right_wrist",
          "left_knee", "right_knee", "pelvis", "head")]  # fmt: skip
_FLESH = 0.05  # metres from such a joint to the skin below it
_LOWER_FOOT = 0.03  # metres: always locked, a foot not higher than this above the lower one stands


@dataclass(frozen=True, eq=False)
class Contacts:
    """When each foot stands: left (T,) and right (T,), bool, read-only; edits give new values."""

    left: BoolArray
    right: BoolArray

    def __post_init__(self) -> None:
        for name in ("left", "right"):
            array = np.array(getattr(self, name), bool)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.left.ndim != 1 or self.left.shape != self.right.shape:
            raise StudioError(
                "Contacts must be two rows of the same length, "
                f"not {self.left.shape} and {self.right.shape}."
            )

    @property
    def both(self) -> BoolArray:
        """(T, 2) left and right."""
        return np.stack([self.left, self.right], axis=1)

    @property
    def channels(self) -> dict[str, npt.NDArray[np.float32]]:
        """The two as channels of a motion: contact_left, contact_right (T,) 0 or 1."""
        return {
            "contact_left": self.left.astype(np.float32),
            "contact_right": self.right.astype(np.float32),
        }

    @classmethod
    def of(cls, motion: Motion) -> Contacts | None:
        """Read the contacts kept in a motion's channels; None where it has none."""
        left, right = (motion.channels.get(f"contact_{side}") for side in ("left", "right"))
        if left is None or right is None:
            return None
        return cls(left > 0.5, right > 0.5)

    def with_key(self, side: str, first: int, stop: int, stands: bool) -> Contacts:
        """Let the foot ``side`` ("left" or "right") stand, or not, in frames first to stop - 1."""
        if side not in ("left", "right"):
            raise StudioError(f"A foot is left or right, not {side}.")
        row = np.array(getattr(self, side))
        row[max(first, 0) : max(stop, 0)] = stands
        return dataclasses.replace(self, **{side: row})

    def spans(self, side: str) -> list[tuple[int, int]]:
        """Return the stretches in which a foot stands, as (first, past the last) frames."""
        return runs(getattr(self, side))


def find_contacts(motion: Motion, *, always: bool = False, posed: Stance | None = None) -> Contacts:
    """Find when each foot stands on the floor.

    ``always`` says that nobody jumps: the lower foot stands in every frame, whatever its speed.
    """
    posed = posed if posed is not None else stance(motion)
    if always:
        return _lower_foot(posed, motion.fps)
    height = height_above_floor(posed, motion.fps)
    speed = sole_speed(posed, motion.fps)
    beneath = posed.sole_height < lowest_part(posed)[:, None] + _ABOVE_LOWEST
    possible = (speed < POSSIBLE_SPEED) & (height < POSSIBLE_HEIGHT) & beneath
    sure = possible & (speed < SURE_SPEED) & (height < SURE_HEIGHT)
    stands = np.stack([hysteresis(sure[:, side], possible[:, side]) for side in (0, 1)], axis=1)
    stands = _without_steps(stands, speed, posed.soles[:, :, BALL])
    feet = []
    for side in (0, 1):
        whole = without_short(stands[:, side], round(_SHORT_FLIGHT * motion.fps), value=False)
        feet.append(without_short(whole, round(_SHORT_CONTACT * motion.fps)))
    return Contacts(*feet)


def _without_steps(stands: BoolArray, speed: FloatArray, balls: FloatArray) -> BoolArray:
    """Take slow, flat steps out of (T, 2): one foot moves on while the other stands more still.

    A root misread moves both feet at once, a step moves one against the other and leaves it there.
    """
    out = stands.copy()
    apart = (balls[:, 0] - balls[:, 1])[:, [0, 2]]
    for side in (0, 1):
        other = 1 - side
        moving = stands.all(axis=1) & (speed[:, side] >= _MOVING)
        moving &= speed[:, other] < speed[:, side]
        for first, stop in runs(moving):
            before, after = max(first - 1, 0), min(stop, len(stands) - 1)
            if np.linalg.norm(apart[after] - apart[before]) > _STEP:
                out[first:stop, side] = False
    return out


def height_above_floor(posed: Stance, fps: float) -> FloatArray:
    """(T, 2) metres of each sole's lowest point above the lowest the feet reach near by."""
    height = posed.sole_height
    floor = lower_envelope(height.min(axis=1), round(_FLOOR_SECONDS * fps))
    return height - floor[:, None]


def lowest_part(posed: Stance) -> FloatArray:
    """(T,) height in metres of the lowest of hands, knees, seat and head."""
    return np.asarray(posed.joints[:, _PARTS, 1].min(axis=1)) - _FLESH


def sole_speed(posed: Stance, fps: float) -> FloatArray:
    """(T, 2) metres a second of the slower of heel and ball of each foot."""
    if len(posed.soles) < 3:
        return np.zeros((len(posed.soles), 2))
    soles = gaussian(posed.soles[:, :, [HEEL, BALL]], _SMOOTH_SECONDS * fps)
    velocity = np.gradient(soles, 1 / fps, axis=0)
    return np.asarray(np.linalg.norm(velocity, axis=-1).min(axis=-1))


def _lower_foot(posed: Stance, fps: float) -> Contacts:
    height = gaussian(posed.sole_height, 2 * _SMOOTH_SECONDS * fps)
    low = height < height.min(axis=1, keepdims=True) + _LOWER_FOOT
    frames = round(_SHORT_CONTACT * fps)
    feet = [without_short(low[:, side], frames) for side in (0, 1)]
    nowhere = ~(feet[0] | feet[1])
    for side in (0, 1):
        feet[side] |= nowhere & (height[:, side] <= height[:, 1 - side])
    return Contacts(*feet)
