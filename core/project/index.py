"""The SQLite index of a project: what the library list shows without opening a clip file.

The clip files are the truth and the index a cache that can be rebuilt from them (only the order,
the time of creation and the links to videos live here alone). Must not open clip files.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import FileProblem
from core.project.clip import Clip, Media

SCHEMA_VERSION = 1
APPLICATION_ID = 0x4D6F5374  # "MoSt": tells our index from other programs' SQLite files

_SCHEMA = """
CREATE TABLE clips (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, label TEXT NOT NULL, kind TEXT NOT NULL,
    num_frames INTEGER NOT NULL, fps REAL NOT NULL, created REAL NOT NULL,
    deleted INTEGER NOT NULL, estimator TEXT NOT NULL, source TEXT NOT NULL,
    source_sha256 TEXT NOT NULL, file TEXT NOT NULL
) STRICT;
CREATE TABLE media (sha256 TEXT PRIMARY KEY, path TEXT NOT NULL, added REAL NOT NULL) STRICT;
"""
_CLIP_COLUMNS = (
    "id, name, label, kind, num_frames, fps, created, deleted, estimator, source, source_sha256"
)


class DamagedIndex(Exception):
    """The index file is no readable database; it can be rebuilt from the clip files."""


class Index:
    """One connection to the index file, shared by threads under a lock.

    ``path`` None keeps the index in memory: a read-only folder without an index still opens.
    Raises DamagedIndex when the file is broken, FileProblem when it is another program's or newer.
    """

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        self._name = path.name if path else "index"
        self._lock = threading.RLock()
        if path is None:
            target = ":memory:"
        elif read_only:  # immutable: no journal files may be made beside it
            target = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        else:
            target = f"{path.absolute().as_uri()}?mode=rwc"
        try:
            self._db = sqlite3.connect(
                target, uri=True, check_same_thread=False, isolation_level=None, timeout=5.0
            )
        except sqlite3.Error as error:
            raise self._explained(error) from error
        try:
            self._prepare(write=path is None or not read_only)
        except sqlite3.DatabaseError as error:
            self.close()
            if isinstance(error, sqlite3.OperationalError):
                raise self._explained(error) from error
            raise DamagedIndex(str(error)) from error
        except BaseException:
            self.close()
            raise

    def _prepare(self, *, write: bool) -> None:
        problems = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problems != "ok":
            raise DamagedIndex(str(problems))
        is_empty = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if is_empty and write:
            # WAL: readers are never blocked, and a killed program loses no finished transaction
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA application_id={APPLICATION_ID};"
                f"PRAGMA user_version={SCHEMA_VERSION}; COMMIT;"
            )
        self._db.execute("PRAGMA synchronous=NORMAL")
        if self._db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise FileProblem(
                f"{self._name} was not written by Motion Studio.", "Choose another folder."
            )
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise FileProblem(
                f"This project was written by a newer version (format {version}).",
                "Update Motion Studio to open it.",
            )
        tables = {row[0] for row in self._db.execute("SELECT name FROM sqlite_master")}
        if not {"clips", "media"} <= tables:
            raise DamagedIndex("a table is missing")

    def _explained(self, error: sqlite3.Error) -> FileProblem:
        code = getattr(error, "sqlite_errorname", "") or ""
        if code.startswith("SQLITE_FULL"):
            return FileProblem(
                "The disk is full: the project's index could not be written.",
                "Free some space and try again; no clip was lost.",
            )
        if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
            return FileProblem(
                "The project folder cannot be written to.", "Change its rights, or open another."
            )
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return FileProblem(
                "The project is being written by another program.", "Try again in a moment."
            )
        return FileProblem(
            f"The project's index could not be used: {error}.",
            "Open the project again: the index is rebuilt from the clip files.",
        )

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside one transaction: all of it happens, or nothing."""
        with self._lock:
            try:
                outermost = not self._db.in_transaction
                if outermost:
                    self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                if outermost:
                    self._db.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise self._explained(error) from error
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _select(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise self._explained(error) from error

    def clips(self) -> list[Clip]:
        """All clips, deleted ones too, newest first."""
        return [
            _clip(row)
            for row in self._select(
                f"SELECT {_CLIP_COLUMNS} FROM clips ORDER BY created DESC, rowid DESC"
            )
        ]

    def clip(self, clip_id: str) -> Clip | None:
        """The clip of that id."""
        rows = self._select(f"SELECT {_CLIP_COLUMNS} FROM clips WHERE id=?", clip_id)
        return _clip(rows[0]) if rows else None

    def files(self) -> dict[str, str]:
        """Clip id -> path of its file relative to the project folder."""
        return dict(self._select("SELECT id, file FROM clips"))

    def file_of(self, clip_id: str) -> str | None:
        """Path of a clip's file relative to the project folder."""
        rows = self._select("SELECT file FROM clips WHERE id=?", clip_id)
        return rows[0][0] if rows else None

    def names(self) -> set[str]:
        """Names of the clips that are not deleted."""
        return {row[0] for row in self._select("SELECT name FROM clips WHERE deleted=0")}

    def insert(self, clip: Clip, file: str) -> None:
        """Add or replace a clip's row."""
        values = [getattr(clip, column) for column in _CLIP_COLUMNS.split(", ")]
        values[7] = int(clip.deleted)
        with self.transaction() as db:
            db.execute(
                f"INSERT OR REPLACE INTO clips ({_CLIP_COLUMNS}, file) "
                "VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                (*values, file),
            )

    def update(self, clip_id: str, *, name: str, deleted: bool, file: str) -> None:
        """Change what a rename, a deletion or a restore changes."""
        with self.transaction() as db:
            db.execute(
                "UPDATE clips SET name=?, deleted=?, file=? WHERE id=?",
                (name, int(deleted), file, clip_id),
            )

    def remove(self, clip_id: str) -> None:
        """Forget a clip."""
        with self.transaction() as db:
            db.execute("DELETE FROM clips WHERE id=?", (clip_id,))

    def put_media(self, media: Media) -> None:
        """Add a video or record its new place."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO media VALUES (?,?,?) ON CONFLICT(sha256) DO UPDATE SET path=?",
                (media.sha256, media.path, media.added, media.path),
            )

    def media(self) -> list[Media]:
        """All videos the project refers to, oldest first."""
        return [
            Media(sha256=row[0], path=row[1], added=row[2])
            for row in self._select("SELECT sha256, path, added FROM media ORDER BY added")
        ]

    def close(self) -> None:
        """Close the connection; the write-ahead log is folded into the file."""
        with self._lock:
            self._db.close()


def _clip(row: tuple[Any, ...]) -> Clip:
    values = dict(zip(_CLIP_COLUMNS.split(", "), row, strict=True))
    values["deleted"] = bool(values["deleted"])
    return Clip(**values)
