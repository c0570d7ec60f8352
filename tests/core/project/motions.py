"""Small motions for the tests of projects."""

from __future__ import annotations

import numpy as np

from core.motion import Kind, Motion, Provenance


def small_motion(seed: int = 0, num_frames: int = 6, *, label: str = "", kind: Kind = "generated"):
    """A random motion with provenance; different seeds give different arrays."""
    generator = np.random.default_rng(seed)
    return Motion(
        poses=generator.normal(size=(num_frames, 24, 3)) * 0.3,
        trans=generator.normal(size=(num_frames, 3)),
        fps=20.0,
        provenance=Provenance(kind=kind, label=label, seed=seed),
    )
