"""Minutes long: every demo action and a recorded minute, in every format under every name set."""

from __future__ import annotations

import dataclasses
import tracemalloc

import numpy as np
import pytest

from core.body import default_body
from core.datasets import demo
from core.export import PRESETS, ExportOptions, export_motion
from core.export.batch import ExportClip, ExportSettings, export, plan
from core.export.self_check import check_file
from core.motion_file import save_motion
from tests.core.export.motions import far_travelled, lively_motion, real_motion

FORMATS = (".fbx", ".glb", ".bvh", ".usd")


def skip_without_library(ending):
    if ending == ".usd":
        pytest.importorskip("pxr", reason="usd-core is an extra")


@pytest.mark.slow
@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("skeleton", PRESETS)
def test_every_demo_action_under_every_skeleton(tmp_path, ending, skeleton):
    skip_without_library(ending)
    options = ExportOptions(skeleton=skeleton)
    for number, label in enumerate(demo.ACTIONS):
        motion = demo.generate(label, number)
        export_motion(motion, tmp_path / f"a{ending}", options)
        check = check_file(tmp_path / f"a{ending}", motion, options)
        assert check.is_good and check.largest_mm < 0.01, label


@pytest.mark.slow
@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("skeleton", PRESETS)
def test_a_recorded_minute_under_every_skeleton(tmp_path, ending, skeleton):
    skip_without_library(ending)
    options = ExportOptions(skeleton=skeleton)
    motion = far_travelled(real_motion(1800, "cmu8"), 48.0)
    export_motion(motion, tmp_path / f"a{ending}", options)
    assert check_file(tmp_path / f"a{ending}", motion, options).is_good


@pytest.mark.parametrize("ending", [".fbx", ".glb"])
def test_a_body_with_pose_shapes_and_its_own_id_is_skinned_linearly(tmp_path, ending):
    free = default_body()
    generator = np.random.default_rng(0)
    shapes = generator.normal(scale=1e-3, size=(free.num_vertices, 3, 207)).astype(np.float32)
    body = dataclasses.replace(free, body_id="smpl-0123456789ab", posedirs=shapes)
    motion = lively_motion(6).replace(body_id=body.body_id)
    export_motion(motion, tmp_path / f"a{ending}", body=body)
    check = check_file(tmp_path / f"a{ending}", motion, body=body)
    assert check.largest_mm < 0.01 and check.vertex_mm is not None and check.vertex_mm < 0.02
    mean = check_file(tmp_path / f"a{ending}", motion.replace(betas=np.zeros(10)), body=body)
    assert mean.largest_mm > 1  # the clip's betas count on the body they belong to


@pytest.mark.slow
def test_thirty_clips_need_no_more_memory_than_three(tmp_path):
    clips = []
    for number in range(30):
        save_motion(tmp_path / f"{number}.npz", lively_motion(400, number))
        clips.append(ExportClip(name=f"clip {number}", source=tmp_path / f"{number}.npz"))
    settings = ExportSettings(folder=tmp_path / "out", endings=(".fbx", ".glb", ".bvh"))
    peaks = []
    for count in (3, 3, 30):  # the first warms the body's caches
        tracemalloc.start()
        result = export(plan(clips[:count], settings), settings)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(result.written) == 3 * count and not result.problems
    assert peaks[2] < 1.1 * peaks[1]
