"""A small stand-in for ``core.compare``, with its names: enough for the page, measured plainly."""

from __future__ import annotations

import sys
import types
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from core.motion import Motion

Moment = namedtuple("Moment", "joint first last peak_frame value unit")
Row = namedtuple("Row", "name value unit better")


@dataclass(frozen=True, kw_only=True)
class CompareOptions:
    space: str = "none"
    timing: str = "frames"
    reference: int = 0
    offsets: tuple[int, ...] = ()


class Comparison:
    def __init__(self, motions: tuple[Motion, ...], options: CompareOptions) -> None:
        length = max(m.num_frames + o for m, o in zip(motions, options.offsets, strict=True))
        self.num_frames, self.fps, self.aligned = length, motions[0].fps, tuple(motions)
        self.frames = np.full((len(motions), length), -1)
        for k, (motion, offset) in enumerate(zip(motions, options.offsets, strict=True)):
            at = np.arange(length) - offset
            there = (at >= 0) & (at < motion.num_frames)
            self.frames[k, there] = at[there]
        self.angle = np.full((len(motions), length, 24), np.nan)
        first = motions[0].poses[np.clip(self.frames[0], 0, None)]
        for k, motion in enumerate(motions):
            mine = motion.poses[np.clip(self.frames[k], 0, None)]
            turn = Rotation.from_rotvec(first.reshape(-1, 3)).inv() * Rotation.from_rotvec(
                mine.reshape(-1, 3)
            )
            apart = np.degrees(turn.magnitude()).reshape(length, 24)
            both = (self.frames[0] >= 0) & (self.frames[k] >= 0)
            self.angle[k, both] = apart[both]
        self.space_text = {"heading": "root + heading"}.get(options.space, options.space)
        self.timing_text = {"frames": "same frames"}.get(options.timing, options.timing)

    def ribbon(self, k: int) -> Any:
        return np.nan_to_num(self.angle[k]).mean(axis=1)

    def mean(self, k: int) -> float:
        return float(np.nanmean(self.angle[k]))

    def peak(self, k: int) -> float:
        return float(np.nanmax(self.angle[k]))

    def worst(self, k: int, count: int) -> tuple[Moment, ...]:
        angle = np.nan_to_num(self.angle[k])
        joints = np.argsort(-angle.max(axis=0))[:count]
        found = []
        for joint in joints.tolist():
            peak = int(angle[:, joint].argmax())
            if angle[peak, joint] > 0.5:
                found.append(
                    Moment(joint, max(peak - 4, 0), min(peak + 4, self.num_frames - 1), peak,
                           float(angle[peak, joint]), "deg")
                )  # fmt: skip
        return tuple(found)


def clip_quality(motion: Motion) -> Any:
    step = np.diff(motion.trans, 2, axis=0)
    jitter = 1000 * float(np.abs(step).mean()) if len(step) else 0.0
    rows = (
        Row("jitter", jitter, "mm/frame²", "low"),
        Row("missing frames", float(len(motion.inferred)), "", "low"),
        Row("peak knee flexion", float(np.degrees(motion.poses[:, 4, 0].max())), "°", ""),
    )
    return types.SimpleNamespace(rows=rows)


def joint_angle(motion: Motion, name: str) -> Any:
    joint = {"left knee flexion": 4, "right knee flexion": 5}.get(name, 18)
    return np.degrees(motion.poses[:, joint, 0].astype(np.float64))


ANGLES = {"left knee flexion": 4, "right knee flexion": 5, "left elbow flexion": 18}


def install(setitem: Any = None) -> None:
    """Stand in for ``core.compare`` in ``sys.modules``; ``setitem`` as monkeypatch's."""
    package = types.ModuleType("core.compare")
    package.CompareOptions = CompareOptions  # type: ignore[attr-defined]
    package.compare = lambda motions, options: Comparison(tuple(motions), options)  # type: ignore[attr-defined]
    quality = types.ModuleType("core.compare.quality")
    quality.clip_quality = clip_quality  # type: ignore[attr-defined]
    angles = types.ModuleType("core.compare.joint_angles")
    angles.JOINT_ANGLES, angles.joint_angle = ANGLES, joint_angle  # type: ignore[attr-defined]
    for name, module in (("", package), (".quality", quality), (".joint_angles", angles)):
        (setitem or (lambda d, k, v: d.__setitem__(k, v)))(
            sys.modules, f"core.compare{name}", module
        )
