"""A mirrored clip is a true mirror image, and a pool shows both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from core.actor.features import features_to_motion, motion_to_features
from core.body import joint_positions
from core.datasets import demo
from core.skeleton import MIRROR
from training.pool import PoolSpec, load_or_make_pool, mirrored


def test_mirroring_twice_changes_nothing() -> None:
    features = motion_to_features(demo.generate("throw", 3, num_frames=20))
    assert np.array_equal(mirrored(mirrored(features)), features)


def test_the_joints_of_mirrored_features_are_the_mirror_image() -> None:
    features = motion_to_features(demo.generate("side kick", 5, num_frames=20))
    joints = joint_positions(features_to_motion(features, start=(0, 0, 0)))
    other = joint_positions(features_to_motion(mirrored(features), start=(0, 0, 0)))
    assert np.abs(other[:, list(MIRROR)] * [-1, 1, 1] - joints).max() < 2e-3


def highest_foot_is_left(x: torch.Tensor) -> list[bool]:
    """For each of (N, 25, 6, T) clips whether the left foot came higher than the right."""
    joints = [joint_positions(features_to_motion(f.numpy(), start=(0, 0, 0))) for f in x]
    return [bool(clip[:, 10, 1].max() > clip[:, 11, 1].max()) for clip in joints]


def test_a_batch_shows_clips_from_either_side(tmp_path: Path) -> None:
    spec = replace(PoolSpec(), clips_per_action=(1,), lengths=(30,))
    pool = load_or_make_pool(tmp_path, spec, processes=1)
    x, y = pool.batch(300, np.random.default_rng(0))
    sides = highest_foot_is_left(x[y == demo.ACTIONS.index("kicking")])  # all of one clip
    assert 0.2 < np.mean(sides) < 0.8


def test_a_pool_is_read_again_from_its_file(tmp_path: Path) -> None:
    spec = replace(PoolSpec(), clips_per_action=(2,), lengths=(30,))
    x, _ = load_or_make_pool(tmp_path, spec, processes=1).of_length(30)
    assert len(list(tmp_path.glob("pool-*.npz"))) == 1
    again = load_or_make_pool(tmp_path, spec, processes=1)
    assert torch.equal(again.of_length(30)[0], x)
