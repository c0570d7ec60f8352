"""FBX, GLB, BVH and npz this program wrote come back as they were, whatever was chosen."""

from __future__ import annotations

import numpy as np
import pytest

from core.body import joint_positions
from core.export import export_motion, export_motions
from core.importing import import_clips, import_motions
from core.motion import Provenance
from tests.core.export.motions import lively_motion
from tests.core.importing.test_own_bvh import angle_between

CHOICES = (
    {},
    {"skeleton": "mixamo"},
    {"skeleton": "unreal", "rest_pose": "a"},
    {"skeleton": "rigify", "bind_frame": True},
    {"skeleton": "vrm", "root": "motion"},
    {"facing": "-z", "up": "z"},
    {"bind_frame": True, "rest_pose": "a", "skeleton": "mixamo", "root": "motion", "mesh": False},
)


@pytest.mark.parametrize("ending", [".bvh", ".fbx", ".glb"])
@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_every_choice_of_an_export_comes_back(tmp_path, ending, choice):
    motion = lively_motion(20, seed=2, fps=29.97)
    motion = motion.replace(provenance=Provenance(kind="generated", label="wave", seed=4))
    export_motion(motion, tmp_path / f"a{ending}", **choice)
    (back,) = import_motions(tmp_path / f"a{ending}")
    assert back.num_frames == 20, "the bind frame is no part of the motion"
    assert back.fps == pytest.approx(29.97, abs=1e-3)
    assert angle_between(motion, back).max() < 1e-4
    error = np.linalg.norm(joint_positions(motion) - joint_positions(back), axis=-1)
    assert error.max() < 1e-4, "a tenth of a millimetre"
    if ending != ".bvh":
        assert back.provenance == motion.provenance


@pytest.mark.parametrize("ending", [".fbx", ".glb"])
def test_several_clips_in_one_file_come_back_as_several(tmp_path, ending):
    one = lively_motion(12, seed=1)
    two = lively_motion(30, seed=2).replace(betas=one.betas)
    export_motions([one, two], tmp_path / f"a{ending}", names=["walk", "jump"])
    clips = import_clips(tmp_path / f"a{ending}")
    assert [clip.name for clip in clips] == ["walk", "jump"]
    assert [clip.motion.num_frames for clip in clips] == [12, 30]
    assert angle_between(two, clips[1].motion).max() < 1e-4


@pytest.mark.parametrize("fps", [5, 20, 24, 23.976, 25, 30, 50, 60, 120])
@pytest.mark.parametrize("ending", [".bvh", ".fbx", ".glb"])
def test_rate_and_number_of_frames_are_exact(tmp_path, ending, fps):
    motion = lively_motion(100, fps=fps)
    export_motion(motion, tmp_path / f"a{ending}", mesh=False)
    (back,) = import_motions(tmp_path / f"a{ending}")
    assert back.num_frames == 100
    assert back.fps == pytest.approx(fps, rel=2e-5)


@pytest.mark.parametrize("ending", [".npz", ".smpl.npz", ".amass.npz"])
def test_npz_files_come_back(tmp_path, ending):
    motion = lively_motion(15, fps=60).replace(provenance=Provenance(label="kick"))
    export_motion(motion, tmp_path / f"a{ending}")
    (back,) = import_motions(tmp_path / f"a{ending}")
    joints = slice(0, 22) if ending == ".amass.npz" else slice(None)
    assert angle_between(motion, back)[:, joints].max() < 1e-4
    error = np.abs(joint_positions(motion) - joint_positions(back))[:, joints]
    assert error.max() < 1e-4
    assert back.fps == 60
    assert back.provenance.label == "kick"
    np.testing.assert_allclose(back.betas, motion.betas, atol=1e-6)


def test_a_users_own_body_keeps_its_name_and_shape(tmp_path):
    motion = lively_motion(5).replace(body_id="smpl-0123456789ab")
    export_motion(motion, tmp_path / "a.fbx", rest_pose="a")
    (back,) = import_motions(tmp_path / "a.fbx")
    assert back.body_id == "smpl-0123456789ab"
    np.testing.assert_allclose(back.betas, motion.betas, atol=1e-5)
    assert angle_between(motion, back).max() < 1e-4
