"""4D-Humans (HMR 2.0 with PHALP's tracker): a joblib dictionary, frame name -> lists.

The lists of a frame (tid, smpl, camera, tracked_time, ...) run over the confirmed tracks. A track
with tracked_time above 0 was not seen in that frame: what stands there is the last one repeated,
so the row is dropped and bridged later. Camera axes; the translation assumes a focal length of
5000 pixels of a picture shrunk to 256, twenty times its larger side, whatever the lens: depths are
brought to the focal length in use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.errors import FileProblem
from core.estimators.results.arrays import is_table, median_betas, numbers, pose, rows
from core.estimators.results.track import FloatArray, RawTrack, Reading, WeakCamera

FOCAL_SIDES = 5000.0 / 256.0
"""PHALP's focal length by the picture's larger side: EXTRA.FOCAL_LENGTH over render.res."""


def recognises(content: Any) -> bool:
    return (
        isinstance(content, Mapping)
        and bool(content)
        and all(is_table(frame, "tid", "smpl") for frame in content.values())
    )


def read(content: Mapping[Any, Mapping[str, Any]]) -> Reading:
    """Read PHALP's dictionary. Raises FileProblem."""
    found: dict[int, list[tuple[int, Mapping[str, Any], int]]] = {}
    ghosts = 0
    for index, frame in enumerate(content.values()):
        time = frame.get("time")
        number = int(time) if isinstance(time, int | np.integer) else index
        unseen = frame.get("tracked_time") or []
        for row, key in enumerate(frame["tid"]):
            if row >= len(frame["smpl"]):
                raise FileProblem(
                    f"Frame {number} names {len(frame['tid'])} people but describes"
                    f" {len(frame['smpl'])}.",
                    "The file is damaged.",
                )
            if row < len(unseen) and unseen[row] > 0:
                ghosts += 1
                continue
            found.setdefault(int(key), []).append((number, frame, row))
    if not found:
        raise FileProblem("The file holds no people.", "Estimate the video again.")
    tracks = [_track(key, seen) for key, seen in sorted(found.items())]
    notes = (f"{ghosts} rows guessed by the tracker left out",) if ghosts else ()
    return Reading(tracks=tuple(tracks), layout="matrices 24x3x3", notes=notes)


def _track(key: int, seen: list[tuple[int, Mapping[str, Any], int]]) -> RawTrack:
    bodies = [frame["smpl"][row] for _, frame, row in seen]
    if not all(is_table(body, "global_orient", "body_pose") for body in bodies):
        raise FileProblem(
            f"Person {key} has frames without global_orient and body_pose.", "The file is damaged."
        )
    turns = np.stack([numbers(b["global_orient"], "global_orient").reshape(-1, 3, 3)[:1]
                      for b in bodies])  # fmt: skip
    limbs = np.stack([numbers(b["body_pose"], "body_pose").reshape(-1, 3, 3) for b in bodies])
    rotmats, _ = pose(np.concatenate([turns, limbs], axis=1), f"smpl of person {key}")
    betas = [b["betas"] for b in bodies if "betas" in b]
    confidence = [_first(frame.get("conf"), row) for _, frame, row in seen]
    return RawTrack(
        key=str(key),
        rotmats=rotmats,
        frames=np.array([number for number, _, _ in seen]),
        axes="camera axes",
        camera=_camera(key, seen),
        betas=median_betas(betas or None, f"betas of person {key}", len(seen)),
        confidence=None
        if any(c is None for c in confidence)
        else np.clip(np.array(confidence, float), 0, 1),
    )


def _first(values: Any, row: int) -> float | None:
    if values is None or row >= len(values) or not np.isscalar(values[row]):
        return None
    return float(values[row])


def _camera(key: int, seen: list[tuple[int, Mapping[str, Any], int]]) -> WeakCamera | None:
    """PHALP's translation, as the weak camera that it was made from."""
    if not all(row < len(frame.get("camera") or ()) for _, frame, row in seen):
        return None
    given = rows([numbers(frame["camera"][row], "camera").ravel() for _, frame, row in seen],
                 f"camera of person {key}", 3, len(seen))  # fmt: skip
    height, width = _size(seen)
    depth = np.maximum(given[:, 2], 1e-3)
    sx = 2 * FOCAL_SIDES * max(width, height) / (depth * width)
    orig: FloatArray = np.stack([sx, sx * width / height, given[:, 0], given[:, 1]], axis=1)
    return WeakCamera(orig=orig, width=width)


def _size(seen: list[tuple[int, Mapping[str, Any], int]]) -> tuple[float, float]:
    """(height, width) of the picture; full HD where the file does not say."""
    _, frame, row = seen[0]
    sizes = frame.get("size")
    if sizes is not None and row < len(sizes):
        size = numbers(sizes[row], "size").ravel()
        if len(size) >= 2 and (size[:2] > 0).all():
            return float(size[0]), float(size[1])
    return 1080.0, 1920.0
