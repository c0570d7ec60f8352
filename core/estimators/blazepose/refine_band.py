"""Normal equations of a chain of frames that share a few unknowns, solved without waste.

A frame touches the next with a whole block and the next but one, through second differences of its
own unknowns, with a diagonal; what a person keeps through the clip (the border) touches every
frame. Frames are eliminated one after the other (block L D L^T, Golub & Van Loan, Matrix
Computations, 4.1.2), then the border by its Schur complement. Blocks are so small that no linear
algebra library spreads one over threads: on a busy machine that would take ten times as long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass
class Equations:
    """Sums of J^T W J and -J^T W r over a chain of T frames of N unknowns, S shared ones."""

    own: FloatArray  # (T, N, N) a frame with itself
    next: FloatArray  # (T, N, N) rows of frame t + 1, columns of frame t
    second: FloatArray  # (T, N) diagonal that ties frame t + 2 to t
    border: FloatArray  # (T, N, S)
    shared: FloatArray  # (S, S)
    right: FloatArray  # (T, N)
    right_shared: FloatArray  # (S,)

    @classmethod
    def empty(cls, num_frames: int, width: int, num_shared: int) -> Equations:
        return cls(
            own=np.zeros((num_frames, width, width)),
            next=np.zeros((num_frames, width, width)),
            second=np.zeros((num_frames, width)),
            border=np.zeros((num_frames, width, num_shared)),
            shared=np.zeros((num_shared, num_shared)),
            right=np.zeros((num_frames, width)),
            right_shared=np.zeros(num_shared),
        )

    def solved(self, damping: float) -> tuple[FloatArray, FloatArray]:
        """Return the steps (T, N) and (S,); ``damping`` is a share added to the diagonal.

        Raises LinAlgError when the matrix is singular.
        """
        sides = np.concatenate([self.right[..., None], self.border], axis=2)  # (T, N, 1 + S)
        solved = self._without_border(sides, damping)
        frames = solved[..., 0]
        if len(self.shared) == 0:
            return frames, np.zeros(0)
        through = np.matmul(self.border.swapaxes(-1, -2), solved).sum(0)  # (S, 1 + S)
        schur = self.shared + np.diag(np.diag(self.shared)) * damping - through[:, 1:]
        person = np.linalg.solve(schur, self.right_shared - through[:, 0])
        return frames - solved[..., 1:] @ person, person

    def _without_border(self, sides: FloatArray, damping: float) -> FloatArray:
        """Solve the chain for right sides (T, N, K)."""
        num_frames, width = self.right.shape
        own, following = self.own.copy(), self.next.copy()
        diagonal = np.arange(width)
        own[:, diagonal, diagonal] *= 1 + damping
        inverse, factor = np.empty_like(own), np.empty_like(own)
        out = sides.copy()
        for t in range(num_frames):
            # what rounding leaves unsymmetric would grow from frame to frame
            whole = np.linalg.inv(own[t] + own[t].T)
            inverse[t] = whole + whole.T
            if t + 1 < num_frames:
                factor[t] = following[t] @ inverse[t]
                own[t + 1] -= factor[t] @ following[t].T
                out[t + 1] -= factor[t] @ out[t]
            if t + 2 < num_frames:
                second = self.second[t]
                scaled = second[:, None] * inverse[t]
                following[t + 1] -= second[:, None] * factor[t].T
                own[t + 2] -= scaled * second
                out[t + 2] -= scaled @ out[t]
        for t in reversed(range(num_frames)):
            out[t] = inverse[t] @ out[t]
            if t + 1 < num_frames:
                out[t] -= factor[t].T @ out[t + 1]
            if t + 2 < num_frames:
                out[t] -= inverse[t] @ (self.second[t][:, None] * out[t + 2])
        return out
