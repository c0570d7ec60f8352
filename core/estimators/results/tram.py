"""TRAM's result: hps/hps_track_k.npy a person, camera.npy with the camera of every video frame.

With the folder, or where camera.npy lies beside or above, people are put into TRAM's world:
X_world = R X + T, axes of the first frame's camera (y down). A lone track stays in camera axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.errors import FileProblem
from core.estimators.results.arrays import (
    frame_numbers,
    is_table,
    median_betas,
    numbers,
    pose,
    rows,
)
from core.estimators.results.track import FloatArray, IntArray, RawTrack, Reading

PELVIS = np.array([-0.0018, -0.2233, 0.0282])
"""Rest pelvis of SMPL's neutral template (metres), which a turning camera turns about."""


def recognises(content: Any) -> bool:
    """``{"tracks": {name: track}, "camera": camera or None}``, or a track under another name."""
    return is_table(content, "pred_rotmat") or (
        is_table(content, "tracks", "camera")
        and bool(content["tracks"])
        and all(is_table(track, "pred_rotmat") for track in content["tracks"].values())
    )


def read(content: Mapping[str, Any]) -> Reading:
    """Read a track or a folder's tracks. Raises FileProblem."""
    people: Mapping[str, Any] = content.get("tracks", {"1": content})
    camera: Any = content.get("camera")
    moving = is_table(camera, "pred_cam_R", "pred_cam_T")
    tracks, layouts = [], []
    for key, person in people.items():
        rotmats, layout = pose(person["pred_rotmat"], f"pred_rotmat of track {key}")
        count = len(rotmats)
        frames = frame_numbers(person.get("frame"), f"frame of track {key}", count)
        trans = person.get("pred_trans")
        placed = None if trans is None else rows(trans, f"pred_trans of track {key}", 3, count)
        if moving:
            rotmats, placed = _to_world(rotmats, placed, frames, camera)
        tracks.append(
            RawTrack(
                key=str(key),
                rotmats=rotmats,
                frames=frames,
                axes="camera axes",
                trans=placed,
                betas=median_betas(person.get("pred_shape"), f"pred_shape of track {key}", count),
                pivot=PELVIS,
            )
        )
        layouts.append(layout)
    notes = ("world of the first frame's camera",) if moving else ()
    return Reading(tracks=tuple(tracks), layout=layouts[0], notes=notes)


def _to_world(
    rotmats: FloatArray, trans: FloatArray | None, frames: IntArray, camera: Mapping[str, Any]
) -> tuple[FloatArray, FloatArray | None]:
    turn, move = numbers(camera["pred_cam_R"], "pred_cam_R"), numbers(camera["pred_cam_T"], "T")
    if turn.ndim != 3 or turn.shape[1:] != (3, 3) or move.shape != (len(turn), 3):
        raise FileProblem("camera.npy does not hold one camera a frame.", "Run TRAM again.")
    if frames.max() >= len(turn):
        raise FileProblem(
            f"camera.npy has {len(turn)} frames, but a person is seen in frame {frames.max()}.",
            "The files are of different videos.",
        )
    turn, move = turn[frames], move[frames]
    out = rotmats.copy()
    out[:, 0] = turn @ rotmats[:, 0]
    if trans is None:
        return out, None
    pelvis = np.einsum("nij,nj->ni", turn, trans + PELVIS) + move
    return out, pelvis - PELVIS
