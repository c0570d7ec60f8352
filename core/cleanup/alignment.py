"""Which way is up and where the floor is, from where the feet stand.

An estimate comes in the camera's axes or nearly so. The places where feet stood lie on the floor:
where they spread in two directions, the plane through them shows which way is up; where they lie
along a line, that line is level, and sideways the weight of somebody who walks is over the feet.
Where somebody stays on the spot, the body's weight over its feet shows it, but people lean: on
captured clips, whose up is known, it is mostly up to 9 degrees off, once 14 (the places: up to
0.7), so only large tilts are believed then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.cleanup.contacts import Contacts, lowest_part
from core.cleanup.signals import gaussian
from core.cleanup.stance import BALL, HEEL, Stance, stance
from core.motion import Motion
from core.rotation import minimal_rotmat, rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

# Segments between joints and their share of the body's mass, one of each pair (Winter,
# Biomechanics and Motor Control of Human Movement, table 4.1; hand and foot added on).
_SEGMENTS = (
    ("pelvis", "neck", 0.497),
    ("neck", "head", 0.081),
    ("left_shoulder", "left_elbow", 0.028),
    ("left_elbow", "left_wrist", 0.022),
    ("left_hip", "left_knee", 0.100),
    ("left_knee", "left_ankle", 0.061),
)
_UP = np.array([0.0, 1.0, 0.0])
_SPREAD = 0.25  # metres (standard deviation) the places must spread in both directions
_LENGTH = 0.4  # metres (standard deviation) they must spread along a line
_TRAVEL, _STEPS = 0.7, 5  # metres (standard deviation) and places of somebody who walks
_STANDING_METRES = 0.75  # from soles to centre of mass: about 0.95 standing, 0.65 sitting
_SLOW = 0.25  # metres a second of the centre of mass: who moves faster leans into it
_MIN_SECONDS = 0.5  # of standing, or nothing is said about up
_SURE = {"floor": np.radians(1.0), "path": np.radians(2.0), "weight": np.radians(15.0)}
"""Smallest tilt believed, by what shows it: about the largest error seen on captured clips."""
_SURE_SIDEWAYS = np.radians(6.0)  # of walkers it is at most 1.8 degrees aside, dribblers 5
_STILL_SECONDS = 0.07
_MAX_TILT = np.radians(45.0)
_DRIFT_SECONDS = 1.5  # the floor is not believed to rise and sink faster


@dataclass(frozen=True)
class Tilt:
    """How far a clip leans: ``turn`` (3,) axis-angle that puts it upright, and what showed it."""

    turn: tuple[float, float, float]
    shown_by: str  # "floor", "path", "weight" or "nothing"

    @property
    def degrees(self) -> float:
        """Size of the tilt."""
        return float(np.degrees(np.linalg.norm(self.turn)))


def find_tilt(motion: Motion, contacts: Contacts, posed: Stance | None = None) -> Tilt:
    """Find how the clip has to be turned for the floor to lie level."""
    posed = posed if posed is not None else stance(motion)
    up, shown_by = _up_of_places(posed, contacts)
    if up is None:
        up, shown_by = _up_of_weight(posed, contacts, motion.fps)
    if up is None:
        return Tilt((0.0, 0.0, 0.0), "nothing")
    turn = rotmat_to_rotvec(minimal_rotmat(up, _UP))
    angle = float(np.linalg.norm(turn))
    if not _SURE[shown_by] <= angle <= _MAX_TILT:
        return Tilt((0.0, 0.0, 0.0), shown_by)
    x, y, z = (float(part) for part in turn)
    return Tilt((x, y, z), shown_by)


def common_tilt(tilts: Sequence[Tilt]) -> Tilt:
    """Return the tilt that is shown best, of people filmed together: they share one floor."""
    shown = ("floor", "path", "weight", "nothing")
    return min(tilts, key=lambda tilt: shown.index(tilt.shown_by))


def levelled(
    motion: Motion, tilt: Tilt, amount: float = 1.0, about: npt.ArrayLike | None = None
) -> Motion:
    """Turn the whole clip upright; ``amount`` 0..1 of the turn.

    It turns about the point ``about`` (3,), by default the pelvis's first place.
    """
    turn = amount * np.array(tilt.turn)
    if not turn.any():
        return motion
    rotmat = rotvec_to_rotmat(turn)
    poses = motion.poses.copy()
    poses[:, 0] = rotmat_to_rotvec(rotmat @ rotvec_to_rotmat(motion.poses[:, 0].astype(np.float64)))
    pelvis = stance(motion).joints[:, 0]
    still = pelvis[0] if about is None else np.asarray(about, np.float64)
    moved = still + (pelvis - still) @ rotmat.T
    return motion.replace(poses=poses, trans=motion.trans + (moved - pelvis))


def on_floor(motion: Motion, contacts: Contacts, amount: float = 1.0) -> Motion:
    """Put the standing soles on y = 0, following a floor that drifts slowly; jumps stay jumps.

    Without a contact the lowest that soles, hands, knees, seat or head reach is put there.
    """
    posed = stance(motion)
    floor = floor_under(posed, contacts, motion.fps)
    trans = motion.trans.astype(np.float64)
    trans[:, 1] -= amount * floor
    return motion.replace(trans=trans)


def floor_under(posed: Stance, contacts: Contacts, fps: float) -> FloatArray:
    """(T,) height of the floor: of the standing soles, averaged over a second or two."""
    height, stands = posed.sole_height, contacts.both
    if not stands.any():
        lowest = np.minimum(height.min(axis=1), lowest_part(posed))
        return np.full(len(height), float(np.percentile(lowest, 5)))
    usual = float(np.median(height[stands]))
    near = np.clip(height - usual, -0.25, 0.25)
    carried = gaussian(stands.astype(np.float64), _DRIFT_SECONDS * fps).sum(axis=1)
    rise = gaussian(np.where(stands, near, 0.0), _DRIFT_SECONDS * fps).sum(axis=1)
    # far from any contact the clip's own level counts
    return np.asarray(usual + rise / np.maximum(carried, 0.05))


def centre_of_mass(joints: FloatArray) -> FloatArray:
    """(T, 3) centre of mass of a body with ``joints`` (T, 24, 3)."""
    total, whole = np.zeros((len(joints), 3)), 0.0
    for start, end, mass in _SEGMENTS:
        for side in ("left", "right") if start.startswith("left") else ("",):
            ends = [JOINT_INDEX[name.replace("left", side)] for name in (start, end)]
            total += mass * joints[:, ends].mean(axis=1)
            whole += mass
    return total / whole


def _up_of_places(posed: Stance, contacts: Contacts) -> tuple[FloatArray | None, str]:
    """Normal of the plane through the places where feet stood, or what is upright to their line."""
    places = []
    for side, name in enumerate(("left", "right")):
        for first, stop in contacts.spans(name):
            soles = posed.soles[first:stop, side]
            lowest = np.take_along_axis(soles, soles[..., 1].argmin(axis=1)[:, None, None], axis=1)
            places.append(np.median(lowest[:, 0], axis=0))
    if len(places) < 4:
        return None, "nothing"
    points = np.array(places)
    weight = np.ones(len(points))
    for _ in range(8):  # a robust fit: places off the plane count less
        middle = np.average(points, axis=0, weights=weight)
        values, axes = np.linalg.eigh(np.cov((points - middle).T, aweights=weight))
        up, along = axes[:, 0] * np.sign(axes[1, 0] or 1.0), axes[:, 2]
        weight = 1 / (1 + ((points - middle) @ up / 0.03) ** 2)
    if values[1] > _SPREAD**2:
        return np.asarray(up), "floor"
    if values[2] > _LENGTH**2:
        if np.sqrt(values[2]) > _TRAVEL and len(places) >= _STEPS:
            return _up_beside_line(posed, contacts, np.asarray(along)), "path"
        up = _UP - (_UP @ along) * along
        return np.asarray(up / np.linalg.norm(up)), "path"
    return None, "nothing"


def _up_beside_line(posed: Stance, contacts: Contacts, along: FloatArray) -> FloatArray:
    """Up of somebody who travels along a level line (3,): sideways, weight is over the feet.

    Who walks leans forwards, but sways evenly to both sides.
    """
    up = _UP - (_UP @ along) * along
    up /= np.linalg.norm(up)
    carried = contacts.both.any(axis=1)
    rise = (centre_of_mass(posed.joints) - _between_feet(posed))[carried].mean(axis=0)
    rise -= (rise @ along) * along
    sideways = rise / max(float(np.linalg.norm(rise)), 1e-9)
    return sideways if np.arccos(np.clip(sideways @ up, -1, 1)) > _SURE_SIDEWAYS else up


def _between_feet(posed: Stance) -> FloatArray:
    """(T, 3) the middle of both soles."""
    return np.asarray(posed.soles[:, :, [HEEL, BALL]].mean(axis=(1, 2)))


def _up_of_weight(posed: Stance, contacts: Contacts, fps: float) -> tuple[FloatArray | None, str]:
    """Median direction from between the feet to the centre of mass, of frames standing still."""
    centre = centre_of_mass(posed.joints)
    if len(centre) < 3:
        return None, "nothing"
    velocity = np.gradient(gaussian(centre, _STILL_SECONDS * fps), 1 / fps, axis=0)
    rise = centre - _between_feet(posed)
    length = np.linalg.norm(rise, axis=-1)
    still = contacts.both.all(axis=1) & (np.linalg.norm(velocity, axis=-1) < _SLOW)
    still &= length > _STANDING_METRES
    if still.sum() < _MIN_SECONDS * fps:
        return None, "nothing"
    up = np.median(rise[still] / length[still][:, None], axis=0)
    return np.asarray(up / np.linalg.norm(up)), "weight"
