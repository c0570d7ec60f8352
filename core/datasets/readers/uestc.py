"""UESTC as ACTOR reads it: VIBE's results of 25,600 videos, turned to the front, with a path.

``vibe_cache_refined.pkl`` holds lists of poses, joints3d and orig_cam in the order of
``info/names.txt``; names say action, view, subject and camera side. The split is the authors': 51
people train, 67 test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.classes import NUM_UESTC, UESTC_TRAIN_SUBJECTS
from core.datasets.readers.base import FoundDataset, ImportOptions, ReadClip, Reader
from core.datasets.readers.camera_clips import (
    TURNED_NOTE,
    UPRIGHT_NOTE,
    Array,
    pose_table,
    stands_on_head,
    upright_motion,
)
from core.datasets.readers.opening import lines, opened
from core.errors import FileProblem
from core.motion import Provenance
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat

CACHE, PATHS = "vibe_cache_refined.pkl", "globtrans_usez.pkl"
FPS = 30.0
PICTURE_HEIGHT, FOCAL = 540.0, 500.0  # pixels, as ACTOR assumes
_NAME = re.compile(r"a(\d+)_d(\d+)_p(\d+)_c(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class _Video:
    """What a video's name says, and its place in the cache."""

    place: int
    name: str
    action: int
    view: int
    subject: int
    side: int

    @property
    def is_left_out(self) -> bool:
        """View 8 of side 2: the moving camera, whose view has no angle."""
        return self.side != 1 and self.view == 8

    @property
    def heading(self) -> float:
        """Radians about the camera's y that turn the clip to the front view."""
        return 0.0 if self.side == 1 else -self.view * np.pi / 4


def _root(path: Path) -> Path:
    if path.is_file():
        return path.parent
    return next((p for p in (path, path / "uestc") if (p / CACHE).is_file()), path)


def recognises(path: Path) -> bool:
    """Whether this is the cache, or a folder with it."""
    return path.name == CACHE or (path.is_dir() and (_root(path) / CACHE).is_file())


def _videos(root: Path, options: ImportOptions) -> list[_Video]:
    out = []
    for place, name in enumerate(lines(root / "info" / "names.txt")):
        match = _NAME.search(name)
        if match is None or int(match[1]) >= NUM_UESTC:
            raise FileProblem(
                f"names.txt, line {place + 1}: {name!r} is no video of UESTC.",
                "Such names look like a0_d1_p002_c1_color.avi.",
            )
        video = _Video(place, Path(name).stem, *(int(part) for part in match.groups()))
        if not video.is_left_out and not (options.views == "front" and video.side != 1):
            out.append(video)
    return out


def _labels(root: Path) -> tuple[str, ...]:
    """Names from the data set's own list; it does not exist elsewhere."""
    file = root / "info" / "action_classes.txt"
    names = lines(file) if file.is_file() else []
    names = [re.sub(r"^\d+[\s.:,]*", "", name) for name in names]
    if len(set(names)) == NUM_UESTC and len(names) == NUM_UESTC:
        return tuple(names)
    return tuple(f"action {i}" for i in range(NUM_UESTC))


def _cache(root: Path) -> Mapping[str, Any]:
    content = opened(root / CACHE)
    if not isinstance(content, Mapping) or not isinstance(
        content.get("pose"), Sequence | np.ndarray
    ):
        raise FileProblem(f"{CACHE} holds no poses.", "Copy it again.")
    return content


def _is_y_down(cache: Mapping[str, Any], videos: list[_Video], options: ImportOptions) -> bool:
    if options.axes != "auto":
        return options.axes == "y down"
    some = videos[:: max(1, len(videos) // 64)]
    return stands_on_head(pose_table(cache["pose"][v.place], v.name) for v in some)


def inspect(path: Path, options: ImportOptions) -> FoundDataset:
    """Count videos and people by the list of names. Raises FileProblem."""
    root = _root(path)
    videos = _videos(root, options)
    train = sum(video.subject in UESTC_TRAIN_SUBJECTS for video in videos)
    people = len({video.subject for video in videos})
    return FoundDataset(
        reader=READER.name, title=READER.title, path=path, num_clips=len(videos),
        labels=_labels(root), fps=FPS,
        text=f"{len(videos):,} clips of {people} people: {train:,} train, "
        f"{len(videos) - train:,} test",
        note=UPRIGHT_NOTE if options.axes == "y up" else TURNED_NOTE,
    )  # fmt: skip


def clips(path: Path, options: ImportOptions) -> Iterator[ReadClip]:
    """Yield the clips in the order of names, turned to the front."""
    root = _root(path)
    videos, labels, cache = _videos(root, options), _labels(root), _cache(root)
    last = max((video.place for video in videos), default=-1)
    if last >= len(cache["pose"]):
        raise FileProblem(
            f"names.txt lists {last + 1:,} videos, {CACHE} holds {len(cache['pose']):,}.",
            "Copy both again.",
        )
    turned = _is_y_down(cache, videos, options)
    stored = opened(root / PATHS) if (root / PATHS).is_file() else None
    estimator = options.estimator or "vibe"
    for video in videos:
        if options.labels is not None and labels[video.action] not in options.labels:
            continue
        poses = pose_table(cache["pose"][video.place], video.name)
        path_there = _path(cache, stored, video, len(poses))
        turn = np.asarray(rotvec_to_rotmat(np.array([0.0, video.heading, 0.0])))
        poses[:, 0] = rotmat_to_rotvec(turn @ rotvec_to_rotmat(poses[:, 0]))
        yield ReadClip(
            motion=upright_motion(
                poses, path_there @ turn.T, turned=turned, fps=FPS, name=video.name,
                provenance=Provenance(
                    kind="estimated", source=video.name, estimator=estimator,
                    label=labels[video.action],
                ),
            ),
            name=video.name, label=labels[video.action], subject=f"p{video.subject:03d}",
            view=f"d{video.view} c{video.side}", estimator=estimator,
            file=f"a{video.action}_p{video.subject:03d}",  # one performance, up to eight cameras
            part="train" if video.subject in UESTC_TRAIN_SUBJECTS else "test",
        )  # fmt: skip


def _path(cache: Mapping[str, Any], stored: Any, video: _Video, num_frames: int) -> Array:
    """(T, 3) where the body is, in the camera's axes, the first frame at the origin."""
    if stored is not None:
        try:
            path = np.asarray(stored[video.place], np.float64)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise FileProblem(f"{PATHS} has no path of {video.name}.", "Remove it.") from error
        if path.shape != (num_frames, 3):
            raise FileProblem(
                f"{PATHS}: {video.name} has a path of shape {path.shape}.", "Remove it."
            )
        return path - path[0]
    try:
        camera = np.asarray(cache["orig_cam"][video.place], np.float64)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise FileProblem(f"{CACHE} has no camera of {video.name}.", "Copy it again.") from error
    if camera.shape != (num_frames, 4):
        raise FileProblem(
            f"{CACHE}: {video.name} has a camera of shape {camera.shape}.", "Copy it again."
        )
    return path_of_camera(camera)


def path_of_camera(camera: Array) -> Array:
    """(T, 3) from weak cameras (T, 4) [sx, sy, tx, ty], the first frame at the origin.

    x and y are tx and ty; z = 500 x a body's size over that of its picture, 540 pixels high
    (ACTOR's post-processing of UESTC). A point s (X + t) is drawn at 270 pixels a unit, so the size
    cancels. sy is the scale that goes with the height.
    """
    depth = FOCAL / (np.maximum(camera[:, 1], 1e-9) * 0.5 * PICTURE_HEIGHT)
    path = np.concatenate([camera[:, 2:], depth[:, None]], axis=1)
    return np.asarray(path - path[0])


READER = Reader(
    name="uestc", title="UESTC", recognises=recognises, inspect=inspect, clips=clips,
    keeps_order=True,
)  # fmt: skip
