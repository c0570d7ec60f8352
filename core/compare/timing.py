"""Which frame of a clip goes with which frame of the reference.

Same video: by frame ids. Generated clips have none: one shift by cross-correlation of what the
joints do, or dynamic time warping (Sakoe & Chiba 1978) within a band.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.compare.options import Timing
from core.motion import Motion
from core.rotation import rotvec_to_rotmat

FloatArray = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FRAME_IDS = "video_frame"
"""Channel with the number of the video's frame that a frame was estimated from."""
_LEAST_OVERLAP = 0.5  # of the shorter clip, that a shift must leave
_BAND = 0.25  # of the longer clip, how far warping may stray from the diagonal
_NONE = -1


def matched(
    motions: tuple[Motion, ...], timing: Timing, reference: int, offsets: tuple[int, ...]
) -> tuple[Ints, str]:
    """Frames (N, T) of each clip on the common clock, -1 where it has none, and how in words.

    The clock ticks at the reference's rate.
    """
    fps = float(motions[reference].fps)
    clocks = [_on_rate(motion, fps) for motion in motions]
    words = ""
    if timing == "frames":
        starts, words = _same_frames(motions)
    elif timing == "shift":
        starts = [_best_shift(motions[reference], m, fps) for m in motions]
        starts = [0 if k == reference else start for k, start in enumerate(starts)]
    else:
        return _warped(motions, clocks, reference), "time warping"
    starts = [start + (offsets[k] if offsets else 0) for k, start in enumerate(starts)]
    first = min(starts)
    length = max(s + len(c) for s, c in zip(starts, clocks, strict=True)) - first
    frames = np.full((len(motions), length), _NONE, np.int64)
    for row, start, clock in zip(frames, starts, clocks, strict=True):
        row[start - first : start - first + len(clock)] = clock
    if timing == "shift":
        others = [s - starts[reference] for k, s in enumerate(starts) if k != reference]
        words = "best shift: " + ", ".join(f"{s:+d} frames" for s in others)
    return frames, words


def _on_rate(motion: Motion, fps: float) -> Ints:
    """Nearest frame of a clip at each tick of a clock."""
    if motion.fps == fps:
        return np.arange(motion.num_frames)
    count = round((motion.num_frames - 1) / motion.fps * fps) + 1
    nearest = np.round(np.arange(count) * motion.fps / fps)
    return np.minimum(nearest, motion.num_frames - 1).astype(np.int64)


def _same_frames(motions: tuple[Motion, ...]) -> tuple[list[int], str]:
    """Where each clip begins: by the video's frame ids where all have them."""
    # a results file does not say which video it is of; estimates made here do
    videos = {
        m.provenance.source_sha256 or m.provenance.source
        for m in motions
        if m.provenance.kind == "estimated"
    }
    has_ids = all(FRAME_IDS in motion.channels for motion in motions) and len(videos) <= 1
    if not has_ids:
        return [0] * len(motions), "same frames"
    rates = {float(motion.fps) for motion in motions}
    if len(rates) > 1:  # ids count the video's frames, clips have their own
        return [0] * len(motions), "same start, different rates"
    return [round(float(m.channels[FRAME_IDS][0])) for m in motions], "same frames of the video"


def features(motion: Motion) -> FloatArray:
    """(T, 23 x 9) local rotations of all joints but the root: what a body does, not where."""
    local = rotvec_to_rotmat(np.asarray(motion.poses[:, 1:], np.float64))
    return np.asarray(local.reshape(motion.num_frames, -1))


def _best_shift(reference: Motion, motion: Motion, fps: float) -> int:
    """Frames by which a clip must begin later so that both do the same: least mean distance."""
    a, b = features(reference), features(motion)[_on_rate(motion, fps)]
    least = max(2, round(_LEAST_OVERLAP * min(len(a), len(b))))
    # |a - b|^2 summed over the overlap = sums of squares - 2 x the cross-correlation
    size = len(a) + len(b)
    spectrum = np.fft.rfft(a, size, axis=0) * np.conj(np.fft.rfft(b, size, axis=0))
    cross = np.fft.irfft(spectrum, size, axis=0).sum(axis=1)
    sums_a = np.concatenate([[0], np.cumsum((a * a).sum(1))])
    sums_b = np.concatenate([[0], np.cumsum((b * b).sum(1))])
    best, best_shift = np.inf, 0
    for shift in range(least - len(b), len(a) - least + 1):
        first, stop = max(shift, 0), min(shift + len(b), len(a))
        square = sums_a[stop] - sums_a[first] + sums_b[stop - shift] - sums_b[first - shift]
        mean = (square - 2 * cross[shift % size]) / (stop - first)
        if mean < best - 1e-9 or (mean < best + 1e-9 and abs(shift) < abs(best_shift)):
            best, best_shift = mean, shift
    return best_shift


def _warped(motions: tuple[Motion, ...], clocks: list[Ints], reference: int) -> Ints:
    base = features(motions[reference])
    rows = []
    for k, (motion, clock) in enumerate(zip(motions, clocks, strict=True)):
        if k == reference:
            rows.append(clock)
        else:
            rows.append(clock[warp(base, features(motion)[clock])])
    return np.stack(rows)


def warp(a: FloatArray, b: FloatArray) -> Ints:
    """For each row of a (T, D) the row of b (S, D) that dynamic time warping puts beside it.

    Steps forward in either or both; of several rows beside one, the middle one.
    """
    rows, columns = len(a), len(b)
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    cost = np.sqrt(np.maximum(squares, 0))
    band = max(abs(rows - columns), round(_BAND * max(rows, columns))) + 1
    i, j = np.ogrid[:rows, :columns]
    cost[np.abs(i * columns / rows - j) > band] = np.inf
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(2, rows + columns + 1):  # all cells of an antidiagonal at once
        r = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        c = diagonal - r
        before = np.minimum(np.minimum(total[r - 1, c], total[r, c - 1]), total[r - 1, c - 1])
        total[r, c] = cost[r - 1, c - 1] + before
    path: list[list[int]] = [[] for _ in range(rows)]
    r_at, c_at = rows, columns
    while r_at > 0 and c_at > 0:
        path[r_at - 1].append(c_at - 1)
        steps = ((r_at - 1, c_at - 1), (r_at - 1, c_at), (r_at, c_at - 1))
        r_at, c_at = min(steps, key=lambda step: total[step])
    return np.array([beside[len(beside) // 2] for beside in path], np.int64)
