"""Refining a lifted motion: one fit of turns, place and body to everything that was seen.

The closed form lift takes the network's depth at its word and every frame for itself. Here bones of
one length, joints with limits, feet that stand, smooth movement and the picture decide together,
and the network's depth, which is its worst reading, decides little. Long clips are fitted in
overlapping windows, so memory is bounded; betas come from a few of them and hold for the clip.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from core import rotation
from core.body.model import BodyModel
from core.estimators.blazepose.refine_fit import ITERATIONS, Fitted, fitted, unknown_person
from core.estimators.blazepose.refine_markers import NUM_BETAS, POINTS, Shape
from core.estimators.blazepose.refine_terms import Evidence, Sigmas
from core.progress import SILENT, Progress

FloatArray = npt.NDArray[np.float64]

_WINDOW, _OVERLAP = 300, 40  # frames fitted at once, and shared with the next window
_MEASURED = 100  # frames in the middle of a window that betas are taken from
_PERSON_WINDOWS = 3  # windows of a long clip that its betas are taken from
_RAY_BELIEF = 0.5  # how far the network looks along the picture's axis instead of at the person
_LEAST_SURE = 0.02
_FIRST_DEPTH = 0.12  # metres: sigma of depth in the first steps
_FIRST_STEPS = 2
_DEPTH_MEANS = 0.5  # belief below which a frame is started from its neighbours
_FLIPPED_DEPTH = 0.1  # belief in depths of a frame that was read the wrong way round

SIGMAS = Sigmas()


@dataclass(frozen=True)
class Refined:
    """local (T, 24, 3, 3); trans (T, 3) camera axes; betas (10,); rest_joints (24, 3)."""

    local: FloatArray
    trans: FloatArray
    betas: FloatArray
    rest_joints: FloatArray


def evidence(
    points: FloatArray,
    slopes: FloatArray,
    visibility: FloatArray,
    confidence: FloatArray,
    repaired: FloatArray,
    distance: FloatArray,
    standing: FloatArray,
    fps: float,
) -> Evidence:
    """Return what the fit is made from.

    points (T, 33, 3) metres in SMPL's axes; slopes (T, 33, 2) from ``trajectory.rays``; visibility
    (T, 33); confidence (T,) of the frames, low where nothing was seen; repaired (T,) in 0..1
    where a flip was put right; distance (T,) metres along the view; standing (T, 2) from
    ``contact.planted``.
    """
    sure = np.clip(visibility, _LEAST_SURE, 1.0) * np.clip(confidence, _LEAST_SURE, 1.0)[:, None]
    return Evidence(
        space=points_along_the_view(points, slopes)[:, POINTS],
        slopes=slopes[:, POINTS],
        sure=sure[:, POINTS],
        depth_sure=1 - (1 - _FLIPPED_DEPTH) * np.clip(repaired, 0, 1),
        distance=np.maximum(distance, 0.3),
        standing=standing,
        fps=fps,
    )


def points_along_the_view(points: FloatArray, slopes: FloatArray) -> FloatArray:
    """Turn points (T, 33, 3) read from a square around a person into the camera's axes.

    The network sees the person in the middle of its square, as if the camera looked straight there;
    where the square lies off the picture's centre, what it takes for depth lies along that ray.
    Only half of that turn: with the network's own guess of the usual view, half agreed best.
    """
    middle = slopes.mean(axis=1)
    ray = np.concatenate([middle, -np.ones((len(middle), 1))], axis=1)
    turn = rotation.rotmat_to_rotvec(rotation.minimal_rotmat(np.array([0.0, 0.0, -1.0]), ray))
    return np.asarray(points @ rotation.rotvec_to_rotmat(_RAY_BELIEF * turn).swapaxes(-1, -2))


def refined(
    local: FloatArray,
    trans: FloatArray,
    seen: Evidence,
    body: BodyModel,
    *,
    sigmas: Sigmas = SIGMAS,
    progress: Progress = SILENT,
) -> Refined:
    """Fit turns (T, 24, 3, 3), translation (T, 3) in camera axes and the body's betas.

    The start must be roughly right, as ``lift`` gives it. Raises Cancelled through ``progress``.
    """
    shape = Shape.of(body)
    start = Fitted(_between_the_sure(local, seen.depth_sure), trans, unknown_person())
    spans = _spans(len(local))
    if len(spans) == 1:
        whole = _fit(start, seen, shape, sigmas, progress)
    else:
        known = progress.part(0.0, 0.3)
        person = _person(start, seen, shape, sigmas, spans, known)
        parts = []
        for index, (first, stop) in enumerate(spans):
            start_at, end_at = (0.3 + 0.7 * (index + more) / len(spans) for more in (0, 1))
            here = progress.part(start_at, end_at)
            piece = Fitted(local[first:stop], trans[first:stop], person)
            look = seen.part(first, stop)
            parts.append(_fit(piece, look, shape, sigmas, here, keep_person=True))
        whole = _joined(parts, spans, len(local))
    _told(progress, 1.0)
    betas = whole.person[:NUM_BETAS]
    return Refined(whole.local, whole.trans, betas, shape.joints(whole.person))


def _between_the_sure(local: FloatArray, sure: FloatArray) -> FloatArray:
    """Start frames whose depth means little from their sure neighbours' turns.

    A limb started on the wrong side of the picture plane would stay there: both sides look alike.
    """
    good = np.flatnonzero(sure > _DEPTH_MEANS)
    if len(good) in (0, len(local)):
        return local
    numbers = rotation.rotmat_to_rot6d_columns(local[good]).reshape(len(good), -1)
    frames = np.arange(len(local))
    after = np.clip(np.searchsorted(good, frames), 0, len(good) - 1)
    before = np.clip(after - (good[after] > frames), 0, len(good) - 1)
    span = np.maximum(good[after] - good[before], 1)
    share = ((frames - good[before]) / span)[:, None]
    mixed = (1 - share) * numbers[before] + share * numbers[after]
    return np.asarray(rotation.rot6d_columns_to_rotmat(mixed.reshape(len(local), 24, 6)))


def _fit(
    start: Fitted,
    seen: Evidence,
    shape: Shape,
    sigmas: Sigmas,
    progress: Progress,
    *,
    keep_person: bool = False,
) -> Fitted:
    """Fit one window, beginning with more belief in depth.

    The picture cannot tell a limb that points forward from one that points back; depth, however
    wrong by how much, mostly says which.
    """
    first = _FIRST_STEPS / (_FIRST_STEPS + ITERATIONS)
    begun = fitted(
        start,
        seen,
        shape,
        replace(sigmas, depth=min(sigmas.depth, _FIRST_DEPTH)),
        keep_person=keep_person,
        iterations=_FIRST_STEPS,
        on_step=partial(_told, progress.part(0.0, first)),
    )
    rest = partial(_told, progress.part(first, 1.0))
    return fitted(begun, seen, shape, sigmas, keep_person=keep_person, on_step=rest)


def _told(progress: Progress, share: float) -> None:
    progress.step(share, "Fitting the body to the points")


def _spans(num_frames: int) -> list[tuple[int, int]]:
    """Overlapping windows (first, stop) of even length that cover all frames."""
    if num_frames <= _WINDOW + _OVERLAP:
        return [(0, num_frames)]
    count = int(np.ceil((num_frames - _OVERLAP) / (_WINDOW - _OVERLAP)))
    firsts = np.linspace(0, num_frames - _WINDOW, count).astype(int)
    return [(int(first), int(first) + _WINDOW) for first in firsts]


def _person(
    start: Fitted,
    seen: Evidence,
    shape: Shape,
    sigmas: Sigmas,
    spans: list[tuple[int, int]],
    progress: Progress,
) -> FloatArray:
    """(S,) the median person of the windows seen best."""
    sure = [float(seen.sure[first:stop].mean()) for first, stop in spans]
    best = np.argsort(sure)[::-1][:_PERSON_WINDOWS]
    found = []
    for index, span in enumerate(best):
        first, stop = spans[int(span)]
        first = (first + stop - _MEASURED) // 2  # bones need fewer frames than the whole window
        stop = first + _MEASURED
        piece = Fitted(start.local[first:stop], start.trans[first:stop], start.person)
        look = seen.part(first, stop)
        here = progress.part(index / len(best), (index + 1) / len(best))
        found.append(_fit(piece, look, shape, sigmas, here).person)
    return np.asarray(np.median(found, axis=0))


def _joined(parts: list[Fitted], spans: list[tuple[int, int]], num_frames: int) -> Fitted:
    """Blend windows over where they overlap: turns as 6D numbers, which have no seams."""
    numbers = np.zeros((num_frames, 24, 6))
    trans, total = np.zeros((num_frames, 3)), np.zeros(num_frames)
    for index, (part, (first, stop)) in enumerate(zip(parts, spans, strict=True)):
        weight = np.ones(stop - first)
        if index > 0:
            shared = spans[index - 1][1] - first
            weight[:shared] = np.linspace(0, 1, shared + 2)[1:-1]
        if index < len(spans) - 1:
            shared = stop - spans[index + 1][0]
            weight[-shared:] *= np.linspace(1, 0, shared + 2)[1:-1]
        rows = slice(first, stop)
        columns = rotation.rotmat_to_rot6d_columns(part.local)
        numbers[rows] += weight[:, None, None] * columns
        trans[rows] += weight[:, None] * part.trans
        total[rows] += weight
    local = rotation.rot6d_columns_to_rotmat(numbers / total[:, None, None])
    return Fitted(local, trans / total[:, None], parts[0].person)
