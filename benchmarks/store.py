"""How long a data set takes to open, to list, to filter, to decide on, to turn into features.

    python benchmarks/store.py [--clips 4000 100000]

Makes stores of short random clips (60 and 4 frames: what is measured are rows of the table, and for
the smaller one the arrays too), then measures each in a fresh process. Prints medians of five.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.datasets.records import ClipInfo
from core.datasets.store import ClipStore
from core.motion import Motion

LABELS = tuple(f"action {i}" for i in range(13))
AT_ONCE = 2000


def make(folder: Path, count: int, num_frames: int) -> None:
    """Fill a store with random clips."""
    rng = np.random.default_rng(0)
    store = ClipStore.create(folder, "bench", LABELS)
    clips = [
        Motion(
            poses=rng.normal(0, 0.3, (num_frames, 24, 3)), trans=rng.normal(0, 1, (num_frames, 3))
        )
        for _ in range(50)
    ]
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        infos = [
            ClipInfo(name=f"S001C{i % 3 + 1:03d}P{i % 106:03d}R002A{i % 13:03d} {i}",
                     label=i % 13, file=f"file {i // 3}", subject=f"P{i % 106:03d}",
                     view=f"C{i % 3}")
            for i in numbers
        ]  # fmt: skip
        store.add([clips[i % 50] for i in numbers], infos)
    store.close()


def timed(work: Callable[[], object], times: int = 5) -> float:
    """Median seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def measure(folder: Path, *, with_features: bool) -> dict[str, float]:
    """Seconds of everything a page or a training does with a store."""
    start = time.perf_counter()
    store = ClipStore.open(folder)
    labels, count = store.labels, len(store)
    first = store.motion(0).num_frames
    out = {"open, count, labels, first clip": time.perf_counter() - start}
    assert labels and count and first
    out["list every record"] = timed(lambda: list(store.records), 3)
    out["a screenful of records"] = timed(lambda: [store.records[i] for i in range(100, 200)])
    out["filter by label"] = timed(lambda: store.select(labels=[3]))
    out["filter by text, two words"] = timed(lambda: store.select(text="P017 C2"))
    out["filter by review"] = timed(lambda: store.select(review="keep"))
    out["fingerprint"] = timed(store.fingerprint, 3)
    out["split by file"] = timed(lambda: store.split(by="file"), 3)
    out["one decision"] = timed(lambda: store.review(7, "keep"))
    out["a clip at random"] = timed(lambda: store.motion(count // 2))
    if with_features:
        out["features of all"] = timed(store.features, 1)
    return out


def main() -> None:
    """Read the command line, make, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clips", type=int, nargs="*", default=[4000, 100_000])
    parser.add_argument("--measure", type=Path)
    parser.add_argument("--features", action="store_true")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, with_features=options.features)))
        return
    with tempfile.TemporaryDirectory() as folder:
        for count in options.clips:
            place = Path(folder) / str(count)
            start = time.perf_counter()
            make(place, count, 60 if count <= 10_000 else 4)
            print(f"{count:,} clips, made in {time.perf_counter() - start:.1f} s")
            order = [sys.executable, __file__, "--measure", str(place)]
            order += ["--features"] * (count <= 10_000)
            found = subprocess.run(order, capture_output=True, text=True, check=True).stdout
            for name, seconds in json.loads(found).items():
                print(f"  {name:<34} {1000 * seconds:9.1f} ms")


if __name__ == "__main__":
    main()
