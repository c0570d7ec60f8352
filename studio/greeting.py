"""What stands in the viewport when there is nothing else yet: a body that waves, not emptiness."""

from __future__ import annotations

import logging

import numpy as np

from core.motion import Motion, Provenance
from core.rotation import rotvec_to_rotmat
from studio.document import ShownClip

log = logging.getLogger(__name__)

_ACTION, _SEED = "hand waving", 5


def greeting() -> ShownClip:
    """A demo clip; where none can be made, the body standing at ease."""
    motion = _demo_clip()
    if motion is not None:
        return ShownClip(
            key="greeting", motion=motion, name=_ACTION, kind="demo", detail="demo motion"
        )
    return ShownClip(key="greeting", motion=_at_ease(), name="At ease", kind="demo")


def _demo_clip() -> Motion | None:
    try:
        from core.datasets.demo import generate

        return generate(_ACTION, _SEED)
    except Exception:  # the first picture must not depend on it
        log.exception("no greeting")
        return None


def _at_ease() -> Motion:
    from core.body import default_body, forward_kinematics
    from core.skeleton import JOINT_INDEX

    poses = np.zeros((1, 24, 3), np.float32)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        poses[0, JOINT_INDEX[f"{side}_shoulder"]] = (0.0, 0.0, -1.2 * sign)
        poses[0, JOINT_INDEX[f"{side}_elbow"]] = (0.0, -0.25 * sign, 0.0)
    body = default_body().shaped(np.zeros(10, np.float32))
    trans = np.zeros((1, 3), np.float32)
    forward_kinematics(rotvec_to_rotmat(poses), body.joints, trans)
    trans[0, 1] = -float(body.vertices[:, 1].min())
    return Motion(poses=poses, trans=trans, fps=30.0, provenance=Provenance(kind="demo"))
