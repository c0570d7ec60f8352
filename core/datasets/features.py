"""Clips as ACTOR reads them, one after the other in one array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.actor.features import motion_to_features
from core.errors import StudioError
from core.motion import Motion

NUM_ROWS, NUM_FEATURES = 25, 6


@dataclass(frozen=True, eq=False)
class Features:
    """Clips laid end to end.

    rows (N, 25, 6) float32: 24 joints' rotations as their matrices' first two rows, and the path
    relative to the clip's first frame; clip i is ``rows[offsets[i]:offsets[i + 1]]``, offsets
    (C + 1,); labels (C,) class indices.
    """

    rows: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    label_names: tuple[str, ...]
    fps: float = 30.0
    fingerprint: str = ""

    def __post_init__(self) -> None:
        if self.rows.ndim != 3 or self.rows.shape[1:] != (NUM_ROWS, NUM_FEATURES):
            raise StudioError(f"rows must be (N, 25, 6), not {self.rows.shape}.")
        if len(self.offsets) != len(self.labels) + 1 or self.offsets[-1] != len(self.rows):
            raise StudioError("offsets do not fit rows and labels.")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """(C,) frames of each clip."""
        return np.diff(self.offsets)

    def clip(self, index: int) -> npt.NDArray[np.float32]:
        """(T, 25, 6) of one clip."""
        return self.rows[self.offsets[index] : self.offsets[index + 1]]

    def chosen(self, indices: Iterable[int]) -> Features:
        """Return some of the clips, in the given order."""
        wanted = [int(index) for index in indices]
        return joined(
            [self.clip(index) for index in wanted], self.labels[wanted], self.label_names,
            fps=self.fps, fingerprint=self.fingerprint,
        )  # fmt: skip


def joined(
    clips: Sequence[npt.NDArray[np.float32]],
    labels: npt.ArrayLike,
    label_names: Sequence[str],
    *,
    fps: float = 30.0,
    fingerprint: str = "",
) -> Features:
    """Lay clips (T, 25, 6) end to end."""
    empty = np.zeros((0, NUM_ROWS, NUM_FEATURES), np.float32)
    return Features(
        rows=np.concatenate([empty, *clips]),
        offsets=np.concatenate([[0], np.cumsum([len(clip) for clip in clips], dtype=np.int64)]),
        labels=np.asarray(labels, np.int64).reshape(-1),
        label_names=tuple(label_names),
        fps=fps,
        fingerprint=fingerprint,
    )


def rows_of(motion: Motion) -> npt.NDArray[np.float32]:
    """(T, 25, 6) of a motion, its path beginning at the origin."""
    return np.ascontiguousarray(np.moveaxis(motion_to_features(motion), -1, 0))
