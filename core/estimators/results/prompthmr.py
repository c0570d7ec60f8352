"""PromptHMR's results.pkl (joblib), and the subject-k.smpl files beside it (Meshcapade's codec).

A person holds smplx_world (y up) and, in camera axes, smplx_cam; the world is taken where it is
there. Poses are SMPL-X's: the first 22 joints are the body's. A .smpl file is an npz with
camel-case keys, one person, y up, with its frame rate.
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
from core.estimators.results.track import SMPL, SMPLX, RawTrack, Reading

_WORLDS = (("smplx_world", "y up"), ("smplx_cam", "camera axes"))
_CODEC_BODIES = {0: SMPL, 1: "smplh", 2: SMPLX, 7: SMPLX}  # smplVersion


def recognises(content: Any) -> bool:
    return (
        is_table(content, "people")
        and isinstance(content["people"], Mapping)
        and bool(content["people"])
        and all(
            any(is_table(person, key) for key, _ in _WORLDS)
            for person in content["people"].values()
        )
    )


def read(content: Mapping[str, Any]) -> Reading:
    """Read PromptHMR's dictionary. Raises FileProblem."""
    tracks, layouts = [], []
    for key, person in content["people"].items():
        world, axes = next((w, axes) for w, axes in _WORLDS if is_table(person, w))
        values = person[world]
        stored = values["pose"] if "pose" in values else values.get("rotmat")
        if stored is None:
            raise FileProblem(f"{world} of person {key} holds no pose.", "Run PromptHMR again.")
        rotmats, layout = pose(stored, f"{world} of person {key}")
        count = len(rotmats)
        trans = values.get("trans")
        tracks.append(
            RawTrack(
                key=str(person.get("track_id", key)),
                rotmats=rotmats,
                frames=frame_numbers(person.get("frames"), f"frames of person {key}", count),
                axes=axes,
                trans=None if trans is None else rows(trans, f"trans of person {key}", 3, count),
                betas=median_betas(values.get("shape"), f"shape of person {key}", count),
                body_id=SMPLX,
            )
        )
        layouts.append(layout)
    return Reading(tracks=tuple(tracks), layout=layouts[0])


def recognises_codec(content: Any) -> bool:
    return is_table(content, "bodyPose", "smplVersion")


def read_codec(content: Mapping[str, Any]) -> Reading:
    """Read the arrays of a .smpl file. Raises FileProblem."""
    version = int(numbers(content["smplVersion"], "smplVersion").ravel()[0])
    if version not in _CODEC_BODIES:
        raise FileProblem(
            f"The file's body is number {version} of its codec, which is no SMPL body.",
            "Bodies of SMPL, SMPL-H and SMPL-X are read.",
        )
    stored = numbers(content["bodyPose"], "bodyPose")
    rotmats, layout = pose(stored[None] if stored.ndim == 2 else stored, "bodyPose")
    trans = content.get("bodyTranslation")
    rate = content.get("frameRate")
    track = RawTrack(
        key="1",
        rotmats=rotmats,
        frames=np.arange(len(rotmats)),
        axes="y up",
        trans=None if trans is None else rows(trans, "bodyTranslation", 3, len(rotmats)),
        betas=median_betas(content.get("shapeParameters"), "shapeParameters", 1),
        body_id=_CODEC_BODIES[version],
    )
    fps = None if rate is None else float(numbers(rate, "frameRate").ravel()[0])
    return Reading(tracks=(track,), layout=layout, fps=fps)
