"""FBX, GLB and BVH alike: every option comes out as the clip it is, close to the last digit."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from core.body import default_body, joint_positions
from core.errors import FileProblem
from core.export import PRESETS, ExportOptions, export_motion, export_motions, prepared
from core.export.self_check import between_keys_mm, check_file
from core.export.self_check.fbx_reader import read as read_fbx
from core.export.self_check.glb_reader import read as read_glb
from tests.core.export.motions import (
    SHARED,
    far_travelled,
    lively_motion,
    real_motion,
    without_jumps,
)

CHOICES = [
    {},
    {"mesh": False},
    {"rest_pose": "a"},
    {"bones": "limbs"},
    {"bones": "limbs", "rest_pose": "a", "root": "motion", "bind_frame": True},
    {"root": "still"},
    {"root": "in_place"},
    {"root": "motion"},
    {"bind_frame": True},
    {"rotation_order": "table"},
    {"rotation_order": "ZYX"},
    {"fps": 24.0},
    {"fps": 29.97},
    {"fps": 120.0},
    {"start_at_origin": True, "on_floor": True},
    {"shape": "mean"},
    {"unit": "m", "facing": "-x", "up": "z"},
    *({"skeleton": key} for key in PRESETS if key != "smpl"),
]
ENDINGS = (".fbx", ".glb", ".bvh")


def named(choice: dict) -> str:
    return ",".join(f"{key}={value}" for key, value in choice.items()) or "default"


@pytest.mark.parametrize("ending", [*ENDINGS, ".usd"])
@pytest.mark.parametrize("choice", CHOICES, ids=named)
def test_joints_and_skin_come_back_whatever_is_chosen(tmp_path, choice, ending):
    if ending == ".usd":
        pytest.importorskip("pxr", reason="usd-core is an extra")
    motion, path = lively_motion(24, seed=3), tmp_path / f"a{ending}"
    options = ExportOptions(**choice)
    export_motion(motion, path, options)
    check = check_file(path, motion, options)
    assert check.largest_mm < 0.01
    has_skin = ending != ".bvh" and options.mesh and options.rest_pose == "t"
    assert (check.vertex_mm is not None) == has_skin
    assert (check.vertex_mm or 0.0) < 0.01


@pytest.mark.parametrize("choice", CHOICES, ids=named)
def test_the_outside_checker_finds_no_fault_in_an_fbx(tmp_path, choice):
    tool = SHARED / "tools" / "check_fbx.py"
    if not tool.exists():
        pytest.skip("the outside checker is not beside this checkout")
    motion, options = lively_motion(20, seed=4), ExportOptions(**choice)
    export_motion(motion, tmp_path / "a.fbx", options)
    joints = joint_positions(prepared(motion, options))
    if options.bind_frame:  # the first frame is the rest pose standing at the origin
        rest = read_fbx(tmp_path / "a.fbx")
        names = PRESETS[options.skeleton].bone_names()
        first = rest.matrices[:1, [rest.names.index(name) for name in names]][..., :3, 3]
        joints = np.concatenate([first, joints])
    names = PRESETS[options.skeleton].bone_names()
    np.savez(tmp_path / "truth.npz", joints=joints, names=np.array(names))
    command = [sys.executable, tool, tmp_path / "a.fbx", "--truth", tmp_path / "truth.npz"]
    done = subprocess.run(
        [*map(str, command), "--max-mm", "0.05"], capture_output=True, text=True, timeout=60
    )
    report = json.loads(done.stdout)
    assert report["lint"]["errors"] == [] and report["lint"]["warnings"] == []
    assert done.returncode == 0, report["truth"]
    assert report["truth"]["common"] == 24


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("num_frames", [60, 1800])
def test_recorded_motion_that_travels_48_metres_is_exact_at_its_keys(tmp_path, ending, num_frames):
    motion, path = far_travelled(real_motion(num_frames), 48.0), tmp_path / f"a{ending}"
    export_motion(motion, path)
    check = check_file(path, motion)
    assert check.largest_mm < 0.05 and check.mean_mm < 0.005
    assert (check.vertex_mm or 0.0) < 0.1
    assert (check.num_frames, check.fps) == (num_frames, 30.0)


@pytest.mark.parametrize("ending", [".fbx", ".bvh"])
@pytest.mark.parametrize("source", ["bandai", "cmu8"])
@pytest.mark.parametrize("choice", [{}, {"bones": "limbs"}], ids=named)
def test_between_keys_recorded_motion_hardly_strays(tmp_path, ending, source, choice):
    options, path = ExportOptions(mesh=False, **choice), tmp_path / f"a{ending}"
    off = []
    for seed in range(3):
        motion = real_motion(1800, source, seed)
        export_motion(motion, path, options)
        off.append(between_keys_mm(path, motion, options)[without_jumps(motion)])
    assert np.percentile(np.concatenate(off), 99) <= 2.0
    assert np.percentile(np.concatenate(off), 99.9) <= 10.0


@pytest.mark.parametrize(("ending", "seconds"), [(".fbx", 0.2), (".glb", 0.1), (".bvh", 0.15)])
def test_a_minute_with_its_body_is_written_in_time(tmp_path, ending, seconds):
    motion = lively_motion(1800)
    export_motion(motion, tmp_path / f"a{ending}")

    def once() -> float:
        start = time.process_time()
        export_motion(motion, tmp_path / f"a{ending}")
        return time.process_time() - start

    assert min(once() for _ in range(4)) < seconds


@pytest.mark.parametrize(("ending", "read"), [(".fbx", read_fbx), (".glb", read_glb)])
@pytest.mark.parametrize("fps", [20.0, 24.0, 25.0, 29.97, 30.0, 50.0, 60.0, 120.0])
def test_frames_rate_and_length_are_exact(tmp_path, ending, read, fps):
    motion = lively_motion(41, fps=30.0)
    options = ExportOptions(mesh=False, fps=fps)
    export_motion(motion, tmp_path / f"a{ending}", options)
    times = read(tmp_path / f"a{ending}").times
    rate = 30000 / 1001 if fps == 29.97 else fps
    assert len(times) == int(40 / 30 * rate + 1e-9) + 1
    np.testing.assert_allclose(times, np.arange(len(times)) / rate, atol=1e-7)


@pytest.mark.parametrize(("ending", "read"), [(".fbx", read_fbx), (".glb", read_glb)])
def test_weights_sum_to_one_over_at_most_four_bones(tmp_path, ending, read):
    export_motion(lively_motion(2), tmp_path / f"a{ending}")
    skin = read(tmp_path / f"a{ending}").skin
    assert skin.vertices.shape == default_body().template.shape
    np.testing.assert_allclose(skin.weights.sum(axis=1), 1.0, atol=1e-6)
    assert (skin.weights > 0).sum(axis=1).max() <= 4


@pytest.mark.parametrize(("ending", "read"), [(".fbx", read_fbx), (".glb", read_glb)])
def test_the_rest_pose_stands_on_the_ground_in_the_clips_shape(tmp_path, ending, read):
    motion = lively_motion(3, seed=8)
    export_motion(motion, tmp_path / f"a{ending}")
    vertices = read(tmp_path / f"a{ending}").skin.vertices
    assert vertices[:, 1].min() == pytest.approx(0.0, abs=1e-6)
    own = default_body().shaped(motion.betas).vertices
    np.testing.assert_allclose(np.ptp(vertices, axis=0), np.ptp(own, axis=0), atol=1e-5)
    mean = default_body().template
    assert np.abs(np.ptp(vertices, axis=0) - np.ptp(mean, axis=0)).max() > 0.01


@pytest.mark.parametrize(("ending", "read"), [(".fbx", read_fbx), (".glb", read_glb)])
def test_several_clips_are_several_takes_of_one_file(tmp_path, ending, read):
    short, long = lively_motion(12, seed=1), lively_motion(30, seed=2, fps=60.0)
    long = long.replace(betas=short.betas)
    path = tmp_path / f"a{ending}"
    export_motions([short, long], path, names=["sitzen", "rückwärts 日本"])
    for clip, motion in enumerate((short, long)):
        assert check_file(path, motion, clip=clip).largest_mm < 0.01
    assert "rückwärts 日本".encode() in path.read_bytes()


def test_clips_of_two_shapes_do_not_fit_into_one_file(tmp_path):
    clips = [lively_motion(4, seed=1), lively_motion(4, seed=2)]
    with pytest.raises(FileProblem, match="different body shapes"):
        export_motions(clips, tmp_path / "a.fbx")
    assert list(tmp_path.iterdir()) == []
    export_motions(clips, tmp_path / "a.fbx", shape="mean")
    with pytest.raises(FileProblem, match="BVH holds one clip"):
        export_motions(clips, tmp_path / "a.bvh")


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_frame_and_a_strange_name_are_no_trouble(tmp_path, ending):
    path = tmp_path / f"Ein Sprung ({ending[1:]}) ñ 日本{ending}"
    motion = lively_motion(1)
    export_motion(motion, path)
    assert check_file(path, motion).largest_mm < 0.01
