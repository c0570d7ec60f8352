"""What the Data page does: opens data sets, puts clips on the stage, decides, measures, splits.

Work that takes time runs through the bridge; decisions go through the document's history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.errors import StudioError
from core.progress import SILENT, Progress
from studio import bridge, theme
from studio.document import Document, ShownClip
from studio.services.datasets import (
    ClassFacts,
    RelabelClips,
    ReviewClips,
    SplitFacts,
    Table,
    class_facts,
    random_clips,
    split_facts,
)
from studio.services.outliers import Measures, Outlier, find_outliers, measure_store

if TYPE_CHECKING:
    from core.datasets.library import DatasetEntry
    from core.datasets.store import ClipStore

GRID = 8  # clips at a time
ROW = 4  # of them side by side
REVIEW_WORDS = {"keep": "kept", "reject": "rejected", "unseen": ""}


class Library:
    """The data sets on this machine; tests put their own in its place."""

    def entries(self) -> list[DatasetEntry]:
        """What there is, without opening any."""
        from core.datasets.library import list_datasets

        return list(list_datasets())

    def open(self, name: str, progress: Progress = SILENT) -> ClipStore:
        """Open one; the demo may have to be made first. Raises StudioError."""
        from core.datasets.library import open_dataset

        return open_dataset(name, progress)


class DataSession(QObject):
    """The page's state: ``entries_changed``, ``store_changed``, ``facts_changed`` (counts, reviews,
    splits), ``outliers_changed``, ``measuring(fraction, text)``."""

    entries_changed = Signal()
    store_changed = Signal()
    facts_changed = Signal()
    outliers_changed = Signal()
    measuring = Signal(float, str)
    clips_shown = Signal()  # other clips stand on the stage

    def __init__(self, document: Document, library: Library, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._library = document, library
        self.entries: tuple[DatasetEntry, ...] = ()
        self.name = ""
        self.store: ClipStore | None = None
        self.table: Table | None = None
        self.classes: tuple[ClassFacts, ...] = ()
        self.label = -1
        self.seed = 0
        self.split_by = "file"
        self.fingerprint = ""
        self.split: SplitFacts | None = None
        self.split_problem = ""
        self.outliers: tuple[Outlier, ...] = ()
        self.outlier_problem = ""
        self._measures: Measures | None = None
        self._indices: dict[str, int] = {}  # of what is shown, by key
        self.is_at_outlier = False
        self._opening: bridge.Handle | None = None
        self._asked = ""  # the data set that is being opened
        document.history_changed.connect(self._follow_history)

    @property
    def chosen(self) -> str:
        """The data set that is being opened, else the one that is open."""
        return self._asked or self.name

    # -- data sets --------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Look again which data sets there are; opens the first where none is open."""

        def done(entries: Sequence[DatasetEntry]) -> None:
            self.entries = tuple(entries)
            if self.store is None and self.entries and not self._asked:
                self.open(self.entries[0].name)
            self.entries_changed.emit()
            mine = next((entry for entry in entries if entry.name == self.name), None)
            if mine is not None and self.table is not None and mine.num_clips != len(self.table):
                self.open(self.name, anew=True)  # somebody added clips

        bridge.run_in_thread(
            lambda progress: self._library.entries(), done, self._document.problem.emit,
            key="data-list", owner=self,
        )  # fmt: skip

    def open(
        self, name: str, then: Callable[[], None] | None = None, *, anew: bool = False
    ) -> None:
        """Open a data set in a thread; the demo may have to be made first.

        One that is open already stays as it is, unless it shall be read ``anew``.
        """
        if name == self.name and self.store is not None and not anew:
            return

        if self._opening is not None and self._asked != name:
            self._opening.cancel()  # the demo takes a minute to make; nobody waits for it any more
        self._asked = name

        def opened(found: tuple[ClipStore, Table]) -> None:
            self._opening, self._asked = None, ""
            self.name = name
            self._take(*found)
            if then is not None:
                then()

        def failed(message: str, hint: str) -> None:
            self._opening, self._asked = None, ""
            self._document.problem.emit(message, hint)

        self._opening = bridge.run_in_thread(
            lambda progress: self._opened(name, progress), opened, failed,
            lambda fraction, text, _preview: self.measuring.emit(fraction, text),
            key="data-open", owner=self,
        )  # fmt: skip

    def _opened(self, name: str, progress: Progress) -> tuple[ClipStore, Table]:
        store = self._library.open(name, progress)
        return store, Table(store)

    def _take(self, store: ClipStore, table: Table) -> None:
        self.store, self.table = store, table  # the one before lives on in what can be undone
        self.classes = class_facts(table)
        self._measures, self.outliers, self.outlier_problem = None, (), ""
        self.split, self.split_problem, self.fingerprint = None, "", ""
        filled = [facts.label for facts in self.classes if facts.count]
        self.label = filled[0] if filled else -1
        if self.split_by == "given" and not table.has_given_split:
            self.split_by = "file"
        self.store_changed.emit()
        self.facts_changed.emit()
        self.show_grid()
        self._sum_up()
        self._measure()

    # -- what is shown ----------------------------------------------------------------------------
    def choose_class(self, label: int) -> None:
        """Show clips of another class."""
        if label != self.label:
            self.label = label
            self.facts_changed.emit()
            self.show_grid()

    def next_grid(self) -> None:
        """Show other clips of the class, at random."""
        self.seed += 1
        self.show_grid()

    def show_grid(self) -> None:
        """Put random clips of the class on the stage."""
        if self.store is not None:
            label = None if self.label < 0 else self.label
            self.show_clips(random_clips(self.store, label, GRID, self.seed))

    def show_clips(self, indices: Sequence[int], select: int | None = None) -> None:
        """Put these clips on the stage, in rows."""
        if self.store is None:
            return
        shown = []
        try:
            for place, index in enumerate(indices):
                shown.append(self._shown(index, place // ROW if len(indices) > ROW + 1 else 0))
        except StudioError as error:
            self._document.problem.emit(error.message, error.hint)
            return
        self.is_at_outlier = False
        self._indices = {clip.key: index for clip, index in zip(shown, indices, strict=True)}
        key = None if select is None else self._key(select)
        self._document.show(shown, select=key)
        self.clips_shown.emit()

    def show_outlier(self, index: int) -> None:
        """Show one clip beside two ordinary ones of its class."""
        if self.store is None:
            return
        record = self.store.records[index]
        if record.label != self.label:
            self.label = record.label
            self.facts_changed.emit()
        bad = {outlier.index for outlier in self.outliers}
        usual = [i for i in random_clips(self.store, record.label, 12, self.seed) if i not in bad][
            :2
        ]
        middle = len(usual) // 2
        self.show_clips([*usual[:middle], index, *usual[middle:]], select=index)
        self.is_at_outlier = True

    def _key(self, index: int) -> str:
        return f"data:{self.name}:{index}"

    def _shown(self, index: int, row: int) -> ShownClip:
        store = self.store
        assert store is not None
        record = store.records[index]
        motion = store.motion(index)
        name = store.labels[record.label] if 0 <= record.label < len(store.labels) else ""
        words = [name] if name and not record.name.startswith(name) else []
        words += [w for w in (REVIEW_WORDS.get(record.review, ""),) if w]
        kind = motion.provenance.kind
        color = theme.BAD if record.review == "reject" else theme.source_color(
            kind, motion.provenance.estimator or record.estimator
        )  # fmt: skip
        return ShownClip(
            key=self._key(index), motion=motion, name=record.name, kind=kind,
            detail=" · ".join(words), color=color, row=row,
        )  # fmt: skip

    @property
    def selected(self) -> int | None:
        """The clip of the data set that is selected on the stage."""
        return self._indices.get(self._document.selected_key or "")

    @property
    def shown(self) -> tuple[int, ...]:
        """The clips on the stage."""
        return tuple(self._indices[c.key] for c in self._document.shown if c.key in self._indices)

    # -- decisions --------------------------------------------------------------------------------
    def review(self, state: str, indices: Sequence[int] | None = None) -> bool:
        """Keep, reject or leave clips open: the selected one, or these."""
        chosen = list(indices) if indices is not None else self._selected()
        if self.store is None or not chosen:
            return False
        return self._document.execute(ReviewClips(self.store, chosen, state))

    def relabel(self, label: int) -> bool:
        """Move the selected clip to another class."""
        chosen = self._selected()
        if self.store is None or not chosen:
            return False
        return self._document.execute(RelabelClips(self.store, chosen, label))

    def _selected(self) -> list[int]:
        index = self.selected
        return [] if index is None else [index]

    def _follow_history(self) -> None:
        """After a decision, or its undo: counts, split, outliers and the stage's labels."""
        if self.store is None or self.table is None:
            return
        labels, reviews = self.table.label, self.table.review
        self.table.refresh(self.store)
        same = np.array_equal(labels, self.table.label)
        if same and np.array_equal(reviews, self.table.review):
            return  # something else was done: not on this data set
        self.classes = class_facts(self.table)
        self._find()
        self._sum_up()
        self.facts_changed.emit()
        if self._indices and all(key in self._indices for key in self._keys()):
            rows = {clip.key: clip.row for clip in self._document.shown}
            again = [self._shown(self._indices[key], row) for key, row in rows.items()]
            old = {clip.key: clip.motion for clip in self._document.shown}
            kept = [_with_motion(clip, old[clip.key]) for clip in again]
            if [(c.detail, c.color) for c in kept] != [
                (c.detail, c.color) for c in self._document.shown
            ]:
                self._document.show(kept)

    def _keys(self) -> list[str]:
        return [clip.key for clip in self._document.shown]

    # -- splits and outliers ----------------------------------------------------------------------
    def split_by_unit(self, by: str) -> None:
        """Split by file, subject or view."""
        self.split_by = by
        self._sum_up()

    def _sum_up(self) -> None:
        """Split and fingerprint, which take a moment with a hundred thousand clips."""
        store, by = self.store, self.split_by
        if store is None or not len(store):
            self.split, self.fingerprint = None, ""
            self.facts_changed.emit()
            return

        def work(progress: Progress) -> tuple[str, SplitFacts | None, str]:
            try:
                return store.fingerprint(), split_facts(store, by), ""
            except StudioError as error:
                return store.fingerprint(), None, str(error)

        def done(found: tuple[str, SplitFacts | None, str]) -> None:
            if store is self.store:
                self.fingerprint, self.split, self.split_problem = found
                self.facts_changed.emit()

        bridge.run_in_thread(work, done, self._document.problem.emit, key="data-split", owner=self)

    def _measure(self) -> None:
        store = self.store
        if store is None:
            return
        name = self.name

        def measure(progress: Progress) -> Measures:
            own = self._library.open(name)  # connections to SQLite stay in their thread
            try:
                return measure_store(own, _folder(own), progress)
            finally:
                close = getattr(own, "close", None)
                if close is not None:
                    close()

        def done(measures: Measures) -> None:
            if self.name == name:
                self._measures = measures
                self._find()

        def failed(message: str, hint: str) -> None:
            self.outlier_problem = f"{message} {hint}"
            self.outliers_changed.emit()

        bridge.run_in_thread(
            measure, done, failed,
            lambda fraction, text, _preview: self.measuring.emit(fraction, text),
            key="data-outliers", owner=self,
        )  # fmt: skip

    def _find(self) -> None:
        if self.table is not None and self._measures is not None:
            self.outliers = find_outliers(self.table, self._measures)
            self.outliers_changed.emit()

    @property
    def is_measured(self) -> bool:
        """Whether every clip was looked at for outliers, or cannot be."""
        return self._measures is not None or bool(self.outlier_problem)

    def lengths(self) -> tuple[Any, Any]:
        """Lengths in frames of all clips and of the chosen class."""
        every = [facts.lengths for facts in self.classes]
        all_ = np.concatenate(every) if every else np.zeros(0, np.int64)
        mine = next((f.lengths for f in self.classes if f.label == self.label), all_)
        return all_, mine

    def export_manifest(self, path: Path) -> None:
        """Write the data set's manifest."""
        store = self.store
        if store is None:
            return
        try:
            store.manifest(path)
        except StudioError as error:
            self._document.problem.emit(error.message, error.hint)
        else:
            self._document.message.emit(f"Manifest written: {path}")


def _folder(store: ClipStore) -> Path:
    return Path(store.folder)


def _with_motion(clip: ShownClip, motion: Any) -> ShownClip:
    from dataclasses import replace

    return replace(clip, motion=motion)  # the same object: nothing is uploaded again
