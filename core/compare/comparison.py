"""The comparison itself: differences per joint and frame, and where they are largest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.body import joint_positions
from core.compare.alignment import Laid, laid_over
from core.compare.options import SPACES, CompareOptions
from core.compare.timing import matched
from core.errors import StudioError
from core.motion import Motion
from core.rotation import rotvec_to_rotmat

FloatArray = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MIN_CLIPS = 2
_SHOULDER = 0.7  # a moment lasts while the difference is this share of its peak
_FOOT = 0.3  # another moment of the joint begins where the difference was below this share
_LEAST_DEGREES = 0.5  # smaller differences are no moments


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where a joint differs most: frames first..last (both included) of the common clock."""

    joint: int
    first: int
    last: int
    peak_frame: int
    value: float
    unit: str = "°"


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """N clips on one clock of T frames.

    frames (N, T) each clip's own frame, -1 none; aligned: the clips laid over the reference, with
    their own frames; angle (N, T, 24) degrees between local rotations (the root's: global) and
    position (N, T, 24) millimetres, both from the reference, NaN where either has no frame;
    heading (N,) degrees each was turned, scale (N,) each was scaled by: in ``position`` the whole
    body is, ``aligned`` keeps the body's own size and has only its path scaled.
    """

    options: CompareOptions
    num_frames: int
    fps: float
    frames: Ints
    aligned: tuple[Motion, ...]
    angle: FloatArray
    position: FloatArray
    heading: tuple[float, ...]
    scale: tuple[float, ...]
    timing_text: str
    space_text: str

    def ribbon(self, k: int) -> FloatArray:
        """(T,) degrees, mean of the joints; 0 where there is nothing to compare."""
        return np.asarray(np.nan_to_num(self.angle[k]).mean(axis=1))

    def mean(self, k: int) -> float:
        """Mean degrees over joints and common frames; NaN when there are none."""
        return _of_known(np.mean, self.angle[k])

    def peak(self, k: int) -> float:
        """Largest degrees of any joint in any common frame; NaN when there are none."""
        return _of_known(np.max, self.angle[k])

    def mean_position(self, k: int) -> float:
        """Mean millimetres over joints and common frames; NaN when there are none."""
        return _of_known(np.mean, self.position[k])

    def worst(self, k: int, count: int = 6) -> tuple[Moment, ...]:
        """The moments in which a clip differs most, none overlapping another of its joint."""
        left = np.nan_to_num(self.angle[k]).copy()
        found: list[Moment] = []
        while len(found) < count and left.size:
            frame, joint = np.unravel_index(int(left.argmax()), left.shape)
            value = float(left[frame, joint])
            if value < _LEAST_DEGREES:
                break
            first, last = _shoulders(left[:, joint], int(frame), _SHOULDER * value)
            found.append(
                Moment(joint=int(joint), first=first, last=last, peak_frame=int(frame), value=value)
            )
            hidden = _shoulders(left[:, joint], int(frame), _FOOT * value)  # its slopes too
            left[hidden[0] : hidden[1] + 1, joint] = 0.0
        return tuple(found)


def compare(motions: Sequence[Motion], options: CompareOptions | None = None) -> Comparison:
    """Lay clips over each other and measure how they differ from the reference.

    Raises StudioError for fewer than two clips, or settings that do not fit them.
    """
    options = options or CompareOptions()
    clips = tuple(motions)
    if len(clips) < MIN_CLIPS:
        raise StudioError("A comparison needs at least two clips.", "Choose another one too.")
    if not 0 <= options.reference < len(clips):
        raise StudioError(f"There is no clip {options.reference} to compare with.")
    if options.offsets and len(options.offsets) != len(clips):
        raise StudioError(f"{len(options.offsets)} offsets do not go with {len(clips)} clips.")
    frames, timing_text = matched(clips, options.timing, options.reference, options.offsets)
    base = frames[options.reference]
    laid: list[Laid] = []
    for k, motion in enumerate(clips):
        both = (frames[k] >= 0) & (base >= 0)
        pair = (frames[k][both], base[both])
        laid.append(
            Laid(motion)
            if k == options.reference
            else laid_over(motion, clips[options.reference], pair, options.space)
        )
    aligned = tuple(each.motion for each in laid)
    scale = tuple(each.scale for each in laid)
    angle, position = _differences(aligned, scale, frames, options.reference)
    return Comparison(
        options=options, num_frames=frames.shape[1], fps=float(clips[options.reference].fps),
        frames=frames, aligned=aligned, angle=angle, position=position,
        heading=tuple(each.heading_degrees for each in laid),
        scale=scale, timing_text=timing_text,
        space_text=SPACES[options.space],
    )  # fmt: skip


def _differences(
    aligned: tuple[Motion, ...], scale: tuple[float, ...], frames: Ints, reference: int
) -> tuple[FloatArray, FloatArray]:
    shape = (*frames.shape, 24)
    angle, position = np.full(shape, np.nan), np.full(shape, np.nan)
    local = [rotvec_to_rotmat(np.asarray(m.poses, np.float64)) for m in aligned]
    joints = [_joints(motion, by) for motion, by in zip(aligned, scale, strict=True)]
    for k in range(len(aligned)):
        both = (frames[k] >= 0) & (frames[reference] >= 0)
        mine, theirs = frames[k][both], frames[reference][both]
        apart = np.einsum("tjik,tjil->tjkl", local[reference][theirs], local[k][mine])
        cosine = (np.trace(apart, axis1=-2, axis2=-1) - 1) / 2
        skew = apart - apart.swapaxes(-1, -2)
        sine = np.linalg.norm(skew[..., (2, 0, 1), (1, 2, 0)], axis=-1) / 2
        angle[k, both] = np.degrees(np.arctan2(sine, cosine))  # exact for small angles too
        apart_mm = np.linalg.norm(joints[k][mine] - joints[reference][theirs], axis=-1)
        position[k, both] = 1e3 * apart_mm
    return angle, position


def _joints(motion: Motion, scale: float) -> FloatArray:
    """(T, 24, 3) metres, the body scaled about its pelvis, which is where the scale put it."""
    joints = np.asarray(joint_positions(motion), np.float64)
    pelvis = joints[:, :1]
    return np.asarray(pelvis + scale * (joints - pelvis))


def _of_known(measure: object, values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(measure(known)) if len(known) else float("nan")  # type: ignore[operator]


def _shoulders(curve: FloatArray, peak: int, level: float) -> tuple[int, int]:
    below = np.flatnonzero(curve < level)
    before, after = below[below < peak], below[below > peak]
    first = int(before[-1]) + 1 if len(before) else 0
    last = int(after[0]) - 1 if len(after) else len(curve) - 1
    return first, last
