"""Folders of motion files (BVH and whatever else can be imported), labelled by name, folder or CSV.

A label is looked for in this order: the CSV (columns ``path`` and ``label``), the folder a file
lies in, the words of its name up to the first number.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from core.datasets.readers.base import FoundDataset, ImportOptions, ReadClip, Reader
from core.errors import FileProblem, StudioError
from core.importing import import_motions

ENDINGS = (".bvh", ".fbx", ".glb", ".gltf")
_NUMBER = re.compile(r"[\W_]*\d.*$")


def _files(path: Path) -> list[Path]:
    return sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS)


def recognises(path: Path) -> bool:
    """Whether the folder holds motion files."""
    return path.is_dir() and next(iter(_files(path)), None) is not None


def read_labels(path: Path) -> dict[str, str]:
    """Labels by relative path and by file name from a CSV. Raises FileProblem."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileProblem(f"{path.name} cannot be read: {error}.", "Choose another.") from error
    if not rows or not {"path", "label"} <= set(rows[0]):
        raise FileProblem(
            f"{path.name} lacks the columns `path` and `label`.", "Add a first line with them."
        )
    found = {}
    for row in rows:
        place = (row["path"] or "").rpartition("!")[2]
        found[place] = found[Path(place).name] = row["label"] or ""
    return found


def label_of(file: Path, root: Path, known: dict[str, str]) -> str:
    """The label of a file below ``root``."""
    place = file.relative_to(root)
    for key in (place.as_posix(), place.name):
        if known.get(key):
            return known[key]
    if len(place.parts) > 1:
        return place.parts[-2]
    words = _NUMBER.sub("", file.stem).strip(" _-").lower().replace("-", "_")
    return words or file.stem


def _known(options: ImportOptions) -> dict[str, str]:
    return read_labels(options.label_file) if options.label_file is not None else {}


def inspect(path: Path, options: ImportOptions) -> FoundDataset:
    """Count files and labels by their names. Raises FileProblem."""
    files, known = _files(path), _known(options)
    labels = {label_of(file, path, known) for file in files}
    return FoundDataset(
        reader=READER.name, title=READER.title, path=path, num_clips=len(files),
        labels=tuple(sorted(labels)),
        text=f"{len(files):,} motion files, {len(labels)} labels",
    )  # fmt: skip


def clips(path: Path, options: ImportOptions) -> Iterator[ReadClip]:
    """Yield every file's motions, retargeted to SMPL's joints."""
    known = _known(options)
    for file in _files(path):
        label = label_of(file, path, known)
        if options.labels is not None and label not in options.labels:
            continue  # retargeting what is not wanted would take minutes
        place = file.relative_to(path).as_posix()
        try:
            motions = import_motions(file)
        except StudioError as error:
            raise FileProblem(f"{place}: {error.message}", error.hint) from error
        for number, motion in enumerate(motions):
            name = place if len(motions) == 1 else f"{place} {number + 1}"
            yield ReadClip(motion=motion, name=name, label=label, file=place)


READER = Reader(
    name="motion-files", title="Folder of motion files", recognises=recognises, inspect=inspect,
    clips=clips,
)  # fmt: skip
