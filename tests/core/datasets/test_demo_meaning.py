"""Each demo action does what its name says, whatever the seed: measured on joint positions."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import joint_positions
from core.datasets import demo
from core.skeleton import JOINT_INDEX

SEEDS = range(12)
Joints = dict[str, np.ndarray]


def acted(label: str, seed: int) -> Joints:
    """Joint paths (60, 3) by name, as if the right side acted and the performer faced +Z."""
    clip = demo.generate(label, seed, 60)
    joints = joint_positions(clip).astype(float)
    across = joints[0, JOINT_INDEX["left_hip"]] - joints[0, JOINT_INDEX["right_hip"]]
    yaw = np.arctan2(-across[2], across[0])
    c, s = np.cos(yaw), np.sin(yaw)
    joints = joints @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]]).T
    out = {name: joints[:, i] for name, i in JOINT_INDEX.items()}
    if demo.is_mirrored(label, seed):
        swapped = {
            n.replace("left", "?").replace("right", "left").replace("?", "right"): p
            for n, p in out.items()
        }
        out = {name: path * np.array([-1.0, 1.0, 1.0]) for name, path in swapped.items()}
    return out


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_picking_up_brings_a_hand_down_to_the_floor_and_up_again(seed: int) -> None:
    joints = acted("pick up", seed)
    hand = joints["right_hand"][:, 1]
    assert hand.min() < 0.2
    assert hand[-1] > 0.8
    assert joints["pelvis"][:, 1].min() < 0.65


def test_sitting_down_ends_at_the_height_of_a_chair(seed: int) -> None:
    pelvis = acted("sit down", seed)["pelvis"]
    assert pelvis[0, 1] > 0.88
    assert 0.45 < pelvis[-1, 1] < 0.58
    assert pelvis[-1, 2] < -0.3 + pelvis[0, 2]


def test_standing_up_begins_on_a_chair_and_ends_upright(seed: int) -> None:
    joints = acted("stand up", seed)
    assert 0.45 < joints["pelvis"][0, 1] < 0.58
    assert joints["pelvis"][-1, 1] > 0.88
    assert joints["head"][-1, 1] > 1.4


def test_standing_up_brings_the_weight_over_the_feet_before_the_seat_is_left(seed: int) -> None:
    joints = acted("stand up", seed)
    leaving = int(np.argmax(joints["pelvis"][:, 1] > joints["pelvis"][0, 1] + 0.08))
    ankles = 0.5 * (joints["left_ankle"] + joints["right_ankle"])
    assert joints["head"][leaving, 2] > ankles[leaving, 2]


def test_cheering_raises_both_hands_over_the_head(seed: int) -> None:
    joints = acted("cheer up", seed)
    for hand in ("left_hand", "right_hand"):
        assert (joints[hand][:, 1] > joints["head"][:, 1] + 0.15).sum() > 10


def test_waving_keeps_a_hand_up_and_moves_it_from_side_to_side(seed: int) -> None:
    joints = acted("hand waving", seed)
    hand, shoulder = joints["right_hand"], joints["right_shoulder"]
    up = hand[:, 1] > shoulder[:, 1] + 0.1
    assert up.sum() > 20
    sideways = np.diff(hand[up, 0])
    turns = (np.diff(np.sign(sideways[np.abs(sideways) > 0.002])) != 0).sum()
    assert turns >= 3


def test_a_throw_cocks_the_hand_behind_the_head_and_whips_it_to_the_front(seed: int) -> None:
    joints = acted("throw", seed)
    ahead = (joints["right_hand"] - joints["neck"])[:, 2]
    behind, front = int(ahead.argmin()), int(ahead.argmax())
    assert ahead.min() < -0.15 < 0.45 < ahead.max()
    assert behind < front
    speed = np.linalg.norm(np.diff(joints["right_hand"], axis=0), axis=-1) * 30
    assert speed.max() > 4.0


def test_a_kick_swings_the_foot_up_in_front(seed: int) -> None:
    joints = acted("kicking", seed)
    foot = joints["right_ankle"] - joints["pelvis"]
    top = int(joints["right_ankle"][:, 1].argmax())
    assert joints["right_ankle"][top, 1] > 0.45
    assert foot[:, 2].max() > 0.5
    assert foot[:top, 2].min() < -0.2  # drawn back before


def test_a_side_kick_goes_sideways_and_the_torso_leans_away(seed: int) -> None:
    joints = acted("side kick", seed)
    out = (joints["pelvis"] - joints["right_ankle"])[:, 0]
    furthest = int(out.argmax())
    assert out.max() > 0.6
    assert joints["right_ankle"][furthest, 1] > 0.45
    assert (joints["neck"] - joints["pelvis"])[furthest, 0] > 0.1


def test_a_salute_holds_the_hand_at_the_brow(seed: int) -> None:
    joints = acted("salute", seed)
    apart = np.linalg.norm(joints["right_hand"] - joints["head"], axis=-1)
    assert (apart < 0.24).sum() > 10


def test_squatting_brings_the_hips_to_the_knees(seed: int) -> None:
    joints = acted("squat down", seed)
    hips, knees = joints["right_hip"][:, 1], joints["right_knee"][:, 1]
    assert (hips - knees).min() < 0.12


def test_a_fist_is_shaken_in_front_at_the_height_of_the_shoulders(seed: int) -> None:
    joints = acted("shake fist", seed)
    hand = joints["right_hand"] - joints["right_shoulder"]
    up = hand[:, 1] > -0.15
    assert up.sum() > 20
    height = np.diff(hand[up, 1])
    assert (np.diff(np.sign(height[np.abs(height) > 0.002])) != 0).sum() >= 3


@pytest.mark.parametrize("label", ["running on the spot", "butt kicks"])
def test_runs_alternate_their_feet_and_stay_on_the_spot(label: str, seed: int) -> None:
    joints = acted(label, seed)
    left, right = joints["left_ankle"][:, 1], joints["right_ankle"][:, 1]
    assert np.corrcoef(left, right)[0, 1] < -0.2
    assert np.ptp(joints["pelvis"][:, [0, 2]], axis=0).max() < 0.15


def test_running_lifts_the_knees(seed: int) -> None:
    joints = acted("running on the spot", seed)
    assert (joints["right_knee"][:, 2] - joints["right_hip"][:, 2]).max() > 0.2


def test_butt_kicks_bring_the_heels_behind_up_to_the_seat(seed: int) -> None:
    joints = acted("butt kicks", seed)
    heel = joints["right_ankle"] - joints["right_hip"]
    highest = int(heel[:, 1].argmax())
    assert heel[highest, 1] > -0.46
    assert heel[highest, 2] < -0.12
    assert (joints["right_knee"] - joints["right_hip"])[:, 1].max() < -0.25
