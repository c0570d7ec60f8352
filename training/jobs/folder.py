"""A job's folder: made once, named by date and name, with small files that appear whole."""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.atomic import explain_write_error, written_whole
from core.errors import StudioError
from training.config import TrainConfig, save_config
from training.jobs.state import CONFIG, JOB, QUEUED

BIN = ".bin"  # deleted jobs lie there, beside the others
_EPOCH_FILE = re.compile(r"epoch_(\d+)\.(safetensors|npz)$")


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What a job stands for in a set of jobs that differ in one setting."""

    id: str
    field: str
    value: Any


@dataclass(frozen=True, kw_only=True, order=True)
class EpochFile:
    """A checkpoint or the samples of an epoch."""

    epoch: int
    path: Path


def make_folder(
    root: Path,
    config: TrainConfig,
    *,
    name: str | None = None,
    parent: str | None = None,
    sweep: Sweep | None = None,
    waits: bool = True,
) -> Path:
    """Make the folder of a new job, in the queue or not. Raises FileProblem when it cannot."""
    name = (name or config.name).strip() or "training"
    created = time.time()
    folder = _new_folder(root, name, created)
    save_config(folder / CONFIG, config.changed(name=name))
    card = {
        "id": folder.name,
        "name": name,
        "created": created,
        "parent": parent,
        "sweep": asdict(sweep) if sweep else None,
    }
    write_json(folder / JOB, card)
    if waits:
        write_json(folder / QUEUED, {"time": created, "devices": None})
    return folder


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Write a small JSON file whole. Raises FileProblem."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(values, indent=1), encoding="utf-8")


def _new_folder(root: Path, name: str, created: float) -> Path:
    """Make a folder that sorts by time and reads as the name."""
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "job"
    stem = f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(created))}-{word}"
    for number in range(1, 10_000):
        folder = root / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            continue
        except OSError as error:
            raise explain_write_error(folder, error) from error
    raise StudioError(f"{root} is full of jobs called {name}.", "Choose another name.")


def epoch_files(folder: Path) -> list[EpochFile]:
    """Return the finished files of a folder, first epoch first."""
    try:
        found = [(path, _EPOCH_FILE.match(path.name)) for path in folder.iterdir()]
    except OSError:
        return []
    return sorted(EpochFile(epoch=int(match.group(1)), path=path) for path, match in found if match)
