"""Frames seen the wrong way round are found and put right; honest frames are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from core import rotation
from core.estimators.blazepose import flips
from tests.core.estimators.factory import points_of, walk

CAMERA = np.array([1.0, -1.0, -1.0])


def seen_points(num_frames: int = 60, *, facing: float = 0.4) -> np.ndarray:
    """World points in camera axes of somebody marching, turned by ``facing``, with noise."""
    turn = rotation.rotvec_to_rotmat(np.array([0.0, facing, 0.0]))
    noise = np.random.default_rng(0).normal(0, 0.01, (num_frames, 33, 3))
    return (points_of(walk(num_frames)) @ turn.T + noise) * CAMERA


def repair(world: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    num_frames = len(world)
    times = np.arange(num_frames) / 30
    mended, image, visibility, flipped = flips.repaired(
        world, world[..., :2].copy(), np.ones((num_frames, 33)), times
    )
    assert np.allclose(image, mended[..., :2])  # points of the picture are exchanged alike
    assert visibility.shape == (num_frames, 33)
    return mended, flipped


@pytest.mark.parametrize("facing", [0.0, 0.8, 1.5, 3.1])
def test_honest_frames_are_left_alone(facing: float) -> None:
    world = seen_points(facing=facing)
    mended, flipped = repair(world)
    assert not flipped.any()
    assert np.array_equal(mended, world)


def test_somebody_who_turns_round_is_left_alone() -> None:
    points = points_of(walk(60))
    turn = rotation.rotvec_to_rotmat(np.linspace(0, 2 * np.pi, 60)[:, None] * [[0, 1.0, 0]])
    world = np.einsum("tij,tpj->tpi", turn, points) * CAMERA
    assert not repair(world)[1].any()


@pytest.mark.parametrize("reading", range(1, len(flips._READINGS)))
@pytest.mark.parametrize("where", ["one frame", "every other frame", "a run of frames"])
def test_flipped_frames_are_put_right(reading: int, where: str) -> None:
    world = seen_points(facing=0.5)
    bad = {
        "one frame": np.array([20]),
        "every other frame": np.arange(15, 50, 2),
        "a run of frames": np.arange(20, 32),
    }[where]
    flip = flips._READINGS[reading]
    broken = world.copy()
    broken[bad] = world[bad][:, flip.order]
    if flip.mirrored:
        broken[bad, :, 2] *= -1
    mended, flipped = repair(broken)
    assert np.flatnonzero(flipped).tolist() == bad.tolist()
    assert np.abs(mended - world).max() < 1e-9
