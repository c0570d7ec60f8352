"""What a network says about a body on each crop, before anything is done about it.

numpy only: window, pipeline and tests exchange it without torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

NUM_JOINTS = 24


@dataclass(frozen=True, kw_only=True, eq=False)
class Regressed:
    """One body a crop, in the crop's camera axes (x right, y down, z away), float32.

    rotmats (T, 24, 3, 3): rotations of SMPL's joints relative to their parents, the first one the
    global orientation. betas (T, 10). cam (T, 3): scale s and shift tx, ty of the weak-perspective
    camera of the crop. attention (T, 24, 56, 56): where PARE looked for each joint, each map
    summing to 1; None for VIBE or where it was not asked for.
    """

    rotmats: FloatArray
    betas: FloatArray
    cam: FloatArray
    attention: FloatArray | None = None

    def __post_init__(self) -> None:
        count = len(self.rotmats)
        expected = {"rotmats": (count, NUM_JOINTS, 3, 3), "betas": (count, 10), "cam": (count, 3)}
        if self.attention is not None:
            expected["attention"] = (count, NUM_JOINTS, *self.attention.shape[2:])
        for name, shape in expected.items():
            found = getattr(self, name)
            if found.shape != shape or found.dtype != np.float32:
                raise ValueError(f"{name} must be {shape} float32, got {found.shape} {found.dtype}")

    def __len__(self) -> int:
        return len(self.rotmats)

    def __getitem__(self, chosen: slice) -> Regressed:
        return Regressed(
            rotmats=self.rotmats[chosen],
            betas=self.betas[chosen],
            cam=self.cam[chosen],
            attention=None if self.attention is None else self.attention[chosen],
        )

    @staticmethod
    def joined(parts: Sequence[Regressed]) -> Regressed:
        """One after the other; attention is kept where all have it."""
        maps = [part.attention for part in parts if part.attention is not None]
        return Regressed(
            rotmats=np.concatenate([part.rotmats for part in parts]),
            betas=np.concatenate([part.betas for part in parts]),
            cam=np.concatenate([part.cam for part in parts]),
            attention=np.concatenate(maps) if maps and len(maps) == len(parts) else None,
        )
