"""How long FBX, GLB and BVH take to write, and how far what is read back is off.

``python -m benchmarks.exports [--mocap FILE.npz]``: processor time is the fair number on a busy
machine. The file is a set of recorded clips (poses, trans, lengths); without it the procedural demo
clips are joined. The clip travels 48 m. Every row is a median of interleaved runs.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from core.body import joint_positions
from core.datasets import demo
from core.export import ExportOptions, export_motion
from core.export.batch import ExportClip, ExportSettings, export, plan
from core.export.self_check import between_keys_mm, check_file
from core.motion import Motion
from core.motion_file import save_motion
from core.rotation import rotvec_to_quat

REPEATS = 7
ROWS: tuple[tuple[str, dict], ...] = (
    (".fbx", {}),
    (".fbx", {"mesh": False}),
    (".fbx", {"rotation_order": "table"}),
    (".fbx", {"root": "motion", "bind_frame": True, "bones": "limbs", "rest_pose": "a"}),
    (".glb", {}),
    (".glb", {"mesh": False}),
    (".glb", {"root": "motion", "bind_frame": True, "bones": "limbs", "rest_pose": "a"}),
    (".bvh", {}),
    (".bvh", {"rotation_order": "table"}),
)
DISTANCE = 48.0


def joined(clips: list[tuple[np.ndarray, np.ndarray]], num_frames: int) -> Motion:
    """Clips end to end, each beginning where the last one stopped, carried along a straight way."""
    place, every_pose, every_trans = np.zeros(3), [], []
    for poses, trans in clips:
        every_pose.append(poses.astype(np.float32))
        every_trans.append(trans + (place - trans[0]) * [1, 0, 1])
        place = every_trans[-1][-1]
    poses, trans = np.concatenate(every_pose)[:num_frames], np.concatenate(every_trans)[:num_frames]
    way = np.linspace(0, DISTANCE, len(poses))[:, None] * [0.6, 0.0, 0.8]
    return Motion(poses=poses, trans=trans + way, fps=30.0)


def sequence(num_frames: int, mocap: Path | None, seed: int) -> Motion:
    """Random clips, at least ``num_frames`` together, of the recordings or of the demo actions."""
    chosen: list[tuple[np.ndarray, np.ndarray]] = []
    generator = np.random.default_rng(seed)
    if mocap is None:
        while sum(len(poses) for poses, _ in chosen) < num_frames:
            label = demo.ACTIONS[int(generator.integers(len(demo.ACTIONS)))]
            clip = demo.generate(label, int(generator.integers(1000)), num_frames=60)
            chosen.append((clip.poses, clip.trans))
        return joined(chosen, num_frames)
    with np.load(mocap) as archive:
        lengths, poses, trans = (archive[key] for key in ("lengths", "poses", "trans"))
    starts = np.cumsum(lengths) - lengths
    for clip in generator.permutation(len(lengths)):
        rows = slice(starts[clip], starts[clip] + lengths[clip])
        chosen.append((poses[rows], trans[rows]))
        if sum(len(part) for part, _ in chosen) >= num_frames:
            break
    return joined(chosen, num_frames)


def without_jumps(motion: Motion) -> np.ndarray:
    """(T - 1,) pairs of frames in which no joint turns by more than 40 degrees."""
    quat = rotvec_to_quat(motion.poses.astype(float))
    cosine = np.abs(np.sum(quat[1:] * quat[:-1], axis=-1)).clip(0, 1)
    return np.degrees(2 * np.arccos(cosine)).max(axis=1) < 40


def print_times(mocap: Path | None, folder: Path) -> None:
    for num_frames in (60, 1800):
        motion = sequence(num_frames, mocap, seed=0)
        seconds: dict[int, list[float]] = {row: [] for row in range(len(ROWS))}
        for _ in range(REPEATS):
            for row, (ending, choice) in enumerate(ROWS):
                start = time.process_time()
                export_motion(motion, folder / f"{row}{ending}", **choice)
                seconds[row].append(time.process_time() - start)
        for row, (ending, choice) in enumerate(ROWS):
            path = folder / f"{row}{ending}"
            check = check_file(path, motion, ExportOptions(**choice))
            skin = "" if check.vertex_mm is None else f", skin {check.vertex_mm:.4f} mm"
            print(
                f"{num_frames:5} frames {ending[1:]} {choice or 'as it comes'}: "
                f"{statistics.median(seconds[row]) * 1000:.1f} ms of processor time, "
                f"{path.stat().st_size / 1e6:.2f} MB, joints {check.largest_mm:.4f} mm "
                f"(mean {check.mean_mm:.5f}){skin}"
            )


def print_between_keys(mocap: Path | None, folder: Path) -> None:
    for choice in ({}, {"bones": "limbs"}, {"root": "motion"}, {"rotation_order": "table"}):
        every, each = [], []
        for seed in range(6):
            motion = sequence(1800, mocap, seed)
            export_motion(motion, folder / "a.fbx", mesh=False, **choice)
            off = between_keys_mm(folder / "a.fbx", motion, ExportOptions(**choice))
            every.append(off[without_jumps(motion)])
            each.append(np.percentile(every[-1], 99.9))
        p99, p999 = np.percentile(np.concatenate(every), [99, 99.9])
        print(
            f"between keys, fbx {choice or 'as it comes'}, 6 x 1800 frames: p99 {p99:.2f} mm, "
            f"p99.9 {p999:.2f} mm (worst sequence {max(each):.1f}), "
            f"largest {max(off.max() for off in every):.0f} mm"
        )


def print_batch(mocap: Path | None, folder: Path) -> None:
    clips = []
    for number in range(100):
        save_motion(folder / f"{number}.npz", sequence(300, mocap, number))
        clips.append(ExportClip(name=f"clip {number}", source=folder / f"{number}.npz"))
    settings = ExportSettings(folder=folder / "out", endings=(".fbx", ".glb", ".bvh"))
    few = clips[:3]
    export(plan(few, settings), settings)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    result = export(plan(clips, settings), settings)
    seconds = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"100 clips of 300 frames in three formats, read back: {seconds:.1f} s of processor time, "
        f"{len(result.written)} files, {grown:.0f} MB more at the peak than after three clips, "
        f"worst joint {result.worst_mm:.4f} mm, {len(result.problems)} problems"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mocap", type=Path, help="npz of recorded clips")
    mocap = parser.parse_args().mocap
    joint_positions(sequence(2, None, 0))  # the body is loaded once
    with tempfile.TemporaryDirectory() as folder:
        print_times(mocap, Path(folder))
        print_between_keys(mocap, Path(folder))
        print_batch(mocap, Path(folder))


if __name__ == "__main__":
    main()
