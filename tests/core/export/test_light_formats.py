"""SMPL and AMASS arrays, CSV, USD and C3D, read back by readers that are not ours where they exist.

The AMASS reader below is written from the layout's definition, not from our importer.
"""

from __future__ import annotations

import builtins
import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.body import default_body, forward_kinematics, joint_positions, skin
from core.errors import FileProblem
from core.export import export_motion
from core.motion import Motion, Provenance
from core.rotation import rotvec_to_rotmat
from core.skeleton import JOINT_NAMES
from tests.core.export.motions import lively_motion


def test_smpl_arrays_hold_what_research_code_asks_for(tmp_path):
    motion = lively_motion(12, seed=3, fps=25)
    export_motion(motion, tmp_path / "a.smpl.npz")
    with np.load(tmp_path / "a.smpl.npz", allow_pickle=False) as data:
        assert data["poses"].shape == (12, 72)
        assert data["trans"].shape == (12, 3)
        assert data["betas"].shape == (10,)
        assert not data["betas"].any(), "the free body's shape is not SMPL's"
        assert str(data["gender"]) == "neutral"
        assert float(data["fps"]) == 25
        np.testing.assert_array_equal(data["poses"].reshape(12, 24, 3), motion.poses)


def test_amass_arrays_are_z_up_and_their_joints_are_ours_turned(tmp_path):
    motion = lively_motion(12, seed=3)
    export_motion(motion, tmp_path / "a.amass.npz")
    with np.load(tmp_path / "a.amass.npz", allow_pickle=False) as data:
        poses, trans = data["poses"], data["trans"]
        assert poses.shape == (12, 156)
        assert data["betas"].shape == (16,)
        assert str(data["up_axis"]) == "z"
    poses = poses.reshape(12, 52, 3)
    assert not poses[:, 22:].any(), "straight hands"
    local = np.concatenate([rotvec_to_rotmat(poses[:, :22]), np.tile(np.eye(3), (12, 2, 1, 1))], 1)
    rest = default_body().shaped(motion.betas).joints.astype(np.float64)
    theirs = forward_kinematics(local, rest, trans)[1]
    ours = joint_positions(motion)
    np.testing.assert_allclose(theirs[..., 0], ours[..., 0], atol=1e-5)
    np.testing.assert_allclose(theirs[..., 2], ours[..., 1], atol=1e-5)
    np.testing.assert_allclose(theirs[..., 1], -ours[..., 2], atol=1e-5)


def test_a_users_own_shape_is_written_as_betas(tmp_path):
    motion = lively_motion(3).replace(body_id="smpl-0123456789ab")
    export_motion(motion, tmp_path / "a.amass.npz")
    with np.load(tmp_path / "a.amass.npz", allow_pickle=False) as data:
        np.testing.assert_allclose(data["betas"][:10], motion.betas, rtol=1e-6)
        assert not data["betas"][10:].any()


def test_csv_has_one_header_row_with_units_and_one_row_a_frame(tmp_path):
    motion = lively_motion(9, fps=20)
    export_motion(motion, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0][:5] == ["frame", "time_s", "pelvis_x_m", "pelvis_y_m", "pelvis_z_m"]
    assert len(rows) == 10
    numbers = np.array(rows[1:], np.float64)
    np.testing.assert_allclose(numbers[:, 1], np.arange(9) / 20, atol=1e-6)
    joints = numbers[:, 2:].reshape(9, len(JOINT_NAMES), 3)
    np.testing.assert_allclose(joints, joint_positions(motion), atol=1e-5)


def test_usd_joints_and_skin_are_those_of_the_clip(tmp_path):
    pytest.importorskip("pxr", reason="usd-core is not installed")
    from pxr import Usd, UsdGeom, UsdSkel

    motion = lively_motion(20, seed=6, fps=60).replace(provenance=Provenance(label="wave"))
    export_motion(motion, tmp_path / "a.usd", skeleton="mixamo")
    stage = Usd.Stage.Open(str(tmp_path / "a.usd"))
    assert UsdGeom.GetStageUpAxis(stage) == "Y"
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1.0
    assert stage.GetTimeCodesPerSecond() == 60
    assert (stage.GetStartTimeCode(), stage.GetEndTimeCode()) == (0, 19)
    assert "wave" in stage.GetDefaultPrim().GetCustomDataByKey("MotionStudio")
    cache = UsdSkel.Cache()
    root = UsdSkel.Root.Get(stage, "/Motion")
    cache.Populate(root, Usd.PrimDefaultPredicate)
    query = cache.GetSkelQuery(UsdSkel.Skeleton.Get(stage, "/Motion/Skeleton"))
    truth = joint_positions(motion)
    for frame in (0, 7, 19):
        found = np.array(query.ComputeJointSkelTransforms(frame))[:, 3, :3]
        np.testing.assert_allclose(found, truth[frame], atol=1e-5)
    points = UsdGeom.Mesh.Get(stage, "/Motion/Body").GetPointsAttr().Get()
    skinning = cache.GetSkinningQuery(stage.GetPrimAtPath("/Motion/Body"))
    assert skinning.ComputeSkinnedPoints(query.ComputeSkinningTransforms(7), points, 7)
    np.testing.assert_allclose(np.array(points), skin(motion)[7], atol=1e-4)


@pytest.mark.parametrize("skeleton", ["smpl", "unreal", "rigify"])
@pytest.mark.parametrize("rest_pose", ["t", "a"])
def test_usd_is_right_for_other_skeletons_too(tmp_path, skeleton, rest_pose):
    pytest.importorskip("pxr", reason="usd-core is not installed")
    from pxr import Usd, UsdSkel

    motion = lively_motion(5, seed=8)
    export_motion(motion, tmp_path / "a.usd", skeleton=skeleton, rest_pose=rest_pose, mesh=False)
    stage = Usd.Stage.Open(str(tmp_path / "a.usd"))
    query = UsdSkel.Cache().GetSkelQuery(UsdSkel.Skeleton.Get(stage, "/Motion/Skeleton"))
    found = np.array(query.ComputeJointSkelTransforms(4))[-24:, 3, :3]
    np.testing.assert_allclose(found, joint_positions(motion)[4], atol=1e-5)


@pytest.mark.filterwarnings("ignore:No analog data")
def test_c3d_points_are_joints_in_millimetres_z_up(tmp_path):
    library = pytest.importorskip("c3d", reason="c3d is not installed")
    motion = lively_motion(30, seed=2, fps=120)
    export_motion(motion, tmp_path / "a.c3d")
    with (tmp_path / "a.c3d").open("rb") as stream:
        reader = library.Reader(stream)
        points = np.stack([frame for _, frame, _ in reader.read_frames()])[..., :3]
        assert reader.point_rate == 120
        assert [label.strip() for label in reader.point_labels][:2] == ["Pelvis", "L_Hip"]
        assert reader.get_string("POINT:UNITS").strip() == "mm"
    ours = joint_positions(motion) * 1000
    np.testing.assert_allclose(points[..., 0], ours[..., 0], atol=0.01)
    np.testing.assert_allclose(points[..., 2], ours[..., 1], atol=0.01)
    np.testing.assert_allclose(points[..., 1], -ours[..., 2], atol=0.01)


@pytest.mark.parametrize(
    ("ending", "module", "extra"), [(".usd", "pxr", "usd"), (".c3d", "c3d", "c3d")]
)
def test_a_missing_library_is_named_with_how_to_get_it(
    tmp_path, monkeypatch, ending, module, extra
):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.partition(".")[0] == module:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    for name in [n for n in sys.modules if n.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(FileProblem, match="not installed") as problem:
        export_motion(lively_motion(2), tmp_path / f"a{ending}")
    assert f"[{extra}]" in problem.value.hint
    assert not list(tmp_path.iterdir()), "nothing half-written"


def test_the_optional_libraries_are_not_loaded_with_the_program():
    code = (
        "import sys, core.export; sys.exit(any(m in sys.modules for m in ('pxr', 'c3d', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


@pytest.mark.parametrize("ending", [".smpl.npz", ".amass.npz", ".csv", ".usd", ".c3d"])
def test_a_folder_that_cannot_be_written_to_is_a_sentence(tmp_path, ending):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(FileProblem):
        export_motion(lively_motion(2), tmp_path / "file" / f"a{ending}")


def test_one_frame_is_enough_for_every_format(tmp_path):
    motion: Motion = lively_motion(1)
    for ending in (".smpl.npz", ".amass.npz", ".csv", ".usd", ".c3d"):
        export_motion(motion, tmp_path / f"a{ending}")
        assert Path(tmp_path / f"a{ending}").stat().st_size > 100
