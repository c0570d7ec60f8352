"""A measure answers to what its name says."""

from __future__ import annotations

import numpy as np
import pytest

from core.actor.measures import MEASURES
from core.body import joint_positions
from core.motion import Motion
from core.skeleton import JOINT_INDEX


def joints(changes: dict[str, tuple[float, float, float]], *, swing: float = 0.0) -> np.ndarray:
    """(1, 31, 24, 3) joints of a still body, some joints turned, the left arm swinging."""
    poses = np.zeros((31, 24, 3))
    poses[:, JOINT_INDEX["left_shoulder"], 1] = swing * np.sin(np.linspace(0, 4 * np.pi, 31))
    for name, rotvec in changes.items():
        poses[:, JOINT_INDEX[name]] = rotvec
    return joint_positions(Motion(poses=poses, trans=np.zeros((31, 3))))[None]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("turn", {"pelvis": (0.0, 0.5, 0.0)}),
        ("lean", {"spine1": (0.5, 0.0, 0.0)}),
        ("side lean", {"spine1": (0.0, 0.0, -0.5)}),
        ("nod", {"neck": (0.5, 0.0, 0.0)}),
        ("hand height", {"left_shoulder": (0.0, 0.0, 1.0)}),
        ("knee height", {"right_hip": (-1.2, 0.0, 0.0)}),
        ("elbow bend", {"left_elbow": (0.0, -1.0, 0.0)}),
        ("knee bend", {"left_knee": (1.0, 0.0, 0.0)}),
        ("stance width", {"left_hip": (0.0, 0.0, 0.4)}),
        ("reach", {"left_shoulder": (0.0, -1.2, 0.0)}),
        ("depth", {"left_hip": (-1.5, 0.0, 0.0), "right_hip": (-1.5, 0.0, 0.0),
                   "left_knee": (1.5, 0.0, 0.0), "right_knee": (1.5, 0.0, 0.0)}),
    ],
)  # fmt: skip
def test_a_change_raises_its_measure(
    name: str, changes: dict[str, tuple[float, float, float]]
) -> None:
    assert MEASURES[name](joints(changes))[0] > MEASURES[name](joints({}))[0] + 0.03


def test_moving_more_raises_size_and_the_arm_that_moves_is_the_active_one() -> None:
    small, large = joints({}, swing=0.2), joints({}, swing=0.8)
    assert MEASURES["size"](large)[0] > 3 * MEASURES["size"](small)[0]
    assert MEASURES["side"](large)[0] == pytest.approx(1.0)


def test_turning_the_body_changes_no_measure_but_turn_and_travel() -> None:
    changes = {"left_shoulder": (0.2, -1.0, 0.3), "spine1": (0.3, 0.0, 0.1)}
    for name, measure in MEASURES.items():
        if name not in ("turn", "travel"):
            before = measure(joints(changes, swing=0.3))
            after = measure(joints(changes | {"pelvis": (0.0, 0.7, 0.0)}, swing=0.3))
            np.testing.assert_allclose(before, after, atol=1e-4, err_msg=name)


def test_going_faster_raises_tempo_and_moving_late_raises_timing() -> None:
    moving = joints({}, swing=0.5)
    assert MEASURES["tempo"](moving[:, ::2])[0] > 1.5 * MEASURES["tempo"](moving)[0]
    still = np.repeat(moving[:, :1], 31, axis=1)
    late, early = (np.concatenate(pair, axis=1) for pair in ((still, moving), (moving, still)))
    assert MEASURES["timing"](late)[0] > MEASURES["timing"](early)[0] + 0.3


def test_going_somewhere_raises_travel_and_jumping_raises_bounce() -> None:
    still = joints({})
    there = still + np.linspace(0, 1, 31)[None, :, None, None] * np.array([0.5, 0.2, 0.0])
    assert MEASURES["travel"](there)[0] == pytest.approx(0.5, abs=1e-4)
    assert MEASURES["bounce"](there)[0] == pytest.approx(0.2, abs=1e-4)
    assert np.abs(MEASURES["travel"](still)).max() < 1e-6
