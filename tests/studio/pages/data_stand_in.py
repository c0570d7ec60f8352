"""A small data set in memory that answers like the real store, and a library of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.datasets.demo import generate
from core.errors import StudioError
from core.motion import Motion
from studio.pages.data_session import Library

LABELS = ("kicking", "throw", "hand waving", "squat down")


@dataclass(frozen=True, kw_only=True)
class Record:
    index: int
    name: str
    label: int
    num_frames: int
    fps: float
    subject: str
    view: str
    file: str
    estimator: str = ""
    part: str = ""
    review: str = "unseen"
    note: str = ""
    estimated_missing: int = 0


@dataclass(frozen=True)
class Split:
    train: np.ndarray
    test: np.ndarray
    by: str = "file"


class Store:
    """Clips of the demo generator; clip 1 trembles, clip 2 is cut short, clip 3 stands still."""

    def __init__(self, folder: Path, name: str = "small", per_class: int = 6) -> None:
        self.folder, self.name, self.labels = folder, name, LABELS
        self._motions: list[Motion] = []
        self.records: list[Record] = []
        rng = np.random.default_rng(0)
        for number in range(per_class * len(LABELS)):
            label = number % len(LABELS)
            motion = generate(LABELS[label], number, 50 + 3 * label)
            if number == 1:
                noise = rng.normal(0, 0.25, motion.poses.shape).astype(np.float32)
                motion = motion.replace(poses=motion.poses + noise)
            if number == 2:
                motion = motion.sliced(0, 12)
            if number == 3:
                still = np.repeat(motion.poses[:1], motion.num_frames, 0)
                still = still + rng.normal(0, 1e-4, still.shape).astype(np.float32)
                motion = motion.replace(
                    poses=still, trans=np.repeat(motion.trans[:1], len(still), 0)
                )
            self._motions.append(motion)
            self.records.append(
                Record(
                    index=number, name=f"clip_{number:03d}", label=label,
                    num_frames=motion.num_frames, fps=motion.fps, subject=f"P{number % 3}",
                    view="", file=f"take_{number // 2}.bvh",
                )
            )  # fmt: skip

    def __len__(self) -> int:
        return len(self.records)

    def columns(self, *names: str) -> list[tuple[object, ...]]:
        return [tuple(getattr(record, name) for name in names) for record in self.records]

    def motion(self, index: int) -> Motion:
        return self._motions[index]

    def select(self, labels=None, text="", review=None, **_):  # type: ignore[no-untyped-def]
        return np.array(
            [r.index for r in self.records
             if (labels is None or r.label in labels) and (review is None or r.review == review)],
            np.int64,
        )  # fmt: skip

    def review(self, index: int, state: str, note: str = "") -> None:
        self.records[index] = replace(self.records[index], review=state, note=note)

    def relabel(self, indices, label: int) -> None:  # type: ignore[no-untyped-def]
        for index in indices:
            self.records[index] = replace(self.records[index], label=label)

    def fingerprint(self) -> str:
        text = repr([(r.label, r.review) for r in self.records])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def split(self, by: str = "file", test_share: float = 0.2, seed: int = 0) -> Split:
        kept = [r for r in self.records if r.review != "reject"]
        units = sorted({getattr(r, by) for r in kept})
        if units == [""]:
            raise StudioError("No clip has a view.", "Split by file.")
        test = set(units[:: max(round(1 / test_share), 2)])
        return Split(
            np.array([r.index for r in kept if getattr(r, by) not in test], np.int64),
            np.array([r.index for r in kept if getattr(r, by) in test], np.int64),
            by,
        )

    def manifest(self, path: Path) -> None:
        path.write_text("\n".join(f"{r.name} {r.label} {r.review}" for r in self.records))


@dataclass(frozen=True)
class Entry:
    name: str
    folder: Path
    num_clips: int
    labels: tuple[str, ...]
    fingerprint: str = "abc"
    source: str = "made for tests"
    problem: str = ""


class SmallLibrary(Library):
    """Two data sets; "broken" cannot be opened."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self._folder = folder

    def entries(self):  # type: ignore[no-untyped-def,override]
        small = Entry("small", self._folder, len(self.store), LABELS)
        return [small, Entry("broken", self._folder, 0, ())]

    def open(self, name: str, progress=None):  # type: ignore[no-untyped-def,override]
        if name != "small":
            raise StudioError(f"{name} cannot be opened.", "Import it again.")
        return self.store
