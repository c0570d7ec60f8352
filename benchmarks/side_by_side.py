"""Several ways to compute the same, timed in turns, so that a busy machine slows all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import cv2
import numpy as np
import torch

from core import weights
from core.video.decode import frames


def crops(count: int) -> np.ndarray:
    """(N, 3, 224, 224) float32 normalised: middles of the sample video's frames, else noise."""
    video = weights.sample_video()
    if video is not None:
        pictures = [rgb for _, rgb in frames(video)]
        chosen = [pictures[i % len(pictures)] for i in range(count)]
        side = min(chosen[0].shape[:2])
        cut = [p[:side, (p.shape[1] - side) // 2 :][:, :side] for p in chosen]
        images = np.stack([cv2.resize(c, (224, 224), interpolation=cv2.INTER_AREA) for c in cut])
    else:
        images = np.random.default_rng(0).integers(0, 256, (count, 224, 224, 3))
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    normalised = (images / 255 - np.array(mean)) / np.array(std)
    return np.ascontiguousarray(normalised.transpose(0, 3, 1, 2), np.float32)


def compare(forms: dict[str, Callable[[], object]], count: int, runs: int) -> None:
    """Print milliseconds a crop of each form, and how many times faster than the first it is.

    Wall clock and processor time of all threads; medians, and the ratio's quartiles over turns.
    """
    walls: dict[str, list[float]] = {name: [] for name in forms}
    works: dict[str, list[float]] = {name: [] for name in forms}
    for turn in range(runs + 1):
        for name, run in forms.items():
            wall, work = time.perf_counter(), time.process_time()
            run()
            if turn:  # the first one warms up
                walls[name].append((time.perf_counter() - wall) / count * 1e3)
                works[name].append((time.process_time() - work) / count * 1e3)
    first = next(iter(forms))
    print(
        f"{count} crops, {runs} turns, {torch.get_num_threads()} threads,"
        f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print("                         wall ms   times (quartiles)     processor ms  times")
    for name in forms:
        ratios = np.array(walls[first]) / np.array(walls[name])
        low, middle, high = np.percentile(ratios, (25, 50, 75))
        work = np.median(works[name])
        print(
            f"  {name:22s} {np.median(walls[name]):7.1f}  {middle:5.2f} ({low:.2f}-{high:.2f})"
            f"      {work:8.1f}  {np.median(works[first]) / work:8.2f}"
        )


def degrees_between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(T, 24) angles between rotations (T, 24, 3, 3)."""
    trace = np.einsum("tjab,tjab->tj", one.astype(float), other.astype(float))
    return np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1)))


def tell_difference(one: np.ndarray, other: np.ndarray) -> None:
    """Print by how many degrees two precisions' joints differ."""
    angles = degrees_between(one, other)
    print(
        f"  bfloat16 against float32, degrees a joint: mean {angles.mean():.3f},"
        f" p95 {np.percentile(angles, 95):.3f}, largest {angles.max():.2f}"
    )


def numbers(name: str) -> dict[str, np.ndarray]:
    """Weights of "vibe", "spin" or "pare": the adopted file's, else the tests' recipe's."""
    supplied = weights.supplied(name)
    if supplied is not None:
        from core.estimators.conversion import load_weights

        return load_weights(supplied, name)
    from tests.published import state

    print(f"  ({name}: no file was brought, so the recipe's weights)")
    return {k: v.numpy() for k, v in state(name).items() if "num_batches" not in k}
