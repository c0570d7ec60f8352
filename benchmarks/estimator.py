"""How fast and how near the built-in estimator is: the numbers of docs/benchmarks.md.

    python -m benchmarks.estimator [VIDEO] [--reference FILE.npz] [--runs 5] [--focals]

Without a video the sample video is taken. Frames a second count everything from opening the file to
the finished motion, in a process whose libraries are imported; "threads' work" is the processor
time of all threads, so it means the same on a busy machine. The reference is an npz with
``joints_cam`` (T, 33, 3): BlazePose's points triangulated from several cameras, camera axes with y
down, and K (3, 3). The errors are those of the finished motion's joints, in the camera's axes.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np

from core import weights
from core.body import joint_positions
from core.estimators import Estimate, estimate_people, estimate_video
from core.estimators.blazepose.estimator import BlazePose
from core.estimators.options import EstimateOptions
from core.progress import SILENT
from core.video.people import People, find_people

LIMB_POINTS = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
LIMB_JOINTS = [16, 17, 18, 19, 20, 21, 1, 2, 4, 5, 7, 8]
SHARES = (0.6, 0.8, 1.25, 1.6)  # of the guessed focal length


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


def rooted_error(found: np.ndarray, true: np.ndarray) -> float:
    """Mean metres between points (T, 12, 3) with the middle of the hips laid together."""
    hips = [LIMB_POINTS.index(23), LIMB_POINTS.index(24)]
    found = found - found[:, hips].mean(1, keepdims=True)
    true = true - true[:, hips].mean(1, keepdims=True)
    return float(np.linalg.norm(found - true, axis=-1).mean())


def acceleration(joints: np.ndarray) -> float:
    """Mean length in metres of the second differences of joints (T, J, 3)."""
    return float(np.linalg.norm(np.diff(joints, n=2, axis=0), axis=-1).mean())


def lift_speed(people: People, options: EstimateOptions, runs: int) -> float:
    """Median frames a second of everything after the networks, all people together."""
    estimator = BlazePose()
    frames = sum(len(track.frames) for track in people.tracks)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        estimator.persons(people, options, SILENT)
        seconds.append(time.perf_counter() - start)
    return frames / float(np.median(seconds))


def accuracy(video: Path, people: People, reference: Path | None, focals: bool) -> None:
    """Print how smooth and how near the motions are, refined and not."""
    true, true_focal = None, None
    if reference:
        with np.load(reference) as data:
            true, true_focal = data["joints_cam"][:, LIMB_POINTS] * [1, -1, -1], data["K"][0, 0]
    guess = float(np.hypot(people.video.width, people.video.height))
    wanted: dict[str, float | None] = {"guessed": None}
    if true_focal:
        wanted["true"] = float(true_focal)
    if focals:
        wanted |= {f"{share:.0%} of the guess": share * guess for share in SHARES}
    for name, focal in wanted.items():
        for refine in (False, True):
            options = EstimateOptions(focal=focal, refine=refine, people="prominent")
            estimate = estimate_people(video, options, people)["blazepose"]
            motion, camera = estimate.motions[0], estimate.cameras[0]
            assert camera is not None
            joints = joint_positions(motion)
            line = f"  focal {name}, {'refined' if refine else 'lifted only'}: "
            line += f"acceleration {1e3 * acceleration(joints):.1f} mm a frame squared"
            if true is not None:
                seen = joint_positions(camera.in_camera(motion))[:, LIMB_JOINTS] * [1, -1, -1]
                line += f", off {1e3 * aligned_error(seen, true):.1f} mm after alignment"
                line += f", {1e3 * rooted_error(seen, true):.1f} mm from the hips"
            print(line)


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
    parser.add_argument("--focals", action="store_true", help="try other focal lengths too")
    options = parser.parse_args()
    weights.install_estimator()
    video = options.video or weights.install_sample_video()
    summary = timed(video, options.runs).summary
    print(f"  estimated          {summary['estimated_frames']} of {summary['video_frames']} frames")
    people = find_people(video)
    for refine in (False, True):
        speed = lift_speed(people, EstimateOptions(refine=refine), options.runs)
        print(
            f"  {'refined' if refine else 'lifted only'}: {speed:.0f} frames/s after the networks"
        )
    accuracy(video, people, options.reference, options.focals)


if __name__ == "__main__":
    main()
