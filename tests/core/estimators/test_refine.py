"""The fit of a whole track: derivatives, what it mends, what it leaves, and when it stops."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core import rotation
from core.body import default_body, forward_kinematics
from core.errors import Cancelled
from core.estimators.blazepose import refine, refine_limits
from core.estimators.blazepose import refine_markers as markers
from core.estimators.blazepose import refine_terms as terms
from core.estimators.blazepose.refine_band import Equations
from core.estimators.blazepose.refine_fit import Fitted, _cost, _moved, unknown_person
from core.progress import Progress
from tests.core.estimators.factory import LIMB_JOINTS, walk

FPS = 30.0
SHAPE = markers.Shape.of(default_body())


def place(num_frames: int) -> np.ndarray:
    time = np.arange(num_frames) / FPS
    return np.stack([0.3 * np.sin(time), 0.1 * np.cos(time), -4 - 0.3 * time], axis=1)


def person(*betas: float) -> np.ndarray:
    out = unknown_person()
    out[: len(betas)] = betas
    return out


def seen_of(local: np.ndarray, trans: np.ndarray, whose: np.ndarray) -> terms.Evidence:
    """What a perfect network would see of a body."""
    body = markers.posed(local, trans, SHAPE, whose)
    middle = body.markers.mean(1, keepdims=True)
    return terms.Evidence(
        space=body.markers - middle,
        slopes=body.markers[..., :2] / -body.markers[..., 2:],
        sure=np.ones(body.markers.shape[:2]),
        depth_sure=np.ones(len(local)),
        distance=-trans[:, 2],
        standing=np.zeros((len(local), 2)),
        fps=FPS,
    )


def limbs(local: np.ndarray, rest: np.ndarray) -> np.ndarray:
    _, joints = forward_kinematics(local, rest, np.zeros((len(local), 3)))
    return np.asarray(joints[:, LIMB_JOINTS] - joints[:, [1, 2]].mean(1, keepdims=True), float)


def shaken(local: np.ndarray, degrees: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(*local.shape[:2], 3)) * np.radians(degrees)
    return np.asarray(local @ rotation.rotvec_to_rotmat(noise))


@pytest.mark.parametrize("standing", [0.0, 0.7])
def test_the_equations_are_the_derivatives_of_the_cost(standing: float) -> None:
    rng = np.random.default_rng(0)
    local, trans = walk(5), place(5)
    whose = person(0.5, -0.3)
    seen = seen_of(local, trans, whose)
    seen.standing[:] = standing
    # plain squares, and no smoothness of turns, whose derivative holds for slow turns only
    far = terms.Sigmas(robust_space=1e6, robust_image=1e6, turn_rate=1e6, root_turn_rate=1e6)
    now = Fitted(shaken(local, 2.0), trans + 0.02 * rng.normal(size=trans.shape), whose)
    equations = Equations.empty(5, markers.NUM_POSE, markers.NUM_PERSON)
    _cost(equations, now, seen, SHAPE, far)
    for _ in range(8):
        frames = 1e-5 * rng.normal(size=(5, markers.NUM_POSE))
        own = 1e-5 * rng.normal(size=markers.NUM_PERSON)
        if standing:  # a person's size hardly makes feet slide: left out of that term
            own = 0 * own
        costs = [_cost(None, _moved(now, s * frames, s * own), seen, SHAPE, far) for s in (1, -1)]
        foretold = -2 * (np.sum(equations.right * frames) + equations.right_shared @ own)
        assert costs[0] - costs[1] == pytest.approx(foretold, rel=2e-3, abs=1e-6)


def test_the_derivative_of_a_turns_vector_is_right_at_small_and_large_angles() -> None:
    rng = np.random.default_rng(1)
    for size in (1e-5, 0.1, 1.0, 2.5):
        vector = size * rotation._normalised(rng.normal(size=(6, 3)))
        step = 1e-6 * rng.normal(size=(6, 3))
        turned = rotation.rotvec_to_rotmat(vector) @ rotation.rotvec_to_rotmat(step)
        change = rotation.rotmat_to_rotvec(turned) - vector
        foretold = (refine_limits.rotvec_slope(vector) @ step[..., None])[..., 0]
        assert np.abs(change - foretold).max() < 1e-9


def test_the_chains_solution_is_that_of_the_whole_matrix() -> None:
    rng = np.random.default_rng(2)
    num_frames, width, shared = 6, 4, 3
    size = num_frames * width
    rows = rng.normal(size=(80, size + shared))
    whole = rows.T @ rows + 50 * np.eye(size + shared)
    frame = np.arange(size) // width
    frame, own = np.divmod(np.arange(size), width)
    apart = np.abs(frame[:, None] - frame[None])
    whole[:size, :size][(apart > 2) | ((apart == 2) & (own[:, None] != own[None]))] = 0
    right = rng.normal(size=size + shared)
    equations = Equations.empty(num_frames, width, shared)
    blocks = whole[:size, :size].reshape(num_frames, width, num_frames, width)
    for t in range(num_frames):
        equations.own[t] = blocks[t, :, t]
        if t + 1 < num_frames:
            equations.next[t] = blocks[t + 1, :, t]
        if t + 2 < num_frames:
            equations.second[t] = np.diag(blocks[t + 2, :, t])
    equations.border[:] = whole[:size, size:].reshape(num_frames, width, shared)
    equations.shared[:] = whole[size:, size:]
    equations.right[:] = right[:size].reshape(num_frames, width)
    equations.right_shared[:] = right[size:]
    frames, common = equations.solved(0.0)
    assert np.allclose(np.concatenate([frames.ravel(), common]), np.linalg.solve(whole, right))


def test_a_shaken_start_comes_back_to_what_was_seen() -> None:
    local, trans = walk(40), place(40)
    seen = seen_of(local, trans, unknown_person())
    found = refine.refined(shaken(local, 8.0), trans + 0.1, seen, default_body())
    rest = SHAPE.rest
    before = np.linalg.norm(limbs(shaken(local, 8.0), rest) - limbs(local, rest), axis=-1).mean()
    after = np.linalg.norm(limbs(found.local, found.rest_joints) - limbs(local, rest), axis=-1)
    assert after.mean() < 0.025 < 0.04 < before
    assert np.abs(found.trans - trans).max() < 0.15


def test_betas_follow_the_length_of_bones_and_stay_within_three() -> None:
    local, trans = walk(30), place(30)
    tall = refine.refined(local, trans, seen_of(local, trans, person(1.5)), default_body())
    assert 0.8 < tall.betas[0] < 1.8
    giant = refine.refined(local, trans, seen_of(local, trans, person(9.0)), default_body())
    assert np.abs(giant.betas).max() <= 3.0
    assert giant.betas[0] > 2.5


def test_one_persons_bones_are_the_same_in_every_window(monkeypatch: pytest.MonkeyPatch) -> None:
    local, trans = walk(100), place(100)
    seen = seen_of(local, trans, person(1.0))
    whole = refine.refined(local, trans, seen, default_body())
    monkeypatch.setattr(refine, "_WINDOW", 40)
    monkeypatch.setattr(refine, "_OVERLAP", 10)
    monkeypatch.setattr(refine, "_MEASURED", 30)
    found = refine.refined(local, trans, seen, default_body())
    assert found.local.shape == (100, 24, 3, 3)
    assert np.abs(found.betas - whole.betas).max() < 0.3
    away = limbs(found.local, found.rest_joints) - limbs(whole.local, whole.rest_joints)
    assert np.linalg.norm(away, axis=-1).max() < 0.03
    path = np.linalg.norm(np.diff(found.trans, n=2, axis=0), axis=-1)
    assert path.max() < 0.01  # no step where windows meet


@pytest.mark.parametrize("num_frames", [300, 341, 899, 5000])
def test_windows_cover_every_frame_and_overlap(num_frames: int) -> None:
    spans = refine._spans(num_frames)
    assert spans[0][0] == 0
    assert spans[-1][1] == num_frames
    for (_, stop), (first, _) in pairwise(spans):
        assert stop - first >= refine._OVERLAP - 1


def test_depth_that_trembles_is_not_followed() -> None:
    local, trans = walk(40), place(40)
    seen = seen_of(local, trans, unknown_person())
    seen.space[..., 2] += 0.1 * np.random.default_rng(3).normal(size=seen.space.shape[:2])
    found = refine.refined(local, trans, seen, default_body())
    away = limbs(found.local, found.rest_joints) - limbs(local, SHAPE.rest)
    assert np.linalg.norm(away, axis=-1).mean() < 0.03


def test_points_that_are_far_off_hardly_count() -> None:
    local, trans = walk(40), place(40)
    seen = seen_of(local, trans, unknown_person())
    quiet = refine.refined(local, trans, seen, default_body())
    wild = np.random.default_rng(4).random(seen.sure.shape) < 0.05
    seen.slopes[wild] += 0.3  # more than a metre at the person's distance
    seen.space[wild] += 0.8
    found = refine.refined(local, trans, seen, default_body())
    away = limbs(found.local, found.rest_joints) - limbs(quiet.local, quiet.rest_joints)
    assert np.linalg.norm(away, axis=-1).mean() < 0.01


def test_knees_bent_the_wrong_way_are_straightened() -> None:
    local, trans = walk(30), place(30)
    local[:, 4] = rotation.rotvec_to_rotmat(np.array([-0.5, 0, 0]))
    found = refine.refined(local, trans, seen_of(local, trans, unknown_person()), default_body())
    bends = rotation.rotmat_to_rotvec(found.local[:, [4, 5]])[..., 0]
    assert np.degrees(bends.min()) > -15


def test_a_repaired_frame_begins_on_its_neighbours_side() -> None:
    local = walk(11)
    wrong = local.copy()
    wrong[3:8, 18] = rotation.rotvec_to_rotmat(np.array([0, 2.0, 0]))
    sure = np.ones(11)
    sure[3:8] = 0.1
    begun = refine._between_the_sure(wrong, sure)
    assert np.allclose(begun[[0, 1, 2, 8, 9, 10]], local[[0, 1, 2, 8, 9, 10]], atol=1e-9)
    turn = rotation.rotmat_to_rotvec(np.swapaxes(begun[:, 18], -1, -2) @ local[:, 18])
    assert np.linalg.norm(turn, axis=-1).max() < 0.5


@pytest.mark.parametrize("num_frames", [1, 2, 3])
def test_tracks_of_a_few_frames_are_fitted_too(num_frames: int) -> None:
    local, trans = walk(num_frames), place(num_frames)
    found = refine.refined(local, trans, seen_of(local, trans, person(0.5)), default_body())
    assert found.local.shape == (num_frames, 24, 3, 3)
    assert np.isfinite(found.local).all()


def test_the_fit_tells_how_far_it_is_and_can_be_stopped() -> None:
    local, trans = walk(10), place(10)
    seen = seen_of(local, trans, unknown_person())
    told: list[float] = []
    report = Progress(report=lambda share, text, preview=None: told.append(share))
    refine.refined(shaken(local, 5.0), trans, seen, default_body(), progress=report)
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(Cancelled):
        refine.refined(
            local, trans, seen, default_body(), progress=Progress(is_cancelled=lambda: True)
        )


def test_limits_of_the_right_side_mirror_the_left() -> None:
    names = list(markers.MOVING[1:])
    left, right = names.index(18), names.index(19)
    assert np.allclose(refine_limits.LOWEST[left, 1], -refine_limits.HIGHEST[right, 1])
    assert np.allclose(refine_limits.LOWEST[left, 0], refine_limits.LOWEST[right, 0])
    assert (refine_limits.LOWEST < refine_limits.HIGHEST).all()


def test_rounding_does_not_grow_along_a_stiff_chain() -> None:
    rng = np.random.default_rng(5)
    num_frames, width = 60, 20
    second_difference = np.diff(np.eye(num_frames), n=2, axis=0)
    stiff = second_difference.T @ second_difference
    equations = Equations.empty(num_frames, width, 0)
    rows = rng.normal(size=(num_frames, 2 * width, width))
    equations.own[:] = rows.swapaxes(-1, -2) @ rows
    scale = 10.0 ** rng.uniform(0, 6, width)
    for t in range(num_frames):
        equations.own[t] += np.diag(stiff[t, t] * scale)
        if t + 1 < num_frames:
            equations.next[t] = np.diag(stiff[t + 1, t] * scale)
        if t + 2 < num_frames:
            equations.second[t] = stiff[t + 2, t] * scale
    equations.right[:] = rng.normal(size=(num_frames, width))
    found, _ = equations.solved(0.0)
    left = equations.right - np.einsum("tij,tj->ti", equations.own, found)
    for offset in (1, 2):
        block = equations.next if offset == 1 else equations.second[:, :, None] * np.eye(width)
        left[offset:] -= np.einsum("tij,tj->ti", block[:-offset], found[:-offset])
        left[:-offset] -= np.einsum("tji,tj->ti", block[:-offset], found[offset:])
    assert np.abs(left).max() < 1e-8
