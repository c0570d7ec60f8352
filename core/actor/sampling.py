"""New motions of an action: the same request gives the same clips, however many are asked for.

Every clip has its own random stream, drawn on the CPU and seeded by (seed, label, index), so clip 3
of a request is the same whether 4 or 40 are asked for and whatever the batch size (latents bit for
bit, motions to float32 rounding).
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core import __version__
from core.actor.checkpoint import Checkpoint
from core.actor.features import features_to_motions, turned_over
from core.actor.skinning import lowest_vertices
from core.errors import StudioError
from core.motion import Motion, Provenance
from core.progress import SILENT, Progress

MIN_FRAMES, MAX_FRAMES = 2, 300
MAX_COUNT = 10_000
BATCH_FRAMES = 1024  # frames decoded at once: what a layer writes then stays in the caches
FloatArray = npt.NDArray[np.float32]
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class SampleRequest:
    """What to sample. ``sigma`` scales the latent: 0 gives the action's mean, 1 the prior's spread.

    Raises StudioError when a number is out of range.
    """

    label: str
    num_frames: int = 60
    count: int = 1
    seed: int = 0
    sigma: float = 1.0

    def __post_init__(self) -> None:
        _check_length(self.num_frames)
        if not 1 <= self.count <= MAX_COUNT:
            raise StudioError(
                f"The number of samples must lie in 1..{MAX_COUNT}, not {self.count}."
            )
        if not 0.0 <= self.sigma <= 10.0:
            raise StudioError(f"sigma must lie in 0..10, not {self.sigma}.")


def sample(
    checkpoint: Checkpoint, request: SampleRequest, progress: Progress = SILENT
) -> list[Motion]:
    """Sample ``request.count`` motions, feet on the floor, each with its full provenance.

    Raises ModelProblem for an action the checkpoint does not know, Cancelled between batches.
    """
    memory = memory_of(checkpoint, draw_latents(checkpoint, request), request.label)
    origins = [_provenance(checkpoint, request, index) for index in range(request.count)]
    return decode_memory(checkpoint, memory, request.num_frames, origins, progress)


def draw_latents(checkpoint: Checkpoint, request: SampleRequest) -> Tensor:
    """Draw the latents of a request, (count, D) float32, already scaled by sigma."""
    width = checkpoint.config.latent_dim
    rows = [
        torch.randn(width, generator=stream(request.seed, request.label, index))
        for index in range(request.count)
    ]
    return torch.stack(rows) * request.sigma


def stream(seed: int, label: str, index: int) -> torch.Generator:
    """Return the random stream of one clip of a request."""
    digest = hashlib.sha256(f"{seed}/{label}/{index}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little", signed=True))


def memory_of(checkpoint: Checkpoint, latents: Tensor, label: str) -> Tensor:
    """Add an action's vector to latents (..., D): what the decoder sees."""
    return latents + checkpoint.model.decoder.actionBiases[checkpoint.label_index(label)]


def decode_memory(
    checkpoint: Checkpoint,
    memory: Tensor,
    num_frames: int,
    provenances: Sequence[Provenance],
    progress: Progress = SILENT,
) -> list[Motion]:
    """Decode (B, D) latents with their action's vector added into B motions on the floor."""
    parts = batches(len(memory), num_frames)

    def decoded(rows: slice) -> list[Motion]:
        features = decode_batch(checkpoint, memory[rows], num_frames)
        start = np.zeros((len(features), 3), np.float32)
        start[:, 1] = -lowest_vertices(torch.from_numpy(features)).numpy()
        return features_to_motions(
            features, fps=checkpoint.fps, start=start, provenances=provenances[rows]
        )

    motions: list[Motion] = []
    with contextlib.closing(in_parallel(decoded, parts)) as results:
        for rows in parts:
            done = rows.start / max(len(memory), 1)
            progress.step(done, f"Sampling clip {rows.start + 1} of {len(memory)}")
            motions += next(results)
    progress.step(1.0, "Sampled")
    return motions


def batches(count: int, num_frames: int) -> list[slice]:
    """Cut ``count`` clips into batches: one a thread at least, none too large for the caches."""
    most = max(1, BATCH_FRAMES // num_frames)
    step = min(most, -(-count // torch.get_num_threads())) or 1
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]


def in_parallel(
    work: Callable[[slice], Result], items: Sequence[slice]
) -> Generator[Result, None, None]:
    """Map ``work`` over batches in order, as many at a time as torch has threads, one thread each.

    Threads that share every small product spend their time waiting for each other: on a busy
    machine a clip then takes ten times as long. A batch of its own for each keeps them busy.
    """
    threads = torch.get_num_threads()
    if threads < 2 or not items:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(
        min(threads, len(items)), initializer=torch.set_num_threads, initargs=(1,)
    )
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)  # else threads born later would start with one


def decode_features(checkpoint: Checkpoint, memory: Tensor, num_frames: int) -> FloatArray:
    """Decode (B, D) into features (B, 25, 6, T), y up."""
    parts = in_parallel(
        lambda rows: decode_batch(checkpoint, memory[rows], num_frames),
        batches(len(memory), num_frames),
    )
    return np.concatenate(list(parts))


def decode_batch(checkpoint: Checkpoint, memory: Tensor, num_frames: int) -> FloatArray:
    """Decode one batch on the calling thread; see :func:`decode_features`."""
    _check_length(num_frames)
    with torch.inference_mode():
        device = checkpoint.model.decoder.actionBiases.device
        features = checkpoint.model.decode_memory(memory.to(device), num_frames)
        array: FloatArray = features.float().cpu().numpy()
    return turned_over(array) if checkpoint.is_y_down else array


def _check_length(num_frames: int) -> None:
    if not MIN_FRAMES <= num_frames <= MAX_FRAMES:
        raise StudioError(
            f"The length must lie in {MIN_FRAMES}..{MAX_FRAMES} frames, not {num_frames}."
        )


def _provenance(checkpoint: Checkpoint, request: SampleRequest, index: int) -> Provenance:
    return Provenance(
        kind="generated",
        checkpoint=checkpoint.name,
        checkpoint_sha256=checkpoint.sha256,
        label=request.label,
        seed=request.seed,
        sample=index,
        sigma=request.sigma,
        num_frames=request.num_frames,
        version=__version__,
    )
