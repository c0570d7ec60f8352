"""What a data set knows of each clip besides its motion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, overload

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


_FIELDS = tuple(ClipRecord.__dataclass_fields__)
_AT_ONCE = 2000  # records read in one go


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
            first, stop, step = at.indices(len(self))
            if step != 1:
                return [self[i] for i in range(first, stop, step)]
            return self._between(first, stop)
        number = at + len(self) if at < 0 else at
        found = self._between(number, number + 1) if number >= 0 else []
        if not found:
            raise IndexError(f"there is no clip {at}")
        return found[0]

    def __iter__(self) -> Iterator[ClipRecord]:
        first = 0
        while found := self._between(first, first + _AT_ONCE):
            yield from found
            first += _AT_ONCE

    def _between(self, first: int, stop: int) -> list[ClipRecord]:
        rows = self._index.columns(*_FIELDS, first=first, stop=stop)
        return [ClipRecord(**dict(zip(_FIELDS, row, strict=True))) for row in rows]
