"""PARE's folder mode: pare_results/<image>.pkl, one a picture, people without ids.

Pictures count as frames in the order of their names. From picture to picture people are matched by
their boxes, nearest first; somebody whose box moves by more than its side begins a new track.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.errors import FileProblem
from core.estimators.results.arrays import is_table, median_betas, pose, rows
from core.estimators.results.track import FloatArray, RawTrack, Reading, WeakCamera

_KEYS = ("pred_pose", "orig_cam", "bboxes")
_PATIENCE = 10  # pictures a person may be missing


@dataclass(eq=False)
class _Person:
    rows: list[tuple[int, int]] = field(default_factory=list)  # (picture, row)
    box: FloatArray = field(default_factory=lambda: np.zeros(4))


def recognises(content: Any) -> bool:
    """One picture's dictionary, or ``{"images": [dictionary, ...]}`` of a folder."""
    return is_table(content, *_KEYS) or (
        is_table(content, "images")
        and bool(content["images"])
        and all(is_table(image, *_KEYS) for image in content["images"])
    )


def read(content: Mapping[str, Any]) -> Reading:
    """Read a picture's people or a folder's. Raises FileProblem."""
    images = content.get("images", [content])
    poses, boxes, layout = [], [], ""
    for number, image in enumerate(images):
        rotmats, layout = pose(image["pred_pose"], f"pred_pose of picture {number + 1}")
        poses.append(rotmats)
        boxes.append(rows(image["bboxes"], f"bboxes of picture {number + 1}", 4, len(rotmats)))
    people = _followed(boxes)
    if not people:
        raise FileProblem("The pictures show nobody.", "Choose other results.")
    tracks = tuple(
        _track(str(key), person, images, poses, boxes) for key, person in enumerate(people, 1)
    )
    notes = (f"{len(images)} pictures in the order of their names",)
    return Reading(tracks=tracks, layout=layout, notes=notes)


def _followed(boxes: list[FloatArray]) -> list[_Person]:
    people: list[_Person] = []
    for number, now in enumerate(boxes):
        active = [p for p in people if number - p.rows[-1][0] <= _PATIENCE]
        pairs = sorted(
            (float(np.hypot(*(box[:2] - person.box[:2]))), row, index)
            for row, box in enumerate(now)
            for index, person in enumerate(active)
        )
        taken: dict[int, _Person] = {}
        for distance, row, index in pairs:
            person = active[index]
            if row in taken or person in taken.values() or distance > person.box[2]:
                continue
            taken[row] = person
        for row, box in enumerate(now):
            person = taken.get(row) or _Person()
            if not person.rows:
                people.append(person)
            person.rows.append((number, row))
            person.box = box
    return people


def _track(
    key: str,
    person: _Person,
    images: list[Mapping[str, Any]],
    poses: list[FloatArray],
    boxes: list[FloatArray],
) -> RawTrack:
    def gathered(name: str, width: int) -> FloatArray:
        return np.stack(
            [
                rows(images[i][name], f"{name} of picture {i + 1}", width, len(poses[i]))[row]
                for i, row in person.rows
            ]
        )

    first = images[person.rows[0][0]]
    camera = WeakCamera(
        orig=gathered("orig_cam", 4),
        crop=gathered("pred_cam", 3) if "pred_cam" in first else None,
        size_px=np.array([boxes[i][row, 2] for i, row in person.rows]),
    )
    shapes = [images[i]["pred_shape"][row] for i, row in person.rows if "pred_shape" in images[i]]
    return RawTrack(
        key=key,
        rotmats=np.stack([poses[i][row] for i, row in person.rows]),
        frames=np.array([i for i, _ in person.rows]),
        axes="camera axes",
        camera=camera,
        betas=median_betas(shapes or None, "pred_shape", len(person.rows)),
    )
