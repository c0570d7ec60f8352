"""What this program exports comes back as it was."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.body import joint_positions
from core.export import export_motion
from core.importing import import_clips, import_motions
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from tests.core.export.motions import lively_motion


def angle_between(a: Motion, b: Motion) -> np.ndarray:
    """(T, 24) radians between the local rotations."""
    first = rotvec_to_rotmat(a.poses.astype(np.float64))
    second = rotvec_to_rotmat(b.poses.astype(np.float64))
    return np.linalg.norm(rotmat_to_rotvec(first.swapaxes(-1, -2) @ second), axis=-1)


@pytest.mark.parametrize("order", ["auto", "table", "ZXY"])
@pytest.mark.parametrize("unit", ["cm", "m"])
def test_a_bvh_of_ours_comes_back_exactly(tmp_path, order, unit):
    motion = lively_motion(60, seed=4, fps=29.97)
    export_motion(motion, tmp_path / "a.bvh", rotation_order=order, unit=unit)
    (clip,) = import_clips(tmp_path / "a.bvh")
    back = clip.motion
    assert back.num_frames == 60
    assert back.fps == pytest.approx(29.97, abs=1e-3)
    assert angle_between(motion, back).max() < 1e-4
    assert np.abs(joint_positions(motion) - joint_positions(back)).max() < 1e-4
    assert np.abs(motion.betas - back.betas).max() < 0.01, "the shape is in the offsets"
    assert any("own skeleton" in note for note in clip.notes)


def test_eighteen_hundred_frames_are_read_in_under_a_third_of_a_second(tmp_path):
    motion = lively_motion(1800, seed=1)
    export_motion(motion, tmp_path / "long.bvh")
    from core.importing import read_clip

    read_clip(tmp_path / "long.bvh")
    took = []
    for _ in range(3):
        start = time.process_time()
        read_clip(tmp_path / "long.bvh")
        took.append(time.process_time() - start)
    assert min(took) < 0.3
    start = time.process_time()
    (back,) = import_motions(tmp_path / "long.bvh")
    assert time.process_time() - start < 1.5
    assert angle_between(motion, back).max() < 1e-4


def test_the_file_it_came_from_is_kept_as_provenance(tmp_path):
    export_motion(lively_motion(5), tmp_path / "walk.bvh")
    (back,) = import_motions(tmp_path / "walk.bvh")
    assert back.provenance.kind == "imported"
    assert back.provenance.source == "walk.bvh"
    assert len(back.provenance.source_sha256) == 64
