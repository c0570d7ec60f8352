"""A data set on disk: motions in memory-mapped arrays, everything else in a small database.

Clips are appended in segments (two .npy files each); a clip counts once the database names it, so
a crash in between loses nothing and leaves at most a file nobody refers to. Clips are not deleted
but rejected. Several may read, one writes. Must not import torch.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.atomic import written_whole
from core.datasets.features import Features, joined, rows_of
from core.datasets.index import Index
from core.datasets.records import REVIEWS, ClipInfo, Records, Review
from core.datasets.split import BYS, By, Split, split
from core.errors import FileProblem, StudioError
from core.motion import Motion, Provenance

DATABASE, SEGMENTS = "store.sqlite", "segments"
_KEPT = ("unseen", "keep")
_FINGERPRINT = "fingerprint"
_OPEN_SEGMENTS = 64  # each holds two files open
Indices = npt.NDArray[np.int64]


class ClipStore:
    """One open data set. Raises FileProblem where the folder holds none."""

    def __init__(self, folder: Path, index: Index) -> None:
        self.folder = Path(folder)
        self._index = index
        self.records = Records(index)
        # of this store, not of its folder: another data set may come to lie there
        self._segment = lru_cache(maxsize=_OPEN_SEGMENTS)(partial(_segment, self.folder / SEGMENTS))

    @classmethod
    def create(
        cls, folder: Path, name: str, labels: Sequence[str], *, source: str = "", note: str = ""
    ) -> ClipStore:
        """Make an empty data set. Raises FileProblem (there is one), StudioError (no labels)."""
        if not labels or len(set(labels)) != len(labels):
            raise StudioError("A data set needs labels, each once.", "Name its actions.")
        meta = {"name": name, "source": source, "note": note}
        return cls(Path(folder), Index.create(Path(folder) / DATABASE, labels, meta))

    @classmethod
    def open(cls, folder: Path) -> ClipStore:
        """Open a data set. Raises FileProblem."""
        path = Path(folder) / DATABASE
        if not path.is_file():
            raise FileProblem(f"{folder} holds no data set.", "Import one on the Data page.")
        return cls(Path(folder), Index(path))

    def close(self) -> None:
        """Close the database."""
        self._index.close()

    # -- what it is -------------------------------------------------------------------------------
    def __len__(self) -> int:
        return len(self.records)

    @property
    def name(self) -> str:
        return self._index.meta("name") or self.folder.name

    @property
    def source(self) -> str:
        """Where the clips came from, in words."""
        return self._index.meta("source")

    @property
    def note(self) -> str:
        """What else should be known, for instance a licence."""
        return self._index.meta("note")

    def add_note(self, text: str) -> None:
        """Append a line to the note."""
        self._index.set_meta("note", "\n".join(part for part in (self.note, text) if part))

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes; a clip's label is a place in it."""
        return self._index.labels()

    @property
    def estimators(self) -> tuple[str, ...]:
        """The estimators its clips came from, "" for motion capture."""
        return tuple(sorted({str(r["estimator"]) for r in self._index.columns("estimator")}))

    def fingerprint(self) -> str:
        """16 hex digits that change with any kept motion or label; kept until something does."""
        changes = self._index.changes()  # before the rows: a later change makes this one stale
        known, _, kept = self._index.meta(_FINGERPRINT).partition(" ")
        if kept and known == str(changes):
            return kept
        found = self._fingerprint()
        with contextlib.suppress(FileProblem):  # a folder that cannot be written to
            self._index.set_meta(_FINGERPRINT, f"{changes} {found}")
        return found

    def _fingerprint(self) -> str:
        labels = self.labels
        digest = hashlib.sha256(json.dumps(labels).encode())
        rows = self._index.columns("digest", "label", "review")
        for line in sorted(f"{r['digest']}{r['label']}" for r in rows if r["review"] in _KEPT):
            digest.update(line.encode())
        return digest.hexdigest()[:16]

    def columns(self, *names: str) -> list[tuple[Any, ...]]:
        """Some fields of every clip in order: a hundred times lighter than whole records."""
        return [tuple(row) for row in self._index.columns(*names)]

    # -- clips ------------------------------------------------------------------------------------
    def add(self, motions: Sequence[Motion], infos: Sequence[ClipInfo]) -> None:
        """Append clips, all or none. Raises StudioError or FileProblem."""
        if len(motions) != len(infos):
            raise StudioError(f"{len(motions)} motions do not go with {len(infos)} descriptions.")
        if not motions:
            return
        known = len(self.labels)
        if bad := [info.name for info in infos if not 0 <= info.label < known]:
            raise StudioError(f"{bad[0]} has a label the data set does not know.")
        lengths = [motion.num_frames for motion in motions]
        firsts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        segment = self._write_segment(motions)
        self._index.add(
            [
                {
                    "name": info.name, "label": info.label, "num_frames": motion.num_frames,
                    "fps": float(motion.fps), "file": info.file or info.name,
                    "subject": info.subject, "view": info.view, "estimator": info.estimator,
                    "part": info.part, "review": "unseen", "note": info.note,
                    "estimated_missing": info.missing, "digest": _digest(motion),
                    "segment": segment, "first": int(first),
                    "betas": np.asarray(motion.betas, "<f4").tobytes(),
                    "body_id": motion.body_id, "provenance": motion.provenance.to_json(),
                }
                for motion, info, first in zip(motions, infos, firsts, strict=True)
            ]
        )  # fmt: skip

    def _write_segment(self, motions: Sequence[Motion]) -> int:
        folder = self.folder / SEGMENTS
        number = 1 + max((int(p.name[:6]) for p in folder.glob("[0-9]*.poses.npy")), default=-1)
        poses = np.concatenate([motion.poses for motion in motions])
        trans = np.concatenate([motion.trans for motion in motions])
        for name, array in (("trans", trans), ("poses", poses)):
            path = folder / f"{number:06d}.{name}.npy"
            with written_whole(path) as temporary, temporary.open("wb") as stream:
                np.save(stream, np.ascontiguousarray(array, np.float32), allow_pickle=False)
        return number

    def motion(self, index: int) -> Motion:
        """Return a clip. Raises FileProblem when its arrays are gone or damaged."""
        row = self._index.row(index)
        if row is None:
            raise StudioError(f"There is no clip {index} in {self.name}.")
        try:
            poses, trans = self._segment(int(row["segment"]))
            first, stop = int(row["first"]), int(row["first"]) + int(row["num_frames"])
            if not 0 <= first < stop <= min(len(poses), len(trans)):
                raise ValueError("its frames are not there")
            return Motion(
                poses=np.array(poses[first:stop]),
                trans=np.array(trans[first:stop]),
                fps=float(row["fps"]),
                betas=np.frombuffer(row["betas"], "<f4").copy(),
                body_id=row["body_id"],
                provenance=Provenance.from_json(row["provenance"]),
            )
        except FileProblem:
            raise
        except (StudioError, ValueError, TypeError) as error:
            reason = error.message if isinstance(error, StudioError) else error
            raise FileProblem(
                f"{row['name']} in {self.name} is damaged: {reason}",
                "Import the data set again, or bring its folder back from a copy.",
            ) from error

    def select(
        self,
        labels: Sequence[int] | None = None,
        text: str = "",
        review: Review | Sequence[str] | None = None,
        *,
        shortest: int = 0,
        longest: int = 10**9,
    ) -> Indices:
        """Indices of the clips that fit: any of the labels, all words of the text, the review."""
        reviews = [review] if isinstance(review, str) else review
        return self._index.select(
            labels=labels, text=text, reviews=reviews, shortest=shortest, longest=longest
        )

    @property
    def kept(self) -> Indices:
        """Indices of the clips that were not rejected."""
        return self.select(review=_KEPT)

    # -- decisions --------------------------------------------------------------------------------
    def review(self, index: int, state: Review, note: str | None = None) -> None:
        """Keep or reject a clip, with a reason. Raises StudioError."""
        if state not in REVIEWS:
            raise StudioError(f"A review is one of {', '.join(REVIEWS)}, not {state!r}.")
        values = {"review": state} if note is None else {"review": state, "note": note}
        self._index.update([index], **values)

    def relabel(self, indices: Iterable[int], label: int) -> None:
        """Give clips another label. Raises StudioError."""
        if not 0 <= label < len(self.labels):
            raise StudioError(f"There is no label {label} in {self.name}.")
        self._index.update(indices, label=int(label))

    def split(
        self,
        by: By | None = None,
        test_share: float = 0.2,
        seed: int = 0,
        indices: Indices | None = None,
    ) -> Split:
        """Part the kept clips; by None takes the authors' split where there is one, else files."""
        rows = self._index.columns("label", "file", "subject", "view", "part")
        chosen = self.kept if indices is None else np.asarray(indices, np.int64)
        if by is None:
            by = "given" if any(rows[i]["part"] == "test" for i in chosen) else "file"
        if by not in BYS:
            raise StudioError(f"A split is by {', '.join(BYS)}, not by {by!r}.")
        column = "part" if by == "given" else by
        return split(
            chosen, [int(rows[i]["label"]) for i in chosen], [str(rows[i][column]) for i in chosen],
            by=by, test_share=test_share, seed=seed,
        )  # fmt: skip

    # -- for learning -----------------------------------------------------------------------------
    def features(self, indices: Indices | Sequence[int] | None = None) -> Features:
        """Return clips as ACTOR reads them; None takes all kept ones.

        Raises StudioError where frame rates differ: a step must mean the same everywhere.
        """
        chosen = self.kept if indices is None else np.asarray(indices, np.int64)
        rows = self._index.columns("label", "fps", "name")
        rates = {float(rows[i]["fps"]) for i in chosen}
        if len(rates) > 1:
            raise StudioError(
                f"The clips of {self.name} have different frame rates: "
                f"{', '.join(f'{rate:g}' for rate in sorted(rates))}.",
                "Import the data set again at one rate.",
            )
        return joined(
            [rows_of(self.motion(int(i))) for i in chosen],
            [int(rows[i]["label"]) for i in chosen],
            self.labels,
            fps=rates.pop() if rates else 30.0,
            fingerprint=self.fingerprint(),
        )

    def manifest(self, path: Path) -> None:
        """Write every clip as a line of JSON: names, labels, decisions, digests."""
        labels = self.labels
        with written_whole(Path(path)) as temporary, temporary.open("w", encoding="utf-8") as out:
            for record in self.records:
                line = {"label_name": labels[record.label], **vars(record)}
                out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _digest(motion: Motion) -> str:
    content = hashlib.sha256(np.ascontiguousarray(motion.poses, "<f4").tobytes())
    content.update(np.ascontiguousarray(motion.trans, "<f4").tobytes())
    content.update(f"{motion.fps:g}".encode())
    return content.hexdigest()[:16]


def _segment(folder: Path, number: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Memory-map poses (N, 24, 3) and trans (N, 3) of a segment. Raises FileProblem."""
    try:
        arrays = [
            np.load(folder / f"{number:06d}.{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in ("poses", "trans")
        ]
        if [array.shape[1:] for array in arrays] != [(24, 3), (3,)]:
            raise ValueError("its arrays have other shapes")
    except Exception as error:  # numpy parses a header with Python's own parser: any of its errors
        reason = str(error) if isinstance(error, OSError | ValueError) else "its header is broken"
        raise FileProblem(
            f"Part of the data set in {folder.parent} is missing or damaged: {reason}.",
            "Import it again, or bring the folder back from a copy.",
        ) from error
    return arrays[0], arrays[1]
