"""Spikes are found and taken out; movement, however fast, is not a spike."""

from __future__ import annotations

import numpy as np
import pytest

from core.cleanup.outliers import find_spikes, running_median, without_spikes
from tests.core.cleanup.motions import angles, jogging, real, standing


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_joint_that_jumps_for_a_moment_is_put_back(length):
    truth = jogging()
    poses = truth.poses.copy()
    poses[30 : 30 + length, 18] += [1.2, 0.0, 0.4]
    spoilt = truth.replace(poses=poses)
    spikes = find_spikes(spoilt)
    assert set(np.flatnonzero(spikes.rotations[:, 18])) == set(range(30, 30 + length))
    assert spikes.rotations.sum() == length
    assert spikes.count == 1
    mended = without_spikes(spoilt, spikes)
    assert angles(mended, truth).max() < 0.1


def test_a_root_that_jumps_for_a_moment_is_put_back():
    truth = jogging()
    trans = truth.trans.copy()
    trans[40] += [0.0, 0.0, 0.5]
    spikes = find_spikes(truth.replace(trans=trans))
    assert np.flatnonzero(spikes.root).tolist() == [40]
    mended = without_spikes(truth.replace(trans=trans), spikes)
    assert np.abs(mended.trans - truth.trans).max() < 0.02


@pytest.mark.parametrize("fps", [30.0, 60.0])
def test_a_spike_across_half_a_turn_leaves_no_trace_in_the_signs(fps):
    truth = standing(90, fps)
    poses = truth.poses.copy()
    poses[:, 0, 1] = 3.0
    truth = truth.replace(poses=poses)
    poses[40, 0] = [0.0, -2.9, 0.0]  # 22 degrees away, but the axis-angle's other end
    mended = without_spikes(truth.replace(poses=poses), find_spikes(truth.replace(poses=poses)))
    assert angles(mended, truth).max() < 0.02


def test_fast_movement_is_not_a_spike():
    clips = real({"punch": 2, "kick": 2, "dash": 2, "run": 2, "slash": 2})
    frames = sum(clip.num_frames for clip in clips)
    found = sum(find_spikes(clip).count for clip in clips)
    assert found / (frames * 25) < 1e-3


def test_more_strength_finds_smaller_spikes_and_none_finds_none():
    truth = jogging()
    poses = truth.poses.copy()
    poses[30, 18] += [0.3, 0.0, 0.0]
    spoilt = truth.replace(poses=poses)
    assert find_spikes(spoilt, 0.0).count == 0
    assert find_spikes(spoilt, 0.1).count == 0
    assert find_spikes(spoilt, 1.0).count >= 1


def test_a_frame_in_which_the_whole_body_jumps_is_named():
    truth = jogging()
    poses = truth.poses.copy()
    poses[30] += np.random.default_rng(0).normal(scale=0.8, size=(24, 3))
    assert np.flatnonzero(find_spikes(truth.replace(poses=poses)).whole).tolist() == [30]


def test_short_clips_are_left_alone():
    assert find_spikes(standing(4)).count == 0


def test_the_running_median_is_the_median():
    values = np.random.default_rng(1).normal(size=(20, 2))
    expected = np.median(values[3:8], axis=0)
    np.testing.assert_allclose(running_median(values, 2)[5], expected)


def test_a_long_clip_is_searched_in_parts_without_seams(monkeypatch):
    truth = jogging(num_frames=400)
    poses = truth.poses.copy()
    for frame in (99, 100, 199, 301):
        poses[frame, 18] += [1.2, 0.0, 0.4]
    spoilt = truth.replace(poses=poses)
    whole = find_spikes(spoilt)
    monkeypatch.setattr("core.cleanup.outliers._AT_ONCE", 100)
    np.testing.assert_array_equal(find_spikes(spoilt).rotations, whole.rotations)
    assert np.flatnonzero(whole.rotations[:, 18]).tolist() == [99, 100, 199, 301]
