"""What the Data page costs: opening, a decision, a split, outliers; and the FineGym checks.

    python benchmarks/data_page.py [--clips 4000] [--video FILE]

CPU milliseconds of this process, median of five. The data set is made in a temporary folder out of
65 demo clips of 60 frames; with ``--video`` one second of it is cut, looked at and judged.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.datasets.demo import ACTIONS, generate
from core.datasets.records import ClipInfo
from core.datasets.store import ClipStore
from studio.services.datasets import ReviewClips, Table, class_facts, random_clips, split_facts
from studio.services.outliers import find_outliers, measure_store

_AT_ONCE = 2000


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=4000)
    parser.add_argument("--video", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _page(Path(folder), options.clips)
        if options.video is not None:
            _finegym(Path(folder), options.video)


def _page(folder: Path, count: int) -> None:
    base = [generate(action, seed, 60) for action in ACTIONS for seed in range(5)]
    store = ClipStore.create(folder / "set", "set", ACTIONS)
    for begin in range(0, count, _AT_ONCE):
        numbers = range(begin, min(begin + _AT_ONCE, count))
        infos = [
            ClipInfo(name=f"c{i}", label=i % 65 // 5, file=f"f{i // 10}", subject=f"p{i % 50}")
            for i in numbers
        ]
        store.add([base[i % 65] for i in numbers], infos)
    table = Table(store)
    print(f"{count} clips of 60 frames")
    _tell("open and read the table", lambda: Table(ClipStore.open(folder / "set")))
    _tell("classes and lengths", lambda: class_facts(table))
    _tell("eight random clips", lambda: random_clips(store, 3, 8, 1))

    def decide() -> None:
        command = ReviewClips(store, [7], "reject")
        command.do(None)
        table.refresh(store)
        class_facts(table)
        command.undo(None)

    _tell("a decision, followed, and undone", decide)
    _tell("split by file (in a thread)", lambda: split_facts(store, "file"))
    _tell("fingerprint (in a thread)", store.fingerprint)
    begun = time.process_time()
    measures = measure_store(store, folder / "set")
    print(f"  measuring all clips once (in a thread)  {time.process_time() - begun:8.2f} s")
    _tell("outliers from the measurements", lambda: find_outliers(table, measures))


def _finegym(folder: Path, video: Path) -> None:
    from core.datasets.finegym.checks import Facts, Limits, judge
    from core.datasets.finegym.looking import look_at
    from core.video.span import cut

    made = cut(video, 0.2, 1.2, folder / "clip.mp4")
    print(f"one second of {video.name}: {made.num_frames} frames")
    _tell("cut", lambda: cut(video, 0.2, 1.2, folder / "again.mp4"))
    look = look_at(made.path)
    _tell("people, camera, sharpness", lambda: look_at(made.path))
    facts = Facts(
        name="x", start=0.2, stop=1.2, first=0, end=made.num_frames, fps=made.fps, min_frames=10,
        is_interpolated=False, before=None, after=None,
    )  # fmt: skip
    _tell("the four checks", lambda: judge(facts, look, Limits()))


def _tell(name: str, work: Callable[[], Any]) -> None:
    times = []
    for _ in range(5):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    print(f"  {name:40s}{1e3 * statistics.median(times):8.1f} ms")


if __name__ == "__main__":
    main()
