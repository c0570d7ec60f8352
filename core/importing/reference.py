"""The pose of a source that means SMPL's rest pose: standing straight, arms out, facing +Z.

Retargeting by global orientation needs each source joint's orientation in that one pose. It is the
file's rest pose where that is a stance; else a first frame in T-pose (CMU's habit), else the most
upright frame; for Bandai-Namco's skeleton, whose zero pose is no stance, a table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.importing.frame import AXES
from core.importing.landmarks import Landmarks, Stance, stance_of
from core.importing.source import Array, Source
from core.rotation import euler_to_rotmat, minimal_rotmat, rotmat_to_rotvec

MOST_TRIED = 300  # frames looked at for one that stands
JUMP = np.radians(8.0)  # a step this large after the first frame makes it a pose of its own


@dataclass(frozen=True)
class Reference:
    """rotations (J, 3, 3) and positions (J, 3) in the file's axes, and where they come from.

    ``origin`` in words; ``first_frame``: the clip's own first frame after the reference pose;
    ``is_trusted``: False where nothing was a stance and limbs may be twisted.
    """

    rotations: Array
    positions: Array
    origin: str
    first_frame: int = 0
    is_trusted: bool = True


def find_reference(source: Source, index: dict[int, int]) -> Reference:
    """Choose the reference pose; ``index``: SMPL joint -> source joint (complete)."""
    if is_bandai(source):
        rotations = bandai_rotations(source)
        return Reference(rotations, posed(source, rotations), "Bandai-Namco's reference pose")
    rests = [(source.rest_rotations, source.rest_positions, "rest pose")]
    if source.other_rest is not None:
        rests.append((*source.other_rest, "bind pose"))
    stances = [_stance(positions, index) for _, positions, _ in rests]
    first = _stance(source.positions[0], index)
    jumps = _jumps_after_first(source, index)
    if first.is_clean_t and not any(stance.is_clean_t for stance in stances):
        return Reference(
            source.rotations[0], source.positions[0], "first frame (T-pose)", int(jumps)
        )
    told = source.origin.get("bind_frame") is True and source.num_frames > 1
    is_bind_frame = told or (jumps and _is_rest(source, 0, index))
    for stance, (rotations, positions, name) in zip(stances, rests, strict=True):
        if stance.is_usable:
            return Reference(rotations, positions, name, int(is_bind_frame))
    if first.is_usable and (jumps or source.num_frames == 1):
        return Reference(source.rotations[0], source.positions[0], "first frame", int(jumps))
    return _most_standing(source, index)


def _most_standing(source: Source, index: dict[int, int]) -> Reference:
    """Without any stance in the file: the frame nearest to one, its trunk set upright.

    What is straight is then straight; how far a limb is twisted can only be guessed.
    """
    frames = range(0, source.num_frames, max(1, source.num_frames // MOST_TRIED))
    best = min(frames, key=lambda frame: _stance(source.positions[frame], index).distance)
    pose = Landmarks(source.positions[best], index)
    nearest = max(AXES.values(), key=lambda axis: float(pose.up @ axis))
    upright = minimal_rotmat(pose.up, nearest)
    return Reference(
        upright @ source.rotations[best],
        source.positions[best] @ upright.T,
        f"frame {best + 1}, the most upright",
        is_trusted=False,
    )


def _stance(positions: Array, index: dict[int, int]) -> Stance:
    return stance_of(Landmarks(positions, index))


def _jumps_after_first(source: Source, index: dict[int, int]) -> bool:
    """True where frame 0 stands apart: its step is far larger than those that follow."""
    if source.num_frames < 3:
        return False
    joints = list(index.values())
    some = source.rotations[: min(source.num_frames, 12), joints]
    steps = np.linalg.norm(rotmat_to_rotvec(some[1:] @ some[:-1].swapaxes(-1, -2)), axis=-1)
    largest = steps.max(axis=1)
    return bool(largest[0] > JUMP and largest[0] > 3.0 * np.median(largest[1:]))


def _is_rest(source: Source, frame: int, index: dict[int, int]) -> bool:
    joints = list(index.values())
    turn = source.rotations[frame, joints] @ source.rest_rotations[joints].swapaxes(-1, -2)
    return bool(np.linalg.norm(rotmat_to_rotvec(turn), axis=-1).max() < np.radians(1.0))


def posed(source: Source, rotations: Array) -> Array:
    """(J, 3) positions of the skeleton with these global rotations (J, 3, 3); root at rest.

    The bones are those of the first frame, which in some files differ from the OFFSETs.
    """
    out = np.empty((source.num_joints, 3))
    for joint, parent in enumerate(source.parents):
        if parent < 0:
            out[joint] = source.rest_positions[joint]
            continue
        step = source.positions[0, joint] - source.positions[0, parent]
        local = source.rotations[0, parent].T @ step
        out[joint] = out[parent] + rotations[parent] @ local
    return out


_BANDAI = {
    "Hips", "Spine", "Chest", "Neck", "Head", "Shoulder_L", "UpperArm_L", "LowerArm_L", "Hand_L",
    "UpperLeg_L", "LowerLeg_L", "Foot_L", "Toes_L", "Shoulder_R", "UpperArm_R", "LowerArm_R",
    "Hand_R", "UpperLeg_R", "LowerLeg_R", "Foot_R", "Toes_R",
}  # fmt: skip


def is_bandai(source: Source) -> bool:
    """Whether this is the skeleton of Bandai-Namco-Research-Motiondataset 1 and 2.

    By its names and by what makes its zero pose unusable: all bones lie along local x.
    """
    if not set(source.names) >= _BANDAI or "joint_Root" not in source.names:
        return False
    rest = source.rest_positions
    where = {name: i for i, name in enumerate(source.names)}
    shin = rest[where["Foot_L"]] - rest[where["LowerLeg_L"]]
    return bool(abs(shin[0]) > 0.95 * np.linalg.norm(shin))


def bandai_rotations(source: Source) -> Array:
    """(J, 3, 3) global orientations of Bandai-Namco's joints in the T-pose facing +Z.

    From the data set's own joint axes: bones run along local x, elbows and knees turn about local
    y. The shoulders (collar bones) are Chest times their mean local rotation in the data set,
    turned the short way so that their x points sideways.
    """
    x, y, z = np.eye(3)
    down = np.radians(51.5)  # the feet's slope from ankle to toes
    foot = np.array([0.0, -np.sin(down), np.cos(down)])
    toes = _frame(foot, x) @ _about_y(np.radians(-20.0))
    toes_right = _frame(-foot, x) @ _about_y(np.radians(-20.0))
    chest = _frame(y, z)
    table = {
        "Hips": _frame(y, -x),
        **dict.fromkeys(("Spine", "Chest", "Neck", "Head"), chest),
        **dict.fromkeys(("UpperArm_L", "LowerArm_L", "Hand_L"), _frame(x, y)),
        **dict.fromkeys(("UpperArm_R", "LowerArm_R", "Hand_R"), _frame(x, -y)),
        **dict.fromkeys(("UpperLeg_L", "LowerLeg_L"), _frame(-y, x)),
        **dict.fromkeys(("UpperLeg_R", "LowerLeg_R"), _frame(y, x)),
        "Foot_L": _frame(foot, x),
        "Foot_R": _frame(-foot, x),
        "Toes_L": toes,
        "Toes_R": toes_right,
    }
    for name, angles in (("Shoulder_L", (-89.0, -3.0, -79.0)), ("Shoulder_R", (90.0, 1.0, -82.0))):
        mean = chest @ euler_to_rotmat(np.radians(np.array(angles)), "ZXY")
        table[name] = minimal_rotmat(mean[:, 0], x) @ mean
    rotations = np.broadcast_to(np.eye(3), (source.num_joints, 3, 3)).copy()
    for joint, name in enumerate(source.names):
        if name in table:
            rotations[joint] = table[name]
        elif source.parents[joint] >= 0:
            rotations[joint] = rotations[source.parents[joint]]
    return rotations


def _frame(x: Array, y: Array) -> Array:
    return np.stack([x, y, np.cross(x, y)], axis=1)


def _about_y(angle: float) -> Array:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])
