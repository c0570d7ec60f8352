"""What ruins a clip is measured frame by frame, and said in words."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.spoiled import Damage, spoilt
from core.errors import StudioError
from core.motion import Motion
from core.quality import JUMPS, measure_quality, verdict
from tests.core.cleanup.motions import jogging, real, standing


def test_a_clip_without_faults_is_good_and_whole():
    quality = measure_quality(jogging())
    assert quality.quality.min() > 0.95
    assert not quality.spike.any()
    judged = verdict(jogging())
    assert judged.grade == "good"
    assert judged.reasons == ("every frame was seen and moves as a body can",)


def test_captured_clips_are_good():
    labels = {"walk": 2, "run": 2, "punch": 2, "kick": 2, "dash": 2, "slash": 2, "dance": 2}
    for clip in real(labels):
        assert verdict(clip).grade == "good"


def test_missing_frames_are_counted():
    motion = standing(100).replace(inferred=tuple(range(20, 51)))
    quality = measure_quality(motion)
    assert quality.quality[20:51].max() == 0
    assert quality.quality[51:].min() > 0.9
    judged = verdict(motion)
    assert judged.grade == "poor"
    assert judged.reasons[0] == "31 of 100 frames were not seen, up to 1.0 s at a time"


@pytest.mark.parametrize(("count", "grade"), [(3, "good"), (10, "usable"), (40, "poor")])
def test_the_more_frames_are_missing_the_worse_the_verdict(count, grade):
    frames = tuple(np.linspace(5, 95, count).astype(int))
    assert verdict(standing(100).replace(inferred=frames)).grade == grade


def test_blur_is_told_with_its_seconds():
    blur = np.ones(100)
    blur[36:60] = 0.3
    motion = standing(100).with_channels(blur=blur)
    judged = verdict(motion)
    assert judged.grade == "usable"
    assert judged.reasons == ("blurred between 1.2 s and 2.0 s",)
    quality = measure_quality(motion)
    assert quality.quality[40] == pytest.approx(0.3, abs=0.01)
    np.testing.assert_array_equal(quality.channels["blur"], blur.astype(np.float32))
    assert measure_quality(standing(100), blur=blur).quality[40] == quality.quality[40]


def test_two_blurred_places_are_both_told_of():
    blur = np.ones(200)
    blur[30:60] = blur[100:130] = 0.2
    assert verdict(standing(200).with_channels(blur=blur)).reasons == (
        "blurred between 1.0 s and 2.0 s and at 1 more place",
    )


def test_hands_that_jump_are_counted():
    motion = standing(120)
    poses = motion.poses.copy()
    poses[10:110:12, 18, 1] = -1.2
    motion = motion.replace(poses=poses)
    quality = measure_quality(motion)
    assert quality.jumps["hands"][10]
    assert not quality.jumps["feet"].any()
    assert "the hands jump 9 times" in verdict(motion).reasons
    assert verdict(motion).grade == "usable"


def test_frame_rate_does_not_decide_what_jumps():
    for fps in (25.0, 30.0, 60.0, 120.0):
        time = np.arange(round(2 * fps)) / fps
        motion = standing(len(time), fps)
        poses = motion.poses.copy()
        poses[:, 16, 1] = 0.9 * np.sin(2 * np.pi * 2 * time)  # a fast wave of the arm
        assert not measure_quality(motion.replace(poses=poses)).spike.any()


def test_low_confidence_lowers_the_quality_and_the_verdict():
    motion = standing(60).replace(confidence=np.full(60, 0.4))
    assert 0.1 < measure_quality(motion).quality.mean() < 0.5
    assert verdict(motion).grade == "poor"
    assert "40% confidence" in " ".join(verdict(motion).reasons)


def test_sliding_feet_are_worth_a_word():
    judged = verdict(standing(90, sway=0.2))
    assert judged.grade == "usable"
    assert "cm/s while they stand" in judged.reasons[0]


def test_a_blink_is_too_short():
    assert verdict(standing(10)).grade == "poor"
    assert "lasts only 0.3 s" in verdict(standing(10)).reasons[0]


def test_a_thoroughly_spoilt_clip_is_not_good():
    bad = spoilt(jogging(), 0, Damage(spikes=12)).motion
    assert verdict(bad).grade != "good"


def test_channels_fit_the_motion_and_the_verdict_stays():
    motion = spoilt(jogging(), 0).motion
    quality = measure_quality(motion)
    kept = motion.with_channels(**quality.channels)
    assert set(kept.channels) == {"spike", "quality"}
    assert verdict(kept) == verdict(motion)


def test_blur_of_another_length_is_a_sentence():
    with pytest.raises(StudioError, match="one number a frame, 60"):
        measure_quality(standing(60), blur=np.ones(59))


@pytest.mark.parametrize("num_frames", [1, 2, 3])
def test_the_shortest_clips_are_judged(num_frames):
    motion = Motion(poses=np.zeros((num_frames, 24, 3)), trans=np.zeros((num_frames, 3)))
    assert verdict(motion).grade == "poor"


def test_every_part_that_can_jump_has_joints_and_a_limit():
    for joints, limit in JUMPS.values():
        assert joints
        assert limit > 0
