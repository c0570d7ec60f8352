"""People of a video that nobody had to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.video.decode import VideoInfo
from core.video.people import People, Points, Track


def info(path: Path = Path("walk.mp4"), num_frames: int = 60, **changes: Any) -> VideoInfo:
    values: dict[str, Any] = {
        "path": path,
        "width": 640,
        "height": 360,
        "fps": 30.0,
        "num_frames": num_frames,
        "duration": num_frames / 30,
        "rotation": 0,
        "codec": "h264",
    }
    return VideoInfo(**(values | changes))


def track(id: int, frames: Any, *, x: float = 300, height: float = 200, seen: bool = True) -> Track:
    """Somebody walking to the right, all points visible or none below the hips."""
    frames = np.asarray(frames)
    count = len(frames)
    boxes = np.column_stack(
        [x + 0.5 * frames, np.full(count, 180), np.full(count, 80), np.full(count, height)]
    )
    image = np.repeat(boxes[:, None, :2], 33, axis=1)
    visibility = np.ones((count, 33))
    visibility[:, 25:] = float(seen)
    points = Points(
        image=image.astype(np.float32),
        world=np.zeros((count, 33, 3), np.float32),
        visibility=visibility.astype(np.float32),
        confidence=np.full(count, 0.9, np.float32),
    )
    return Track(
        id=id,
        frames=frames,
        boxes=boxes,
        scores=np.full(count, 0.8),
        points=points,
        sharpness=np.full(count, 100.0),
    )


def people(*tracks: Track, num_frames: int = 60, **changes: Any) -> People:
    return People(
        info(num_frames=num_frames, **changes), np.arange(num_frames) / 30, tracks=tuple(tracks)
    )
