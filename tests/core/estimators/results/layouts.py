"""Writes a known motion as every tool stores it, to see whether it comes back."""

from __future__ import annotations

import io
import pickle
import sys
import types
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.body import default_body, floor_height
from core.estimators.results.placing import AXES
from core.estimators.results.tram import PELVIS
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat

FPS = 30.0


def known_motion(num_frames: int = 40, seed: int = 0, *, hands: bool = True) -> Motion:
    """Somebody who walks, turns and waves, standing on the floor, first frame at x = z = 0."""
    generator = np.random.default_rng(seed)
    time = np.arange(num_frames) / FPS
    poses = np.zeros((num_frames, 24, 3))
    phases, sizes = generator.uniform(0, 6, (24, 3)), generator.uniform(0, 0.35, (24, 3))
    poses += sizes * np.sin(2 * time[:, None, None] + phases)
    poses[:, 0] = np.stack([0.1 * np.sin(time), 0.8 * time, 0 * time], axis=1)
    if not hands:
        poses[:, 22:] = 0
    trans = np.stack([0.9 * time, 0.05 * np.sin(3 * time), -0.6 * time], axis=1)
    motion = Motion(poses=poses, trans=trans, betas=np.linspace(-1, 1, 10), fps=FPS)
    free = motion.replace(betas=np.zeros(10))
    return motion.replace(trans=motion.trans - np.array([0, floor_height(free), 0], np.float32))


def in_axes(motion: Motion, axes: str, away: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """(rotmats (T, 24, 3, 3), trans (T, 3)) of the motion seen in a tool's axes.

    away: metres that the person stands in front of a camera at breast height.
    """
    turn = AXES[axes].T
    rotmats = rotvec_to_rotmat(motion.poses.astype(np.float64))
    rotmats[:, 0] = turn @ rotmats[:, 0]
    rest = default_body().rest_joints[0].astype(np.float64)
    place = np.array([0, -1.2, -away]) if away else np.zeros(3)
    pelvis = (motion.trans + rest + place) @ turn.T
    return rotmats, pelvis - rest


def weak_cameras(
    trans: np.ndarray, width: int = 1280, height: int = 720, margin: float = 1.0
) -> dict[str, np.ndarray]:
    """pred_cam, orig_cam and bboxes of a person at trans (camera axes), focal = the diagonal."""
    focal = np.hypot(width, height)
    count = len(trans)
    centre = np.stack(
        [
            width / 2 + focal * trans[:, 0] / trans[:, 2],
            height / 2 + focal * trans[:, 1] / trans[:, 2],
        ],
        axis=1,
    )
    centre += np.stack([np.full(count, 7.0), np.full(count, -11.0)], axis=1)
    side = focal * 2.0 / trans[:, 2]
    crop = side * margin
    s = 2 * focal / (trans[:, 2] * crop)
    half = np.array([width / 2, height / 2])
    txy = trans[:, :2] - (centre - half) * 2 / (s * crop)[:, None]
    sx, sy = s * side / width, s * side / height  # the tools leave the margin out here
    orig = np.stack(
        [
            sx,
            sy,
            txy[:, 0] + (centre[:, 0] - half[0]) / half[0] / sx,
            txy[:, 1] + (centre[:, 1] - half[1]) / half[1] / sy,
        ],
        axis=1,
    )
    return {
        "pred_cam": np.concatenate([s[:, None], txy], axis=1).astype(np.float32),
        "orig_cam": orig.astype(np.float32),
        "bboxes": np.concatenate([centre, side[:, None], side[:, None]], axis=1),
    }


def per_frame(motion: Motion) -> np.ndarray:
    """(T, 10) betas that wobble around the motion's, as the tools write them."""
    return motion.betas + 0.1 * np.sin(np.arange(motion.num_frames))[:, None].astype(np.float32)


# joblib without joblib: its arrays' bytes stand in the stream behind a small object


def _wrapper_class() -> type:
    module = sys.modules.get("joblib.numpy_pickle")
    if module is None:
        package = types.ModuleType("joblib")
        module = types.ModuleType("joblib.numpy_pickle")

        class NumpyArrayWrapper:
            pass

        NumpyArrayWrapper.__module__ = "joblib.numpy_pickle"
        NumpyArrayWrapper.__qualname__ = "NumpyArrayWrapper"
        module.NumpyArrayWrapper = NumpyArrayWrapper  # type: ignore[attr-defined]
        package.numpy_pickle = module  # type: ignore[attr-defined]
        sys.modules["joblib"], sys.modules["joblib.numpy_pickle"] = package, module
    return module.NumpyArrayWrapper


class _JoblibPickler(pickle._Pickler):  # type: ignore[misc, name-defined]
    def __init__(self, file: Any, aligned: bool) -> None:
        super().__init__(file, protocol=4 if aligned else 3)
        self._raw = file
        self._aligned = aligned

    def save(self, obj: Any, *rest: Any, **kwargs: Any) -> None:
        if type(obj) is not np.ndarray or obj.dtype.hasobject:
            return super().save(obj, *rest, **kwargs)
        order = "F" if obj.flags.f_contiguous and not obj.flags.c_contiguous else "C"
        kind = _wrapper_class()
        wrapper = kind.__new__(kind)
        wrapper.__dict__.update(
            subclass=np.ndarray, shape=obj.shape, order=order, dtype=obj.dtype, allow_mmap=True
        )
        if self._aligned:
            wrapper.__dict__["numpy_array_alignment_bytes"] = 16
        super().save(wrapper)
        if self.proto >= 4:
            self.framer.commit_frame(force=True)
        if self._aligned:
            padding = 16 - (self._raw.tell() + 1) % 16
            self._raw.write(bytes([padding]) + b"\xff" * padding)
        self._raw.write(obj.T.tobytes() if order == "F" else obj.tobytes())
        return None


def joblib_dump(value: Any, path: Path, aligned: bool = True) -> Path:
    """Write as joblib does: since 1.1 with aligned arrays, before without."""
    stream = io.BytesIO()
    _JoblibPickler(stream, aligned).dump(value)
    path.write_bytes(stream.getvalue())
    return path


# the tools


def vibe_like(motions: list[Motion], pare: bool, frames: list[np.ndarray]) -> dict[int, Any]:
    out = {}
    for key, (motion, ids) in enumerate(zip(motions, frames, strict=True), start=1):
        rotmats, trans = in_axes(motion, "camera axes", away=5)
        cameras = weak_cameras(trans, margin=1.0 if pare else 1.1)
        out[key] = {
            **{name: values[ids] for name, values in cameras.items()},
            "verts": np.zeros((len(ids), 30, 3), np.float32),
            "pose": (rotmats if pare else rotmat_to_rotvec(rotmats).reshape(-1, 72))[ids].astype(
                np.float32
            ),
            "betas": per_frame(motion)[ids],
            "joints3d": np.zeros((len(ids), 49, 3), np.float32),
            "joints2d": None,
            "smpl_joints2d" if pare else "joints2d_img_coord": np.zeros((len(ids), 49, 2)),
            "frame_ids": ids,
        }
    return out


def write_vibe(motion: Motion, folder: Path) -> Path:
    everything = np.arange(motion.num_frames)
    return joblib_dump(vibe_like([motion], False, [everything]), folder / "vibe_output.pkl")


def write_pare(motion: Motion, folder: Path) -> Path:
    everything = np.arange(motion.num_frames)
    value = vibe_like([motion], True, [everything])
    return joblib_dump(value, folder / "pare_output.pkl", aligned=False)


def write_wham(motion: Motion, folder: Path) -> Path:
    world, place = in_axes(motion, "y up")
    camera, seen = in_axes(motion, "camera axes", away=4)
    value = {
        0: {
            "pose": rotmat_to_rotvec(camera).reshape(-1, 72),
            "trans": seen,
            "pose_world": rotmat_to_rotvec(world).reshape(-1, 72),
            "trans_world": place,
            "betas": per_frame(motion),
            "frame_ids": np.arange(motion.num_frames),
        }
    }
    return joblib_dump(defaultdict(dict, value), folder / "wham_output.pkl")


def write_phalp(motion: Motion, folder: Path) -> Path:
    rotmats, trans = in_axes(motion, "camera axes", away=5)
    width, height = 1280, 720
    far = trans * np.array([1, 1, 5000 / 256 * 1280 / np.hypot(width, height)])
    frames = {}
    for i in range(motion.num_frames):
        body = {
            "global_orient": rotmats[i, :1],
            "body_pose": rotmats[i, 1:],
            "betas": motion.betas,
        }
        ghost = {key: np.flip(value, 0).copy() for key, value in body.items()}
        frames[f"outputs/img/{i:06d}.jpg"] = {
            "time": i, "shot": 0, "tid": [7, 3], "tracked_ids": [3], "tracked_time": [2, 0],
            "smpl": [ghost, body], "camera": [far[i], far[i]], "conf": [0.2, 0.9],
            "size": [[height, width], [height, width]], "bbox": [[0, 0, 1, 1], [0, 0, 1, 1]],
        }  # fmt: skip
    return joblib_dump(frames, folder / "demo_dance.pkl")


def write_tram(motion: Motion, folder: Path) -> Path:
    """A folder; the camera wanders, and the track is what it sees. Tensors, as TRAM saves them."""
    rotmats, trans = in_axes(motion, "camera axes", away=4)  # of the world's, the first camera
    count = motion.num_frames
    turn = rotvec_to_rotmat(np.linspace([0.0, 0, 0], [0.05, 0.4, 0.02], count))
    move = np.linspace([0.0, 0, 0], [0.5, 0.1, -0.3], count)
    rest = default_body().rest_joints[0].astype(np.float64)
    seen = np.einsum("nji,nj->ni", turn, trans + rest - move)
    rotmats = rotmats.copy()
    rotmats[:, 0] = np.swapaxes(turn, 1, 2) @ rotmats[:, 0]
    (folder / "hps").mkdir()
    track = {
        "pred_cam": torch.zeros(count, 3),
        "pred_rotmat": torch.from_numpy(rotmats).float(),
        "pred_shape": torch.from_numpy(per_frame(motion)),
        "pred_trans": torch.from_numpy(seen - PELVIS).float()[:, None],
        "frame": torch.arange(count),
    }
    np.save(folder / "hps" / "hps_track_0.npy", track, allow_pickle=True)
    camera = {
        "pred_cam_R": turn.astype(np.float32),
        "pred_cam_T": move.astype(np.float32),
        "img_focal": 1000.0,
        "img_center": np.array([640.0, 360]),
    }
    np.save(folder / "camera.npy", camera, allow_pickle=True)
    return folder


def write_gvhmr(motion: Motion, folder: Path) -> Path:
    rotmats, trans = in_axes(motion, "y up")
    vectors = torch.from_numpy(rotmat_to_rotvec(rotmats)).float()
    body = {
        "global_orient": vectors[:, 0],
        "body_pose": vectors[:, 1:22].reshape(len(vectors), 63),
        "betas": torch.from_numpy(per_frame(motion)),
        "transl": torch.from_numpy(trans).float(),
    }
    value = {"smpl_params_global": body, "smpl_params_incam": body, "K_fullimg": torch.eye(3)}
    torch.save(value, folder / "hmr4d_results.pt")
    return folder / "hmr4d_results.pt"


def write_prompthmr(motion: Motion, folder: Path) -> Path:
    rotmats, trans = in_axes(motion, "y up")
    pose = np.zeros((motion.num_frames, 165))
    pose[:, :66] = rotmat_to_rotvec(rotmats[:, :22]).reshape(-1, 66)
    person = {
        "frames": np.arange(motion.num_frames),
        "track_id": 2,
        "smplx_world": {"pose": pose, "shape": per_frame(motion), "trans": trans},
    }
    value = {
        "people": {2: person}, "camera_world": {"Rwc": np.eye(3)[None], "viz_center": [0.1, 0, 2]},
        "has_slam": False, "masks": np.zeros((2, 8, 8), bool), "timings": {},
    }  # fmt: skip
    return joblib_dump(value, folder / "results.pkl")


def write_codec(motion: Motion, folder: Path) -> Path:
    rotmats, trans = in_axes(motion, "y up")
    with (folder / "subject-1.smpl").open("wb") as file:
        np.savez(
            file,
            codecVersion=2, smplVersion=2, gender=0, frameCount=motion.num_frames, frameRate=FPS,
            shapeParameters=motion.betas, bodyTranslation=trans.astype(np.float32),
            bodyPose=rotmat_to_rotvec(rotmats[:, :22]).astype(np.float32),
        )  # fmt: skip
    return folder / "subject-1.smpl"


def write_amass(motion: Motion, folder: Path, fps: float = 120.0) -> Path:
    rotmats, trans = in_axes(motion, "z up")
    poses = np.zeros((motion.num_frames, 156))
    poses[:, :66] = rotmat_to_rotvec(rotmats[:, :22]).reshape(-1, 66)
    np.savez(
        folder / "walk_poses.npz",
        poses=poses, trans=trans, betas=np.pad(motion.betas, (0, 6)), gender=np.array("neutral"),
        mocap_framerate=np.array(fps), dmpls=np.zeros((motion.num_frames, 8)),
        labels=np.array([{"marker": 1}], dtype=object),
    )  # fmt: skip
    return folder / "walk_poses.npz"


def write_session(motion: Motion, folder: Path) -> Path:
    rotmats, trans = in_axes(motion, "z up")
    arrays = {
        "poses": rotmat_to_rotvec(rotmats)[None].astype(np.float32),
        "trans": trans[None].astype(np.float32), "gender": np.array("neutral"),
        "fps": np.array(FPS), "name": np.array("dance"), "has_betas": np.array(True),
        "betas": motion.betas[None],
    }  # fmt: skip
    other = {**arrays, "poses": arrays["poses"] * 0}
    path = folder / "dance.motion"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", '{"format": "motion-studio", "version": 1}')
        for name, values in (("motion_original", other), ("motion_edited", arrays)):
            stream = io.BytesIO()
            np.savez(stream, **values)
            archive.writestr(f"{name}.npz", stream.getvalue())
    return path


def write_aist(motion: Motion, folder: Path) -> Path:
    rotmats, trans = in_axes(motion, "y up")
    value = {
        "smpl_poses": rotmat_to_rotvec(rotmats).reshape(-1, 72),
        "smpl_trans": trans * 93.0,
        "smpl_scaling": np.array([93.0]),
        "smpl_loss": 1.0,
    }
    (folder / "gBR_sBM.pkl").write_bytes(pickle.dumps(value))
    return folder / "gBR_sBM.pkl"


WRITERS: dict[str, Callable[[Motion, Path], Path]] = {
    "vibe": write_vibe,
    "pare": write_pare,
    "wham": write_wham,
    "4dhumans": write_phalp,
    "tram": write_tram,
    "gvhmr": write_gvhmr,
    "prompthmr": write_prompthmr,
    "smpl-codec": write_codec,
    "amass": write_amass,
    "motion-session": write_session,
    "smpl-arrays": write_aist,
}
HANDLESS = {"gvhmr", "prompthmr", "smpl-codec", "amass"}
