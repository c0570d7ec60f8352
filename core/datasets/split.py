"""Parting clips into those trained on and those held out, without cutting what belongs together.

Windows of one recording look alike: a split by row would test on what was trained on. So whole
files, subjects or views go to one side.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.errors import StudioError

By = Literal["file", "subject", "view", "given"]
BYS: tuple[By, ...] = ("file", "subject", "view", "given")


@dataclass(frozen=True, eq=False)
class Split:
    """Indices (n,) of both parts, and how they were parted."""

    train: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]
    by: By
    test_share: float
    seed: int

    @property
    def text(self) -> str:
        """The split in words, for reports."""
        how = "as its authors did" if self.by == "given" else f"by {self.by}, seed {self.seed}"
        return f"{len(self.train)} train, {len(self.test)} test, {how}"


def split(
    indices: npt.NDArray[np.int64],
    labels: Sequence[int],
    groups: Sequence[str],
    *,
    by: By,
    test_share: float,
    seed: int,
) -> Split:
    """Part clips; ``groups`` are what must stay whole, ``labels`` what both parts should hold.

    Where each group has one label, every label gives its share (at least one group of two). Else
    groups go to the test part, in a random order, until it holds its share. Raises StudioError.
    """
    if not 0.0 < test_share < 1.0:
        raise StudioError(f"The test share must lie between 0 and 1, not {test_share}.")
    if by == "given":
        is_test = np.array([group == "test" for group in groups], bool)
        if not is_test.any() or is_test.all():
            raise StudioError(
                "This data set comes without a split of its own.", "Split it by file or subject."
            )
        return Split(indices[~is_test], indices[is_test], by, test_share, seed)
    held = _held_out(labels, groups, test_share, seed)
    is_test = np.array([group in held for group in groups], bool)
    return Split(indices[~is_test], indices[is_test], by, test_share, seed)


def _held_out(
    labels: Sequence[int], groups: Sequence[str], test_share: float, seed: int
) -> set[str]:
    sizes = Counter(groups)
    kinds: dict[str, set[int]] = defaultdict(set)
    for label, group in zip(labels, groups, strict=True):
        kinds[group].add(label)
    order = sorted(sizes, key=lambda group: hashlib.sha256(f"{seed}/{group}".encode()).digest())
    held: set[str] = set()
    if all(len(found) == 1 for found in kinds.values()):
        by_label: dict[int, list[str]] = defaultdict(list)
        for group in order:
            by_label[next(iter(kinds[group]))].append(group)
        for members in by_label.values():
            count = min(max(1, round(test_share * len(members))), len(members) - 1)
            held.update(members[: max(count, 0)])
        return held
    wanted, total = test_share * len(groups), 0
    for group in order[: len(order) - 1]:
        if total >= wanted:
            break
        held.add(group)
        total += sizes[group]
    return held
