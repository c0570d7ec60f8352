"""Crops shared among threads, a few each, instead of every layer among all threads.

Each thread computes whole crops on its own core: no waiting for each other after every layer, which
a busy machine punishes, and maps stay in the core's own cache. torch lets go of Python meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

from core.estimators.device import CHUNK, SIDE

FloatArray = npt.NDArray[np.float32]
R = TypeVar("R")

_CHUNK_ELSEWHERE = 64


class CropWorkers:
    """Runs a function on chunks of crops, on as many threads as torch may use."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._pool: ThreadPoolExecutor | None = None
        self._size = 0

    def map(self, run: Callable[[FloatArray], R], crops: FloatArray) -> list[R]:
        """Results of ``run`` on chunks of crops (N, 3, 224, 224), in order.

        Raises ValueError for another shape, and what ``run`` raises.
        """
        if crops.shape[1:] != (3, SIDE, SIDE):
            raise ValueError(f"crops must be (N, 3, {SIDE}, {SIDE}), got {crops.shape}")
        threads = torch.get_num_threads() if self._device.type == "cpu" else 1
        parts = self._parts(crops, threads)
        if threads == 1 or len(parts) < 2:
            return [run(part) for part in parts]
        return self._all(run, parts, threads)

    def alone(self, run: Callable[[FloatArray], R], values: FloatArray) -> R:
        """The result of ``run`` on one thread: for many small steps that depend on each other."""
        threads = torch.get_num_threads() if self._device.type == "cpu" else 1
        return run(values) if threads == 1 else self._all(run, [values], threads)[0]

    def _all(
        self, run: Callable[[FloatArray], R], parts: list[FloatArray], threads: int
    ) -> list[R]:
        if self._pool is None or self._size != threads:
            self._pool = ThreadPoolExecutor(threads, "crops", initializer=_compute_alone)
            self._size = threads
        try:
            return list(self._pool.map(run, parts))
        finally:
            torch.set_num_threads(threads)  # what a worker set also is the default of new threads

    def _parts(self, crops: FloatArray, threads: int) -> list[FloatArray]:
        largest = CHUNK if self._device.type == "cpu" else _CHUNK_ELSEWHERE
        size = max(1, min(largest, -(-len(crops) // threads)))
        return [crops[start : start + size] for start in range(0, len(crops), size)]


def _compute_alone() -> None:
    torch.set_num_threads(1)  # of the calling thread only
