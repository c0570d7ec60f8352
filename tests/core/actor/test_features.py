"""Features and motions are two writings of the same thing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from core.actor.features import (
    features_to_motion,
    motion_to_features,
    placed_on_floor,
    turned_over,
)
from core.body import floor_height, joint_positions
from core.errors import ModelProblem, StudioError
from core.motion import Motion


def motion(num_frames: int = 9, seed: int = 0) -> Motion:
    rng = np.random.default_rng(seed)
    return Motion(
        poses=rng.normal(0, 0.6, (num_frames, 24, 3)), trans=rng.normal(0, 1, (num_frames, 3))
    )


def test_a_motion_comes_back_from_its_features() -> None:
    clip = motion()
    back = features_to_motion(motion_to_features(clip), start=clip.trans[0])
    np.testing.assert_allclose(back.poses, clip.poses, atol=1e-5)
    np.testing.assert_allclose(back.trans, clip.trans, atol=1e-6)


def test_the_translation_row_starts_at_zero_and_has_three_numbers() -> None:
    features = motion_to_features(motion())
    assert features.shape == (25, 6, 9) and features.dtype == np.float32
    assert not features[24, :, 0].any() and not features[24, 3:].any()


def test_without_a_start_the_lowest_sole_stands_on_the_floor() -> None:
    assert floor_height(features_to_motion(motion_to_features(motion()))) == pytest.approx(
        0, abs=1e-4
    )
    assert floor_height(placed_on_floor(motion(seed=1))) == pytest.approx(0, abs=1e-4)


def test_turning_over_is_half_a_turn_about_x_and_its_own_inverse() -> None:
    clip = motion()
    features = motion_to_features(clip)
    np.testing.assert_array_equal(turned_over(turned_over(features)), features)
    turned = joint_positions(features_to_motion(turned_over(features), start=np.zeros(3)))
    plain = joint_positions(features_to_motion(features, start=np.zeros(3)))
    pelvis = plain[0, 0]
    np.testing.assert_allclose(turned - pelvis, (plain - pelvis) * [1, -1, -1], atol=1e-5)


def test_features_of_another_layout_are_refused() -> None:
    with pytest.raises(ModelProblem, match=r"\(24, 6, 5\)"):
        features_to_motion(np.zeros((24, 6, 5)))


def test_features_that_are_not_finite_are_refused() -> None:
    features = motion_to_features(motion())
    features[3, 0, 2] = np.nan
    with pytest.raises(StudioError, match="not finite"):
        features_to_motion(features, start=np.zeros(3))


def test_features_need_no_torch() -> None:
    code = "import sys, core.actor.features; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
