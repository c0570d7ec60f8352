"""The models that trainings have made so far, for the Create page; reads folders, not networks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import StudioError
from training.jobs import JobStore

MOST = 12


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """A training's newest checkpoint: a line for a menu, and what is known about it."""

    path: Path
    text: str
    about: str


def trained_models(store: JobStore | None = None) -> list[TrainedModel]:
    """The newest checkpoint of each training, the newest training first."""
    found = []
    for job in (store or JobStore()).jobs():
        checkpoints = job.checkpoints()
        if not checkpoints:
            continue
        newest = checkpoints[-1]
        try:
            config = job.config
        except StudioError:
            continue
        state = job.state()
        measured = job.reader.last.events.get("metrics", {})
        numbers = [
            f"{name} {float(measured[key]):.3g}"
            for key, name in (("fid", "FID"), ("accuracy", "accuracy"))
            if measured.get(key) is not None
        ]
        about = [
            f"data {config.dataset}", f"KL {config.lambda_kl:g}",
            f"{config.num_layers} + {config.num_layers} layers of {config.latent_dim}",
            f"{config.num_frames} frames", f"training {state.state}", *numbers, str(newest.path),
        ]  # fmt: skip
        found.append(
            TrainedModel(
                path=newest.path, text=f"{job.name}, epoch {newest.epoch:,}",
                about="\n".join(about),
            )
        )  # fmt: skip
    return found[:MOST]
