"""Spikes: a joint or the root that jumps away for a few frames and comes back.

A variant of Hampel's rule (Hampel 1974): frames far from what the frames before and after let
expect, measured in the usual distance at that time, are replaced. The expectation is a cubic, not a
median: a median takes the turning points of fast movement for spikes. Distances are taken between
rotation matrices, which have neither the signs of quaternions nor the jumps of axis-angle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.cleanup.signals import runs
from core.motion import Motion
from core.rotation import quat_to_rotvec, rotvec_to_quat, rotvec_to_rotmat, slerp_quat

FloatArray = npt.NDArray[np.float64]
FloatArray32 = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_LONGEST_SECONDS = 0.1  # what stays away longer may be a movement
_SCALE_SECONDS = 1.0  # over which the usual distance is taken
_ROTATION_FLOOR = np.radians(20.0)  # at strength 0.5: nobody would call less a spike
_ROOT_FLOOR = 0.08  # metres, likewise
_TIMES_USUAL = 8.0  # likewise; all three are divided by the root of twice the strength
_AT_ONCE = 4096  # frames searched together: bounds the memory
_ROUNDS = 2  # small spikes hide beside large ones
_WHOLE_BODY = 0.4  # share of the joints that makes a frame an outlier as a whole


@dataclass(frozen=True, eq=False)
class Spikes:
    """What was found: rotations (T, 24) of single joints, root (T,) translation."""

    rotations: BoolArray
    root: BoolArray

    @property
    def frames(self) -> BoolArray:
        """(T,) frames with any spike."""
        return np.asarray(self.rotations.any(axis=1) | self.root)

    @property
    def whole(self) -> BoolArray:
        """(T,) frames in which so much of the body jumps that nothing in them is to be believed."""
        return np.asarray(self.rotations.mean(axis=1) >= _WHOLE_BODY)

    @property
    def count(self) -> int:
        """Number of spikes: stretches of frames, each joint by itself."""
        columns = [*self.rotations.T, self.root]
        return sum(len(runs(column)) for column in columns)


def find_spikes(motion: Motion, strength: float = 0.5) -> Spikes:
    """Find spikes; a higher ``strength`` (0..1) finds smaller ones, 0 none."""
    num_frames = motion.num_frames
    found = Spikes(np.zeros((num_frames, 24), bool), np.zeros(num_frames, bool))
    if strength <= 0:
        return found
    margin = round(2 * _SCALE_SECONDS * motion.fps) + 8
    for first in range(0, num_frames, _AT_ONCE):
        start, stop = max(first - margin, 0), min(first + _AT_ONCE + margin, num_frames)
        part = _find(motion.poses[start:stop], motion.trans[start:stop], motion.fps, strength)
        kept = slice(first, min(first + _AT_ONCE, num_frames))
        inside = slice(kept.start - start, kept.stop - start)
        found.rotations[kept], found.root[kept] = part.rotations[inside], part.root[inside]
    return found


def _find(poses: FloatArray32, trans: FloatArray32, fps: float, strength: float) -> Spikes:
    found = Spikes(np.zeros((len(poses), 24), bool), np.zeros(len(poses), bool))
    less = 1 / np.sqrt(2 * strength)
    rotmats = rotvec_to_rotmat(poses.astype(np.float64)).reshape(len(poses), 24, 9)
    root = trans.astype(np.float64)[:, None]
    lengths = range(1, max(round(_LONGEST_SECONDS * fps), 1) + 1)
    span = max(round(_SCALE_SECONDS * fps / 2), 2)
    for _ in range(_ROUNDS):
        for values, floor, mask in (
            # a turn by the angle a changes the matrix by 2 sqrt(2) sin(a / 2)
            (rotmats, np.sqrt(8) * np.sin(_ROTATION_FLOOR / 2), found.rotations),
            (root, _ROOT_FLOOR, found.root[:, None]),
        ):
            _mark(values, lengths, floor * less, _TIMES_USUAL * less, span, mask)
    return found


def _mark(
    values: FloatArray, lengths: range, floor: float, times: float, span: int, mask: BoolArray
) -> None:
    """Mark spikes of these ``lengths`` in ``mask`` (T, N) and flatten them in ``values`` (T, N, D).

    What is expected of frames comes from the cubic through the two frames before and the two after.
    Of spikes that overlap, the one farthest from what is expected of it counts: a spike also spoils
    what is expected of its neighbours, but never as much.
    """
    count = len(values)
    lengths = range(lengths.start, min(lengths.stop, count - 7))
    if not len(lengths):
        return
    off = np.zeros((len(lengths), count, values.shape[1]))  # by length and first frame
    expected = []
    for row, length in enumerate(lengths):
        nodes = np.array([-2, -1, length, length + 1])
        starts = np.arange(2, count - length - 1)
        weights = _lagrange(nodes.astype(np.float64), np.arange(length, dtype=np.float64))
        expected.append(np.einsum("lk,sknd->slnd", weights, values[starts[:, None] + nodes]))
        inside = values[starts[:, None] + np.arange(length)]
        off[row, starts] = np.linalg.norm(inside - expected[-1], axis=-1).min(axis=1)
    usual = running_median(off[0], span) * 1.4826
    reach = lengths[-1] + 1
    highest = np.pad(off.max(axis=0), ((reach, reach), (0, 0)))
    highest = np.lib.stride_tricks.sliding_window_view(highest, 2 * reach + 1, axis=0).max(axis=-1)
    far = (off > np.maximum(times * usual, floor)) & (off >= highest)
    for row, first, column in zip(*np.nonzero(far), strict=True):
        frames = np.arange(first, first + lengths[row])
        mask[frames, column] = True
        values[frames, column] = expected[row][first - 2, :, column]


def _lagrange(nodes: FloatArray, at: FloatArray) -> FloatArray:
    """(L, K) weights of the values at ``nodes`` (K,) for the polynomial's values ``at`` (L,)."""
    out = np.ones((len(at), len(nodes)))
    for k, node in enumerate(nodes):
        for other in np.delete(nodes, k):
            out[:, k] *= (at - other) / (node - other)
    return out


def without_spikes(motion: Motion, spikes: Spikes) -> Motion:
    """Put what lies between the neighbours in place of the spikes (slerp; linear for the root).

    Frames that are outliers as a whole are left to the bridging of gaps.
    """
    if not spikes.frames.any():
        return motion
    quats = rotvec_to_quat(motion.poses.astype(np.float64))
    for joint in np.flatnonzero(spikes.rotations.any(axis=0)):
        low, high, share = _neighbours(spikes.rotations[:, joint])
        quats[:, joint] = slerp_quat(quats[low, joint], quats[high, joint], share)
    poses = np.where(
        spikes.rotations[..., None], quat_to_rotvec(quats).astype(np.float32), motion.poses
    )
    low, high, share = _neighbours(spikes.root)
    trans = motion.trans[low] + share[:, None] * (motion.trans[high] - motion.trans[low])
    trans = np.where(spikes.root[:, None], trans, motion.trans)
    return motion.replace(poses=poses, trans=trans)


def running_median(values: FloatArray, reach: int) -> FloatArray:
    """(T, ...) median over 2 ``reach`` + 1 frames; near the ends of the frames there are."""
    index = np.arange(-reach, len(values) + reach)
    last = len(values) - 1
    index = np.abs(index)
    index = np.minimum(np.where(index > last, 2 * last - index, index), last)
    windows = np.lib.stride_tricks.sliding_window_view(
        values[np.maximum(index, 0)], 2 * reach + 1, 0
    )
    return np.asarray(np.partition(windows, reach, axis=-1)[..., reach])


def _neighbours(
    bad: BoolArray,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], FloatArray]:
    """Index of the good frame before and after each of (T,), and how far it lies between them."""
    frames = np.arange(len(bad))
    good = np.flatnonzero(~bad)
    if len(good) == 0:
        return frames, frames, np.zeros(len(bad))
    after = np.searchsorted(good, frames)
    high = good[np.minimum(after, len(good) - 1)]
    low = np.where(high == frames, frames, good[np.maximum(after - 1, 0)])
    low = np.where(after == 0, high, low)
    share = (frames - low) / np.maximum(high - low, 1)
    return low, high, share
