"""How fast the program skins a body, against smplx.SMPL, both in one run and interleaved.

    python benchmarks/skinning.py [--frames 1200] [--threads 2] [--repeats 7]

Prints the median of each and their ratio, without and with pose blend shapes (a random set on
the free body: what they are does not matter to the time), and the largest difference in metres.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("--frames", type=int, default=1200)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=7)
options = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(options.threads)  # before numpy is imported
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import dataclasses  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402

from core.body import BodyModel, default_body, skin, to_smplx  # noqa: E402
from core.motion import Motion  # noqa: E402

torch.set_num_threads(options.threads)


def random_motion(num_frames: int) -> Motion:
    """A smooth random motion of the free body, with betas."""
    rng = np.random.default_rng(0)
    poses = 0.3 * np.cumsum(rng.normal(size=(num_frames, 24, 3)), axis=0) / np.sqrt(num_frames)
    trans = rng.normal(size=(num_frames, 3))
    return Motion(poses=poses, trans=trans, betas=rng.normal(size=10))


def smplx_call(body: BodyModel, motion: Motion) -> Callable[[], np.ndarray]:
    """The same frames through smplx.SMPL, in one batch."""
    module = to_smplx(body, motion.num_frames)
    poses = torch.tensor(motion.poses)
    inputs = {
        "betas": torch.tensor(motion.betas)[None].expand(motion.num_frames, -1),
        "global_orient": poses[:, 0],
        "body_pose": poses[:, 1:].reshape(motion.num_frames, -1),
        "transl": torch.tensor(motion.trans),
    }

    def call() -> np.ndarray:
        with torch.no_grad():
            return module(**inputs).vertices.numpy()

    return call


def compare(title: str, body: BodyModel, motion: Motion) -> None:
    """Time both, one after the other in turn, and print one line."""
    theirs = smplx_call(body, motion)
    calls = {"own": lambda: skin(motion, body), "smplx": theirs}
    difference = max(np.abs(calls["own"]() - calls["smplx"]()).max(), 0.0)
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(options.repeats):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - started)
    own, other = (float(np.median(seconds[name])) for name in ("own", "smplx"))
    print(
        f"{title:28s} own {own * 1e3:7.1f} ms   smplx {other * 1e3:7.1f} ms   "
        f"{other / own:5.1f} times as fast   largest difference {difference:.1e} m"
    )


def main() -> None:
    """Run both comparisons."""
    body, motion = default_body(), random_motion(options.frames)
    print(
        f"{options.frames} frames, {body.num_vertices} vertices, {options.threads} threads,"
        f" median of {options.repeats}"
    )
    compare("no pose blend shapes", body, motion)
    shapes = np.random.default_rng(1).normal(size=(body.num_vertices, 3, 207)) * 1e-3
    posed = dataclasses.replace(body, posedirs=shapes.astype(np.float32))
    compare("with pose blend shapes", posed, motion)


if __name__ == "__main__":
    main()
