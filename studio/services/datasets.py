"""What the Data page knows of a data set: classes, random clips, splits; and decisions to undo.

Free of Qt and of torch. Decisions are commands of the program's one history, so Ctrl+Z takes them
back like everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from core.datasets.store import ClipStore

SPLITS: dict[str, str] = {
    "file": "No source file in both parts",
    "subject": "No person in both parts",
    "view": "No camera view in both parts",
    "given": "As the data set's authors split it",
}
REVIEWS = ("unseen", "keep", "reject")
_REVIEW_PLACES = {review: place for place, review in enumerate(REVIEWS)}
FEW = 5  # clips of a class in a part of a split; fewer say nothing


@dataclass(frozen=True, eq=False)
class ClassFacts:
    """A class: its number, name, the clips in it, those rejected, and the lengths in frames."""

    label: int
    name: str
    count: int
    rejected: int
    lengths: npt.NDArray[np.int64]

    @property
    def kept(self) -> int:
        return self.count - self.rejected


@dataclass(frozen=True)
class SplitFacts:
    """A split: kept clips by class in train and test, and what is wrong with it, in sentences."""

    by: str
    train: tuple[int, ...]
    test: tuple[int, ...]
    warnings: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sizes of both parts."""
        return f"{sum(self.train):,} train · {sum(self.test):,} test"


class Table:
    """The numbers of every clip as arrays (N,), so that a decision is followed at once.

    label, num_frames, fps, missing (frames not seen) and review (places in :data:`REVIEWS`).
    """

    def __init__(self, store: ClipStore) -> None:
        rows = store.columns("num_frames", "fps", "estimated_missing", "part")
        lengths, rates, missing, parts = zip(*rows) if rows else ((), (), (), ())
        self.num_frames = np.array(lengths, np.int64)
        self.fps = np.array(rates, np.float64)
        self.missing = np.array(missing, np.int64)
        self.has_given_split = {"train", "test"} <= set(parts)
        self.labels = store.labels
        self.refresh(store)

    def refresh(self, store: ClipStore) -> None:
        """Read labels and decisions again."""
        rows = store.columns("label", "review")
        labels, reviews = zip(*rows) if rows else ((), ())
        self.label = np.array(labels, np.int64)
        self.review = np.array([_REVIEW_PLACES[review] for review in reviews], np.int8)

    def __len__(self) -> int:
        return len(self.label)

    @property
    def is_rejected(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.review == _REVIEW_PLACES["reject"])

    @property
    def is_open(self) -> npt.NDArray[np.bool_]:
        """Clips nobody has decided on."""
        return np.asarray(self.review == _REVIEW_PLACES["unseen"])

    @property
    def num_kept(self) -> int:
        """Clips somebody has looked at and kept."""
        return int((self.review == _REVIEW_PLACES["keep"]).sum())


def class_facts(table: Table) -> tuple[ClassFacts, ...]:
    """Every class of a data set, in its own order, empty ones too."""
    count = len(table.labels)
    rejected = np.bincount(table.label[table.is_rejected], minlength=count)
    order = np.argsort(table.label, kind="stable")
    ends = np.searchsorted(table.label[order], np.arange(count + 1))
    return tuple(
        ClassFacts(
            i, name, int(ends[i + 1] - ends[i]), int(rejected[i]),
            table.num_frames[order[ends[i] : ends[i + 1]]],
        )
        for i, name in enumerate(table.labels)
    )  # fmt: skip


def random_clips(store: ClipStore, label: int | None, count: int, seed: int) -> list[int]:
    """Clips of a class (None: of any), at random, in the order of the data set."""
    wanted = None if label is None else [label]
    found = np.asarray(store.select(labels=wanted), np.int64)
    if len(found) > count:
        rng = np.random.default_rng((seed, 0 if label is None else label + 1))
        found = rng.choice(found, count, replace=False)
    return sorted(int(i) for i in found)


def split_facts(store: ClipStore, by: str, test_share: float = 0.2, seed: int = 0) -> SplitFacts:
    """Split a data set and say what each class would have on either side."""
    split = store.split(by=by, test_share=test_share, seed=seed)  # type: ignore[arg-type]
    rows = store.columns("label", "review", "part" if by == "given" else by)
    labels = np.array([row[0] for row in rows], np.int64)
    count = len(store.labels)
    train, test = (
        np.bincount(labels[np.asarray(part, np.int64)], minlength=count)
        for part in (split.train, split.test)
    )
    warnings = []
    units = {row[2] for row in rows if row[1] != "reject"}
    if len(units) < 2:
        what = {"file": "source file", "subject": "person", "view": "view", "given": "part"}[by]
        warnings.append(f"All clips come from one {what}: this split cannot part them.")
    elif not test.sum() or not train.sum():
        warnings.append("One part is empty.")
    for words, few in (
        ("no test clip", (test == 0) & (train > 0)),
        ("no training clip", (train == 0) & (test > 0)),
        (f"fewer than {FEW} test clips", (test > 0) & (test < FEW)),
    ):
        names = [store.labels[i] for i in np.flatnonzero(few)]
        if names and len(units) > 1:
            shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
            warnings.append(f"{shown}: {words}.")
    return SplitFacts(by, tuple(train.tolist()), tuple(test.tolist()), tuple(warnings))


# -- decisions ------------------------------------------------------------------------------------
@dataclass
class ReviewClips:
    """Keep or reject clips, or leave them undecided; undo gives each its own state back."""

    store: ClipStore
    indices: Sequence[int]
    state: str  # "keep", "reject", "unseen"
    note: str = ""
    before: list[tuple[str, str]] = field(default_factory=list, init=False)

    @property
    def text(self) -> str:
        return f"{_VERBS[self.state]} {_counted(self.store, self.indices)}"

    def do(self, project: Any) -> None:
        """Do it; the project is not concerned."""
        records = [self.store.records[i] for i in self.indices]
        self.before = [(record.review, record.note) for record in records]
        for index in self.indices:
            self.store.review(index, self.state, self.note)  # type: ignore[arg-type]

    def undo(self, project: Any) -> None:
        """Give the states back."""
        for index, (state, note) in zip(self.indices, self.before, strict=True):
            self.store.review(index, state, note)  # type: ignore[arg-type]


@dataclass
class RelabelClips:
    """Move clips to another class."""

    store: ClipStore
    indices: Sequence[int]
    label: int
    before: list[int] = field(default_factory=list, init=False)

    @property
    def text(self) -> str:
        name = self.store.labels[self.label]
        return f"label {_counted(self.store, self.indices)} as {name}"

    def do(self, project: Any) -> None:
        """Do it; the project is not concerned."""
        self.before = [self.store.records[i].label for i in self.indices]
        self.store.relabel(list(self.indices), self.label)

    def undo(self, project: Any) -> None:
        """Give each clip its class back."""
        for label in sorted(set(self.before)):
            mine = [i for i, b in zip(self.indices, self.before, strict=True) if b == label]
            self.store.relabel(mine, label)


_VERBS = {"keep": "keep", "reject": "reject", "unseen": "leave open"}


def _counted(store: ClipStore, indices: Sequence[int]) -> str:
    if len(indices) == 1:
        return store.records[indices[0]].name
    return f"{len(indices)} clips"
