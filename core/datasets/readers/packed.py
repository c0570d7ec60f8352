"""Packed npz files: many clips end to end in one array, as motion-capture selections are shared.

Keys: poses (N, 24, 3) axis-angle in SMPL's order, y up; trans (N, 3) the pelvis, metres; lengths,
labels, names (C,); fps. Clips with the same entry of files (C,) stay together in a split; without
it a name "file:first-stop" is a window of that file.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.body import default_body
from core.datasets.readers.base import FoundDataset, ImportOptions, ReadClip, Reader
from core.errors import FileProblem
from core.motion import Motion, Provenance

_KEYS = {"poses", "trans", "lengths", "labels", "names", "fps"}
_WINDOW = re.compile(r":\d+-\d+$")
_SUBJECT = re.compile(r"(?:^|[/_-])(?:subject|subj|p)_?(\d+)", re.IGNORECASE)
MAX_BYTES = 2 << 30


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.npz")) if path.is_dir() else [path]


def _is_packed(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return {f"{key}.npy" for key in _KEYS} <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def recognises(path: Path) -> bool:
    """Whether the file, or any npz of the folder, is packed."""
    return any(file.suffix == ".npz" and _is_packed(file) for file in _files(path))


def _open(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as content:
            size = sum(entry.file_size for entry in content.zip.infolist())
            if size > MAX_BYTES:
                raise FileProblem(f"{path.name} unpacks to more than 2 GB.", "Split it.")
            arrays = {key: content[key] for key in _KEYS}
            arrays["files"] = content["files"] if "files" in content.files else None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise FileProblem(
            f"{path.name} is not a readable pack of clips: {error}.", "Copy it again."
        ) from error
    total, count = int(arrays["lengths"].sum()), len(arrays["lengths"])
    fits = arrays["poses"].shape == (total, 24, 3) and arrays["trans"].shape == (total, 3)
    if not fits or not len(arrays["labels"]) == len(arrays["names"]) == count:
        raise FileProblem(
            f"{path.name}: its lengths do not fit its poses {arrays['poses'].shape}.",
            "Copy it again.",
        )
    return arrays


def _packs(path: Path) -> list[Path]:
    return [file for file in _files(path) if file.suffix == ".npz" and _is_packed(file)]


def inspect(path: Path, options: ImportOptions) -> FoundDataset:
    """Count clips and labels. Raises FileProblem."""
    labels, count, frames = set[str](), 0, 0
    packs = _packs(path)
    for file in packs:
        arrays = _open(file)
        labels.update(str(label) for label in arrays["labels"])
        count, frames = count + len(arrays["lengths"]), frames + int(arrays["lengths"].sum())
    return FoundDataset(
        reader=READER.name, title=READER.title, path=path, num_clips=count,
        labels=tuple(sorted(labels)),
        text=f"{len(packs)} file{'s' * (len(packs) != 1)}, {count:,} clips, {frames:,} frames",
    )  # fmt: skip


def clips(path: Path, options: ImportOptions) -> Iterator[ReadClip]:
    """Yield every clip, file after file."""
    pelvis = default_body().rest_joints[0]  # a motion's trans counts from the rest pelvis
    for file in _packs(path):
        arrays = _open(file)
        stops = np.cumsum(arrays["lengths"])
        for i, stop in enumerate(stops):
            rows = slice(int(stop - arrays["lengths"][i]), int(stop))
            name, label = str(arrays["names"][i]), str(arrays["labels"][i])
            source = _WINDOW.sub("", name)
            found = _SUBJECT.search(source)
            yield ReadClip(
                motion=Motion(
                    poses=arrays["poses"][rows].astype(np.float32),
                    trans=arrays["trans"][rows] - pelvis,
                    fps=float(arrays["fps"]),
                    provenance=Provenance(kind="imported", source=source, label=label),
                ),
                name=name, label=label, file=_file(arrays, i) or f"{file.stem}/{source}",
                subject=found.group(1) if found else "",
            )  # fmt: skip


def _file(arrays: dict[str, Any], clip: int) -> str:
    files = arrays["files"]
    return "" if files is None or clip >= len(files) else str(files[clip])


READER = Reader(
    name="packed", title="Packed npz", recognises=recognises, inspect=inspect, clips=clips
)
