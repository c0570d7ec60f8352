"""From a camera's axes to the world: upright, feet on the floor, people beside each other as seen.

The camera may be tilted; which way is up is found from the people themselves, who stand more or
less upright over their feet. Nothing is smoothed here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import rotation
from core.body import default_body, forward_kinematics
from core.body.skinning import lowest_points
from core.estimators.base import Person
from core.estimators.blazepose import contact, gravity, ground
from core.motion import Motion
from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.float64]

_ANKLES = [JOINT_INDEX["left_ankle"], JOINT_INDEX["right_ankle"]]
_AT_ONCE = 256  # frames whose skin is looked at together
_UP = np.array([0.0, 1.0, 0.0])


def posed(local: FloatArray, trans: FloatArray) -> FloatArray:
    """Return the joints (T, 24, 3) of the free body with local rotations (T, 24, 3, 3)."""
    rest = np.asarray(default_body().rest_joints, np.float64)
    return np.asarray(forward_kinematics(local, rest, trans)[1], np.float64)


def rest_pelvis() -> FloatArray:
    """Return where the free body's pelvis rests, (3,); SMPL's is within a centimetre of it."""
    return np.asarray(default_body().rest_joints[0], np.float64)


def turned_upright(
    local: FloatArray, trans: FloatArray, fps: float
) -> tuple[FloatArray, FloatArray]:
    """Turn (T, 24, 3, 3) and (T, 3) in y up axes of a camera so that up is up; both new."""
    joints = posed(local, trans)
    depth = np.maximum(-joints[:, 0, 2], 0.1)
    slopes = joints[:, _ANKLES, :2] / np.maximum(-joints[:, _ANKLES, 2:], 0.1)
    still = contact.stillness(contact.seen_speed(slopes, depth, fps))
    up = gravity.up_direction(joints - trans[:, None], still)
    upright = rotation.minimal_rotmat(up, _UP)
    pelvis = rest_pelvis()
    turned = local.copy()
    turned[:, 0] = upright @ local[:, 0]
    return turned, (trans + pelvis) @ upright.T - pelvis


def on_the_floor(motion: Motion) -> Motion:
    """Put the feet on y = 0 (jumps stay jumps) and the start above the origin."""
    lowest = np.concatenate(
        [
            lowest_points(motion.sliced(start, start + _AT_ONCE))
            for start in range(0, motion.num_frames, _AT_ONCE)
        ]
    ).astype(np.float64)
    shift = np.zeros((motion.num_frames, 3))
    shift[:, [0, 2]] = motion.trans[0, [0, 2]]
    shift[:, 1] = ground.floor_under(lowest, np.ones(motion.num_frames), motion.fps)
    return motion.replace(trans=motion.trans - shift)


def beside_each_other(persons: list[Person]) -> list[Motion]:
    """Return the motions with everybody where the camera sees them, the first at the origin.

    Every motion starts above the origin; how far people are apart is known to their cameras.
    """
    if not persons:
        return []
    turns = [_world_from_camera(person) for person in persons]
    up = np.mean([turn[1] for turn in turns], axis=0)
    common = min(turns, key=lambda turn: float(np.linalg.norm(turn[1] - up)))
    origin = _seen_at(persons[0], common)
    motions = []
    for person in persons:
        shift = _seen_at(person, common) - origin
        shift[1] = 0.0
        motions.append(person.motion.replace(trans=person.motion.trans + shift))
    return motions


def _world_from_camera(person: Person) -> FloatArray:
    """(3, 3) turn from the camera's axes to the motion's, of the first frame."""
    world = rotation.rotvec_to_rotmat(np.asarray(person.motion.poses[:1, 0], np.float64))
    camera = rotation.rotvec_to_rotmat(person.camera.global_orient[:1])
    return np.asarray((world @ np.swapaxes(camera, -1, -2))[0])


def _seen_at(person: Person, world_from_camera: FloatArray) -> FloatArray:
    """Where the person starts, (3,) metres in the world's axes from the camera."""
    return np.asarray(world_from_camera @ (person.camera.trans[0] + rest_pelvis()))
