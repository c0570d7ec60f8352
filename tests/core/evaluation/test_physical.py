"""Physical measures tell what bodies cannot do from what they can."""

from __future__ import annotations

import numpy as np
import pytest

from core.datasets import demo
from core.evaluation.energy import liveliness, motion_energy
from core.evaluation.nearness import coverage, joint_paths, nearest_cm
from core.evaluation.physical import MEASURES, Posed, hanging_frames, physical_measures
from core.motion import Motion
from core.skeleton import JOINT_INDEX

FPS = 30.0


def standing(frames: int = 60) -> Motion:
    return Motion(
        poses=np.zeros((frames, 24, 3), np.float32), trans=np.zeros((frames, 3), np.float32),
        fps=FPS,
    )  # fmt: skip


def measured(motion: Motion, energy: float = 0.5) -> dict[str, float]:
    return physical_measures([motion], [energy])


def raised(height) -> Motion:
    motion = standing()
    trans = motion.trans.copy()
    trans[:, 1] += height
    return motion.replace(trans=trans)


def test_every_measure_of_a_generated_action_is_a_number():
    found = measured(demo.generate(demo.ACTIONS[0], 0, 60))
    assert set(found) == {measure.name for measure in MEASURES}
    assert all(np.isfinite(value) for value in found.values())


def test_a_body_that_stands_still_is_frozen_and_else_faultless():
    found = measured(standing())
    assert found["frozen clips"] == 100
    assert found["energy"] == 0
    assert found["joint limits"] == found["hanging in the air"] == found["penetration"] == 0


def test_trembling_shows_as_jitter():
    rng = np.random.default_rng(0)
    shaky = standing().replace(poses=rng.normal(0, 0.02, (60, 24, 3)).astype(np.float32))
    assert measured(shaky)["jitter"] > 100 > measured(standing())["jitter"]


def test_standing_feet_that_are_dragged_slide():
    motion = standing()
    trans = motion.trans.copy()
    trans[:, 0] = 0.2 * np.arange(60) / FPS
    assert measured(motion.replace(trans=trans))["foot slide"] == pytest.approx(20.0, abs=1.0)


def test_a_knee_bent_forward_breaks_its_limit():
    poses = np.zeros((60, 24, 3), np.float32)
    poses[:30, JOINT_INDEX["left_knee"], 0] = -1.0
    assert measured(standing().replace(poses=poses))["joint limits"] == pytest.approx(50.0)
    poses[:, JOINT_INDEX["left_knee"], 0] = 1.0
    assert measured(standing().replace(poses=poses))["joint limits"] == 0


def test_a_jump_that_falls_is_possible_and_one_that_hovers_is_not():
    time = np.arange(60) / FPS
    jump = np.maximum(0.0, 1.2 - 9.81 / 2 * (time - 1.0) ** 2) * 0.9
    hover = np.where(np.abs(time - 1.0) < 0.4, 0.5, 0.0)
    assert measured(raised(jump))["hanging in the air"] == 0
    assert measured(raised(hover))["hanging in the air"] > 30
    assert hanging_frames(Posed.of(raised(hover), 0.5)).sum() == pytest.approx(24, abs=2)


def test_liveliness_is_one_for_the_data_and_none_for_the_frozen():
    clips = [demo.generate(demo.ACTIONS[0], seed, 40) for seed in range(2)]
    assert liveliness(clips, clips) == pytest.approx(1.0)
    assert liveliness([standing()], clips) == 0
    assert motion_energy(standing(1)) == 0


def test_copies_lie_at_no_distance_however_they_face():
    motion = demo.generate(demo.ACTIONS[1], 3, 40)
    turned = motion.poses.copy()
    from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat

    about_y = rotvec_to_rotmat(np.array([0.0, 1.1, 0.0]))
    turned[:, 0] = rotmat_to_rotvec(about_y @ rotvec_to_rotmat(motion.poses[:, 0]))
    # a rotated pelvis position: the root joint itself does not lie on the axis
    path = (motion.trans - motion.trans[0]) @ about_y.T
    copy = motion.replace(poses=turned, trans=path.astype(np.float32))
    other = demo.generate(demo.ACTIONS[2], 3, 40)
    near, far = nearest_cm(joint_paths([copy, other]), joint_paths([motion]))
    assert near < 0.1 < 5 < far


def test_coverage_is_whole_for_the_same_clips_and_none_for_distant_ones():
    real = np.random.default_rng(0).normal(size=(40, 6))
    assert coverage(real, real) == 1
    assert coverage(real, real + 100) == 0
    assert 0.3 < coverage(real, real[:10]) < 1
