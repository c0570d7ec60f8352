"""How long writing a BVH takes: ``python -m benchmarks.bvh_export``.

Processor time is the fair number on a busy machine; the wall clock is printed beside it. Also
says how far the joints read back by pybvh are from the studio's own.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from core.body import joint_positions
from core.datasets import demo
from core.export import export_motion
from core.export.bvh import BVH_NAMES
from core.motion import Motion

REPEATS = 9


def long_motion(num_frames: int) -> Motion:
    """Demo clips of many actions one after the other, cut to ``num_frames``."""
    clips = []
    seed = 0
    while sum(clip.num_frames for clip in clips) < num_frames:
        clips.append(demo.generate(demo.ACTIONS[seed % len(demo.ACTIONS)], seed, num_frames=60))
        seed += 1
    poses = np.concatenate([clip.poses for clip in clips])[:num_frames]
    trans = np.concatenate([clip.trans for clip in clips])[:num_frames]
    return Motion(poses=poses, trans=trans, fps=30.0)


def main() -> None:
    for num_frames in (60, 1800):
        motion = long_motion(num_frames)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.bvh"
            for order in ("auto", "table"):
                processor, wall = [], []
                for _ in range(REPEATS):
                    start = time.process_time(), time.perf_counter()
                    export_motion(motion, path, rotation_order=order)
                    processor.append(time.process_time() - start[0])
                    wall.append(time.perf_counter() - start[1])
                print(
                    f"{num_frames} frames, orders {order}: "
                    f"{statistics.median(processor) * 1000:.1f} ms of processor time, "
                    f"{statistics.median(wall) * 1000:.1f} ms on the clock (medians of {REPEATS}), "
                    f"{path.stat().st_size / 1e6:.2f} MB, {read_back_mm(motion, path):.4f} mm off"
                )


def read_back_mm(motion: Motion, path: Path) -> float:
    """Largest distance in mm between the joints pybvh reads and the studio's own."""
    import pybvh

    bvh = pybvh.read_bvh_file(path)
    order = [list(bvh.joint_names).index(name) for name in BVH_NAMES]
    joints = np.asarray(bvh.joint_positions())[:, order] * 0.01
    return float(np.linalg.norm(joints - joint_positions(motion), axis=-1).max() * 1000)


if __name__ == "__main__":
    main()
