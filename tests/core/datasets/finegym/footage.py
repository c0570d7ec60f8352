"""Small films of a red rectangle that does gymnastics, and a finder that sees red and blue.

Each film breaks one of the constraints, so that a check which sees nothing is found out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from core._cv2 import cv2
from core.export.video_writer import movie_writer
from core.progress import SILENT, Progress
from core.video.decode import pictures, probe
from core.video.people import People, Track
from core.video.shots import find_cuts

FPS = 25.0
SIZE = (320, 180)
FRAMES = 110
EVENT = "E_000000_000004"
SEGMENT = "A_0001_0002"
START, STOP = 1.2, 2.8  # of the element: 40 frames

CATEGORIES = """Clabel:  43; set: 31; Glabel: 213; (BB) split jump     
Clabel:  67; set: 34; Glabel: 335; (BB) flic-flac with step-out, also with support on one arm
Clabel:  68; set: 34; Glabel: 336; (BB) round-off      
Clabel:  44; set: 31; Glabel: 219; (BB) straddle pike jump or side split jump
"""  # noqa: W291

Scene = Callable[[int], np.ndarray]


def ground(seed: int, width: int = 1200) -> np.ndarray:
    """(180, width, 3) a wall with something to hold on to, grey."""
    rng = np.random.default_rng(seed)
    small = rng.integers(60, 200, (18, width // 10), dtype=np.uint8)
    wall = cv2.resize(small, (width, SIZE[1]), interpolation=cv2.INTER_CUBIC)
    return np.repeat(wall[..., None], 3, axis=2)


def figure(picture: np.ndarray, x: float, y: float, height: float, color: int) -> None:
    """Put a striped rectangle into a picture; colour 0 is red, 2 is blue."""
    half = height / 6
    top, bottom = max(int(y - height / 2), 0), int(y + height / 2)
    left, right = max(int(x - half), 0), max(int(x + half), 1)
    patch = picture[top:bottom, left:right]
    patch[...] = 25
    patch[..., color] = 190
    patch[::6, :, color] = 255
    patch[:, ::5, color] = 120


def scene(
    *, shift: float = 0.0, cut_at: int = -1, second: float = 0.0, height: float = 110.0,
    blur: float = 0.0,
) -> Scene:  # fmt: skip
    """A film: pixels a frame the camera moves, frame of a shot change, size of a second person."""
    walls = ground(1), ground(7)

    def picture(frame: int) -> np.ndarray:
        is_new = 0 <= cut_at <= frame
        left = int(shift * frame)
        image = walls[is_new][:, left : left + SIZE[0]].copy()
        if is_new:
            image = 255 - image
        figure(image, 130 + 40 * np.sin(frame / 9), 90 + 8 * np.cos(frame / 4), height, 0)
        if second:
            figure(image, 255, 95, second, 2)
        return cv2.GaussianBlur(image, (0, 0), blur) if blur else image

    return picture


FILMS: dict[str, Scene] = {
    "clean000000": scene(),
    "second00000": scene(second=90),
    "audience000": scene(second=24),
    "cutcut00000": scene(cut_at=50),
    "panning0000": scene(shift=6.0),
    "drifting000": scene(shift=1.2),
    "blurred0000": scene(blur=5.0),
    "small000000": scene(height=30),
}


def write_film(path: Path, film: Scene, frames: int = FRAMES, fps: float = FPS) -> Path:
    """Write a film."""
    with movie_writer(path, SIZE, fps) as sink:
        for frame in range(frames):
            sink.add(film(frame))
    return path


def write_lists(
    folder: Path, videos: list[str], *,
    neighbours: Mapping[str, list[tuple[str, float, float]]] | None = None,
    label: int = 43,
) -> tuple[Path, Path, Path]:  # fmt: skip
    """Annotation, split and category files; neighbours: (segment, start, stop, ...) by video."""
    events = {}
    lines = []
    for video in videos:
        segments = {SEGMENT: {"stages": 1, "timestamps": [[START, STOP]]}}
        for name, start, stop in (neighbours or {}).get(video, []):
            segments[name] = {"stages": 1, "timestamps": [[start, stop]]}
            lines.append(f"{video}_{EVENT}_{name} 68")
        lines.append(f"{video}_{EVENT}_{SEGMENT} {label}")
        events[video] = {
            EVENT: {"event": 3, "timestamps": [[0.0, FRAMES / FPS]], "segments": segments}
        }
    paths = (
        folder / "finegym_annotation_info_v1.1.json",
        folder / "gym99_train_element_v1.1.txt",
        folder / "gym99_categories.txt",
    )
    paths[0].write_text(json.dumps(events))
    paths[1].write_text("\n".join(lines) + "\n")
    paths[2].write_text(CATEGORIES)
    return paths


def find_colours(path: Path, progress: Progress = SILENT) -> People:
    """The finder: the red one is person 1, the blue one person 2."""
    times = []
    seen: dict[int, list[tuple[int, list[float]]]] = {0: [], 2: []}
    for frame, picture in enumerate(pictures(path)):
        times.append(picture.time)
        image = picture.rgb().astype(int)
        for color, found in seen.items():
            others = image[..., [c for c in range(3) if c != color]].max(axis=-1)
            mask = image[..., color] - others > 50
            if mask.sum() < 60:
                continue
            y, x = np.nonzero(mask)
            low, high = np.percentile(x, [1, 99]), np.percentile(y, [1, 99])
            box = [low.mean(), high.mean(), low[1] - low[0] + 1, high[1] - high[0] + 1]
            found.append((frame, [float(v) for v in box]))
    tracks = [
        Track(
            id=color + 1, frames=np.array([f for f, _ in found]),
            boxes=np.array([b for _, b in found]), scores=np.ones(len(found)),
        )
        for color, found in seen.items()
        if found
    ]  # fmt: skip
    return People(
        video=probe(path), times=np.array(times), cuts=find_cuts(path), tracks=tuple(tracks)
    )
