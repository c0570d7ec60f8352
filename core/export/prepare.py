"""What every format shares: the motion as it shall appear in the file, and its body.

A function Motion -> Motion before any format is involved, so that a self-check can compare a file
with forward kinematics of the same motion and needs nothing of the writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.export.options import ExportOptions
from core.export.resample import resampled
from core.motion import NUM_BETAS, Motion

if TYPE_CHECKING:
    from core.body import BodyModel, RestBody


def body_of(motion: Motion, body: BodyModel | None = None) -> tuple[BodyModel, RestBody]:
    """Return the body to write and its shape; betas of another body are not applied."""
    from core.body import body_for

    body = body_for(motion) if body is None else body
    return body, body.shaped(motion.betas if motion.body_id == body.body_id else None)


def prepared(motion: Motion, options: ExportOptions, body: BodyModel | None = None) -> Motion:
    """Apply what the options say about the motion itself: shape, rate, place, floor, travel."""
    if options.shape == "mean":
        motion = motion.replace(betas=np.zeros(NUM_BETAS, np.float32))
    if options.fps is not None:
        motion = resampled(motion, options.fps)
    in_place = options.root_bone == "in_place"
    if not (options.start_at_origin or options.on_floor or in_place):
        return motion
    trans = motion.trans.astype(np.float64)
    pelvis = body_of(motion, body)[1].joints[0]
    if in_place:
        trans[:, [0, 2]] = -pelvis[[0, 2]]
    elif options.start_at_origin:
        trans[:, [0, 2]] -= trans[0, [0, 2]] + pelvis[[0, 2]]
    if options.on_floor:
        from core.body import floor_height

        trans[:, 1] -= floor_height(motion, body)
    return motion.replace(trans=trans)
