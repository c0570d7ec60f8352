"""Readers of data sets: whatever lies at a path becomes a store of labelled clips."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from core.atomic import explain_write_error
from core.datasets import library
from core.datasets.readers import (
    generator,
    humanact12,
    motion_files,
    ntu13,
    own,
    packed,
    uestc,
)
from core.datasets.readers.base import FoundDataset, ImportOptions, ReadClip, Reader
from core.datasets.records import ClipInfo
from core.datasets.store import ClipStore
from core.errors import FileProblem, StudioError
from core.export.resample import resampled
from core.motion import Motion
from core.progress import SILENT, Progress

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        generator.READER,
        own.READER,
        ntu13.READER,
        humanact12.READER,
        uestc.READER,
        packed.READER,
        motion_files.READER,
    )
}
"""In the order they are asked."""

_AT_ONCE = 200_000  # frames written as one segment: 60 MB
_FORGOTTEN_SECONDS = 24 * 3600.0
_TOLD = 20  # broken files named in the note

__all__ = [
    "READERS", "FoundDataset", "ImportOptions", "ReadClip", "Reader", "import_dataset",
    "inspect_dataset",
]  # fmt: skip


def find_reader(path: Path, name: str | None = None) -> Reader:
    """Return the reader for a path, or the named one. Raises FileProblem or StudioError."""
    path = Path(path)
    if name is not None:
        if name not in READERS:
            raise StudioError(f"There is no reader {name!r}.", f"There are: {', '.join(READERS)}.")
        return READERS[name]
    for reader in READERS.values():
        if reader.recognises(path):
            return reader
    if not path.exists():
        raise FileProblem(f"{path} does not exist.", "Check the name.")
    titles = ", ".join(reader.title for reader in READERS.values())
    raise FileProblem(f"{path.name} is no data set that can be read.", f"Known are: {titles}.")


def inspect_dataset(
    path: Path, reader: str | None = None, options: ImportOptions | None = None
) -> FoundDataset:
    """Say what lies at a path without importing it. Raises FileProblem, StudioError."""
    return find_reader(path, reader).inspect(Path(path), options or ImportOptions())


def import_dataset(
    path: Path | list[Path],
    *,
    name: str,
    reader: str | None = None,
    options: ImportOptions | None = None,
    progress: Progress = SILENT,
) -> ClipStore:
    """Import everything at one path, or at several, into a new data set; whole or not at all.

    Raises FileProblem, StudioError (no clips left), Cancelled.
    """
    options, problems = options or ImportOptions(), list[FileProblem]()
    if options.skip_broken:
        options = dataclasses.replace(options, on_problem=problems.append)
    paths = [Path(p) for p in path] if isinstance(path, list) else [Path(path)]
    found = [inspect_dataset(p, reader, options) for p in paths]
    labels = _labels(found, options)
    fps = options.fps or _usual_rate(found, options)
    folder = library.new_folder(name)
    made = _workshop(folder)
    try:
        store = ClipStore.create(
            made / name, name, labels, source="; ".join(f"{f.title}: {f.path.name}" for f in found),
            note="\n".join(dict.fromkeys(f.note for f in found if f.note)),
        )  # fmt: skip
        _fill(store, found, labels, fps, options, progress)
        if len(store) == 0:
            raise StudioError(
                "No clip was left to import.", "Choose other labels or a smaller least length."
            )
        if problems:
            store.add_note(_left_out(problems))
        store.add_note(_twins(store))
        store.close()
        _moved(made / name, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    progress.step(1.0, "Imported")
    return ClipStore.open(folder)


def _workshop(folder: Path) -> Path:
    """Make the place beside ``folder`` where it is built; old ones of killed imports go."""
    prefix = f".{folder.name}-"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(f"{prefix}*"):
            if time.time() - left.stat().st_mtime > _FORGOTTEN_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(dir=folder.parent, prefix=prefix))
    except OSError as error:
        raise explain_write_error(folder, error) from error


def _moved(made: Path, folder: Path) -> None:
    try:
        made.replace(folder)
    except OSError as error:  # another import took the name meanwhile
        raise FileProblem(
            f"{folder.name} could not be put into its place: {error.strerror or error}.",
            "Choose another name.",
        ) from error


def _left_out(problems: list[FileProblem]) -> str:
    told = " ".join(problem.message for problem in problems[:_TOLD])
    more = len(problems) - _TOLD
    return f"Left out: {told}" + (f" And {more:,} more files." if more > 0 else "")


def _twins(store: ClipStore) -> str:
    """Say when clips are there twice: a split by file could put them on both sides."""
    counts = Counter(digest for (digest,) in store.columns("digest"))
    twins = sum(count - 1 for count in counts.values())
    return f"Clips that are there twice, number for number: {twins:,}." if twins else ""


def _labels(found: list[FoundDataset], options: ImportOptions) -> tuple[str, ...]:
    there = list(dict.fromkeys(label for each in found for label in each.labels))
    if options.labels is None:
        keeps = len(found) == 1 and READERS[found[0].reader].keeps_order
        return tuple(there if keeps else sorted(there))
    if missing := [label for label in options.labels if label not in there]:
        raise StudioError(
            f"There are no clips labelled {', '.join(missing)}.", f"There are: {', '.join(there)}."
        )
    return options.labels


def _usual_rate(found: list[FoundDataset], options: ImportOptions) -> float:
    """The rate that layouts say, or most of the first clips have."""
    rates: Counter[float] = Counter()
    for each in found:
        if each.fps is not None:
            rates[each.fps] += min(each.num_clips, 10)
            continue
        for number, clip in enumerate(READERS[each.reader].clips(each.path, options)):
            rates[float(clip.motion.fps)] += 1
            if number >= 9:
                break
    return rates.most_common(1)[0][0] if rates else 30.0


def _fill(
    store: ClipStore,
    found: list[FoundDataset],
    labels: tuple[str, ...],
    fps: float,
    options: ImportOptions,
    progress: Progress,
) -> None:
    total, done, waiting = max(sum(each.num_clips for each in found), 1), 0, 0
    batch: list[tuple[Motion, ClipInfo]] = []
    for clip in _all_clips(found, options):
        done += 1
        progress.step(min(done / total, 1.0), f"Clip {done:,} of {total:,}")
        if clip.label not in labels:
            continue
        motion = clip.motion if clip.motion.fps == fps else resampled(clip.motion, fps)
        if motion.num_frames < options.min_frames:
            continue
        if options.max_frames is not None and motion.num_frames > options.max_frames:
            motion = motion.sliced(0, options.max_frames)
        info = ClipInfo(
            name=clip.name, label=labels.index(clip.label), file=clip.file or clip.name,
            subject=clip.subject, view=clip.view, estimator=clip.estimator or options.estimator,
            part=clip.part, note=clip.note, missing=clip.missing,
        )  # fmt: skip
        batch.append((motion, info))
        waiting += motion.num_frames
        if waiting >= _AT_ONCE:
            store.add(*_columns(batch))
            batch.clear()
            waiting = 0
    store.add(*_columns(batch))


def _columns(batch: list[tuple[Motion, ClipInfo]]) -> tuple[list[Motion], list[ClipInfo]]:
    return [motion for motion, _ in batch], [info for _, info in batch]


def _all_clips(found: list[FoundDataset], options: ImportOptions) -> Iterator[ReadClip]:
    for each in found:
        yield from READERS[each.reader].clips(each.path, options)
