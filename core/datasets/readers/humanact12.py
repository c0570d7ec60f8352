"""HumanAct12 as ACTOR reads it: ``humanact12poses.pkl`` with poses, joints3D and y.

The pickle holds lists of (T, 72) poses and (T, 24, 3) joints and class numbers 0..11; the path is
that of the first joint. It names neither files nor people, so every clip stands for itself. Its
licence is PHSPD's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.datasets.classes import HUMANACT12
from core.datasets.readers.base import FoundDataset, ImportOptions, ReadClip, Reader
from core.datasets.readers.camera_clips import (
    TURNED_NOTE,
    UPRIGHT_NOTE,
    joint_table,
    pose_table,
    stands_on_head,
    upright_motion,
)
from core.datasets.readers.opening import opened
from core.errors import FileProblem
from core.motion import Provenance

FILE = "humanact12poses.pkl"
FPS = 30.0
_FOLDERS = ("", "HumanAct12Poses", "data/HumanAct12Poses")


def _file(path: Path) -> Path:
    if path.is_dir():
        places = [path / folder / FILE for folder in _FOLDERS]
        return next((place for place in places if place.is_file()), path / FILE)
    return path


def recognises(path: Path) -> bool:
    """Whether this is the pickle, or a folder with it."""
    return _file(path).name == FILE and _file(path).is_file()


def _content(path: Path) -> tuple[list[Any], list[Any], list[int]]:
    file = _file(path)
    content = opened(file)
    if not isinstance(content, Mapping) or not {"poses", "joints3D", "y"} <= set(content):
        raise FileProblem(
            f"{file.name} is not HumanAct12: it lacks poses, joints3D or y.", "Choose another file."
        )
    try:
        poses, joints = list(content["poses"]), list(content["joints3D"])
        classes = [int(y) for y in content["y"]]
    except (TypeError, ValueError) as error:
        raise FileProblem(
            f"{file.name}: poses, joints3D and y are no lists.", "Copy it again."
        ) from error
    if not len(poses) == len(joints) == len(classes):
        raise FileProblem(
            f"{file.name}: {len(poses)} poses, {len(joints)} joints and {len(classes)} classes.",
            "Copy it again.",
        )
    if bad := [y for y in classes if not 0 <= y < len(HUMANACT12)]:
        raise FileProblem(f"{file.name}: there is no class {bad[0]}.", "Copy it again.")
    return poses, joints, classes


def _is_y_down(poses: list[Any], options: ImportOptions) -> bool:
    if options.axes != "auto":
        return options.axes == "y down"
    some = range(0, len(poses), max(1, len(poses) // 64))
    return stands_on_head(pose_table(poses[i], f"clip {i}") for i in some)


def inspect(path: Path, options: ImportOptions) -> FoundDataset:
    """Count the clips. Raises FileProblem."""
    poses, _, classes = _content(path)
    if not poses:
        raise FileProblem(f"{_file(path).name} holds no clip.", "Copy it again.")
    frames = sum(len(pose_table(pose, f"clip {i}")) for i, pose in enumerate(poses))
    return FoundDataset(
        reader=READER.name, title=READER.title, path=path, fps=FPS,
        num_clips=len(poses), labels=HUMANACT12,
        text=f"{len(poses):,} clips of {len(set(classes))} actions, {frames:,} frames",
        note=TURNED_NOTE if _is_y_down(poses, options) else UPRIGHT_NOTE,
    )  # fmt: skip


def clips(path: Path, options: ImportOptions) -> Iterator[ReadClip]:
    """Yield the clips in the file's order."""
    all_poses, all_joints, classes = _content(path)
    turned = _is_y_down(all_poses, options)
    for number, label in enumerate(classes):
        name = f"{HUMANACT12[label]} {number:04d}"
        poses = pose_table(all_poses[number], name)
        joints = joint_table(all_joints[number], name, len(poses))
        yield ReadClip(
            motion=upright_motion(
                poses, joints[:, 0], turned=turned, fps=FPS, name=name,
                provenance=Provenance(kind="imported", source=FILE, label=HUMANACT12[label]),
            ),
            name=name, label=HUMANACT12[label], estimator=options.estimator,
        )  # fmt: skip


READER = Reader(
    name="humanact12", title="HumanAct12", recognises=recognises, inspect=inspect, clips=clips,
    keeps_order=True,
)  # fmt: skip
