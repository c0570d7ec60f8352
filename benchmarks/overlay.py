"""Time of a body drawn over the video, live and for the movie: python benchmarks/overlay.py.

A standing body of the program's own, somewhat turned from frame to frame, before a camera of
1080 x 1920 pixels; medians of wall and CPU time a frame on this machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.motion import Motion  # noqa: E402
from core.video.camera import PersonCamera  # noqa: E402
from studio.viewport.overlay import MAX_SIDE, draw_over  # noqa: E402

FRAMES = 40


def person() -> tuple[Motion, PersonCamera]:
    """A body three metres before the camera that bows and turns."""
    poses = np.zeros((FRAMES, 24, 3))
    poses[:, 3, 0] = 0.4 * np.sin(np.arange(FRAMES) / 6)
    orient, trans = np.zeros((FRAMES, 3)), np.zeros((FRAMES, 3))
    orient[:, 0] = np.pi
    trans[:, 2] = 3.0
    motion = Motion(poses=poses, trans=np.zeros((FRAMES, 3)))
    return motion, PersonCamera(
        focal=2200.0, centre=np.array([540.0, 960.0]), width=1080, height=1920,
        times=np.arange(FRAMES) / 30, global_orient=orient, trans=trans,
    )  # fmt: skip


def timed(work: Callable[[int], object], count: int) -> tuple[float, float]:
    """Median wall and CPU milliseconds of ``work(frame)``; the first call is left out."""
    walls, cpus = [], []
    for frame in range(count + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        work(frame)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return median(walls[1:]), median(cpus[1:])


def main() -> None:
    motion, camera = person()
    for side in (360, MAX_SIDE, 1080):
        wall, cpu = timed(lambda f, s=side: draw_over(motion, camera, f, "#b79bff", max_side=s), 30)
        print(f"live, longer side {side:4d} px: {wall:6.1f} ms wall, {cpu:6.1f} ms CPU a body")


if __name__ == "__main__":
    main()
