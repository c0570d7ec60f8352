"""The demo actions keep what an animator promises: feet stay, joints bend as joints do."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
import pytest

from core.body import joint_positions
from core.body.skinning import lowest_points
from core.datasets import demo
from core.datasets.demo.limits import excess, missing
from core.errors import StudioError
from core.motion import Motion
from core.skeleton import JOINT_INDEX

SEEDS = range(8)
TOUCHING = 0.004
"""Metres over its height on the floor below which the ball of a foot counts as planted."""
BALLS = (JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"])
NAMES = (
    "pick up", "throw", "sit down", "stand up", "cheer up", "hand waving", "kicking", "salute",
    "squat down", "shake fist", "running on the spot", "butt kicks", "side kick",
)  # fmt: skip


@pytest.fixture(scope="module", params=demo.ACTIONS)
def clips(request: pytest.FixtureRequest) -> list[Motion]:
    return [demo.generate(request.param, seed, num_frames=60) for seed in SEEDS]


def plants(motion: Motion) -> list[np.ndarray]:
    """Paths (N, 3) of a ball of the foot while it stands, for every stand of 3 frames or more."""
    joints = joint_positions(motion)
    floor = joint_positions(demo.generate("salute", 0, 2))[0, list(BALLS), 1].min()
    runs = []
    for ball in BALLS:
        path = joints[:, ball]
        down = path[:, 1] < floor + TOUCHING
        frames = groupby(range(len(path)), key=lambda t: bool(down[t]))
        runs += [path[list(group)] for stands, group in frames if stands]
    return [run for run in runs if len(run) >= 3]


def test_the_labels_are_ntu13s_in_its_order() -> None:
    assert demo.ACTIONS == NAMES


def test_a_planted_foot_moves_less_than_five_millimetres(clips: list[Motion]) -> None:
    moves = [
        np.linalg.norm(run - run.mean(axis=0), axis=-1).max()
        for clip in clips
        for run in plants(clip)
    ]
    assert moves, "no foot ever stands"
    assert max(moves) < 0.005


def test_no_joint_leaves_its_limits(clips: list[Motion]) -> None:
    for clip in clips:
        assert not {joint: over for joint, over in excess(clip).items() if over > 0.0}


def test_nothing_goes_a_centimetre_under_the_floor(clips: list[Motion]) -> None:
    for clip in clips[:4]:
        assert lowest_points(clip).min() > -0.01


def test_somebody_stands_on_the_floor_nearly_all_the_time(clips: list[Motion]) -> None:
    for clip in clips[:4]:
        standing = np.abs(lowest_points(clip)) < 0.015
        assert standing.mean() > (0.3 if clip.provenance.label == "cheer up" else 0.8)


def test_accelerations_stay_human(clips: list[Motion]) -> None:
    for clip in clips:
        jerks = np.diff(joint_positions(clip), 2, axis=0) * clip.fps**2
        speeds = np.linalg.norm(jerks, axis=-1)
        assert speeds.max() < 450.0  # m/s^2; a kicked foot reaches 300 to 400
        assert speeds[:, 0].max() < 70.0  # the pelvis


def test_seeds_make_different_clips(clips: list[Motion]) -> None:
    for one, other in pairwise(clips):
        assert np.abs(one.poses - other.poses).max() > 0.1


def test_both_sides_act_over_the_seeds(clips: list[Motion]) -> None:
    label = clips[0].provenance.label
    assert {demo.is_mirrored(label, seed) for seed in range(30)} == {True, False}


def test_a_clip_says_where_it_comes_from(clips: list[Motion]) -> None:
    provenance = clips[3].provenance
    assert (provenance.kind, provenance.seed, provenance.num_frames) == ("demo", 3, 60)
    assert provenance.label in demo.ACTIONS


def test_the_same_seed_makes_the_same_clip() -> None:
    for label in demo.ACTIONS:
        one, other = (demo.generate(label, 42, 45) for _ in range(2))
        assert np.array_equal(one.poses, other.poses)
        assert np.array_equal(one.trans, other.trans)


@pytest.mark.parametrize("num_frames", [2, 20, 45, 80, 150])
def test_any_length_is_made_and_stays_within_the_limits(num_frames: int) -> None:
    for label in demo.ACTIONS:
        clip = demo.generate(label, 5, num_frames)
        assert clip.num_frames == num_frames
        assert max(excess(clip).values()) == 0.0


def test_a_natural_length_is_about_two_seconds() -> None:
    for label in demo.ACTIONS:
        assert 55 <= demo.generate(label, 1).num_frames <= 110


def test_another_frame_rate_shows_the_same_movement() -> None:
    for label in ("throw", "sit down", "running on the spot"):
        slow, fast = demo.generate(label, 2, 60, fps=30.0), demo.generate(label, 2, 120, fps=60.0)
        assert np.abs(slow.trans - fast.trans[::2]).max() < 0.02


def test_only_the_pelvis_has_no_limit() -> None:
    assert missing() == ("pelvis",)


def test_the_limits_notice_an_elbow_bent_backwards() -> None:
    clip = demo.generate("salute", 0, 10)
    poses = clip.poses.copy()
    poses[4, JOINT_INDEX["left_elbow"]] = (0.0, 0.6, 0.0)
    assert excess(clip.replace(poses=poses))["left_elbow"] > 30.0


def test_generate_many_counts_seeds_up() -> None:
    clips = list(demo.generate_many("throw", 3, seed=7, num_frames=10))
    assert [clip.provenance.seed for clip in clips] == [7, 8, 9]


def test_an_unknown_action_is_answered_with_the_list() -> None:
    with pytest.raises(StudioError) as problem:
        demo.generate("moonwalk", 0)
    assert "moonwalk" in str(problem.value)
    assert "side kick" in problem.value.hint


def test_hands_do_not_pass_through_the_thighs(clips: list[Motion]) -> None:
    for clip in clips:
        joints = joint_positions(clip).astype(float)
        for hand in ("left_hand", "right_hand"):
            for side in ("left", "right"):
                hip, knee = (joints[:, JOINT_INDEX[f"{side}_{name}"]] for name in ("hip", "knee"))
                bone, from_hip = knee - hip, joints[:, JOINT_INDEX[hand]] - hip
                along = np.clip((from_hip * bone).sum(-1) / (bone * bone).sum(-1), 0, 1)
                apart = np.linalg.norm(from_hip - along[:, None] * bone, axis=-1)
                assert apart.min() > 0.06
