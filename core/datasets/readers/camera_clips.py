"""Poses as ACTOR's data sets hold them, turned to this program's axes.

Action2Motion, HumanAct12 and UESTC are in a camera's axes: y points down. Everything here stands
upright, so clips are turned by half a turn about x on the way in, as PHSPD, VIBE and the renderers
do on the way out. :func:`core.actor.features.turned_over` gives back the original's numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from core.body import default_body, forward_kinematics
from core.errors import FileProblem, StudioError
from core.motion import Motion, Provenance
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from core.skeleton import NUM_JOINTS

Array = npt.NDArray[np.float64]
HALF_TURN_X = np.diag([1.0, -1.0, -1.0])
TURNED_NOTE = (
    "The files are in camera axes, y down; clips were turned upright, so what is trained on them "
    "stands upright too."
)
UPRIGHT_NOTE = "The files stand upright already and were not turned."
_ENOUGH = 64  # clips that say which way is up
_FEET = [7, 8, 10, 11]  # ankles and balls of the feet


def pose_table(value: object, name: str) -> Array:
    """(T, 24, 3) of a clip's poses (T, 72). Raises FileProblem naming the clip."""
    try:
        poses = np.asarray(value, np.float64)
    except (TypeError, ValueError) as error:
        raise FileProblem(f"{name}: its poses are no numbers.", "The file is damaged.") from error
    if poses.ndim == 4 and poses.shape[1:] == (NUM_JOINTS, 3, 3):  # PARE writes matrices
        return np.asarray(rotmat_to_rotvec(poses), np.float64)
    if poses.ndim not in (2, 3) or not len(poses) or poses[0].size != 3 * NUM_JOINTS:
        raise FileProblem(
            f"{name}: poses of shape {poses.shape} where (frames, 72) is needed.",
            "The file is damaged or of another layout.",
        )
    return poses.reshape(-1, NUM_JOINTS, 3)


def joint_table(value: object, name: str, num_frames: int) -> Array:
    """(T, J, 3) of a clip's joints. Raises FileProblem naming the clip."""
    try:
        joints = np.asarray(value, np.float64)
    except (TypeError, ValueError) as error:
        raise FileProblem(f"{name}: its joints are no numbers.", "The file is damaged.") from error
    if joints.ndim != 3 or joints.shape[2] != 3 or len(joints) != num_frames:
        raise FileProblem(
            f"{name}: {num_frames} poses but joints of shape {joints.shape}.",
            "The file is damaged.",
        )
    return joints


def stands_on_head(clips: Iterable[Array]) -> bool:
    """Whether most bodies of (T, 24, 3) poses have their head towards -y: y points down."""
    ups = []
    for number, poses in enumerate(clips):
        if number >= _ENOUGH:
            break
        ups.append(float(np.median(rotvec_to_rotmat(poses[:, 0])[:, 1, 1])))
    return bool(ups) and float(np.mean(ups)) < 0.0


def upright_motion(
    poses: Array, path: Array, *, turned: bool, fps: float, provenance: Provenance, name: str
) -> Motion:
    """Make a motion of poses (T, 24, 3) and the root's path (T, 3), metres, in the file's axes.

    The body begins over the origin with its feet on the floor; its path from there is the file's,
    so that features equal those of the original. Raises FileProblem naming the clip.
    """
    poses = poses.copy()
    path = path - path[0]
    if turned:
        poses[:, 0] = rotmat_to_rotvec(HALF_TURN_X @ rotvec_to_rotmat(poses[:, 0]))
        path = path @ HALF_TURN_X
    try:
        return Motion(
            poses=poses.astype(np.float32),
            trans=(path + np.array([0.0, _lift(poses, path), 0.0])).astype(np.float32),
            fps=fps,
            provenance=provenance,
        )
    except StudioError as error:
        raise FileProblem(f"{name}: {error.message}", error.hint) from error


def _lift(poses: Array, path: Array) -> float:
    """Metres that bring the lowest foot of a clip to where it is at rest above the sole."""
    body = default_body()
    rest = np.asarray(body.rest_joints, np.float64)
    joints = forward_kinematics(np.asarray(rotvec_to_rotmat(poses)), rest, path)[1]
    above_sole = rest[_FEET, 1] - float(body.template[:, 1].min())
    return -float((joints[:, _FEET, 1] - above_sole).min())
