"""SMPL motion as plain arrays for research code: ``.smpl.npz`` and ``.amass.npz``.

Both hold what their layout has and nothing pickled; beside it ``up_axis`` and, as ``studio_...``,
body, betas and provenance, which other readers pass over. ``betas`` are SMPL's; the free body's own
mean nothing there, so they are zero then.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.atomic import written_whole
from core.export.prepare import body_of
from core.motion import FREE_BODY_ID, NUM_BETAS, Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat

if TYPE_CHECKING:
    from core.body import BodyModel

AMASS_JOINTS = 52  # SMPL-H: 22 of the body, 15 a hand
AMASS_BETAS = 16
_BODY_JOINTS = 22
_Y_TO_Z = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def write_smpl(motion: Motion, path: Path, *, body: BodyModel | None = None) -> None:
    """Write poses (T, 72), trans (T, 3), betas (10), gender and rate; y up. Raises FileProblem."""
    _save(path, motion, poses=motion.poses.reshape(motion.num_frames, -1), trans=motion.trans)


def write_amass(motion: Motion, path: Path, *, body: BodyModel | None = None) -> None:
    """Write AMASS's layout: poses (T, 156), hands zero, trans (T, 3), betas (16), z up.

    SMPL's two hand joints have no place in it and are left out. Raises FileProblem.
    """
    pelvis = body_of(motion, body)[1].joints[0].astype(np.float64)
    root = _Y_TO_Z @ rotvec_to_rotmat(motion.poses[:, 0].astype(np.float64))
    poses = np.zeros((motion.num_frames, AMASS_JOINTS, 3))
    poses[:, :_BODY_JOINTS] = motion.poses[:, :_BODY_JOINTS]
    poses[:, 0] = rotmat_to_rotvec(root)
    # the root turns about the rest pelvis, not the origin: turn where that is, then take it off
    trans = (motion.trans + pelvis) @ _Y_TO_Z.T - pelvis
    _save(path, motion, poses=poses.reshape(motion.num_frames, -1), trans=trans, is_amass=True)


def _save(
    path: Path, motion: Motion, *, poses: npt.NDArray, trans: npt.NDArray, is_amass: bool = False
) -> None:
    betas = np.zeros(AMASS_BETAS if is_amass else NUM_BETAS)
    if motion.body_id != FREE_BODY_ID:
        betas[:NUM_BETAS] = motion.betas
    arrays: dict[str, Any] = {
        "poses": poses.astype(np.float64),
        "trans": trans.astype(np.float64),
        "betas": betas,
        "gender": np.array("neutral"),
        "mocap_framerate" if is_amass else "fps": np.float64(motion.fps),
        "up_axis": np.array("z" if is_amass else "y"),
        "studio_body_id": np.array(motion.body_id),
        "studio_betas": motion.betas,
        "studio_provenance": np.array(motion.provenance.to_json()),
    }
    with written_whole(path) as temporary, temporary.open("wb") as stream:
        np.savez(stream, **arrays)
