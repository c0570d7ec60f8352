"""How long it takes to look at, and to import, results made elsewhere.

Run: python benchmarks/results_import.py
Writes files as large as the tools write them (vertices and features included) into a temporary
folder, in the layouts of the tests, and times both steps. Needs the checkout's tests.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.estimators.results import inspect, load_people
from tests.core.estimators.results import layouts


def vibe(folder: Path) -> Path:
    """A minute of one person, with the vertices VIBE keeps."""
    motion = layouts.known_motion(1800)
    value = layouts.vibe_like([motion], False, [np.arange(1800)])
    value[1]["verts"] = np.zeros((1800, 6890, 3), np.float32)
    return layouts.joblib_dump(value, folder / "vibe_output.pkl")


def pare(folder: Path) -> Path:
    """Ten minutes of one person without vertices."""
    motion = layouts.known_motion(18000)
    value = layouts.vibe_like([motion], True, [np.arange(18000)])
    return layouts.joblib_dump(value, folder / "pare_output.pkl")


def phalp(folder: Path) -> Path:
    """A minute of two people as lists of small arrays, with PHALP's features."""
    motion = layouts.known_motion(1800)
    rotmats, trans = layouts.in_axes(motion, "camera axes", away=5)
    frames = {}
    for i in range(1800):
        body = {
            "global_orient": rotmats[i, :1].astype(np.float32),
            "body_pose": rotmats[i, 1:].astype(np.float32),
            "betas": motion.betas,
        }
        frames[f"{i:06d}.jpg"] = {
            "time": i,
            "tid": [1, 2],
            "tracked_time": [0, 0],
            "smpl": [body, dict(body)],
            "camera": [trans[i], trans[i]],
            "size": [[720, 1280]] * 2,
            "conf": [0.9, 0.9],
            "appe": [np.zeros(4096, np.float32)] * 2,
            "pose": [np.zeros(229, np.float32)] * 2,
            "2d_joints": [np.zeros(90, np.float32)] * 2,
            "3d_joints": [np.zeros((45, 3), np.float32)] * 2,
        }
    return layouts.joblib_dump(frames, folder / "demo.pkl")


def amass(folder: Path) -> Path:
    """A minute at 120 fps."""
    return layouts.write_amass(layouts.known_motion(7200), folder)


def main() -> None:
    for write in (vibe, pare, phalp, amass):
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder))
            looks, loads = [], []
            for _ in range(3):
                start = time.perf_counter()
                found = inspect(path)
                middle = time.perf_counter()
                load_people(found, fps=30)
                looks.append(middle - start)
                loads.append(time.perf_counter() - middle)
            size = path.stat().st_size / 1e6
            print(
                f"{found.text}\n  {size:.0f} MB: look {np.median(looks):.2f} s,"
                f" import {np.median(loads):.2f} s"
            )


if __name__ == "__main__":
    main()
