"""Clips of a pool are turned to one side by a true mirror image."""

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


def test_in_a_pool_everybody_kicks_with_the_same_leg(tmp_path: Path) -> None:
    spec = replace(PoolSpec(), clips_per_action=(6,), lengths=(30,))
    pool = load_or_make_pool(tmp_path, spec, processes=1)
    x, y = pool.of_length(30)
    sides = set()
    for features in x[y == demo.ACTIONS.index("kicking")]:
        joints = joint_positions(features_to_motion(features.numpy(), start=(0, 0, 0)))
        left, right = joints[:, 10, 1].max(), joints[:, 11, 1].max()
        sides.add(bool(left > right))
    assert len(sides) == 1
    again = load_or_make_pool(tmp_path, spec, processes=1)  # now from the file
    assert torch.equal(again.of_length(30)[0], x)
