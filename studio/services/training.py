"""What the Train page shows of jobs, in words and motions; free of Qt and of torch."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import FileProblem, StudioError
from core.motion import Motion, Provenance
from training.config import TrainConfig
from training.fields import FIELD
from training.jobs.job import Job
from training.jobs.state import JobState
from training.jobs.watch import JobView

FROZEN = 0.35  # share of the data's energy below which motion counts as frozen
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, kw_only=True)
class EpochSample:
    """One of the samples written at a checkpoint; ``energy`` in metres a second."""

    label: str
    seed: int
    motion: Motion
    energy: float


@dataclass(frozen=True, kw_only=True)
class SampleRow:
    """The samples of one training; ``text`` is its value in a sweep, "" outside one."""

    text: str
    samples: list[EpochSample]


def spread(samples: list[EpochSample], most: int) -> list[EpochSample]:
    """Take at most ``most`` samples, evenly over the actions."""
    return samples[:: max(1, -(-len(samples) // most))]


def load_samples(path: Path, checkpoint: str = "") -> list[EpochSample]:
    """Read the samples of a checkpoint. Raises FileProblem."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("larger than 1 GB")
        with np.load(path, allow_pickle=False) as content:
            names = [str(name) for name in content["label_names"]]
            poses, trans, fps = content["poses"], content["trans"], float(content["fps"])
            labels, seeds, energy = (content[key] for key in ("labels", "seeds", "energy"))
        return [
            EpochSample(
                label=names[int(labels[k])], seed=int(seeds[k]), energy=float(energy[k]),
                motion=Motion(
                    poses=poses[k], trans=trans[k], fps=fps,
                    provenance=Provenance(
                        kind="generated", checkpoint=checkpoint, label=names[int(labels[k])],
                        seed=int(seeds[k]), sample=0, num_frames=poses.shape[1],
                    ),
                ),
            )
            for k in range(len(poses))
        ]  # fmt: skip
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error}.", "The next checkpoint writes new samples."
        ) from error


def duration_text(seconds: float | None) -> str:
    """Seconds as people say them: "2 h 10", "4 min", "30 s"; "" for what is not known."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds >= 2 * 86400:
        return f"{seconds / 86400:.1f} days"
    if seconds >= 3600:
        return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d}"
    return f"{round(seconds / 60)} min" if seconds >= 60 else f"{round(seconds)} s"


@dataclass(frozen=True, kw_only=True)
class Help:
    """What a button beside a failure does: ``kind`` duplicate, data, folder or log."""

    kind: str
    text: str
    tip: str
    changes: dict[str, Any] = field(default_factory=dict)  # of a duplicate


def help_for(state: JobState, config: TrainConfig | None) -> Help | None:
    """What helps a training that failed or was lost; None where nothing is needed."""
    if state.state not in ("failed", "lost"):
        return None
    if state.reason == "memory" and config is not None and config.batch_size > 1:
        half = config.batch_size // 2
        return Help(
            kind="duplicate",
            text=f"Duplicate with batches of {half}…",
            tip="Open the form with half the batch size",
            changes={"batch_size": half},
        )
    if state.reason == "number" and config is not None:
        changes = {"lr": config.lr / 2, "clip_norm": config.clip_norm or 1.0}
        return Help(kind="duplicate", text="Duplicate with half the rate…",
                    tip="Open the form with half the learning rate and clipped gradients",
                    changes=changes)  # fmt: skip
    if state.reason == "data":
        return Help(kind="data", text="Go to the data sets", tip="Import it again on the Data page")
    if state.reason == "disk":
        return Help(kind="folder", text="Open its folder", tip="See what can be deleted there")
    return Help(kind="log", text="Show its log", tip="Everything the training printed")


def state_text(state: JobState, *, is_frozen: bool = False) -> str:
    """The second line of a job in the list."""
    if state.state == "done" and is_frozen:
        return "done · frozen motion"
    if state.state == "queued":
        return f"queued · {state.epochs:,} epochs"
    if state.state == "done":
        return f"done · {state.epoch:,} epochs"
    return f"{state.state} · epoch {state.epoch:,} / {state.epochs:,}"


def settings_text(config: TrainConfig) -> str:
    """The third line: what tells one training from another."""
    layers = f"{config.num_layers}+{config.num_layers} layers"
    kl = value_text(config.lambda_kl)
    return f"{config.dataset} · KL {kl} · {layers} · batch {config.batch_size}"


def liveliness(view: JobView) -> float | None:
    """Energy of the newest samples over the data's: 1 as lively, near 0 frozen; None unknown."""
    made, real = view.last.get("samples", {}), view.last.get("start", {})
    energy, data = made.get("energy"), real.get("data_energy")
    return float(energy) / float(data) if energy is not None and data else None


def is_frozen(view: JobView) -> bool:
    """Whether the newest samples hardly move."""
    alive = liveliness(view)
    return alive is not None and alive < FROZEN


def badge_text(view: JobView) -> str:
    """What a job's badge says: percent while it runs, else FID, else liveliness."""
    if view.state.state in ("running", "paused", "queued"):
        return f"{view.state.fraction:.0%}" if view.state.fraction else "–"
    fid = view.last.get("metrics", {}).get("fid")
    if fid is not None and not is_frozen(view):
        return f"FID {float(fid):.2f}"
    alive = liveliness(view)
    return f"energy {alive:.2f}" if alive is not None else view.state.state


def card_rows(view: JobView, now: float) -> list[tuple[str, str]]:
    """What the job card lists: (name, value)."""
    state, last = view.state, view.last
    rows: list[tuple[str, str]] = []
    begun = last.get("start", {}).get("time")
    if begun and state.state == "running":
        left = duration_text(state.eta_seconds)
        spent = duration_text(max(now - float(begun), 0))
        rows.append(("elapsed / left", f"{spent} / {left}" if left else spent))
    speed = last.get("step", {}).get("steps_per_second")
    if speed:
        rows.append(("speed", f"{float(speed):.2g} steps/s"))
    kept = last.get("checkpoint")
    if kept:
        ago = duration_text(max(now - float(kept["time"]), 0))
        rows.append(("last checkpoint", f"epoch {kept['epoch']:,}, {ago} ago"))
    if state.device:
        rows.append(("device", state.device))
    clips = last.get("start", {}).get("num_clips")
    if clips:
        rows.append(("data", f"{view.job.config.dataset}, {clips:,} clips"))
    return rows


SHOWN_SETTINGS = (
    "dataset", "num_frames", "batch_size", "epochs", "lr", "lambda_kl", "num_layers", "latent_dim",
    "dropout", "loss_body",
)  # fmt: skip


def setting_rows(config: TrainConfig) -> list[tuple[str, str]]:
    """The settings on the page: (label, value)."""
    return [(FIELD[name].label, value_text(getattr(config, name))) for name in SHOWN_SETTINGS]


def value_text(value: object) -> str:
    """A setting's value as text."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}".replace("e-0", "e-")
    return f"{value}"


def sweep_rows(views: tuple[JobView, ...], job: Job | None) -> list[tuple[str, str, float | None]]:
    """The jobs of the same sweep: (id, value, liveliness); [] for a job of none."""
    mine = job.sweep if job is not None else None
    if mine is None:
        return []
    rows = [
        (view.id, value_text(view.job.sweep.value), liveliness(view))
        for view in views
        if view.job.sweep is not None and view.job.sweep.id == mine.id
    ]
    return sorted(rows, key=lambda row: _as_number(row[1]))


def sweep_title(name: str) -> str:
    """The heading above the trainings of a sweep."""
    return f"Sweep: {FIELD[name].label}" if name in FIELD else "Sweep"


def _as_number(text: str) -> tuple[float, str]:
    """Order values by size, words by the alphabet after them."""
    try:
        return float(text), ""
    except ValueError:
        return math.inf, text


def sweep_values(config: TrainConfig, field: str, text: str) -> list[object]:
    """The values of a sweep, parted by commas. Raises StudioError for what cannot work."""
    texts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    values = [getattr(config.changed(**{field: part}), field) for part in texts]
    if len(values) < 2:
        raise StudioError("A sweep needs at least two values.", "Part them by commas.")
    if len(set(values)) < len(values):
        raise StudioError("A value of the sweep stands there twice.", "Take it out.")
    return values


FEW_CLIPS = 10  # of a class


def data_warnings(config: TrainConfig) -> list[str]:
    """What about the data set may spoil a training, as sentences; opens it. Raises StudioError."""
    from core.datasets.library import open_dataset

    store = open_dataset(config.dataset)
    try:
        rows = store.columns("label", "num_frames", "estimator", "review")
        labels = store.labels
    finally:
        store.close()
    return warnings_for([row[:3] for row in rows if row[3] != "reject"], labels, config.longest)


def warnings_for(
    rows: Sequence[tuple[int, int, str]], labels: Sequence[str], longest: int
) -> list[str]:
    """Warn of clips given as (label, frames, estimator): few of a class, short, mixed sources."""
    counts = [0] * len(labels)
    for label, _frames, _estimator in rows:
        counts[label] += 1
    few = [name for name, count in zip(labels, counts, strict=True) if count < FEW_CLIPS]
    short = sum(frames < longest for _label, frames, _estimator in rows)
    sources = sorted({estimator for _label, _frames, estimator in rows if estimator})
    said = []
    if few:
        names = ", ".join(few[:4]) + (f" and {len(few) - 4} more" if len(few) > 4 else "")
        said.append(f"Fewer than {FEW_CLIPS} clips of {names}.")
    if short:
        said.append(
            f"{short:,} of {len(rows):,} clips are shorter than {longest} frames: "
            "their last frame is repeated."
        )
    if len(sources) > 1:
        said.append(f"Clips of different estimators are mixed: {', '.join(sources)}.")
    return said
