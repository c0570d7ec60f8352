"""Read BVH: the hierarchy word by word, the numbers in one go.

Conventions: channels from left to right are rotations multiplied from left to right; position
channels replace the joint's OFFSET (Bandai-Namco's files have them on every joint); no unit and no
axes are written in a BVH. A file that is damaged is refused with what is wrong and where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.errors import FileProblem, StudioError
from core.importing.source import Array, Source, checked_size, checked_tree, nice_fps, unique_names

MAX_BYTES = 256 << 20  # text of more frames than could be held
MAX_DEPTH = 500
AGAIN = "Copy or export it again."


@dataclass
class Joint:
    """A joint of the hierarchy; ``first`` is its first channel's column."""

    name: str
    parent: int
    offset: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    channels: list[str] = field(default_factory=list)
    first: int = 0


def read(path: Path) -> list[Source]:
    """Read the file's one clip. Raises FileProblem saying what is wrong with it."""
    text = _text(path)
    try:
        joints, rest = _hierarchy(text, path.name)
        checked_tree([j.name for j in joints], [j.parent for j in joints], path.name)
        values, fps = _motion(rest, joints, path.name)
        _check_finite(values, joints, path.name)
    except FileProblem:
        raise
    except StudioError as error:
        raise FileProblem(error.message, error.hint) from error
    return [_source(path, joints, values, fps)]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{path.name} is larger than 256 MB.", "Cut it into shorter clips.")
        raw = path.read_bytes()
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.", "Check the name and rights."
        ) from error
    if not raw.strip():
        raise FileProblem(f"{path.name} is empty.", AGAIN)
    if b"\0" in raw[:4096]:
        raise FileProblem(f"{path.name} is not a BVH: it is not text.", "Choose another file.")
    return raw.decode("utf-8", errors="replace").lstrip("\ufeff")


def _hierarchy(text: str, file: str) -> tuple[list[Joint], str]:
    """Return the joints in the file's order, and the text after the word MOTION."""
    parts = re.split(r"(?im)^[ \t]*MOTION[ \t]*\r?$", text, maxsplit=1)
    head, found, rest = parts[0], len(parts) == 2, parts[-1]
    words = iter(head.replace("{", " { ").replace("}", " } ").split())
    if next(words, "").upper() != "HIERARCHY":
        raise FileProblem(
            f"{file} is not a BVH: it does not begin with HIERARCHY.", "Choose another file."
        )
    joints = _joints(words, file)
    if not found:
        raise FileProblem(f"{file} ends before its motion: it is cut off.", AGAIN)
    if not joints:
        raise FileProblem(f"{file} holds no skeleton.", AGAIN)
    return joints, rest


class _Words:
    """The words of a hierarchy, with sentences for what is missing."""

    def __init__(self, words: object, file: str) -> None:
        self._words = iter(words)  # type: ignore[call-overload]
        self._file = file

    def next_word(self) -> str | None:
        return next(self._words, None)

    def needed(self, after: str) -> str:
        word = next(self._words, None)
        if word is None:
            raise FileProblem(f"{self._file} ends in the middle of its skeleton.", AGAIN)
        if word in "{}":
            raise FileProblem(f"{self._file} is damaged: nothing stands after {after}.", AGAIN)
        return str(word)

    def number(self, after: str) -> float:
        word = self.needed(after)
        try:
            value = float(word)
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            raise FileProblem(f"{self._file} is damaged: {word} after {after} is no number.", AGAIN)
        return value


def _joints(all_words: object, file: str) -> list[Joint]:
    words = _Words(all_words, file)
    joints: list[Joint] = []
    open_joints: list[int] = []  # the joints whose braces are open; -2 is an end site
    pending: int | None = None
    num_channels = 0
    while (word := words.next_word()) is not None:
        match word.upper():
            case "ROOT" | "JOINT":
                name, brace = _name_and_brace(words)
                parent = open_joints[-1] if open_joints else -1
                joints.append(Joint(name, parent))
                pending = len(joints) - 1
                if brace:
                    open_joints.append(pending)
            case "END":
                _name_and_brace(words)
                open_joints.append(-2)
            case "{" if pending is not None:
                open_joints.append(pending)
            case "}":
                if not open_joints:
                    raise FileProblem(f"{file} is damaged: it closes a brace too many.", AGAIN)
                open_joints.pop()
            case "OFFSET":
                offset = [words.number("OFFSET") for _ in range(3)]
                if open_joints and open_joints[-1] >= 0:
                    joints[open_joints[-1]].offset = offset
            case "CHANNELS" if open_joints and open_joints[-1] >= 0:
                count = words.number("CHANNELS")
                joint = joints[open_joints[-1]]
                joint.channels = [words.needed("CHANNELS") for _ in range(min(int(count), 12))]
                joint.first = num_channels
                num_channels += len(joint.channels)
                _check_channels(joint, file)
            case _:
                raise FileProblem(f"{file} is damaged: {word[:40]!r} is not expected.", AGAIN)
        if len(open_joints) > MAX_DEPTH:
            raise FileProblem(f"{file} is damaged: its skeleton has no end.", AGAIN)
    if open_joints:
        raise FileProblem(f"{file} ends in the middle of its skeleton.", AGAIN)
    return joints


def _name_and_brace(words: _Words) -> tuple[str, bool]:
    """A joint's name may hold spaces ("Bip01 L Thigh"); it ends at the brace."""
    parts: list[str] = []
    while (word := words.next_word()) is not None and word != "{":
        parts.append(word)
        if len(parts) > 20:
            break
    return " ".join(parts) or "joint", word == "{"


def _check_channels(joint: Joint, file: str) -> None:
    known = {f"{axis}{kind}" for axis in "xyz" for kind in ("position", "rotation")}
    lower = [channel.lower() for channel in joint.channels]
    for channel in lower:
        if channel not in known:
            raise FileProblem(f"{file}: {joint.name} has an unknown channel {channel!r}.", AGAIN)
    if len(set(lower)) != len(lower):
        raise FileProblem(f"{file}: {joint.name} has a channel twice.", AGAIN)
    joint.channels = lower


def _motion(text: str, joints: list[Joint], file: str) -> tuple[Array, float]:
    """Return the numbers (T, channels) and the frame rate."""
    num_channels = sum(len(joint.channels) for joint in joints)
    said = re.match(r"(?i)\s*Frames\s*:?\s*(\S*)\s*Frame\s+Time\s*:?\s*(\S*)", text)
    if said is None:
        raise FileProblem(f"{file} ends before its motion: it does not say how many frames.", AGAIN)
    word = said[2]
    try:
        wanted, frame_time = int(said[1]), float(word)
    except ValueError as error:
        raise FileProblem(
            f"{file} is damaged: its frame count or time is unreadable.", AGAIN
        ) from (error)
    if not 1e-5 <= frame_time <= 60:
        raise FileProblem(f"{file} is damaged: {word} s is no time between frames.", AGAIN)
    if wanted < 1:
        raise FileProblem(f"{file} holds a skeleton but no motion.", "Export it with animation.")
    checked_size(wanted, len(joints), file)
    try:
        numbers = np.array(list(map(float, text[said.end() :].split())))
    except ValueError as error:
        bad = str(error).rpartition(":")[2].strip()
        raise FileProblem(f"{file} is damaged: {bad[:40]} is not a number.", AGAIN) from error
    if num_channels == 0:
        raise FileProblem(f"{file} holds a skeleton without channels: nothing moves.", AGAIN)
    have, left = divmod(len(numbers), num_channels)
    if have < wanted:
        raise FileProblem(
            f"{file} is cut off: it has {have} of the {wanted} frames it promises.", AGAIN
        )
    if have > wanted or left:
        raise FileProblem(
            f"{file} is damaged: {len(numbers)} numbers do not fit {wanted} frames of "
            f"{num_channels} channels.",
            AGAIN,
        )
    decimals = len(word.partition(".")[2]) if "e" not in word.lower() else None
    return numbers.reshape(wanted, num_channels), nice_fps(frame_time, decimals)


def _check_finite(values: Array, joints: list[Joint], file: str) -> None:
    if np.isfinite(values).all():
        return
    frame, column = (int(i) for i in np.argwhere(~np.isfinite(values))[0])
    name = next(j.name for j in reversed(joints) if j.channels and j.first <= column)
    raise FileProblem(f"{file}: frame {frame + 1} of {name} is not a finite number.", AGAIN)


def _source(path: Path, joints: list[Joint], values: Array, fps: float) -> Source:
    count, frames = len(joints), len(values)
    local = _local_rotations(joints, values)  # (J, T, 3, 3)
    steps = np.empty((count, frames, 3))
    rotations, positions = np.empty((count, frames, 3, 3)), np.empty((count, frames, 3))
    rest = np.zeros((count, 3))
    for j, joint in enumerate(joints):
        steps[j] = joint.offset
        for k, channel in enumerate(joint.channels):
            if channel.endswith("position"):
                steps[j, :, "xyz".index(channel[0])] = values[:, joint.first + k]
        if joint.parent < 0:
            rotations[j], positions[j], rest[j] = local[j], steps[j], joint.offset
            continue
        above = rotations[joint.parent]
        rotations[j] = above @ local[j]
        positions[j] = positions[joint.parent] + (above @ steps[j][:, :, None])[..., 0]
        rest[j] = rest[joint.parent] + joint.offset
    return Source(
        clip=path.stem,
        file_format="BVH",
        names=unique_names([j.name for j in joints]),
        parents=tuple(j.parent for j in joints),
        rest_rotations=np.broadcast_to(np.eye(3), (count, 3, 3)).copy(),
        rest_positions=rest,
        rotations=np.ascontiguousarray(rotations.swapaxes(0, 1)),
        positions=np.ascontiguousarray(positions.swapaxes(0, 1)),
        fps=fps,
    )


def _local_rotations(joints: list[Joint], values: Array) -> Array:
    """(J, T, 3, 3): joints with the same order of axes at once."""
    out = np.broadcast_to(np.eye(3), (len(joints), len(values), 3, 3)).copy()
    groups: dict[str, list[tuple[int, list[int]]]] = {}
    for j, joint in enumerate(joints):
        turning = [(c, k) for k, c in enumerate(joint.channels) if c.endswith("rotation")]
        if turning:
            order = "".join(c[0] for c, _ in turning)
            groups.setdefault(order, []).append((j, [joint.first + k for _, k in turning]))
    for order, members in groups.items():
        angles = np.radians(values[:, [columns for _, columns in members]])  # (T, n, axes)
        total = _about(order[0], angles[..., 0])
        for i, axis in enumerate(order[1:], start=1):
            total = total @ _about(axis, angles[..., i])
        out[[j for j, _ in members]] = total.swapaxes(0, 1)
    return out


def _about(axis: str, angle: Array) -> Array:
    """(...) radians -> (..., 3, 3) rotations about a coordinate axis."""
    i = "xyz".index(axis)
    j, k = (i + 1) % 3, (i + 2) % 3
    out = np.zeros((*angle.shape, 3, 3))
    cosine, sine = np.cos(angle), np.sin(angle)
    out[..., i, i] = 1.0
    out[..., j, j] = out[..., k, k] = cosine
    out[..., k, j], out[..., j, k] = sine, -sine
    return out
