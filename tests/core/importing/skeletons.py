"""Foreign skeletons made from a motion of ours, as text of a BVH: what an import must undo."""

from __future__ import annotations

import numpy as np

from core.rotation import rotmat_to_euler, rotvec_to_rotmat


def write_bvh(
    names: list[str],
    parents: list[int],
    offsets: np.ndarray,
    rotmats: np.ndarray,
    root: np.ndarray,
    frame_time: str = "0.0333333333",
    order: str = "ZYX",
) -> str:
    """BVH text of joints with offsets (J, 3), local rotations (T, J, 3, 3), root (T, 3)."""
    angles = np.degrees(rotmat_to_euler(rotmats, order))
    rotation = " ".join(f"{axis}rotation" for axis in order)
    lines, written = ["HIERARCHY"], []

    def add(joint: int) -> None:
        children = [k for k, p in enumerate(parents) if p == joint]
        offset = "{:.8f} {:.8f} {:.8f}".format(*offsets[joint])
        if names[joint].startswith("end"):
            lines.extend(["End Site", "{", f"OFFSET {offset}", "}"])
            return
        written.append(joint)
        channels = f"3 {rotation}" if joint else f"6 Xposition Yposition Zposition {rotation}"
        kind = "JOINT" if joint else "ROOT"
        lines.extend([f"{kind} {names[joint]}", "{", f"OFFSET {offset}", f"CHANNELS {channels}"])
        for child in children:
            add(child)
        lines.append("}")

    add(0)
    lines += ["MOTION", f"Frames: {len(rotmats)}", f"Frame Time: {frame_time}"]
    rows = np.concatenate([root, angles[:, written].reshape(len(root), -1)], axis=1)
    lines += [" ".join(f"{v:.8f}" for v in row) for row in rows]
    return "\n".join(lines) + "\n"


CMU_NAMES = [
    "Hips",
    "LHipJoint",
    "LeftUpLeg",
    "LeftLeg",
    "LeftFoot",
    "LeftToeBase",
    "end1",
    "RHipJoint",
    "RightUpLeg",
    "RightLeg",
    "RightFoot",
    "RightToeBase",
    "end2",
    "LowerBack",
    "Spine",
    "Spine1",
    "Neck",
    "Neck1",
    "Head",
    "end3",
    "LeftShoulder",
    "LeftArm",
    "LeftForeArm",
    "LeftHand",
    "LeftFingerBase",
    "LeftHandIndex1",
    "end4",
    "LThumb",
    "end5",
    "RightShoulder",
    "RightArm",
    "RightForeArm",
    "RightHand",
    "RightFingerBase",
    "RightHandIndex1",
    "end6",
    "RThumb",
    "end7",
]
CMU_PARENTS = [
    -1, 0, 1, 2, 3, 4, 5, 0, 7, 8, 9, 10, 11, 0, 13, 14, 15, 16, 17, 18, 15, 20, 21, 22, 23, 24, 25,
    23, 27, 15, 29, 30, 31, 32, 33, 34, 32, 36,
]  # fmt: skip
CMU_OFFSETS = np.array(
    [
        [0, 0, 0], [0, 0, 0], [1.65674, -1.80282, 0.62477], [2.5972, -7.13576, 0],
        [2.49236, -6.8477, 0], [0.19704, -0.54136, 2.14581], [0, 0, 1.11249], [0, 0, 0],
        [-1.6107, -1.80282, 0.62476], [-2.59502, -7.12977, 0], [-2.4678, -6.78024, 0],
        [-0.23024, -0.63258, 2.13368], [0, 0, 1.11569], [0, 0, 0], [0.01961, 2.0545, -0.14112],
        [0.01021, 2.06436, -0.05921], [0, 0, 0], [0.00713, 1.56711, 0.14968],
        [0.03429, 1.56041, -0.10006], [0.01305, 1.6256, -0.05265], [0, 0, 0],
        [3.54205, 0.90436, -0.17364], [4.86513, 0, 0], [3.35554, 0, 0], [0, 0, 0],
        [0.66117, 0, 0], [0.53306, 0, 0], [0, 0, 0], [0.5412, 0, 0.5412], [0, 0, 0],
        [-3.49802, 0.75994, -0.32616], [-5.02649, 0, 0], [-3.36431, 0, 0], [0, 0, 0],
        [-0.73041, 0, 0], [-0.58887, 0, 0], [0, 0, 0], [-0.59786, 0, 0.59786],
    ]
)  # fmt: skip
"""CMU's skeleton as its motion is dumped for learning, in CMU's own unit (0.056444 m)."""


def cmu_bvh(rows: np.ndarray) -> str:
    """BVH text of CMU's 117 columns (T, 117): root xyz, then 38 exponential maps of row vectors."""
    rotmats = rotvec_to_rotmat(-rows[:, 3:].reshape(-1, 38, 3))
    return write_bvh(CMU_NAMES, CMU_PARENTS, CMU_OFFSETS, rotmats, rows[:, :3], ".0083333")
