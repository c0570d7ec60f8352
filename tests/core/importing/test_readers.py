"""Files as other programs write them: pre-rotations, orders, scales, 64-bit records, splines."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.importing import read_clip, read_clips
from core.importing.source import nice_fps
from tests.core.importing.fbx_files import encode, encode_text, scene

ORDERS = ("xyz", "xzy", "yzx", "yxz", "zxy", "zyx")


def chain(order: int, frames: int = 7) -> tuple[list[dict], np.ndarray, np.ndarray]:
    """Three bones under a scaled and turned null; global positions and rotations by scipy."""
    generator = np.random.default_rng(order)
    bones = [
        {"name": "Armature", "kind": "Null", "scale": (100, 100, 100), "rotation": (-90, 0, 0)},
    ]
    place = np.zeros((frames, 3))
    turn = Rotation.from_euler("xyz", [[-90, 0, 0]] * frames, degrees=True)
    positions, rotations = [place], [turn.as_matrix()]
    for i, name in enumerate(("Hips", "Spine", "Head")):
        pre = generator.uniform(-180, 180, 3)
        keys = generator.uniform(-180, 180, (frames, 3)).astype(np.float32)
        offset = generator.uniform(-1, 1, 3)
        bones.append(
            {
                "name": name,
                "parent": i,
                "translation": offset,
                "pre": pre,
                "order": order,
                "R": keys,
            }
        )
        place = place + turn.apply(np.tile(offset, (frames, 1))) * 100.0
        local = Rotation.from_euler(
            ORDERS[order], keys[:, ["xyz".index(a) for a in ORDERS[order]]], degrees=True
        )
        turn = turn * Rotation.from_euler("xyz", pre, degrees=True) * local
        positions.append(place)
        rotations.append(turn.as_matrix())
    return bones, np.stack(positions, 1), np.stack(rotations, 1)


@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("version", [7400, 7500])
def test_fbx_transforms_follow_the_formula(tmp_path, order, version):
    bones, positions, rotations = chain(order)
    (tmp_path / "a.fbx").write_bytes(encode(scene(bones, fps=24.0, time_mode=11), version))
    source = read_clip(tmp_path / "a.fbx")
    assert source.names == ("Armature", "Hips", "Spine", "Head")
    assert source.fps == 24
    np.testing.assert_allclose(source.positions, positions, atol=1e-4)
    np.testing.assert_allclose(source.rotations, rotations, atol=1e-6)


def test_fbx_axes_and_unit_are_read(tmp_path):
    bones, _, _ = chain(0)
    (tmp_path / "a.fbx").write_bytes(encode(scene(bones, up_axis=2, unit=2.54)))
    source = read_clip(tmp_path / "a.fbx")
    assert source.up == "z"
    assert source.metres_per_unit == pytest.approx(0.0254)


def test_fbx_bind_pose_is_the_rest_pose_and_the_nodes_own_the_other(tmp_path):
    bind = np.eye(4)
    bind[:3, 3] = (1, 2, 3)
    bones = [{"name": "Hips", "translation": (9, 9, 9), "R": np.zeros((3, 3)), "bind": bind}]
    (tmp_path / "a.fbx").write_bytes(encode(scene(bones)))
    source = read_clip(tmp_path / "a.fbx")
    np.testing.assert_allclose(source.rest_positions[0], (1, 2, 3))
    assert source.other_rest is not None
    np.testing.assert_allclose(source.other_rest[1][0], (9, 9, 9))


def test_fbx_sparse_keys_are_filled_in_at_the_scenes_rate(tmp_path):
    keys = np.array([[0, 0, 0], [90, 0, 0]])
    bones = [{"name": "Hips", "R": keys, "times": [0.0, 1.0]}]
    for flags, middle in ((4, 45.0), (2, 0.0)):  # linear, constant
        (tmp_path / "a.fbx").write_bytes(encode(scene(bones, time_mode=3, flags=flags)))
        source = read_clip(tmp_path / "a.fbx")
        assert (source.num_frames, source.fps) == (61, 60)
        turn = Rotation.from_matrix(source.rotations[30, 0]).as_euler("xyz", degrees=True)
        assert turn[0] == pytest.approx(middle, abs=1e-4)
        last = Rotation.from_matrix(source.rotations[60, 0]).as_euler("xyz", degrees=True)
        assert last[0] == pytest.approx(90, abs=1e-4)


def test_fbx_automatic_tangents_pass_smoothly_and_do_not_overshoot(tmp_path):
    values = np.array([0.0, 10.0, 10.0, 30.0])
    keys = np.stack([values, values * 0, values * 0], 1)
    bones = [{"name": "Hips", "R": keys, "times": [0.0, 1.0, 2.0, 3.0]}]
    (tmp_path / "a.fbx").write_bytes(encode(scene(bones, flags=8 | 0x100)))
    source = read_clip(tmp_path / "a.fbx")
    angle = Rotation.from_matrix(source.rotations[:, 0]).as_euler("xyz", degrees=True)[:, 0]
    np.testing.assert_allclose(angle[[0, 30, 60, 90]], values, atol=1e-4)
    assert angle[30:61].min() > 9.999
    assert angle[30:61].max() < 10.001
    assert abs(np.diff(angle, 2)).max() < 0.6, "no kink at a key"


def gltf(animation: dict, accessors: list[tuple[np.ndarray, str]], **more) -> dict:
    data, views, entries = b"", [], []
    for array, kind in accessors:
        raw = np.ascontiguousarray(array, np.float32).tobytes()
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": len(raw)})
        entries.append(
            {"bufferView": len(views) - 1, "componentType": 5126, "type": kind, "count": len(array)}
        )
        data += raw
    uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    return {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": len(data), "uri": uri}],
        "bufferViews": views,
        "accessors": entries,
        "nodes": [{"name": "a", "children": [1]}, {"name": "b", "translation": [0, 1, 0]}],
        "skins": [{"joints": [0, 1]}],
        "animations": [animation],
    } | more


def turning(kind: str) -> dict:
    target = {"node": 0, "path": "rotation"}
    sampler = {"input": 0, "output": 1, "interpolation": kind}
    return {"name": "turn", "channels": [{"sampler": 0, "target": target}], "samplers": [sampler]}


QUARTER = np.sqrt(0.5)


@pytest.mark.parametrize(("kind", "middle"), [("LINEAR", 45.0), ("STEP", 0.0)])
def test_gltf_keys_are_slerped_or_held(tmp_path, kind, middle):
    times = np.array([0.0, 0.1, 0.2])
    quats = np.array([[0, 0, 0, 1], [0, QUARTER, 0, QUARTER], [0, QUARTER, 0, QUARTER]])
    more = np.array([0.0, 0.05, 0.1, 0.15, 0.2])
    lifted = np.zeros((5, 3))
    animation = turning(kind)
    animation["samplers"].append({"input": 2, "output": 3})
    animation["channels"].append({"sampler": 1, "target": {"node": 1, "path": "translation"}})
    arrays = [(times, "SCALAR"), (quats, "VEC4"), (more, "SCALAR"), (lifted, "VEC3")]
    (tmp_path / "a.gltf").write_text(json.dumps(gltf(animation, arrays)))
    source = read_clip(tmp_path / "a.gltf")
    assert (source.num_frames, source.fps) == (5, 20)
    angle = Rotation.from_matrix(source.rotations[:, 0]).as_euler("yxz", degrees=True)[:, 0]
    np.testing.assert_allclose(angle, [0, middle, 90, 90, 90], atol=1e-4)


def test_gltf_cubic_splines_use_their_tangents(tmp_path):
    times = np.array([0.0, 1.0])
    values = np.array([[0, 0, 0], [0, 0, 0], [3, 0, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]])
    sampler = {"input": 0, "output": 1, "interpolation": "CUBICSPLINE"}
    dense = np.arange(11) / 10
    animation = {
        "channels": [
            {"sampler": 0, "target": {"node": 0, "path": "translation"}},
            {"sampler": 1, "target": {"node": 1, "path": "translation"}},
        ],
        "samplers": [sampler, {"input": 2, "output": 3}],
    }
    arrays = [(times, "SCALAR"), (values, "VEC3"), (dense, "SCALAR"), (np.zeros((11, 3)), "VEC3")]
    (tmp_path / "a.gltf").write_text(json.dumps(gltf(animation, arrays)))
    source = read_clip(tmp_path / "a.gltf")
    t = dense
    expected = (t**3 - 2 * t**2 + t) * 3 + (-2 * t**3 + 3 * t**2) * 1
    np.testing.assert_allclose(source.positions[:, 0, 0], expected, atol=1e-5)


@pytest.mark.parametrize("is_new", [True, False])
def test_a_vrm_says_itself_which_bone_is_which(tmp_path, is_new):
    times, quats = np.array([0.0, 0.1]), np.tile([0, 0, 0, 1], (2, 1))
    if is_new:
        bones = {"hips": {"node": 0}, "spine": {"node": 1}}
        extension = {"VRMC_vrm": {"humanoid": {"humanBones": bones}}}
    else:
        listed = [{"bone": "hips", "node": 0}, {"bone": "spine", "node": 1}]
        extension = {"VRM": {"humanoid": {"humanBones": listed}}}
    arrays = [(times, "SCALAR"), (quats, "VEC4")]
    document = gltf(turning("LINEAR"), arrays, extensions=extension)
    (tmp_path / "a.gltf").write_text(json.dumps(document))
    assert read_clip(tmp_path / "a.gltf").roles == {"pelvis": "a", "spine1": "b"}


def test_clips_without_bones_are_passed_over(tmp_path):
    times, quats = np.array([0.0, 0.1]), np.tile([0, 0, 0, 1], (2, 1))
    document = gltf(turning("LINEAR"), [(times, "SCALAR"), (quats, "VEC4")])
    document["animations"].append({"channels": [], "samplers": []})
    (tmp_path / "a.gltf").write_text(json.dumps(document))
    assert [source.clip for source in read_clips(tmp_path / "a.gltf")] == ["turn"]


@pytest.mark.parametrize(
    ("word", "fps"),
    [
        ("0.033333", 30), ("0.0333333", 30), ("0.033", 30), ("0.0333667", 30000 / 1001),
        (".0083333", 120), ("0.008333", 120), ("0.04", 25), ("0.0416667", 24), ("0.01", 100),
        ("0.016667", 60), ("0.0166833", 60000 / 1001), ("0.02", 50), ("0.005", 200),
        ("0.0376", 1 / 0.0376),
    ],
)  # fmt: skip
def test_the_rate_meant_by_a_rounded_frame_time_is_found(word, fps):
    assert nice_fps(float(word), len(word.partition(".")[2])) == pytest.approx(fps, rel=1e-9)


def test_bvh_words_may_be_written_in_many_ways(tmp_path):
    text = (
        "\ufeffHierarchy\r\nROOT Bip01 Pelvis {\r\n offset 0 0 0\r\n"
        " CHANNELS 6 XPOSITION Yposition Zposition Zrotation Xrotation Yrotation\r\n"
        " JOINT MOTION_helper\r\n {\r\n  OFFSET 0\t1\t0\r\n  CHANNELS 1 Xrotation\r\n"
        "  End Site tip\r\n  { OFFSET 0 1 0 }\r\n }\r\n}\r\n\r\nMOTION\r\n"
        "Frames:\t2\r\n\r\nFrame Time: \t.04\r\n0 1 2 90 0 0 5\r\n\r\n1 1 2\r\n0 0 0 5\r\n\r\n"
    )
    (tmp_path / "a.bvh").write_bytes(text.encode())
    source = read_clip(tmp_path / "a.bvh")
    assert source.names == ("Bip01 Pelvis", "MOTION_helper")
    assert (source.num_frames, source.fps) == (2, 25)
    np.testing.assert_allclose(source.positions[:, 0], [[0, 1, 2], [1, 1, 2]])
    np.testing.assert_allclose(source.positions[0, 1], [-1, 1, 2], atol=1e-12)


def test_bvh_positions_of_a_joint_replace_its_offset(tmp_path):
    text = (
        "HIERARCHY\nROOT a\n{\nOFFSET 5 5 5\nCHANNELS 3 Xposition Yposition Zposition\n"
        "JOINT b\n{\nOFFSET 7 7 7\nCHANNELS 2 Yposition Zrotation\n}\n}\n"
        "MOTION\nFrames: 1\nFrame Time: 0.04\n1 2 3 4 0\n"
    )
    (tmp_path / "a.bvh").write_text(text)
    source = read_clip(tmp_path / "a.bvh")
    np.testing.assert_allclose(source.positions[0], [[1, 2, 3], [8, 6, 10]])


def test_fbx_joints_written_as_nulls_are_joints(tmp_path):
    bones, positions, _ = chain(2)
    for bone in bones:
        bone["kind"] = "Null"
    (tmp_path / "a.fbx").write_bytes(encode(scene(bones)))
    source = read_clip(tmp_path / "a.fbx")
    assert source.names == ("Armature", "Hips", "Spine", "Head")
    np.testing.assert_allclose(source.positions, positions, atol=1e-4)


@pytest.mark.parametrize("order", [0, 4])
def test_fbx_written_as_text_is_the_same(tmp_path, order):
    bones, positions, rotations = chain(order)
    bones[1]["bind"] = np.eye(4)
    (tmp_path / "a.fbx").write_bytes(encode_text(scene(bones, fps=24.0, time_mode=11)))
    source = read_clip(tmp_path / "a.fbx")
    assert source.names == ("Armature", "Hips", "Spine", "Head")
    assert (source.fps, source.clip, source.up) == (24, "Take 001", "y")
    np.testing.assert_allclose(source.positions, positions, atol=1e-4)
    np.testing.assert_allclose(source.rotations, rotations, atol=1e-6)
