"""WHAM's wham_output.pkl: joblib dictionary, person id -> arrays, in the world and in the camera.

pose_world and trans_world are gravity-aligned with y up; pose and trans are in camera axes. The
world is taken where it is there. A person's part may start a new world in every chunk of the video
(WHAM issue 114), so people are not placed relative to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.estimators.results.arrays import frame_numbers, is_table, median_betas, pose, rows
from core.estimators.results.track import RawTrack, Reading


def recognises(content: Any) -> bool:
    return (
        isinstance(content, Mapping)
        and bool(content)
        and all(
            is_table(person, "pose_world", "trans_world") or is_table(person, "pose", "trans")
            for person in content.values()
        )
    )


def read(content: Mapping[Any, Mapping[str, Any]]) -> Reading:
    """Read WHAM's dictionary. Raises FileProblem."""
    tracks, layouts = [], []
    for key, person in content.items():
        world = is_table(person, "pose_world", "trans_world")
        suffix = "_world" if world else ""
        rotmats, layout = pose(person[f"pose{suffix}"], f"pose{suffix} of person {key}")
        count = len(rotmats)
        tracks.append(
            RawTrack(
                key=str(key),
                rotmats=rotmats,
                frames=frame_numbers(person.get("frame_ids"), f"frame_ids of person {key}", count),
                axes="y up" if world else "camera axes",
                trans=rows(person[f"trans{suffix}"], f"trans{suffix} of person {key}", 3, count),
                betas=median_betas(person.get("betas"), f"betas of person {key}", count),
            )
        )
        layouts.append(layout)
    return Reading(tracks=tuple(tracks), layout=layouts[0])
