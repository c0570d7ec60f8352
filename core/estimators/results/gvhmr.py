"""GVHMR's hmr4d_results.pt: one person, SMPL-X body, 30 frames a second by construction.

smpl_params_global stands in a gravity-aligned world with y up and is taken where it is there;
smpl_params_incam is in camera axes. Descendants that follow several people stack them in front:
(P, L, 63).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.errors import FileProblem
from core.estimators.results.arrays import is_table, median_betas, numbers, pose, rows
from core.estimators.results.track import SMPLX, FloatArray, RawTrack, Reading

FPS = 30.0  # videos are resampled to it before anything else
_WORLDS = (("smpl_params_global", "y up"), ("smpl_params_incam", "camera axes"))


def recognises(content: Any) -> bool:
    return any(is_table(content, key) for key, _ in _WORLDS)


def read(content: Mapping[str, Any]) -> Reading:
    """Read GVHMR's dictionary. Raises FileProblem."""
    name, axes = next((key, axes) for key, axes in _WORLDS if is_table(content, key))
    values = content[name]
    if not is_table(values, "global_orient", "body_pose", "transl"):
        raise FileProblem(
            f"{name} lacks global_orient, body_pose or transl.",
            "The file was not written whole; run GVHMR again.",
        )
    limbs, turns, moves = (
        _stacked(values[key], f"{key} of {name}")
        for key in ("body_pose", "global_orient", "transl")
    )
    if not len(limbs) == len(turns) == len(moves):
        raise FileProblem(f"{name} holds different numbers of people.", "The file is damaged.")
    betas = values.get("betas")
    shapes = None if betas is None else numbers(betas, "betas")
    tracks, layouts = [], []
    for person, (limb, turn, move) in enumerate(zip(limbs, turns, moves, strict=True)):
        if len(limb) != len(turn):
            raise FileProblem(f"{name} holds different numbers of frames.", "It is damaged.")
        rotmats, layout = pose(np.concatenate([turn, limb], axis=1), f"body_pose of {name}")
        shape = shapes[person] if shapes is not None and shapes.ndim == 3 else shapes
        tracks.append(
            RawTrack(
                key=str(person + 1),
                rotmats=rotmats,
                frames=np.arange(len(rotmats)),
                axes=axes,
                trans=rows(move, f"transl of {name}", 3, len(rotmats)),
                betas=median_betas(shape, "betas", len(rotmats)),
                body_id=SMPLX,
            )
        )
        layouts.append(layout)
    return Reading(tracks=tuple(tracks), layout=layouts[0], fps=FPS)


def _stacked(value: Any, name: str) -> FloatArray:
    """(P, L, n): a single person's (L, n) gets an axis in front."""
    array = numbers(value, name)
    array = array[None] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[0] == 0 or array.shape[1] == 0:
        raise FileProblem(f"{name} has shape {array.shape}.", "The file is damaged.")
    return array
