"""How fast motion files of other programs are read, and how near they come to a known truth.

    python -m benchmarks.motion_import [--mocap FOLDER]

FOLDER holds ``bandai_bvh.zip``, ``cmu8_expmap_120fps.zip`` and the retargeted ``smpl24_*.npz``; the
agreement with those is measured only where it is given. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.body import default_body, floor_height, joint_positions
from core.export import export_motion
from core.importing import PLAIN, import_motions, read_clip, retarget
from core.motion import Motion
from core.rotation import rotmat_to_rotvec, rotvec_to_rotmat
from tests.core.export.motions import lively_motion
from tests.core.importing.skeletons import cmu_bvh

FRAMES = 1800
ENDINGS = (".bvh", ".fbx", ".glb", ".npz", ".smpl.npz", ".amass.npz")


def degrees_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(T, 24) degrees between poses (T, 24, 3) and (T, 24, 3)."""
    first, second = (rotvec_to_rotmat(np.asarray(p, np.float64)) for p in (a, b))
    turn = rotmat_to_rotvec(first.swapaxes(-1, -2) @ second)
    return np.degrees(np.linalg.norm(turn, axis=-1))


def cpu(call: Callable[[], Any], runs: int = 5) -> float:
    """Median milliseconds of processor time."""
    took = []
    for _ in range(runs):
        start = time.process_time()
        call()
        took.append(1000 * (time.process_time() - start))
    return round(statistics.median(took), 1)


def round_trips(folder: Path) -> dict[str, Any]:
    """Write a clip in each format, read it back, and say how long that took and what was lost."""
    motion = lively_motion(FRAMES, seed=3)
    out = {}
    for ending in ENDINGS:
        path = folder / f"clip{ending}"
        export_motion(motion, path)
        (back,) = import_motions(path)
        joints = slice(0, 22) if "amass" in ending else slice(None)  # it has no hand joints
        off = np.linalg.norm(joint_positions(motion) - joint_positions(back), axis=-1)[:, joints]
        entry = {
            "import_ms": cpu(lambda path=path: import_motions(path)),
            "largest_rad": float(
                np.radians(degrees_between(motion.poses, back.poses)[:, joints].max())
            ),
            "largest_mm": float(off.max() * 1000),
        }
        if not ending.endswith("npz"):
            entry["read_ms"] = cpu(lambda path=path: read_clip(path))
        out[ending] = entry
    return out


def compared(files: dict[str, Path], truth: Path, step: int, dropped: int) -> dict[str, Any]:
    """Compare every truth clip with the file it was cut from, orientations taken as they are."""
    with np.load(truth) as data:
        poses, pelvis = data["poses"], data["trans"]
        names, lengths = list(data["names"]), data["lengths"]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    rest = default_body().rest_joints[0]
    worst, places, floors, took = [], [], [], []
    done: dict[str, Motion] = {}
    for i, name in enumerate(names):
        file, _, span = str(name).rpartition(":")
        if file not in files:
            continue
        first, last = (int(n) - dropped for n in span.split("-"))
        if file not in done:
            done.clear()  # clips of a file follow each other
            start = time.process_time()
            source = read_clip(files[file])
            done[file] = retarget(source, options=PLAIN)
            took.append((time.process_time() - start) / source.num_frames * FRAMES)
            floors.append(floor_height(retarget(source).sliced(0, 120)))
        rows = slice(int(starts[i]), int(starts[i + 1]))
        found = done[file].sliced(first, last)
        off = degrees_between(poses[rows].astype(np.float64), found.poses[::step])[:, :22]
        worst.append(float(off.max()))
        places.append(float(np.abs(found.trans[::step] + rest - pelvis[rows]).max()))
    return {
        "files": len(took),
        "clips": len(worst),
        "largest_degrees": round(max(worst), 3),
        "largest_root_mm": round(1000 * max(places), 3),
        "floor_cm_median_p95": [
            round(100 * float(np.percentile(np.abs(floors), q)), 1) for q in (50, 95)
        ],
        "cpu_ms_per_1800_frames": round(1000 * statistics.median(took), 1),
    }


def bandai(mocap: Path, folder: Path) -> dict[str, Any]:
    """Every BVH of the archive against the retargeted clips."""
    with zipfile.ZipFile(mocap / "bandai_bvh.zip") as archive:
        archive.extractall(folder / "bandai")
    files = {p.name: p for p in (folder / "bandai").rglob("*.bvh")}
    return compared(files, mocap / "smpl24_bandai_30fps.npz", 1, 0)


def cmu(mocap: Path, folder: Path) -> dict[str, Any]:
    """CMU's exponential maps written as BVH, as its usual conversions are."""
    files = {}
    with zipfile.ZipFile(mocap / "cmu8_expmap_120fps.zip") as archive:
        for number, member in enumerate(archive.namelist()):
            lines = archive.read(member).decode().split()
            rows = np.array([list(map(float, line.split(","))) for line in lines])
            files[member] = folder / f"cmu{number}.bvh"
            files[member].write_text(cmu_bvh(rows))
    return compared(files, mocap / "smpl24_cmu8_30fps.npz", 4, 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mocap", type=Path)
    mocap = parser.parse_args().mocap
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report: dict[str, Any] = {"round_trips": round_trips(folder)}
        if mocap is not None:
            report["bandai"] = bandai(mocap, folder)
            report["cmu"] = cmu(mocap, folder)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
