"""Half-done following as plain arrays, so that a pass over a video can be taken up again.

A chunk holds what was seen in its frames, and how the tracker stood after the last of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.estimators.blazepose.landmarks import Landmarks
from core.estimators.blazepose.roi import Roi
from core.estimators.blazepose.tracker import Track, Tracker
from core.estimators.chunks import Arrays
from core.video.association import Moving

_NO_TIME = -1e9  # stands for "never" in a file


def packed(tracker: Tracker, first: int) -> Arrays:
    """Return what was seen from frame ``first`` on, and how the tracker stands now."""
    rows = [
        (number, frame, mark, track.sharpness.get(frame, 0.0))
        for number, track in enumerate(tracker.tracks)
        for frame, mark in track.found.items()
        if frame >= first
    ]
    marks = [mark for _, _, mark, _ in rows]
    moving = [track.moving for track in tracker.tracks]
    return {
        "track": np.array([number for number, *_ in rows], np.int64),
        "frame": np.array([frame for _, frame, *_ in rows], np.int64),
        "sharpness": np.array([sharp for *_, sharp in rows]),
        "image": np.array([mark.image for mark in marks]).reshape(-1, 33, 2),
        "world": np.array([mark.world for mark in marks]).reshape(-1, 33, 3),
        "visibility": np.array([mark.visibility for mark in marks]).reshape(-1, 33),
        "confidence": np.array([mark.confidence for mark in marks]),
        "roi": np.array([_flat(mark.roi) for mark in marks]).reshape(-1, 4),
        "next_roi": np.array([_flat(mark.next_roi) for mark in marks]).reshape(-1, 4),
        "prominence": np.array([track.prominence for track in tracker.tracks]),
        "is_followed": np.array([track.is_followed for track in tracker.tracks], bool),
        "box": np.array([m.box for m in moving]).reshape(-1, 4),
        "seconds": np.array([m.seconds for m in moving]),
        "velocity": np.array([m.velocity for m in moving]).reshape(-1, 2),
        "usual_side": np.array([track.usual_side for track in tracker.tracks]),
        "looks": np.maximum(tracker.looks, _NO_TIME),
    }


def restore(tracker: Tracker, parts: Sequence[Arrays], num_frames: int) -> None:
    """Put a new tracker where the one was that :func:`packed` these parts, after ``num_frames``."""
    if not parts:
        return
    last = parts[-1]
    tracks = [
        Track(
            prominence=float(last["prominence"][i]),
            is_followed=bool(last["is_followed"][i]),
            usual_side=float(last["usual_side"][i]),
            moving=Moving(last["box"][i].copy(), float(last["seconds"][i]), last["velocity"][i]),
        )
        for i in range(len(last["prominence"]))
    ]
    for part in parts:
        for row, (number, frame) in enumerate(zip(part["track"], part["frame"], strict=True)):
            tracks[number].found[int(frame)] = Landmarks(
                image=part["image"][row],
                world=part["world"][row],
                visibility=part["visibility"][row],
                confidence=float(part["confidence"][row]),
                roi=_roi(part["roi"][row]),
                next_roi=_roi(part["next_roi"][row]),
            )
            tracks[number].sharpness[int(frame)] = float(part["sharpness"][row])
    looks = [float(look) if look > _NO_TIME else -math.inf for look in last["looks"]]
    tracker.take_up(tracks, num_frames, (looks[0], looks[1]))


def _flat(roi: Roi) -> tuple[float, float, float, float]:
    return roi.x, roi.y, roi.side, roi.angle


def _roi(values: Sequence[float]) -> Roi:
    x, y, side, angle = (float(value) for value in values)
    return Roi(x=x, y=y, side=side, angle=angle)
