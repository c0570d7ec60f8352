"""New motions of an action: the same request gives the same clips, however many are asked for.

Every clip has its own random stream, drawn on the CPU and seeded by (seed, label, index), so clip 3
of a request is the same whether 4 or 40 are asked for and whatever the batch size (latents bit for
bit, motions to float32 rounding).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core import __version__
from core.actor.checkpoint import Checkpoint
from core.actor.features import features_to_motions, turned_over
from core.errors import StudioError
from core.motion import Motion, Provenance
from core.progress import SILENT, Progress

MIN_FRAMES, MAX_FRAMES = 2, 300
MAX_COUNT = 10_000
BATCH_FRAMES = 4096  # frames decoded at once: bounds memory, costs nothing in speed
FloatArray = npt.NDArray[np.float32]


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
    motions: list[Motion] = []
    step = max(1, BATCH_FRAMES // num_frames)
    for start in range(0, len(memory), step):
        progress.step(start / len(memory), f"Sampling clip {start + 1} of {len(memory)}")
        features = decode_features(checkpoint, memory[start : start + step], num_frames)
        motions += features_to_motions(
            features, fps=checkpoint.fps, provenances=provenances[start : start + step]
        )
    progress.step(1.0, "Sampled")
    return motions


def decode_features(checkpoint: Checkpoint, memory: Tensor, num_frames: int) -> FloatArray:
    """Decode (B, D) into features (B, 25, 6, T), y up, on the model's device."""
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
