"""The models to sample from: those that trainings have made, and files opened lately.

Reads folders, not networks.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.atomic import written_whole
from core.errors import ModelProblem, StudioError
from core.paths import data_folder
from studio.services.model_facts import model_name, read_facts
from training.jobs import JobStore
from training.jobs.folder import EpochFile

log = logging.getLogger(__name__)
MOST = 12
MOST_EPOCHS = 12
MOST_RECENT = 6


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """A training's newest checkpoint: a line for a menu, and what is known about it.

    ``older``: some of its checkpoints before, the newest first.
    """

    path: Path
    text: str
    about: str
    older: tuple[EpochFile, ...] = ()


def trained_models(store: JobStore | None = None) -> list[TrainedModel]:
    """The newest checkpoint of each training, the newest training first."""
    found = []
    for job in (store or JobStore()).jobs():
        checkpoints = job.checkpoints()
        if not checkpoints:
            continue
        newest = checkpoints[-1]
        state = job.state()
        measured = job.reader.last.events.get("metrics", {})
        numbers = [
            f"{name} {float(measured[key]):.3g}"
            for key, name in (("fid", "FID"), ("accuracy", "accuracy"))
            if measured.get(key) is not None
        ]
        about = [
            *facts_of(newest.path), f"training {state.state}", *numbers, str(newest.path)
        ]  # fmt: skip
        found.append(
            TrainedModel(
                path=newest.path, text=f"{job.name}, epoch {newest.epoch:,}",
                about="\n".join(about), older=some_of(checkpoints[-2::-1]),
            )
        )  # fmt: skip
    return found[:MOST]


def some_of(files: Sequence[EpochFile], most: int = MOST_EPOCHS) -> tuple[EpochFile, ...]:
    """At most ``most`` of them, evenly, the first and the last among them."""
    if len(files) <= most:
        return tuple(files)
    return tuple(files[round(k * (len(files) - 1) / (most - 1))] for k in range(most))


def facts_of(path: Path) -> list[str]:
    """What a checkpoint's header says, [] where it says nothing or cannot be read."""
    try:
        facts = read_facts(path)
    except ModelProblem:
        return []
    return facts.lines() if facts is not None else []


def recent_text(path: Path) -> str:
    """A recent file's line in a menu."""
    try:
        facts = read_facts(path)
    except ModelProblem:
        return path.name
    return facts.name if facts is not None else model_name(path, {})


def recent_models() -> list[Path]:
    """Checkpoint files opened lately that are still there, the last one first."""
    try:
        found = json.loads(_recent_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    names = [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
    return [path for name in names if (path := Path(name)).is_file()][:MOST_RECENT]


def remember_model(path: Path) -> None:
    """Put a file at the head of the recent ones; where that cannot be written it is forgotten."""
    path = path.resolve()
    names = [str(path), *(str(other) for other in recent_models() if other != path)]
    try:
        _recent_file().parent.mkdir(parents=True, exist_ok=True)
        with written_whole(_recent_file()) as temporary:
            temporary.write_text(json.dumps(names[:MOST_RECENT]), encoding="utf-8")
    except (OSError, StudioError):
        log.warning("recent models cannot be kept")


def _recent_file() -> Path:
    return data_folder() / "recent_models.json"
