"""Which frames of a clip a training sees, drawn as ACTOR's data sets draw them.

Two laws: the published one (``official``: its order of draws from two legacy generators, and its
slip that the last possible start is never used), and the same without the slip from a generator of
numpy. Source: the public repository Mathux/ACTOR, class Dataset; the draws are checked against it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from core.errors import StudioError

Sampling = Literal["conseq", "random_conseq", "random"]
SAMPLINGS: tuple[Sampling, ...] = ("conseq", "random_conseq", "random")
ALL_FRAMES, RANDOM_LENGTH = -1, -2  # special values of num_frames
Ints = npt.NDArray[np.int64]


class Draws(Protocol):
    """Where chance comes from."""

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""

    def subset(self, length: int, count: int) -> Ints:
        """``count`` different numbers below ``length``, in any order."""


class OfficialDraws:
    """Python's and numpy's legacy generators side by side from one seed, as published."""

    def __init__(self, seed: int) -> None:
        self._python = random.Random(seed)
        self._numpy = np.random.RandomState(seed)

    def whole(self, low: int, high: int) -> int:
        return int(self._python.randint(low, high))

    def subset(self, length: int, count: int) -> Ints:
        return np.asarray(self._numpy.choice(length, count, replace=False), np.int64)


@dataclass(frozen=True)
class _GeneratorDraws:
    rng: np.random.Generator

    def whole(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high, endpoint=True))

    def subset(self, length: int, count: int) -> Ints:
        return np.asarray(self.rng.choice(length, count, replace=False), np.int64)


def frame_indices(
    length: int,
    num_frames: int,
    *,
    sampling: Sampling = "conseq",
    step: int = 1,
    min_len: int = -1,
    max_len: int = -1,
    rng: np.random.Generator | Draws,
    official: bool = False,
) -> Ints:
    """Return (N,) frame numbers of a clip of ``length`` frames.

    ``num_frames`` N > 0 is a window of that length; -1 every frame, of clips longer than
    ``max_len`` a window of that; -2 a random length from ``min_len`` to the clip's (at most
    ``max_len``). A clip that is too short holds its last frame. ``step`` frames lie between two of
    a window, -1 as many as fit. ``official`` never draws the last possible start.
    Raises StudioError.
    """
    if length < 1:
        raise StudioError("A clip without frames cannot be sampled.")
    if sampling not in SAMPLINGS:
        raise StudioError(
            f"There is no sampling {sampling!r}.", f"Choose from: {', '.join(SAMPLINGS)}."
        )
    draws: Draws = _GeneratorDraws(rng) if isinstance(rng, np.random.Generator) else rng
    if num_frames == ALL_FRAMES and (max_len == -1 or length <= max_len):
        return np.arange(length)
    count = _window_length(length, num_frames, min_len, max_len, draws)
    if count > length:
        return np.minimum(np.arange(count), length - 1)
    if sampling == "random":
        return np.sort(draws.subset(length, count))
    widest = max((length - 1) // max(count - 1, 1), 1)
    if sampling == "random_conseq":
        step = draws.whole(1, widest)
    elif step == -1 or step * (count - 1) >= length:
        step = widest
    spare = length - 1 - step * (count - 1)
    return draws.whole(0, max(0, spare - 1) if official else spare) + step * np.arange(count)


def _window_length(length: int, num_frames: int, min_len: int, max_len: int, draws: Draws) -> int:
    if num_frames == ALL_FRAMES:
        return max_len
    if num_frames == RANDOM_LENGTH:
        if min_len < 1:
            raise StudioError("A random length needs a shortest one.", "Give min_len, say 60.")
        longest = length if max_len == -1 else min(length, max_len)
        return draws.whole(min_len, max(longest, min_len))
    if num_frames < 1:
        raise StudioError(f"A window cannot have {num_frames} frames.", "Use 60, -1 or -2.")
    return num_frames
