"""What the tools leave out, add or write otherwise."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from core.body import default_body
from core.body.skinning import lowest_points
from core.estimators.results import inspect, load_people
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from tests.core.estimators.results.layouts import (
    FPS,
    in_axes,
    known_motion,
    vibe_like,
    write_session,
    write_tram,
)
from tests.core.estimators.results.test_tools import angle


def dumped(value: object, folder: Path, name: str = "file.pkl") -> Path:
    path = folder / name
    path.write_bytes(pickle.dumps(value))
    return path


def test_vibe_without_cameras_stays_in_place_on_the_floor(tmp_path):
    """As the data set NTU13 keeps VIBE's results: pose and joints only."""
    value = vibe_like([known_motion()], False, [np.arange(40)])
    person = {"pose": value[1]["pose"], "joints3d": value[1]["joints3d"]}
    found = inspect(dumped({1: person}, tmp_path))
    assert "in place" in found.text
    (motion,) = load_people(found, fps=FPS)
    assert np.ptp(motion.trans[:, [0, 2]]) == 0
    assert np.abs(lowest_points(motion.replace(body_id="free", betas=np.zeros(10)))).max() < 1e-4


def test_wham_without_a_world_is_read_in_camera_axes(tmp_path):
    motion = known_motion()
    rotmats, trans = in_axes(motion, "camera axes", away=4)
    person = {"pose": rotmat_to_rotvec(rotmats).reshape(-1, 72), "trans": trans}
    found = inspect(dumped({0: person}, tmp_path))
    assert (found.tool, found.axes) == ("wham", "camera axes")
    (back,) = load_people(found, fps=FPS)
    assert angle(back.poses, motion.poses).max() < 1e-4
    assert np.abs(back.trans - motion.trans).max() < 0.01


def test_several_people_of_gvhmrs_descendants(tmp_path):
    motions = [known_motion(hands=False), known_motion(seed=1, hands=False)]
    vectors = torch.stack(
        [torch.from_numpy(rotmat_to_rotvec(in_axes(m, "y up")[0])).float() for m in motions]
    )
    body = {
        "global_orient": vectors[:, :, 0],
        "body_pose": vectors[:, :, 1:22].reshape(2, -1, 63),
        "transl": torch.stack([torch.from_numpy(in_axes(m, "y up")[1]).float() for m in motions]),
    }
    torch.save({"smpl_params_incam": body, "smpl_params_global": body}, tmp_path / "r.pt")
    found = inspect(tmp_path / "r.pt")
    assert len(found.people) == 2
    back = load_people(found)
    assert angle(back[1].poses, motions[1].poses).max() < 1e-4
    apart = motions[1].trans - motions[0].trans
    assert np.abs((back[1].trans - back[0].trans - apart)[:, [0, 2]]).max() < 1e-4


def test_an_old_torch_file_is_read(tmp_path):
    rotmats, trans = in_axes(known_motion(hands=False), "y up")
    vectors = torch.from_numpy(rotmat_to_rotvec(rotmats)).float()
    body = {
        "global_orient": vectors[:, 0], "body_pose": vectors[:, 1:22].flatten(1),
        "transl": torch.from_numpy(trans), "betas": torch.zeros(10),
    }  # fmt: skip
    torch.save(
        {"smpl_params_global": body}, tmp_path / "r.pt", _use_new_zipfile_serialization=False
    )
    assert inspect(tmp_path / "r.pt").tool == "gvhmr"


def test_a_session_that_was_never_edited(tmp_path):
    import zipfile

    path = write_session(known_motion(), tmp_path)
    lone = tmp_path / "lone.motion"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(lone, "w") as new:
        new.writestr("motion_original.npz", old.read("motion_edited.npz"))
    assert inspect(lone).text.endswith("never edited")


def test_a_lone_tram_track_finds_its_camera_beside_it_or_does_without(tmp_path):
    folder = write_tram(known_motion(), tmp_path)
    track = folder / "hps" / "hps_track_0.npy"
    assert angle(
        load_people(inspect(track), fps=FPS)[0].poses, known_motion().poses
    ).max() < 1e-4  # fmt: skip
    (folder / "camera.npy").unlink()
    found = inspect(track)
    assert found.text == "TRAM, 1 person, 40 frames, matrices 24x3x3, camera axes"


def test_a_tool_s_folder_is_as_good_as_its_file(tmp_path):
    dumped(vibe_like([known_motion()], False, [np.arange(40)]), tmp_path, "vibe_output.pkl")
    assert inspect(tmp_path).tool == "vibe"


def test_pares_pictures_become_tracks_by_their_boxes(tmp_path):
    motions = [known_motion(12), known_motion(12, 1)]
    value = vibe_like(motions, True, [np.arange(12)] * 2)
    value[2]["bboxes"][:, 0] += 300  # beside the first
    names = {"pose": "pred_pose", "betas": "pred_shape"}
    (tmp_path / "pare_results").mkdir()
    for i in range(12):
        order = [1, 2] if i % 2 else [2, 1]  # PARE gives no ids
        seen = order if i != 6 else [2]
        image = {
            names.get(key, key): np.stack([value[p][key][i] for p in seen])
            for key in ("pose", "betas", "pred_cam", "orig_cam", "bboxes")
        }
        dumped(image, tmp_path / "pare_results", f"frame{i:03}.pkl")
    found = inspect(tmp_path)
    assert found.text == (
        "PARE of pictures, 2 people, 11 to 12 frames, matrices 24x3x3, camera axes,"
        " 1 missing frame, 12 pictures in the order of their names"
    )
    whole, gappy = load_people(found, fps=FPS)
    assert angle(whole.poses, motions[1].poses).max() < 1e-4
    assert gappy.inferred == (6,)
    seen = [i for i in range(12) if i != 6]
    assert angle(gappy.poses, motions[0].poses)[seen].max() < 1e-4
    one = inspect(tmp_path / "pare_results" / "frame006.pkl")
    assert load_people(one, fps=FPS)[0].num_frames == 1


@pytest.mark.parametrize("axes", ["y up", "z up", "camera axes"])
def test_arrays_of_unknown_axes_are_measured(axes, tmp_path):
    motion = known_motion()
    rotmats, trans = in_axes(motion, axes)
    np.savez(
        tmp_path / "m.npz", pose=rotmats.reshape(40, 24, 9).reshape(40, 216), transl=trans, fps=50
    )
    found = inspect(tmp_path / "m.npz")
    assert (found.axes, found.fps) == (axes, 50)
    (back,) = load_people(found)
    assert angle(back.poses, motion.poses).max() < 1e-4


def test_the_way_up_can_be_corrected(tmp_path):
    motion = known_motion(hands=False)
    rotmats, trans = in_axes(motion, "y up")
    vectors = rotmat_to_rotvec(rotmats)
    np.savez(
        tmp_path / "m.npz", root_orient=vectors[:, 0], pose_body=vectors[:, 1:22].reshape(-1, 63),
        trans=trans, mocap_frame_rate=60,
    )  # fmt: skip
    found = inspect(tmp_path / "m.npz")
    assert found.tool == "amass" and "check the way up" in found.text
    (back,) = load_people(found, axes="y up")
    assert angle(back.poses, motion.poses).max() < 1e-4


@pytest.mark.parametrize("degrees", [12.0, -9.0])
def test_people_seen_by_a_tilted_camera_are_levelled(degrees, shared, tmp_path):
    with np.load(shared / "mocap" / "smpl24_bandai_30fps.npz") as clips:
        long_walks = (clips["labels"] == "walk") & (clips["lengths"] > 120)
        row = int(np.flatnonzero(long_walks)[0])
        start = int(clips["lengths"][:row].sum())
        part = slice(start, start + int(clips["lengths"][row]))
        truth = Motion(
            poses=clips["poses"][part].astype(np.float32), trans=clips["trans"][part], fps=30
        )
    rotmats, trans = in_axes(truth, "camera axes", away=4)
    tilt = rotvec_to_rotmat(np.radians([degrees, 0, 0]))
    rotmats[:, 0] = tilt @ rotmats[:, 0]
    rest = default_body().rest_joints[0]
    pose = rotmat_to_rotvec(rotmats).reshape(-1, 72)
    person = {"pose": pose, "trans": (trans + rest) @ tilt.T - rest}
    found = inspect(dumped({0: person}, tmp_path))

    def lean(motion):
        """Degrees between where the pelvis points up and where it truly does, mean."""
        ups = [rotvec_to_rotmat(m.poses[:, 0].astype(float))[:, :, 1] for m in (motion, truth)]
        return np.degrees(np.arccos(np.clip((ups[0] * ups[1]).sum(1), -1, 1))).mean()

    (left,) = load_people(found, fps=30, level=False)
    (levelled,) = load_people(found, fps=30)
    assert lean(left) == pytest.approx(abs(degrees), abs=1)
    assert lean(levelled) < 4
    assert "levelled by" in levelled.provenance.edit
    assert abs(lowest_points(levelled).min()) < 0.05


def test_frames_in_any_order_and_twice(tmp_path):
    motion = known_motion()
    value = vibe_like([motion], True, [np.arange(40)])
    order = np.concatenate([np.arange(39, -1, -1), [3, 3]])
    for key, array in value[1].items():
        if isinstance(array, np.ndarray):
            value[1][key] = array[order]
    (back,) = load_people(inspect(dumped(value, tmp_path)), fps=FPS)
    assert back.num_frames == 40 and back.inferred == ()
    assert angle(back.poses, motion.poses).max() < 1e-4


def test_one_frame_is_enough(tmp_path):
    (back,) = load_people(
        inspect(dumped(vibe_like([known_motion(3)], True, [np.array([2])]), tmp_path)), fps=FPS
    )
    assert back.num_frames == 1


def test_the_studio_s_own_clip_is_recognised_for_what_it_is(tmp_path):
    from core.motion_file import save_motion

    motion = known_motion()
    save_motion(tmp_path / "clip.npz", motion)
    found = inspect(tmp_path / "clip.npz")
    assert found.text == "Motion Studio clip, 1 person, 40 frames, axis-angle 24x3, y up, 30 fps"
    (back,) = load_people(found)
    assert angle(back.poses, motion.poses).max() < 1e-6
