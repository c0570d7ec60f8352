"""A person's decisions over a build: accept, trim, reject, with reasons, undo and nothing lost.

Every decision is on the disk before the method returns; undo writes the row as it was before.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from core.datasets.finegym.builder import LOOKS, MANIFEST_NAME, judged
from core.datasets.finegym.checks import Limits, judge
from core.datasets.finegym.looking import Look
from core.datasets.finegym.manifest import Manifest, Row
from core.errors import FileProblem, StudioError

REASONS: tuple[str, ...] = (
    "not the whole move", "another move in it", "more than one person", "the camera moves",
    "blurred or too small", "the body is hidden", "wrong label",
)  # fmt: skip
_UNDO_LIMIT = 500


class Review:
    """The clips of a build and what is to become of them. ``by`` is who decides.

    Raises FileProblem where the folder holds no build.
    """

    def __init__(self, folder: Path, *, by: str = "user") -> None:
        if not (folder / MANIFEST_NAME).is_file():
            raise FileProblem(f"{folder} holds no build.", "Build the clips first.")
        self.folder = folder
        self._by = by
        self._manifest = Manifest.open(folder / MANIFEST_NAME)
        self._limits = _limits(self._manifest)
        self._done: list[tuple[str, Row, Row]] = []  # text, before, after
        self._undone: list[tuple[str, Row, Row]] = []

    @property
    def rows(self) -> tuple[Row, ...]:
        """All clips, in the order they were built."""
        return tuple(self._manifest.rows.values())

    def row(self, id: str) -> Row:
        """One clip. Raises StudioError for an unknown one."""
        return self._manifest.row(id)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many are decided by a person, accepted, and there in all."""
        rows = self.rows
        accepted = sum(row.state == "accepted" for row in rows)
        return sum(row.is_reviewed for row in rows), accepted, len(rows)

    @property
    def progress_text(self) -> str:
        """ "37 of 240 reviewed"."""
        reviewed, _, total = self.counts
        return f"{reviewed} of {total} reviewed"

    def clip(self, id: str) -> Path:
        """The clip's movie, with its context."""
        return self.folder / self.row(id).clip

    def next_open(self, after: str | None = None) -> str | None:
        """The next clip no person has decided on, round the corner; None where all are decided."""
        ids = [row.id for row in self.rows]
        start = ids.index(after) + 1 if after in ids else 0
        return next((i for i in ids[start:] + ids[:start] if not self.row(i).is_reviewed), None)

    def accept(self, id: str) -> Row:
        """Take a clip into the data set, whatever the checks say."""
        row = self.row(id)
        overruled = [v.reason for v in row.verdicts if v.state == "fail"]
        reason = f"although {'; '.join(overruled)}" if overruled else ""
        return self._put("accept", row, row.decided("accepted", self._by, reason))

    def reject(self, id: str, reason: str = "") -> Row:
        """Leave a clip out."""
        row = self.row(id)
        return self._put("reject", row, row.decided("rejected", self._by, reason.strip()))

    def reopen(self, id: str) -> Row:
        """Take a decision back: the checks speak again."""
        row = self.row(id)
        return self._put("reopen", row, judged(row))

    def trim(self, id: str, first: int, end: int) -> Row:
        """Move a clip's ends to these frames of its movie; the checks judge the new span.

        What was accepted or rejected by a person stays so. Raises StudioError for an empty span.
        """
        row = self.row(id)
        first, end = max(int(first), 0), min(int(end), row.clip_frames)
        if end - first < 2:
            raise StudioError("A clip needs at least two frames.", "Move its ends apart.")
        start = row.clip_start + first / row.fps
        offset = row.source_frames[0] - row.frames[0]
        trimmed = dataclasses.replace(
            row, frames=(first, end), source_frames=(first + offset, end + offset),
            span=(start, start + (end - first) / row.fps), is_trimmed=True, problem="",
            is_interpolated="interpolate" in row.rule and end - first < row.min_frames,
        )  # fmt: skip
        trimmed = self._judged_again(trimmed)
        if row.decided_by != "checks":
            trimmed = dataclasses.replace(
                trimmed, state=row.state, decided_by=row.decided_by, reason=row.reason
            )
        return self._put("trim", row, trimmed)

    def untrim(self, id: str) -> Row:
        """Give a clip the annotated ends back."""
        row = self.row(id)
        offset = row.source_frames[0] - row.frames[0]
        first = round(row.annotated[0] * row.fps) - offset
        return self.trim(id, first, round(row.annotated[1] * row.fps) - offset)

    def accept_passing(self) -> int:
        """Accept every open clip that no check failed or wants looked at; returns how many."""
        passing = [
            row
            for row in self.rows
            if row.state == "open" and all(v.state == "pass" for v in row.verdicts)
        ]
        for row in passing:
            self._put("accept", row, row.decided("accepted", "checks", "passed all checks"))
        return len(passing)

    # -- undo -------------------------------------------------------------------------------------
    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def undo(self) -> Row | None:
        """Take the last step back; returns the clip as it is again, None where there is none."""
        if not self._done:
            return None
        step = self._done[-1]
        self._manifest.put(step[1])
        self._undone.append(self._done.pop())
        return step[1]

    def redo(self) -> Row | None:
        """Do the last step again that was taken back."""
        if not self._undone:
            return None
        step = self._undone[-1]
        self._manifest.put(step[2])
        self._done.append(self._undone.pop())
        return step[2]

    def _put(self, text: str, before: Row, after: Row) -> Row:
        self._manifest.put(after)
        self._done.append((text, before, after))
        del self._done[:-_UNDO_LIMIT]
        self._undone.clear()
        return after

    def _judged_again(self, row: Row) -> Row:
        try:
            look = Look.load(self.folder / LOOKS / f"{row.id}.npz")
        except FileProblem:  # the measurements are gone; a person is looking anyway
            return dataclasses.replace(row, verdicts=())
        return judged(dataclasses.replace(row, verdicts=judge(row.facts(), look, self._limits)))


def _limits(manifest: Manifest) -> Limits:
    known = {f.name for f in dataclasses.fields(Limits)}
    values = manifest.head.get("limits", {})
    if not isinstance(values, dict):
        return Limits()
    kept: dict[str, Any] = {
        k: v for k, v in values.items() if k in known and isinstance(v, int | float)
    }
    return Limits(**kept)
