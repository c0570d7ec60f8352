"""Reads a BVH's joints in every frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.export.self_check.read_back import ReadBack, chained, middles, turn_matrices


def read(path: Path, clip: int = 0, *, halfway: bool = False) -> ReadBack:
    """Read every joint in the file's own unit, at the keys or half-way between them.

    Raises ValueError for a file of another kind.
    """
    head, found, body = path.read_text("ascii").partition("MOTION\n")
    if not found:
        raise ValueError("there is no MOTION")
    names, parents, offsets, channels = _hierarchy(head.split())
    count, step, rows = body.split("\n", 2)
    num_frames, frame_time = int(count.split()[1]), float(step.split()[2])
    numbers = np.array(rows.split(), np.float64).reshape(num_frames, -1)
    if numbers.shape[1] != sum(map(len, channels)):
        raise ValueError("the channels do not fit the numbers")
    times = np.asarray(np.arange(num_frames) * frame_time, np.float64)
    if halfway:
        numbers, times, num_frames = middles(numbers), middles(times), num_frames - 1
    locals_, at = [], 0
    for offset, own in zip(offsets, channels, strict=True):
        local = np.tile(np.eye(4), (num_frames, 1, 1))
        local[:, :3, 3] = offset
        turning = [(i, word[0]) for i, word in enumerate(own) if word.endswith("rotation")]
        for i, word in enumerate(own):
            if word.endswith("position"):  # added to the offset: with zero offsets readers agree
                local[:, "XYZ".index(word[0]), 3] += numbers[:, at + i]
        columns = [at + i for i, _ in turning]
        local[:, :3, :3] = turn_matrices(numbers[:, columns], "".join(a for _, a in turning))
        locals_.append(local)
        at += len(own)
    return ReadBack(
        names=names,
        matrices=chained(parents, locals_),
        times=times,
    )


def _hierarchy(
    words: list[str],
) -> tuple[list[str], list[int], list[list[float]], list[list[str]]]:
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[list[str]] = []
    above: list[int] = []
    at, is_end = 1, False
    while at < len(words):
        match words[at]:
            case "ROOT" | "JOINT":
                names.append(words[at + 1])
                parents.append(above[-1] if above else -1)
                above.append(len(names) - 1)
                at += 3
            case "End":
                is_end = True
                at += 3
            case "OFFSET":
                if not is_end:
                    offsets.append([float(word) for word in words[at + 1 : at + 4]])
                at += 4
            case "CHANNELS":
                number = int(words[at + 1])
                channels.append(words[at + 2 : at + 2 + number])
                at += 2 + number
            case "}":
                if is_end:
                    is_end = False
                else:
                    above.pop()
                at += 1
            case other:
                raise ValueError(f"unexpected word {other}")
    return names, parents, offsets, channels
