"""Plain SMPL arrays: AMASS npz, `.motion` sessions of the package motion-studio, own clips, kin.

AMASS is z up with SMPL-H or SMPL-X poses (52 or 55 joints) at 23.976 to 120 fps. A `.motion` file
is a ZIP with motion_original.npz and, where it was edited, motion_edited.npz: (P, T, 24, 3), z up.
Other files with the same kind of keys (AIST++, GDANCE, exports of researchers) do not say which way
is up, so it is measured from how the pelvis stands and said in the preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.errors import FileProblem
from core.estimators.results.arrays import is_table, median_betas, numbers, pose, rows
from core.estimators.results.track import SMPL, SMPLH, SMPLX, FloatArray, RawTrack, Reading

_POSES = ("poses", "pose", "smpl_poses", "full_pose", "fullpose")
_PARTS = (("global_orient", "body_pose"), ("root_orient", "pose_body"))
_MOVES = ("trans", "transl", "root_trans", "smpl_trans", "translation")
_SHAPES = ("betas", "shape", "smpl_betas")
_RATES = ("mocap_framerate", "mocap_frame_rate", "fps", "frame_rate", "framerate")
_AMASS_RATES = _RATES[:2]
_BODIES = {24: SMPL, 22: SMPLH, 52: SMPLH, 55: SMPLX}


def _first(content: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((content[name] for name in names if content.get(name) is not None), None)


def _stored_pose(content: Mapping[str, Any]) -> Any:
    whole = _first(content, _POSES)
    if whole is not None:
        return whole
    for turn, limbs in _PARTS:
        if is_table(content, turn, limbs):
            a, b = numbers(content[turn], turn), numbers(content[limbs], limbs)
            if a.ndim == 2 and b.ndim == 3:
                a = a[:, None]
            if a.ndim == b.ndim and a.shape[0] == b.shape[0]:
                return np.concatenate([a, b], axis=1)
    return None


def recognises_amass(content: Any) -> bool:
    return (
        isinstance(content, Mapping)
        and _first(content, _AMASS_RATES) is not None
        and (_first(content, _POSES) is not None or is_table(content, *_PARTS[1]))
    )


def recognises_clip(content: Any) -> bool:
    return is_table(content, "poses", "trans", "provenance", "body_id")


def read_clip(content: Mapping[str, Any]) -> Reading:
    """Describe the program's own clip, which is then opened as it is. Raises FileProblem."""
    return _read(content, "y up")


def recognises_session(content: Any) -> bool:
    return is_table(content, "motion-studio session")


def recognises_arrays(content: Any) -> bool:
    return isinstance(content, Mapping) and (
        _first(content, _POSES) is not None or any(is_table(content, *p) for p in _PARTS)
    )


def read_amass(content: Mapping[str, Any]) -> Reading:
    """Read AMASS arrays. Raises FileProblem."""
    reading = _read(content, "z up")
    measured = measured_axes(np.concatenate([track.rotmats[:, 0] for track in reading.tracks]))
    if measured not in ("z up", ""):
        note = f"the person stands along another axis ({measured}): check the way up"
        return Reading(tracks=reading.tracks, layout=reading.layout, fps=reading.fps, notes=(note,))
    return reading


def read_session(content: Mapping[str, Any]) -> Reading:
    """Read a `.motion` session: the edited motion where there is one. Raises FileProblem."""
    session = content["motion-studio session"]
    edited = session.get("motion_edited")
    reading = _read(edited or session["motion_original"], "z up")
    notes = ("as edited",) if edited else ("never edited",)
    return Reading(tracks=reading.tracks, layout=reading.layout, fps=reading.fps, notes=notes)


def read_arrays(content: Mapping[str, Any]) -> Reading:
    """Read arrays of unknown origin. Raises FileProblem."""
    trial = _read(content, "y up")
    axes = measured_axes(np.concatenate([track.rotmats[:, 0] for track in trial.tracks]))
    if not axes:
        note = "which way is up cannot be told; y is taken"
        return Reading(tracks=trial.tracks, layout=trial.layout, fps=trial.fps, notes=(note,))
    reading = _read(content, axes)
    note = "the way up told by how the person stands"
    return Reading(tracks=reading.tracks, layout=reading.layout, fps=reading.fps, notes=(note,))


def measured_axes(root: FloatArray) -> str:
    """Name the axes a person whose root turns as (N, 3, 3) mostly stands upright in; "" if none."""
    up = np.nanmean(root[:, :, 1], axis=0)
    candidates = {"y up": up[1], "z up": up[2], "camera axes": -up[1]}
    name, value = max(candidates.items(), key=lambda item: item[1])
    return name if value > 0.6 else ""


def _read(content: Mapping[str, Any], axes: str) -> Reading:
    stored = numbers(_stored_pose(content), "poses")
    moves = _first(content, _MOVES)
    move = None if moves is None else numbers(moves, "trans")
    if move is not None and is_table(content, "smpl_scaling"):  # AIST++ keeps centimetres
        move = move / np.maximum(numbers(content["smpl_scaling"], "smpl_scaling").ravel()[0], 1e-6)
    several = move is not None and move.ndim == 3
    if several and stored.ndim < 3:
        raise FileProblem("poses and trans hold different numbers of people.", "It is damaged.")
    betas = _first(content, _SHAPES)
    shapes = None if betas is None else numbers(betas, "betas")
    tracks, layouts = [], []
    for person in range(len(stored) if several else 1):
        rotmats, layout = pose(stored[person] if several else stored, "poses")
        count = len(rotmats)
        own = move[person] if move is not None and several else move
        shape = shapes
        if shapes is not None and several and shapes.ndim >= 2 and len(shapes) == len(stored):
            shape = shapes[person]
        tracks.append(
            RawTrack(
                key=str(person + 1),
                rotmats=rotmats,
                frames=np.arange(count),
                axes=axes,
                trans=None if own is None else rows(own, "trans", 3, count),
                betas=median_betas(shape, "betas", count),
                body_id=_BODIES[int(layout.split()[1].split("x")[0])],
            )
        )
        layouts.append(layout)
    if not tracks:
        raise FileProblem("The file holds no people.", "Choose another file.")
    return Reading(tracks=tuple(tracks), layout=layouts[0], fps=_rate(content))


def _rate(content: Mapping[str, Any]) -> float | None:
    value = _first(content, _RATES)
    if value is None:
        return None
    rate = float(numbers(value, "frame rate").ravel()[0])
    return rate if 0.1 <= rate <= 10_000 else None
