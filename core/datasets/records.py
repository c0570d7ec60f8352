"""What a data set knows of each clip besides its motion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

from core.datasets.index import Index

Review = Literal["unseen", "keep", "reject"]
REVIEWS: tuple[Review, ...] = ("unseen", "keep", "reject")


@dataclass(frozen=True, kw_only=True)
class ClipInfo:
    """What an importer says of a clip. ``file`` is the unit a split must not cut.

    ``part`` is "train" or "test" where the data set's authors decided, else "".
    """

    name: str
    label: int
    file: str = ""
    subject: str = ""
    view: str = ""
    estimator: str = ""
    part: str = ""
    note: str = ""
    missing: int = 0  # frames the estimator did not see


@dataclass(frozen=True, kw_only=True)
class ClipRecord:
    """A clip of a store: its place there, length, rate, and what was said and decided about it."""

    index: int
    name: str
    label: int
    num_frames: int
    fps: float
    file: str
    subject: str
    view: str
    estimator: str
    part: str
    review: Review
    note: str
    estimated_missing: int
    digest: str


class Records(Sequence[ClipRecord]):
    """The records of a store, read when asked for: a hundred thousand open at once."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __len__(self) -> int:
        return self._index.count()

    @overload
    def __getitem__(self, at: int) -> ClipRecord: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[ClipRecord]: ...

    def __getitem__(self, at: int | slice) -> ClipRecord | Sequence[ClipRecord]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        number = at + len(self) if at < 0 else at
        row = self._index.row(number)
        if row is None:
            raise IndexError(f"there is no clip {at}")
        return _record(row)

    def __iter__(self) -> Iterator[ClipRecord]:
        return map(_record, self._index.rows())


def _record(row: dict[str, Any]) -> ClipRecord:
    return ClipRecord(**{name: row[name] for name in ClipRecord.__dataclass_fields__})
