"""The table of a store's clips, in SQLite: names, places, decisions."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.atomic import explain_write_error
from core.errors import FileProblem

FORMAT = 1
_DAMAGED = (sqlite3.DatabaseError, ValueError)  # text that is no UTF-8 is a ValueError
_COLUMNS = (
    "name", "label", "num_frames", "fps", "file", "subject", "view", "estimator", "part", "review",
    "note", "estimated_missing", "digest", "segment", "first", "betas", "body_id", "provenance",
)  # fmt: skip
_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE labels (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE clips ("index" INTEGER PRIMARY KEY, {", ".join(_COLUMNS)});
CREATE INDEX by_label ON clips (label, review);
"""
_CHANGES = "changes"
_COUNT_ON = (
    "INSERT INTO meta VALUES ('changes', '1') "
    "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
)


class Index:
    """One open table. Safe to call from several threads; one process writes at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        try:
            self._base = sqlite3.connect(path, timeout=10.0, check_same_thread=False)
            self._base.row_factory = sqlite3.Row
        except _DAMAGED as error:
            raise self._broken(error) from error
        try:
            found = self.meta("format")
        except FileProblem:
            self.close()
            raise
        if found != str(FORMAT):
            self.close()
            raise FileProblem(
                f"{path.parent.name} is not a data set of this version.", "Import it again."
            )

    @classmethod
    def create(cls, path: Path, labels: Sequence[str], meta: dict[str, str]) -> Index:
        """Make an empty table. Raises FileProblem when there is one already."""
        if path.exists():
            raise FileProblem(f"There is a data set in {path.parent} already.", "Choose a name.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(sqlite3.connect(path)) as base, base:
                base.executescript(_SCHEMA)
                base.executemany("INSERT INTO labels VALUES (?, ?)", enumerate(labels))
                values = {"format": str(FORMAT), **meta}
                base.executemany("INSERT INTO meta VALUES (?, ?)", values.items())
        except OSError as error:
            raise explain_write_error(path, error) from error
        except _DAMAGED as error:
            raise FileProblem(
                f"A data set cannot be made in {path.parent}: {error}.", "Choose another folder."
            ) from error
        return cls(path)

    def close(self) -> None:
        with self._lock:
            self._base.close()

    def _broken(self, error: Exception) -> FileProblem:
        return FileProblem(
            f"The data set in {self._path.parent} cannot be read: {error}.",
            "Import it again, or bring the folder back from a copy.",
        )

    def _ask(self, question: str, values: Iterable[Any] = ()) -> list[sqlite3.Row]:
        with self._lock:
            try:
                return self._base.execute(question, tuple(values)).fetchall()
            except _DAMAGED as error:
                raise self._broken(error) from error

    def _change(self, order: str, rows: Iterable[Sequence[Any]], *, counts: bool = True) -> None:
        with self._lock:
            try:
                with self._base:
                    self._base.executemany(order, rows)
                    if counts:
                        self._base.execute(_COUNT_ON)
            except sqlite3.OperationalError as error:  # locked, read-only, full
                raise FileProblem(
                    f"The data set in {self._path.parent} cannot be written to: {error}.",
                    "Close what else writes to it, see to its rights and to room on the disk, "
                    "and try again.",
                ) from error
            except _DAMAGED as error:
                raise self._broken(error) from error

    # -- the data set -----------------------------------------------------------------------------
    def meta(self, key: str) -> str:
        """A note about the whole data set, "" where there is none."""
        rows = self._ask("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0]["value"]) if rows else ""

    def set_meta(self, key: str, value: str) -> None:
        """Set a note about the whole data set; clips and labels count as unchanged."""
        self._change("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(key, value)], counts=False)

    def changes(self) -> int:
        """How often clips or labels were changed: what was computed before is as good as then."""
        told = self.meta(_CHANGES)
        return int(told) if told.isdecimal() else 0

    def labels(self) -> tuple[str, ...]:
        """Names of the classes in order."""
        return tuple(row["name"] for row in self._ask("SELECT name FROM labels ORDER BY number"))

    def add_labels(self, names: Sequence[str]) -> None:
        """Append classes."""
        first = len(self.labels())
        self._change("INSERT INTO labels VALUES (?, ?)", list(enumerate(names, first)))

    # -- clips ------------------------------------------------------------------------------------
    def count(self) -> int:
        """Clips in the table, rejected ones too."""
        return int(self._ask("SELECT count(*) AS n FROM clips")[0]["n"])

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Append clips, all or none."""
        first = self.count()
        marks = ", ".join("?" * (len(_COLUMNS) + 1))
        self._change(
            f"INSERT INTO clips VALUES ({marks})",
            [(first + i, *(row[name] for name in _COLUMNS)) for i, row in enumerate(rows)],
        )

    def row(self, index: int) -> dict[str, Any] | None:
        """Everything about one clip."""
        rows = self._ask('SELECT * FROM clips WHERE "index" = ?', (int(index),))
        return dict(rows[0]) if rows else None

    def columns(self, *names: str, first: int = 0, stop: int = 1 << 62) -> list[sqlite3.Row]:
        """Some columns of all clips in order, or of those from ``first`` up to ``stop``."""
        wanted = ", ".join(f'"{name}"' for name in names)
        return self._ask(
            f'SELECT {wanted} FROM clips WHERE "index" >= ? AND "index" < ? ORDER BY "index"',
            (int(first), int(stop)),
        )

    def select(
        self,
        *,
        labels: Sequence[int] | None,
        text: str,
        reviews: Sequence[str] | None,
        shortest: int,
        longest: int,
    ) -> npt.NDArray[np.int64]:
        """Indices of the clips that fit."""
        claims, values = ["num_frames >= ?", "num_frames <= ?"], list[Any]([shortest, longest])
        for column, wanted in (("label", labels), ("review", reviews)):
            if wanted is not None:
                claims.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values += [w if isinstance(w, str) else int(w) for w in wanted]
        for word in text.split():
            claims.append("(name LIKE ? OR subject LIKE ? OR view LIKE ? OR note LIKE ?)")
            values += [f"%{word}%"] * 4
        rows = self._ask(
            f'SELECT "index" FROM clips WHERE {" AND ".join(claims)} ORDER BY "index"', values
        )
        return np.array([row["index"] for row in rows], np.int64)

    def update(self, indices: Iterable[int], **values: Any) -> None:
        """Set columns of some clips."""
        sets = ", ".join(f'"{name}" = ?' for name in values)
        rows = [(*values.values(), int(index)) for index in indices]
        self._change(f'UPDATE clips SET {sets} WHERE "index" = ?', rows)
