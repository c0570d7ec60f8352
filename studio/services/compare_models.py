"""One action and seed through two checkpoints: what the second learned otherwise is what differs.

Must not import torch before something is sampled, nor Qt.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.errors import StudioError
from core.motion import Motion
from core.progress import SILENT, Progress
from studio.services.sampler import Sampler, SampleSettings


def shared_labels(first: Path, second: Path) -> tuple[str, ...]:
    """Actions both checkpoints know, in the first one's order. Raises ModelProblem."""
    other = set(Sampler(second).card.labels)
    return tuple(label for label in Sampler(first).card.labels if label in other)


def sample_both(
    first: Path,
    second: Path,
    settings: SampleSettings,
    progress: Progress = SILENT,
    open_sampler: Callable[[Path], Sampler] = Sampler,
) -> list[tuple[str, Motion]]:
    """Sample the same action and seed from both; (checkpoint's name, motion) of each.

    Raises ModelProblem for a file that is no checkpoint, StudioError for an action it lacks.
    """
    made = []
    for index, path in enumerate((first, second)):
        progress.step(index / 2, f"Sampling from {path.name}")
        sampler = open_sampler(path).loaded()
        if settings.label not in sampler.card.labels:
            raise StudioError(
                f"{path.name} was not trained on {settings.label!r}.",
                "Choose an action both models know.",
            )
        sampled = sampler.sample(settings)
        made.append((sampler.card.name, sampled.motions[0]))
    return made
