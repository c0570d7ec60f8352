"""NTU13 in Action2Motion's layout: ``ntu_vibe_list.txt`` and one joblib file of VIBE a clip.

A file holds {1: {"pose": (T, 72), "joints3d": (T, 49, 3)}}; those without person 1 are skipped, as
published. Any other estimator's files in that layout are read too (PARE's matrices included), so
VIBE and PARE versions of the same clips become two data sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.datasets.classes import NTU13
from core.datasets.readers.base import FoundDataset, ImportOptions, ReadClip, Reader
from core.datasets.readers.camera_clips import (
    TURNED_NOTE,
    UPRIGHT_NOTE,
    Array,
    joint_table,
    pose_table,
    stands_on_head,
    upright_motion,
)
from core.datasets.readers.opening import lines, opened
from core.errors import FileProblem
from core.motion import Provenance

LIST = "ntu_vibe_list.txt"
PERSON = 1
FPS = 30.0  # NTU RGB+D's videos
A2M_JOINTS = np.array([8, 1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 21, 24, 38])
"""Action2Motion's 18 of VIBE's 49 joints; the first, the middle of the hips, is the root."""
_NAME = re.compile(r"S(\d{3})C(\d{3})P(\d{3})R(\d{3})A(\d{3})", re.IGNORECASE)
_ACTION = re.compile(r"A(\d{1,3})(?!\d)")
_LABELS = tuple(NTU13.values())


def _list(path: Path) -> Path:
    if path.is_file():
        return path
    return next((p for p in (path / LIST, path / "ntu13" / LIST) if p.is_file()), path / LIST)


def recognises(path: Path) -> bool:
    """Whether this is the list, or a folder with it."""
    return path.name == LIST or (path.is_dir() and _list(path).is_file())


def _entries(path: Path) -> list[tuple[Path, str]]:
    """Files and labels of the list in its order; other actions than the 13 are left out."""
    where = _list(path)
    out = []
    for line in lines(where):
        place = line.replace("\\", "/")
        found = _ACTION.findall(Path(place).name)
        if not found:
            raise FileProblem(
                f"{where.name}: {place!r} says no action.", "Names hold SsssCcccPpppRrrrAaaa."
            )
        name = NTU13.get(int(found[-1]))
        if name is not None:
            out.append((_placed(where.parent, place), name))
    return out


def _placed(folder: Path, place: str) -> Path:
    """The file of a line: lists name it from their folder, some also from the one above."""
    parts = [part for part in Path(place).parts if part not in ("", ".", "..", "/")]
    choices = [folder.joinpath(*parts[i:]) for i in range(len(parts))]
    return next((choice for choice in choices if choice.is_file()), choices[0])


def inspect(path: Path, options: ImportOptions) -> FoundDataset:
    """Count the list's lines. Raises FileProblem."""
    entries = _entries(path)
    if not entries:
        raise FileProblem(f"{_list(path).name} names no clip of the 13 actions.")
    missing = sum(not file.is_file() for file, _ in entries)
    text = f"{len(entries):,} clips of {len({label for _, label in entries})} actions"
    return FoundDataset(
        reader=READER.name, title=READER.title, path=path, fps=FPS,
        num_clips=len(entries), labels=_LABELS,
        text=text + (f"; listed but not there: {missing:,}" if missing else ""),
        note=TURNED_NOTE if _is_y_down(entries, options) else UPRIGHT_NOTE,
    )  # fmt: skip


def person(file: Path) -> tuple[Array, Array] | None:
    """Return poses (T, 24, 3) and joints (T, 49, 3) of person 1, or None. Raises FileProblem."""
    content = opened(file)
    if not isinstance(content, Mapping):
        raise FileProblem(f"{file.name} is no result of VIBE.", "Copy it again.")
    found: Any = content.get(PERSON)
    if found is None:
        return None
    if not isinstance(found, Mapping) or "pose" not in found:
        raise FileProblem(f"{file.name} holds no poses.", "Copy it again.")
    poses = pose_table(found["pose"], file.name)
    if "joints3d" not in found:
        return poses, np.zeros((len(poses), 49, 3))
    return poses, joint_table(found["joints3d"], file.name, len(poses))


def a2m_joints(joints: Array) -> npt.NDArray[np.float64]:
    """(T, 18, 3) Action2Motion's joints of VIBE's (T, 49, 3). Raises FileProblem."""
    if joints.shape[1] < 49:
        raise FileProblem(f"{joints.shape[1]} joints are not VIBE's 49.", "Copy the file again.")
    return joints[:, A2M_JOINTS]


def _is_y_down(entries: list[tuple[Path, str]], options: ImportOptions) -> bool:
    if options.axes != "auto":
        return options.axes == "y down"
    some = [file for file, _ in entries[:: max(1, len(entries) // 24)] if file.is_file()]
    found = [person(file) for file in some]
    return stands_on_head(clip[0] for clip in found if clip is not None)


def clips(path: Path, options: ImportOptions) -> Iterator[ReadClip]:
    """Yield the list's clips in its order; those without person 1 or whose file is gone are not."""
    entries = _entries(path)
    turned = _is_y_down(entries, options)
    estimator = options.estimator or "vibe"
    for file, label in entries:
        if (options.labels is not None and label not in options.labels) or not file.is_file():
            continue
        found = person(file)
        if found is None:
            continue
        poses, joints = found
        match = _NAME.search(file.name)
        setup, camera, performer, repetition, action = match.groups() if match else ("",) * 5
        yield ReadClip(
            motion=upright_motion(
                poses, a2m_joints(joints)[:, 0], turned=turned, fps=FPS, name=file.name,
                provenance=Provenance(
                    kind="estimated", source=file.name, estimator=estimator, label=label
                ),
            ),
            name=file.stem, label=label, subject=f"P{performer}" if match else "",
            view=f"C{camera}" if match else "", estimator=estimator,
            # three cameras film each performance: a split must not part them
            file=f"S{setup}P{performer}R{repetition}A{action}" if match else file.stem,
        )  # fmt: skip


READER = Reader(
    name="ntu13", title="NTU13 (Action2Motion's layout)", recognises=recognises, inspect=inspect,
    clips=clips, keeps_order=True,
)  # fmt: skip
