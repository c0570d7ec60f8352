"""How much a body moves: tells a frozen motion from a living one.

The energy of a clip is the mean speed of its 24 joints relative to the pelvis, in metres a second.
It ignores where the body travels and how tall it stands; a frozen clip has almost none. A model's
liveliness is its samples' energy divided by its data's: 1 as lively as the data, near 0 frozen.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.body import joint_positions
from core.motion import Motion


def motion_energy(motion: Motion) -> float:
    """Return the mean speed of a clip's joints relative to its pelvis, metres a second."""
    if motion.num_frames < 2:
        return 0.0
    joints = np.asarray(joint_positions(motion), np.float64)
    joints -= joints[:, :1]
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1) * motion.fps
    return float(speed[:, 1:].mean())


def liveliness(samples: Iterable[Motion], data: Iterable[Motion]) -> float:
    """Return the mean energy of ``samples`` over that of ``data``."""
    made, real = (
        float(np.mean([motion_energy(motion) for motion in group])) for group in (samples, data)
    )
    return made / max(real, 1e-9)
