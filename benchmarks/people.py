"""What finding people costs, and whether they keep their numbers: for docs/benchmarks.md.

    python -m benchmarks.people [VIDEO ...] [--runs 3]

Without a video the sample video is taken. "networks' thread" is the processor time of the thread
that follows people, which sets the pace where a second core decodes; what looking for shot cuts and
measuring blur cost, which is done in another thread, is timed on the same pictures in the same run.
"""

from __future__ import annotations

import argparse
import os
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from core import weights
from core.video.decode import pictures
from core.video.people import People, find_people
from core.video.shots import CutFinder


def timed(video: Path, runs: int) -> People:
    """Find people a few times; print the medians."""
    walls, mains = [], []
    for _ in range(runs + 1):  # the first warms the libraries and the disk
        wall, main = time.perf_counter(), time.thread_time()
        people = find_people(video)
        mains.append(time.thread_time() - main)
        walls.append(time.perf_counter() - wall)
    frames = len(people.times)
    print(f"{video.name}: {frames} frames, {runs} runs, load {os.getloadavg()[0]:.1f}")
    print(f"  frames/s, median    {frames / np.median(walls[1:]):6.1f}")
    print(f"  networks' thread    {1e3 * np.median(mains[1:]) / frames:6.1f} ms a frame")
    print(f"  cuts and blur beside{extras(people):6.2f} ms a frame")
    return people


def extras(people: People) -> float:
    """Milliseconds of processor time a frame that cuts and blur take."""
    finder = CutFinder(people.video.fps)
    spent = 0.0
    for frame, picture in enumerate(pictures(people.video.path)):
        start = time.thread_time()
        finder.see(picture)
        for track in people:
            row = int(np.searchsorted(track.frames, frame))
            if row < len(track) and track.frames[row] == frame:
                picture.sharpness(track.boxes[row])
        spent += time.thread_time() - start
    return 1e3 * spent / len(people.times)


def told(people: People) -> None:
    """Print who was found and the largest step of each from frame to frame."""
    print(f"  shot cuts           {list(people.cuts)}")
    for track in people:
        whole = int(people.full_body(track).sum())
        steps = [
            np.hypot(*(b[:2] - a[:2])) / a[3] for a, b in pairwise(track.boxes) if len(track) > 1
        ]
        chosen = ", preselected" if track.id == people.preselected else ""
        print(
            f"  {track.title}: {len(track)} frames, whole in {whole}, score "
            f"{track.scores.mean():.2f}, largest step {max(steps, default=0):.2f} heights{chosen}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("videos", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    weights.install_estimator()
    for video in options.videos or [weights.install_sample_video()]:
        told(timed(video, options.runs))


if __name__ == "__main__":
    main()
