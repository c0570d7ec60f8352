"""What the clean-up gains and costs: the numbers of docs/benchmarks.md and docs/cleanup.md.

    python -m benchmarks.cleanup [--clips 3] [--video VIDEO --reference FILE.npz]

Captured clips are spoilt with known faults (``benchmarks.spoiled``) and cleaned; the truth is the
captured clip with its own slide locked away, as retargeting to another body makes feet slide.
Errors are of all 24 joints, in mm: against the pelvis, and in the room. Slide is that of the feet
while the truth stands. With a video, its estimate is cleaned and compared with the reference's 12
limb joints after alignment (see ``benchmarks.estimator``).
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import numpy as np

from benchmarks.spoiled import NAMES, captured, spoilt
from core.body import joint_positions
from core.cleanup import CleanupOptions, clean, find_contacts
from core.cleanup.contacts import Contacts
from core.cleanup.footlock import lock_feet
from core.cleanup.measures import foot_slide, knee_pop, tremble
from core.cleanup.stance import stance
from core.datasets import demo
from core.motion import Motion
from core.quality import measure_quality

GROUPS = {
    "walk": ["walk", "walk_back", "walk_left", "walk_right"],
    "run, dash": ["run", "dash"],
    "kick, punch, slash": ["kick", "punch", "slash", "soccer_kick"],
    "turn": ["turn_left", "turn_right"],
    "dance": ["dance"],
    "jump": ["jump"],
    "on the spot": ["bow", "guide", "raise_both_hands", "wave_one_hand", "wash_window"],
}


def error(found: Motion, truth: Motion, *, in_room: bool) -> float:
    """Mean distance of the joints in mm."""
    a, b = joint_positions(found), joint_positions(truth)
    if not in_room:
        a, b = a - a[:, :1], b - b[:, :1]
    return float(np.linalg.norm(a - b, axis=-1).mean() * 1e3)


def measured(found: Motion, truth: Motion, contacts: Contacts) -> list[float]:
    """Errors against the pelvis and in the room, slide, tremble, knee pop."""
    posed = stance(found)
    return [
        error(found, truth, in_room=False),
        error(found, truth, in_room=True),
        foot_slide(posed, contacts, found.fps),
        tremble(posed, found.fps),
        knee_pop(posed, found.fps),
    ]


def locked(motion: Motion) -> Motion:
    """Return the captured clip without the slide of its own."""
    for _ in range(2):
        motion = lock_feet(motion, find_contacts(motion))
    return motion


def of_groups(clips: int, strength: float) -> None:
    """Print a line a group: spoilt -> cleaned, means over its clips."""
    print(f"\nstrength {strength}: spoilt -> cleaned (the captured clip itself, cleaned)")
    print(f"{'':20s}{'clips':>6s}{'to pelvis':>20s}{'in the room':>20s}{'slide cm/s':>20s}"
          f"{'m/s^2':>16s}{'pop':>13s}")  # fmt: skip
    everything = []
    for group, labels in GROUPS.items():
        rows = []
        for name in NAMES:
            for seed, (_, clip) in enumerate(captured(name, dict.fromkeys(labels, clips), 50)):
                truth = locked(clip)
                contacts = find_contacts(truth)
                bad = spoilt(truth, seed).motion
                options = CleanupOptions(strength=strength)
                motions = (bad, clean(bad, options).motion, clean(truth, options).motion)
                rows.append([measured(motion, truth, contacts) for motion in motions])
        print(_line(group, rows))
        everything += rows
    print(_line("all", everything))
    gains = np.array(everything)
    worse = [(gains[:, 1, k] > gains[:, 0, k]).sum() for k in (0, 1)]
    halved = (gains[:, 1, 2] <= 0.5 * gains[:, 0, 2]).sum()
    print(f"of {len(gains)} clips: slide at least halved in {halved}, joints farther from the truth"
          f" in {worse[0]} (to pelvis), {worse[1]} (in the room)")  # fmt: skip


def _line(name: str, rows: list[list[list[float]]]) -> str:
    bad, good, clean_itself = np.mean(rows, axis=0)
    parts = [
        f"{a:.0f} -> {b:.0f} ({c:.0f})" for a, b, c in zip(bad, good, clean_itself, strict=True)
    ]
    widths = (20, 20, 20, 16, 13)
    return f"{name:20s}{len(rows):6d}" + "".join(
        f"{part:>{width}s}" for part, width in zip(parts, widths, strict=True)
    )


def of_video(video: Path, reference: Path | None) -> None:
    """Print what the clean-up does to the built-in estimator's estimate of a video."""
    from benchmarks.estimator import LIMB_JOINTS, LIMB_POINTS, aligned_error
    from core.estimators import estimate_video

    motion = estimate_video(video).motions[0]
    true = None
    if reference is not None:
        with np.load(reference) as data:
            true = (data["joints_cam"][:, LIMB_POINTS] * [1, -1, -1])[: motion.num_frames]
    print(f"\n{video.name}: {motion.num_frames} frames at {motion.fps:g} fps")
    for strength in (0.0, 0.25, 0.5, 1.0):
        done = clean(motion, CleanupOptions(strength=strength))
        off = ""
        if true is not None:
            joints = joint_positions(done.motion)[:, LIMB_JOINTS]
            off = f", {aligned_error(joints, true) * 1e3:.1f} mm off"
        print(f"  strength {strength:.2f}{off}; " + "; ".join(str(r) for r in done.report[:5]))


def of_time() -> None:
    """Print how long 1,800 frames take, step by step being one call."""
    motion = spoilt(demo.generate("running on the spot", 1, num_frames=1800)).motion
    print(f"\n1,800 frames, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, medians of 7")
    for name, work in (
        ("clean", lambda: clean(motion)),
        ("clean, without foot lock", lambda: clean(motion, CleanupOptions(foot_lock="off"))),
        ("measure_quality", lambda: measure_quality(motion)),
    ):
        work()
        cpu, wall = [], []
        for _ in range(7):
            before = time.process_time(), time.perf_counter()
            work()
            cpu.append(time.process_time() - before[0])
            wall.append(time.perf_counter() - before[1])
        print(f"  {name:26s}{np.median(cpu) * 1e3:6.0f} ms processor"
              f"{np.median(wall) * 1e3:6.0f} ms clock")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clips", type=int, default=3, help="captured clips an action")
    parser.add_argument("--video", type=Path)
    parser.add_argument("--reference", type=Path)
    options = parser.parse_args()
    of_time()
    for strength in (0.25, 0.5, 1.0):
        of_groups(options.clips, strength)
    if options.video:
        of_video(options.video, options.reference)


if __name__ == "__main__":
    main()
