"""What the fit asks of the body: agree with the points, move smoothly, stand still, stay a body.

Every function adds one term to the normal equations and returns its cost. Residuals are divided by
how far they may be off (sigma), so that the cost is half a negative log likelihood; a frame counts
for the time it lasts, so that 60 frames a second ask for the same as 30.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.estimators.blazepose import refine_limits
from core.estimators.blazepose.refine_band import Equations
from core.estimators.blazepose.refine_markers import MOVING, NUM_BETAS, NUM_MARKERS, Posed
from core.rotation import rotmat_to_rotvec

FloatArray = npt.NDArray[np.float64]

_NEAREST = 0.3  # metres: nothing is nearer to the camera


@dataclass(frozen=True, kw_only=True)
class Sigmas:
    """How far each reading may be off, one standard deviation."""

    plane: float = 0.05  # metres, points in space across the picture
    depth: float = 0.35  # metres, points in space along the view: off for seconds on end
    image: float = 0.02  # metres at the person's distance, points in the picture
    robust_space: float = 3.0  # sigmas beyond which a point counts less (Geman & McClure)
    robust_image: float = 3.0
    turn_rate: float = 60.0  # radians a second squared, of a joint
    root_turn_rate: float = 60.0
    root_rate: tuple[float, float, float] = (10.0, 10.0, 5.0)  # metres a second squared
    standing: float = 0.15  # metres a second, of a planted foot
    correction: float = 0.02  # metres, of a marker's offset
    betas: float = 2.0
    pose: float = 0.5  # of the spread in refine_limits, so far most people keep


@dataclass(frozen=True)
class Evidence:
    """What was seen of a person on an even clock, marker by marker.

    space (T, M, 3) metres in SMPL's axes, any origin; slopes (T, M, 2) x/-z and y/-z in the
    picture; sure (T, M) how far a point is to be believed; depth_sure (T,) the same of a frame's
    depths; distance (T,) metres to the person; standing (T, 2) how far left and right foot are
    planted; fps.
    """

    space: FloatArray
    slopes: FloatArray
    sure: FloatArray
    depth_sure: FloatArray
    distance: FloatArray
    standing: FloatArray
    fps: float

    def part(self, start: int, stop: int) -> Evidence:
        """Return the frames from ``start`` up to ``stop``."""
        rows = slice(start, stop)
        return replace(
            self,
            space=self.space[rows],
            slopes=self.slopes[rows],
            sure=self.sure[rows],
            depth_sure=self.depth_sure[rows],
            distance=self.distance[rows],
            standing=self.standing[rows],
        )


@dataclass(frozen=True)
class Slopes:
    """Derivatives of the markers: pose (T, 3M, N) by a frame's unknowns, person (T, 3M, S).

    person is None where the person is known already.
    """

    pose: FloatArray
    person: FloatArray | None

    def through(self, change: Callable[[FloatArray], FloatArray]) -> Slopes:
        """Return the derivatives of residuals; ``change`` maps (T, M, 3, K) to (T, M, D, K)."""

        def flat(part: FloatArray) -> FloatArray:
            shaped = change(part.reshape(len(part), NUM_MARKERS, 3, -1))
            return shaped.reshape(len(part), -1, part.shape[-1])

        return Slopes(flat(self.pose), None if self.person is None else flat(self.person))


def add_residuals(to: Equations, slopes: Slopes, left: FloatArray, weight: FloatArray) -> None:
    """Add residuals ``left`` (T, R) with weights (T, R) and their derivatives."""
    pose, person = slopes.pose, slopes.person
    weighted = (pose * weight[..., None]).swapaxes(-1, -2)  # (T, N, R)
    half = pose.shape[1] // 2  # products small enough to stay in one thread, see refine_band
    to.own += weighted[..., :half] @ pose[:, :half]
    to.own += weighted[..., half:] @ pose[:, half:]
    to.right -= (weighted @ left[..., None])[..., 0]
    if person is not None:
        to.border += weighted @ person
        heavy = (person * weight[..., None]).swapaxes(-1, -2)
        to.shared += (heavy @ person).sum(0)
        to.right_shared -= (heavy @ left[..., None]).sum(0)[:, 0]


def robust(left: FloatArray, weight: FloatArray, limit: float) -> tuple[FloatArray, float]:
    """Weights and cost of residuals (T, M, D) in sigmas under Geman & McClure's kernel.

    weight (T, M); the kernel acts on a point's whole residual, not on its coordinates.
    """
    square = np.sum(left * left, axis=-1) / limit**2
    cost = 0.5 * float(np.sum(weight * limit**2 * square / (1 + square)))
    return weight / (1 + square) ** 2, cost


def space(
    to: Equations | None, seen: Evidence, body: Posed, slopes: Slopes | None, sigma: Sigmas
) -> float:
    """Points in space, relative to their weighted middle, which the network does not know."""
    scale = np.full((len(seen.space), 1, 3), sigma.plane)
    scale[..., 2] = sigma.depth / np.sqrt(seen.depth_sure)[:, None]
    share = seen.sure / np.maximum(seen.sure.sum(1, keepdims=True), 1e-9)  # (T, M)

    def centred(x: FloatArray) -> FloatArray:
        return x - np.einsum("tm,tm...->t...", share, x)[:, None]

    left = (centred(body.markers) - centred(seen.space)) / scale
    weight, cost = robust(left, seen.sure * 30 / seen.fps, sigma.robust_space)
    if to is not None and slopes is not None:
        by = slopes.through(lambda part: centred(part) / scale[..., None])
        add_residuals(to, by, left.reshape(len(left), -1), np.repeat(weight, 3, 1))
    return cost


def picture(
    to: Equations | None, seen: Evidence, body: Posed, slopes: Slopes | None, sigma: Sigmas
) -> float:
    """Points in the picture, their distance taken in metres where the person is."""
    far = np.maximum(-body.markers[..., 2], _NEAREST)
    shown = body.markers[..., :2] / far[..., None]
    scale = seen.distance[:, None] / sigma.image
    left = (shown - seen.slopes) * scale[..., None]
    weight, cost = robust(left, seen.sure * 30 / seen.fps, sigma.robust_image)
    if to is not None and slopes is not None:
        into = np.zeros((*shown.shape, 3))
        into[..., 0, 0] = into[..., 1, 1] = 1.0
        into[..., 2] = shown
        into *= (scale / far)[..., None, None]
        by = slopes.through(lambda part: into @ part)
        add_residuals(to, by, left.reshape(len(left), -1), np.repeat(weight, 2, 1))
    return cost


def smoothness(
    to: Equations | None, local: FloatArray, trans: FloatArray, fps: float, sigma: Sigmas
) -> float:
    """Second differences of the joints' turns and of the root's place."""
    if len(local) < 3:
        return 0.0
    moving = local[:, MOVING]
    rates = rotmat_to_rotvec(moving[:-1].swapaxes(-1, -2) @ moving[1:])
    bend = np.diff(rates, axis=0).reshape(len(local) - 2, -1)
    left = np.concatenate([bend, np.diff(trans, n=2, axis=0)], axis=1)  # (T-2, N)
    allowed = np.full((len(MOVING), 3), sigma.turn_rate)
    allowed[0] = sigma.root_turn_rate
    scale = fps**2 / np.concatenate([allowed.ravel(), np.asarray(sigma.root_rate)])
    weight = scale**2 * 30 / fps
    if to is not None:
        axis = np.arange(left.shape[1])
        for shift, step in enumerate((1.0, -2.0, 1.0)):
            rows = slice(shift, shift + len(left))
            to.right[rows] -= step * weight * left
            to.own[rows, axis, axis] += step * step * weight
        for shift in (0, 1):
            to.next[shift : shift + len(left), axis, axis] -= 2 * weight
        to.second[: len(left)] += weight
    return 0.5 * float(np.sum(weight * left**2))


def standing(
    to: Equations | None, seen: Evidence, feet: FloatArray, pose: FloatArray | None, sigma: Sigmas
) -> float:
    """Planted feet stay: feet (T, 4, 3) are left and right ankle, left and right toes."""
    if len(feet) < 2:
        return 0.0
    firm = np.minimum(seen.standing[1:], seen.standing[:-1])[:, [0, 1, 0, 1]]  # (T-1, 4)
    weight = np.repeat(firm * (seen.fps / sigma.standing) ** 2 * 30 / seen.fps / 2, 3, axis=1)
    left = np.diff(feet, axis=0).reshape(len(feet) - 1, -1)
    if to is not None and pose is not None:
        before, after = pose[:-1], pose[1:]
        heavy_before = (before * weight[..., None]).swapaxes(-1, -2)
        heavy_after = (after * weight[..., None]).swapaxes(-1, -2)
        to.own[:-1] += heavy_before @ before
        to.own[1:] += heavy_after @ after
        to.next[:-1] -= heavy_after @ before
        to.right[:-1] += (heavy_before @ left[..., None])[..., 0]
        to.right[1:] -= (heavy_after @ left[..., None])[..., 0]
    return 0.5 * float(np.sum(weight * left**2))


def anatomy(to: Equations | None, local: FloatArray, fps: float, sigma: Sigmas) -> float:
    """Joints near their rest, and within their limits."""
    vectors = rotmat_to_rotvec(local[:, MOVING[1:]])  # (T, J, 3)
    beyond = vectors - np.clip(vectors, refine_limits.LOWEST, refine_limits.HIGHEST)
    rest = 1 / (refine_limits.USUAL * sigma.pose) ** 2
    stop = np.where(beyond == 0, 0.0, 1 / refine_limits.GIVE**2)
    share = 30 / fps
    if to is not None:
        slope = refine_limits.rotvec_slope(vectors)  # (T, J, 3, 3)
        turned = slope.swapaxes(-1, -2)
        block = turned @ ((rest + stop)[..., None] * slope)
        pull = turned @ (rest * vectors + stop * beyond)[..., None]
        for slot in range(len(MOVING) - 1):
            rows = slice(3 * slot + 3, 3 * slot + 6)
            to.own[:, rows, rows] += share * block[:, slot]
            to.right[:, rows] -= share * pull[:, slot, :, 0]
    return 0.5 * share * float(np.sum(rest * vectors**2) + np.sum(stop * beyond**2))


def personal(to: Equations | None, person: FloatArray, seconds: float, sigma: Sigmas) -> float:
    """Betas near the average body, corrections of the markers small.

    What the network misreads about a person does not average out, so time does not wash this away.
    """
    weight = np.full(len(person), sigma.correction**-2.0)
    weight[:NUM_BETAS] = sigma.betas**-2.0
    weight = weight * max(seconds, 0.5) * 30
    if to is not None and to.border.shape[2] > 0:
        to.shared += np.diag(weight)
        to.right_shared -= weight * person
    return 0.5 * float(np.sum(weight * person**2))
