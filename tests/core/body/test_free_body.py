"""The body that ships: symmetric, well formed, of human size, and fit for smplx."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from core.body import body_for, default_body
from core.errors import FileProblem
from core.skeleton import JOINT_INDEX, MIRROR
from tests.core.body.factories import random_motion

# ids smplx reads landmarks at: (left, right)
PAIRS = {"eye": (2800, 6260), "ear": (583, 4071), "thumb": (2746, 6191), "index": (2319, 5782),
         "big toe": (3216, 6617), "small toe": (3226, 6624), "heel": (3387, 6787)}  # fmt: skip


@pytest.fixture(scope="module")
def mirror() -> np.ndarray:
    body = default_body()
    distance, index = cKDTree(body.template).query(body.template * [-1, 1, 1])
    assert distance.max() < 1e-6
    return index


def test_the_mesh_and_its_shapes_are_mirror_symmetric(mirror: np.ndarray) -> None:
    body = default_body()
    flipped = body.shapedirs[mirror] * np.array([-1, 1, 1], np.float32)[:, None]
    assert np.abs(flipped - body.shapedirs).max() < 1e-6
    assert np.abs(body.weights[mirror][:, list(MIRROR)] - body.weights).max() < 1e-6
    triangles = {tuple(sorted(t)) for t in body.faces.tolist()}
    assert {tuple(sorted(t)) for t in mirror[body.faces].tolist()} == triangles


def test_at_most_four_bones_move_a_vertex_and_their_weights_sum_to_one() -> None:
    body = default_body()
    assert np.allclose(body.weights.sum(axis=1), 1, atol=1e-6)
    assert (np.count_nonzero(body.weights, axis=1) <= 4).all()
    assert (body.weights >= 0).all()
    ids, weights = body.sparse_weights()
    dense = np.zeros_like(body.weights)
    np.put_along_axis(dense, ids.astype(np.int64), weights, axis=1)
    assert np.abs(dense - body.weights).max() < 1e-6


def test_the_regressor_averages_and_puts_the_pelvis_near_smpls() -> None:
    body = default_body()
    assert np.allclose(body.joint_regressor.sum(axis=1), 1, atol=1e-5)
    assert (body.joint_regressor >= 0).all()
    joints = body.rest_joints
    assert np.abs(joints[0] - [0, -0.235, 0.028]).max() < 0.01
    assert joints[JOINT_INDEX["left_hip"], 0] == pytest.approx(0.085, abs=0.003)
    assert np.abs(joints[list(MIRROR)] * [-1, 1, 1] - joints).max() < 1e-5


def test_the_thighs_point_as_smpls_do_so_poses_carry_over() -> None:
    joints = default_body().rest_joints
    thigh = joints[JOINT_INDEX["left_knee"]] - joints[JOINT_INDEX["left_hip"]]
    away = thigh / np.linalg.norm(thigh) - [0.112, -0.994, 0.004]
    assert np.degrees(np.linalg.norm(away)) < 1.5


def test_it_has_human_size_in_every_shape_and_the_first_beta_is_height() -> None:
    body = default_body()
    heights = [np.ptp(body.shaped(np.eye(10)[0] * b).vertices[:, 1]) for b in (-2, 0, 2)]
    assert heights == sorted(heights)
    assert heights[0] > 1.4 and heights[2] < 2.0 and 1.6 < heights[1] < 1.75
    pelvis = [body.shaped(np.eye(10)[0] * b).joints[0] for b in (-2, 2)]
    assert np.abs(pelvis[0] - pelvis[1]).max() < 0.02


def test_official_regressors_cannot_be_applied_by_mistake() -> None:
    assert default_body().num_vertices != 6890
    assert default_body().num_vertices >= 6788


@pytest.mark.parametrize("name", PAIRS)
def test_smplx_landmarks_lie_on_their_sides(name: str, mirror: np.ndarray) -> None:
    left, right = PAIRS[name]
    template = default_body().template
    assert template[left, 0] > 0.01
    assert mirror[left] == right


def test_the_nose_is_in_front_and_the_eyes_above_it() -> None:
    template = default_body().template
    nose, eye = template[332], template[2800]
    assert abs(nose[0]) < 0.004 and nose[2] > eye[2] and eye[1] > nose[1]
    ankle = default_body().rest_joints[JOINT_INDEX["left_ankle"]]
    assert template[3216, 2] > ankle[2] > template[3387, 2]  # toe before, heel behind


def test_normals_are_unit_and_point_outwards() -> None:
    body = default_body()
    assert np.allclose(np.linalg.norm(body.normals, axis=1), 1, atol=1e-5)
    top, toe = np.argmax(body.template[:, 1]), 3216
    assert body.normals[top, 1] > 0.8 and body.normals[toe, 2] > 0.3


def test_the_chest_is_a_mannequins_without_bumps() -> None:
    """Across the chest the surface never turns sharply: neighbouring normals stay near."""
    body = default_body()
    t = body.template
    chest = (np.abs(t[:, 0]) < 0.15) & (t[:, 1] > -0.05) & (t[:, 1] < 0.12) & (t[:, 2] > 0.04)
    corners = t[body.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    faces = np.flatnonzero(chest[body.faces].all(axis=1))
    assert len(faces) > 100
    away = [np.abs(body.normals[body.faces[f]] @ normals[f]).min() for f in faces]
    assert np.degrees(np.arccos(min(1.0, min(away)))) < 15


def test_betas_of_another_body_are_left_out() -> None:
    body = default_body()
    motion = random_motion(2, body_id="smpl-0123456789ab")
    assert body_for(motion) is body
    from core.body import joint_positions

    plain = joint_positions(motion.replace(betas=np.zeros(10)))
    assert np.array_equal(joint_positions(motion), plain)
    shaped = joint_positions(motion.replace(body_id=body.body_id))
    assert not np.allclose(shaped, plain)


def test_arrays_are_read_only() -> None:
    with pytest.raises(ValueError):
        default_body().template[0] = 0


def test_a_missing_body_file_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.body import library

    monkeypatch.setattr(library, "FREE_BODY_FILE", tmp_path / "none.npz")
    with pytest.raises(FileProblem, match="cannot be read"):
        library.default_body.__wrapped__()


def test_the_body_loads_without_torch_or_qt() -> None:
    code = (
        "import sys, core.body as b; b.default_body();"
        "print([m for m in ('torch', 'smplx', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_body_says_which_data_it_was_made_from() -> None:
    from core.body import library

    with np.load(library.FREE_BODY_FILE, allow_pickle=False) as data:
        origin = str(data["origin"])
    recipe = Path(library.__file__).parents[2] / "tools" / "body_recipe" / "source.py"
    digest = recipe.read_text().split('WHEEL_SHA256 = "')[1][:64]
    assert digest in origin and "CC0" in origin
    assert digest in (recipe.parents[2] / "NOTICE").read_text()
