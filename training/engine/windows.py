"""Which frames of which clips a step sees: drawn anew every epoch, from (seed, epoch) alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.config import TrainConfig

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class EpochPlan:
    """One random window of every clip, in random order (C clips).

    order (C,) clip indices; starts (C,) first frames; lengths (C,) frames; mirrored (C,) bool, all
    by place in the order.
    """

    order: Ints
    starts: Ints
    lengths: Ints
    mirrored: npt.NDArray[np.bool_]

    @classmethod
    def drawn(cls, config: TrainConfig, clip_lengths: Ints, epoch: int) -> EpochPlan:
        """Draw the plan of an epoch for clips of these lengths (C,)."""
        rng = np.random.default_rng([config.seed, epoch])
        count = len(clip_lengths)
        order = rng.permutation(count)
        if config.variable_lengths:
            lengths = rng.integers(config.min_frames, config.max_frames + 1, count)
        else:
            lengths = np.full(count, config.num_frames)
        room = np.maximum(clip_lengths[order] - lengths, 0)
        starts = (rng.random(count) * (room + 1)).astype(np.int64)
        mirrored = rng.random(count) < (0.5 if config.mirror else -1.0)
        return cls(order, starts, lengths, mirrored)

    @classmethod
    def first_windows(cls, clips: Sequence[int], num_frames: int) -> EpochPlan:
        """The windows at the beginning of some clips, in order."""
        count = len(clips)
        return cls(
            order=np.asarray(clips, np.int64),
            starts=np.zeros(count, np.int64),
            lengths=np.full(count, num_frames, np.int64),
            mirrored=np.zeros(count, bool),
        )

    def num_batches(self, batch_size: int) -> int:
        """Steps in the epoch; the last may be smaller."""
        return -(-len(self.order) // batch_size)

    def part(self, first: int, stop: int) -> EpochPlan:
        """The places from ``first`` up to ``stop``."""
        rows = slice(first, stop)
        return EpochPlan(
            self.order[rows], self.starts[rows], self.lengths[rows], self.mirrored[rows]
        )

    def rows(self, offsets: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Rows of the clips laid end to end, (B, T), and which are valid (B, T).

        A clip shorter than its window holds its last frame, as published; frames after a window's
        end are padding.
        """
        longest = int(self.lengths.max(initial=1))
        frame = np.arange(longest)
        begins, ends = offsets[self.order], offsets[self.order + 1] - 1
        rows = np.minimum((begins + self.starts)[:, None] + frame, ends[:, None])
        return rows, frame < self.lengths[:, None]
