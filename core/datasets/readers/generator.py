"""The procedural demo actions as a data set of any size; its "path" is the word demo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.datasets import demo
from core.datasets.readers.base import FoundDataset, ImportOptions, ReadClip, Reader

WORD = "demo"
FPS = 30.0


def recognises(path: Path) -> bool:
    """Whether the generator is meant, not a file of that name."""
    return str(path) == WORD and not path.exists()


def inspect(path: Path, options: ImportOptions) -> FoundDataset:
    """Say what would be generated."""
    return FoundDataset(
        reader=READER.name, title=READER.title, path=path, labels=demo.ACTIONS, fps=FPS,
        num_clips=len(demo.ACTIONS) * options.clips_per_action,
        text=f"{options.clips_per_action} clips of each of {len(demo.ACTIONS)} actions",
    )  # fmt: skip


def clips(path: Path, options: ImportOptions) -> Iterator[ReadClip]:
    """Yield ``clips_per_action`` clips of every wanted action, each in its natural time.

    A clip at least ``min_frames`` long plays its action slower, or rests at the end.
    """
    for label in demo.ACTIONS:
        if options.labels is not None and label not in options.labels:
            continue
        for seed in range(options.clips_per_action):
            motion = demo.generate(label, seed)
            if motion.num_frames < options.min_frames:
                motion = demo.generate(label, seed, options.min_frames)
            yield ReadClip(
                motion=motion, name=f"{label} {seed}", label=label, subject=f"seed {seed}"
            )


READER = Reader(
    name="demo", title="Demo generator", recognises=recognises, inspect=inspect, clips=clips,
    keeps_order=True,
)  # fmt: skip
