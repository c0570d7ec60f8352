"""VIBE's and PARE's own result files: a joblib dictionary, person id -> arrays.

Both write the same keys; PARE stores rotation matrices (N, 24, 3, 3) although its README says
(N, 72), and calls its 2D points smpl_joints2d. Camera axes, y down; no translation, but the
weak-perspective camera of every frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.errors import FileProblem
from core.estimators.results.arrays import frame_numbers, is_table, median_betas, pose, rows
from core.estimators.results.track import RawTrack, Reading, WeakCamera

VIBE_MARGIN = 1.1  # VIBE's demo enlarges the box by bbox_scale; PARE's scale is 1


def _people(content: Any) -> Mapping[Any, Mapping[str, Any]] | None:
    if not isinstance(content, Mapping) or not content:
        return None
    if not all(is_table(person, "pose") for person in content.values()):
        return None
    if any("trans" in person or "pose_world" in person for person in content.values()):
        return None  # WHAM
    return content


def _is_pare(person: Mapping[str, Any]) -> bool:
    return "smpl_joints2d" in person or np.ndim(person["pose"]) == 4


def recognises_pare(content: Any) -> bool:
    people = _people(content)
    return people is not None and any(_is_pare(person) for person in people.values())


def recognises_vibe(content: Any) -> bool:
    return _people(content) is not None and not recognises_pare(content)


def read_vibe(content: Any) -> Reading:
    """Read VIBE's dictionary. Raises FileProblem."""
    return _read(content, VIBE_MARGIN)


def read_pare(content: Any) -> Reading:
    """Read PARE's dictionary. Raises FileProblem."""
    return _read(content, 1.0)


def _read(content: Mapping[Any, Mapping[str, Any]], margin: float) -> Reading:
    tracks, layouts = [], []
    for key, person in content.items():
        rotmats, layout = pose(person["pose"], f"pose of person {key}")
        count = len(rotmats)
        tracks.append(
            RawTrack(
                key=str(key),
                rotmats=rotmats,
                frames=frame_numbers(person.get("frame_ids"), f"frame_ids of person {key}", count),
                axes="camera axes",
                camera=_camera(person, key, count, margin),
                betas=median_betas(person.get("betas"), f"betas of person {key}", count),
            )
        )
        layouts.append(layout)
    if not tracks:
        raise FileProblem("The file holds no people.", "Estimate the video again.")
    notes = []
    if all(track.camera is None for track in tracks):
        notes.append("no cameras, so the people stay in place")
    return Reading(tracks=tuple(tracks), layout=layouts[0], notes=tuple(notes))


def _camera(person: Mapping[str, Any], key: Any, count: int, margin: float) -> WeakCamera | None:
    if person.get("orig_cam") is None:
        return None
    crop, boxes = person.get("pred_cam"), person.get("bboxes")
    return WeakCamera(
        orig=rows(person["orig_cam"], f"orig_cam of person {key}", 4, count),
        crop=None if crop is None else rows(crop, f"pred_cam of person {key}", 3, count),
        size_px=None if boxes is None else rows(boxes, f"bboxes of person {key}", 4, count)[:, 2],
        margin=margin,
    )
