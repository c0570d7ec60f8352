"""Normal equations of a chain of frames that share a few unknowns, solved without waste.

A frame touches its neighbours and their neighbours only, so the matrix is a band of blocks; what a
person keeps through the clip (the border) touches every frame. The band is factorised by Cholesky,
the border eliminated by its Schur complement (Golub & Van Loan, Matrix Computations, 4.3.5, 3.2.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

REACH = 2  # frames: second differences tie a frame to the next but one


@dataclass
class Equations:
    """Sums of J^T W J and -J^T W r over a chain of T frames of N unknowns, S shared ones."""

    blocks: list[FloatArray]  # REACH + 1 of (T, N, N): [o][t] ties frame t + o (rows) to t
    border: FloatArray  # (T, N, S)
    shared: FloatArray  # (S, S)
    right: FloatArray  # (T, N)
    right_shared: FloatArray  # (S,)

    @classmethod
    def empty(cls, num_frames: int, width: int, num_shared: int) -> Equations:
        return cls(
            blocks=[np.zeros((num_frames, width, width)) for _ in range(REACH + 1)],
            border=np.zeros((num_frames, width, num_shared)),
            shared=np.zeros((num_shared, num_shared)),
            right=np.zeros((num_frames, width)),
            right_shared=np.zeros(num_shared),
        )

    def solved(self, damping: float) -> tuple[FloatArray, FloatArray]:
        """Return the steps (T, N) and (S,); ``damping`` is a share added to the diagonal.

        Raises LinAlgError when the matrix is not positive definite."""
        from scipy.linalg import cho_solve_banded, cholesky_banded

        num_frames, width, num_shared = self.border.shape
        band = _banded(self.blocks)
        band[0] *= 1 + damping
        factor = cholesky_banded(band, lower=True, overwrite_ab=True, check_finite=False)
        sides = np.concatenate([self.right[..., None], self.border], axis=2)
        solved = cho_solve_banded(
            (factor, True), sides.reshape(num_frames * width, -1), check_finite=False
        )
        if num_shared == 0:
            return solved.reshape(num_frames, width), np.zeros(0)
        border = self.border.reshape(-1, num_shared)
        schur = self.shared + np.diag(np.diag(self.shared)) * damping - border.T @ solved[:, 1:]
        person = np.linalg.solve(schur, self.right_shared - border.T @ solved[:, 0])
        frames = solved[:, 0] - solved[:, 1:] @ person
        return frames.reshape(num_frames, width), person


def _banded(blocks: list[FloatArray]) -> FloatArray:
    """Lower band (rows of diagonals) of the symmetric block matrix, as LAPACK stores it."""
    num_frames, width = blocks[0].shape[:2]
    band = np.zeros(((REACH + 1) * width, num_frames, width))
    rows, columns = np.indices((width, width)).reshape(2, -1)
    for offset, block in enumerate(blocks):
        down = offset * width + rows - columns
        keep = down >= 0
        flat = block.reshape(num_frames, -1)
        band[down[keep], :, columns[keep]] = flat[:, keep].T
    return band.reshape(-1, num_frames * width)
