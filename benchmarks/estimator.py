"""How fast and how near the built-in estimator is: the numbers of docs/benchmarks.md.

    python -m benchmarks.estimator [VIDEO] [--reference FILE.npz] [--runs 5]

Without a video the sample video is taken. Frames a second count everything from opening the file to
the finished motion, in a process whose libraries are imported; "threads' work" is the processor
time of all threads, so it means the same on a busy machine. The reference is an npz with
``joints_cam`` (T, 33, 3): BlazePose's points triangulated from several cameras.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np

from core import weights
from core.body import joint_positions
from core.estimators import Estimate, estimate_video

LIMB_POINTS = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
LIMB_JOINTS = [16, 17, 18, 19, 20, 21, 1, 2, 4, 5, 7, 8]


def aligned_error(found: np.ndarray, true: np.ndarray) -> float:
    """Mean metres between points (T, P, 3) after each frame's best turn, shift and scale."""
    errors = []
    for a, b in zip(found, true, strict=True):
        a, b = a - a.mean(0), b - b.mean(0)
        u, values, vt = np.linalg.svd(a.T @ b)
        sign = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
        scale = (values * sign).sum() / (a**2).sum()
        errors.append(np.linalg.norm(scale * a @ (u * sign) @ vt - b, axis=-1).mean())
    return float(np.mean(errors))


def timed(video: Path, runs: int) -> Estimate:
    """Estimate a few times and print the speeds of the median and the best run."""
    estimate = estimate_video(video)  # warms the libraries and the disk
    num_frames = estimate.summary["video_frames"]
    walls, works, mains = [], [], []
    for _ in range(runs):
        wall, work, main = time.perf_counter(), time.process_time(), time.thread_time()
        estimate_video(video)
        mains.append(time.thread_time() - main)
        walls.append(time.perf_counter() - wall)
        works.append(time.process_time() - work)
    load = os.getloadavg()[0]
    print(
        f"{video.name}: {num_frames} frames, {runs} runs, {os.cpu_count()} cores, load {load:.1f}"
    )
    print(f"  frames/s, median   {num_frames / np.median(walls):6.1f}")
    print(f"  frames/s, best     {num_frames / np.min(walls):6.1f}")
    print(f"  threads' work      {1e3 * np.median(works) / num_frames:6.1f} ms a frame, of it")
    print(f"  networks' thread   {1e3 * np.median(mains) / num_frames:6.1f} ms a frame")
    return estimate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("video", nargs="?", type=Path, default=None)
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    weights.install_estimator()
    estimate = timed(options.video or weights.install_sample_video(), options.runs)
    summary, (motion, *_) = estimate.summary, estimate.motions
    print(f"  estimated          {summary['estimated_frames']} of {summary['video_frames']} frames")
    joints = joint_positions(motion)
    jitter = np.linalg.norm(np.diff(joints, n=2, axis=0), axis=-1).mean()
    print(f"  acceleration       {jitter * 1e3:6.1f} mm a frame squared")
    if options.reference:
        with np.load(options.reference) as data:
            true = data["joints_cam"][:, LIMB_POINTS] * [1, -1, -1]
        error = aligned_error(joints[:, LIMB_JOINTS], true)
        print(f"  12 limb joints     {error * 1e3:6.1f} mm off after alignment")


if __name__ == "__main__":
    main()
