"""Writing the kept clips of a data set for others: one file a clip, or packed into one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from core.atomic import written_whole
from core.body import default_body
from core.datasets.records import ClipRecord
from core.datasets.store import ClipStore
from core.errors import StudioError
from core.motion_file import save_motion
from core.progress import SILENT, Progress


def _chosen(store: ClipStore, labels: Sequence[str] | None) -> list[ClipRecord]:
    """Records of the clips that were not rejected, of these labels. Raises StudioError."""
    known = store.labels
    if missing := [label for label in labels or () if label not in known]:
        raise StudioError(
            f"{store.name} has no label {missing[0]!r}.", f"There are: {', '.join(known)}."
        )
    chosen = [
        record
        for record in store.records
        if record.review != "reject" and (labels is None or known[record.label] in labels)
    ]
    if not chosen:
        raise StudioError(f"{store.name} has no such clip.", "Choose other labels.")
    return chosen


def write_clips(
    store: ClipStore,
    folder: Path,
    *,
    labels: Sequence[str] | None = None,
    progress: Progress = SILENT,
) -> Iterator[Path]:
    """Write each kept clip as ``folder/<label>/<name>.npz``; yields the paths. Raises StudioError.

    The label stands in each clip too, so such a folder imports as the data set it was.
    """
    chosen, known = _chosen(store, labels), store.labels
    taken: set[Path] = set()
    for number, record in enumerate(chosen):
        progress.step(number / len(chosen), record.name)
        label = known[record.label]
        path = folder / _file_name(label) / f"{_file_name(record.name)}.npz"
        if path in taken:
            path = path.with_stem(f"{path.stem}_{record.index}")
        taken.add(path)
        motion = store.motion(record.index)
        origin = dataclasses.replace(motion.provenance, label=label)
        save_motion(path, motion.replace(provenance=origin))
        yield path


def write_packed(
    store: ClipStore,
    path: Path,
    *,
    labels: Sequence[str] | None = None,
    progress: Progress = SILENT,
) -> None:
    """Write the kept clips into one npz that the packed reader reads. Raises StudioError.

    poses (N, 24, 3) float32 axis-angle, trans (N, 3) the pelvis in metres, lengths, labels, names,
    files (C,); fps. Shapes of bodies are left out.
    """
    chosen, known = _chosen(store, labels), store.labels
    rates = {record.fps for record in chosen}
    if len(rates) > 1:
        raise StudioError(
            f"The clips of {store.name} have different frame rates.",
            "Import the data set again at one rate.",
        )
    motions = []
    for number, record in enumerate(chosen):
        progress.step(number / len(chosen), record.name)
        motions.append(store.motion(record.index))
    with written_whole(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(
            stream,
            poses=np.concatenate([motion.poses for motion in motions]),
            trans=np.concatenate([m.trans for m in motions]) + default_body().rest_joints[0],
            lengths=np.array([motion.num_frames for motion in motions]),
            labels=np.array([known[record.label] for record in chosen]),
            names=np.array([record.name for record in chosen]),
            files=np.array([record.file for record in chosen]),
            fps=np.float64(rates.pop()),
        )


def _file_name(text: str) -> str:
    return re.sub(r"[^\w.-]+", "_", text).strip("._") or "clip"
