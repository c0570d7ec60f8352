"""three.js and Khronos' validator read what is written; needs node and the packages of tests/node.

``cd tests/node && npm install`` once, or MOTION_STUDIO_NODE_MODULES naming a folder that has them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from core.body import joint_positions, skin
from core.export import ExportOptions, export_motion, prepared
from tests.core.export.motions import lively_motion

SCRIPT = Path(__file__).resolve().parents[2] / "node" / "read_exports.mjs"
MODULES = Path(os.environ.get("MOTION_STUDIO_NODE_MODULES", SCRIPT.parent / "node_modules"))
LIMIT_MM = 0.05

CHOICES = {
    "plain": {},
    "unreal": {"skeleton": "unreal"},
    "mixamo": {"skeleton": "mixamo", "rest_pose": "a", "bind_frame": True},
    "vrm": {"skeleton": "vrm"},
    "bones": {"mesh": False, "bones": "limbs", "root": "still", "fps": 24.0},
}


def spelt(name: str) -> str:
    """A name as three.js keeps it: without the characters its paths use."""
    return name.replace(":", "").replace(".", "")


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (MODULES / "three").is_dir() or not (MODULES / "gltf-validator").is_dir():
        pytest.skip("three and gltf-validator are not installed (npm install in tests/node)")
    folder = tmp_path_factory.mktemp("three")
    motion, files = lively_motion(40, seed=6), []
    for name, choice in CHOICES.items():
        for ending in ("fbx", "glb", "bvh"):
            files.append(str(folder / f"{name}.{ending}"))
            export_motion(motion, Path(files[-1]), **choice)
    done = subprocess.run(
        ["node", str(SCRIPT), *files],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "MOTION_STUDIO_NODE_MODULES": str(MODULES)},
    )
    assert done.returncode == 0, done.stderr[-800:]
    report = json.loads(done.stdout)
    return motion, {Path(file).name: entry for file, entry in report.items()}


@pytest.mark.parametrize("ending", ["fbx", "glb", "bvh"])
@pytest.mark.parametrize("name", CHOICES)
def test_three_finds_the_joints_where_they_are(read, name, ending):
    from core.export import PRESETS

    motion, report = read
    entry, options = report[f"{name}.{ending}"], ExportOptions(**CHOICES[name])
    wanted = joint_positions(prepared(motion, options))
    preset = PRESETS[options.skeleton]
    names = [spelt(bone) for bone in preset.bone_names(with_prefix=ending != "bvh")]
    joints = np.array(entry["joints"])[:, [entry["bones"].index(bone) for bone in names]]
    joints *= 1.0 if ending == "glb" else 0.01
    if options.bind_frame:
        joints = joints[1:]
    assert joints.shape == wanted.shape
    assert np.linalg.norm(joints - wanted, axis=-1).max() * 1000 < LIMIT_MM
    assert entry["duration"] == pytest.approx((entry["keys"] - 1) / options_fps(options), abs=1e-5)


def options_fps(options: ExportOptions) -> float:
    return options.fps or 30.0


def test_three_skins_the_body_to_a_tenth_of_a_millimetre(read):
    motion, report = read
    pairs = np.array(report["plain.glb"]["vertices"])  # (n, 2, 3): at rest, in the last frame
    vertices = skin(motion)[-1]
    stride = -(-len(vertices) // 500)
    off = np.linalg.norm(pairs[:, 1] - vertices[::stride], axis=-1)
    assert off.max() * 1000 < 0.1
    fbx = np.array(report["plain.fbx"]["vertices"])  # unrolled to corners: find each by its place
    rest = {tuple(np.round(p, 3)): i for i, p in enumerate(report_rest(motion) * 100)}
    found = [(rest[key], p) for r, p in fbx if (key := tuple(np.round(r, 3))) in rest]
    assert len(found) > 300
    off = [np.linalg.norm(p * 0.01 - vertices[i]) for i, p in found]
    assert max(off) * 1000 < 0.1


def report_rest(motion):
    from core.export.rig import build_rig

    return build_rig([motion], ["a"], ExportOptions()).mesh.vertices


@pytest.mark.parametrize("name", CHOICES)
def test_the_validator_has_no_error_and_no_warning(read, name):
    issues = read[1][f"{name}.glb"]["issues"]
    assert issues["errors"] == 0 and issues["warnings"] == 0, issues["messages"]
