"""Which person of a video a clip belongs to, and how far it is from what is seen of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.body import joint_positions
from core.compare.quality import clip_quality
from core.datasets.demo import generate
from core.motion import Motion
from studio.services.compare_video import _LANDMARK_OF, points_in

FOCAL = float(np.hypot(1280, 720))


def track(motion: Motion, side: float, first: int = 0) -> Any:
    """What is found of somebody who moves so, ``side`` metres right of the middle."""
    placed = joint_positions(motion) * [1, -1, -1] + [side, 1.0, 5.0]
    pixels = FOCAL * placed[..., :2] / placed[..., 2:] + [640, 360]
    image = np.zeros((motion.num_frames, 33, 2), np.float32)
    visibility = np.zeros((motion.num_frames, 33), np.float32)
    for joint, landmark in _LANDMARK_OF.items():
        image[:, landmark], visibility[:, landmark] = pixels[:, joint], 0.9
    points = SimpleNamespace(image=image, visibility=visibility)
    return SimpleNamespace(id=1, frames=first + np.arange(motion.num_frames), points=points)


class Found(list):  # type: ignore[type-arg]
    video = SimpleNamespace(width=1280, height=720, fps=30.0)


def test_each_clip_finds_its_own_person_by_the_videos_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    squat, kick = generate("squat down", 3, 40), generate("kicking", 1, 40)
    people = Found([track(kick, 1.0), track(squat, -1.0, first=20)])
    monkeypatch.setattr("core.video.people.find_people", lambda *_, **__: people)
    late = squat.with_channels(video_frame=20 + np.arange(40, dtype=np.float32))
    found = points_in(Path("two.mp4"), [late, kick])
    for motion, each in zip((late, kick), found, strict=True):
        assert each is not None
        assert clip_quality(motion, *each).value("reprojection") < 0.5


def test_a_clip_of_other_frames_than_the_videos_belongs_to_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    squat = generate("squat down", 3, 40)
    people = Found([track(squat, 0.0)])
    monkeypatch.setattr("core.video.people.find_people", lambda *_, **__: people)
    far = squat.with_channels(video_frame=500 + np.arange(40, dtype=np.float32))
    assert points_in(Path("one.mp4"), [far]) == [None]
