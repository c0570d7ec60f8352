"""What is installed and what is missing, in the words the window uses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core import weights
from core.paths import data_folder
from core.progress import SILENT, Progress
from studio.services.sampler import DEMO_CHECKPOINT


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    """One line of the models dialog.

    ``state`` is installed, missing (can be installed), or later (this version cannot use it);
    ``place`` the folder it lies in, "" where there is none.
    """

    title: str
    purpose: str
    state: str
    place: str = ""
    licence: str = ""
    is_installable: bool = False


def is_built_in_installed() -> bool:
    """Whether the built-in estimator has its networks."""
    return weights.is_estimator_installed()


def install_built_in(progress: Progress = SILENT) -> list[Path]:
    """Fetch the built-in estimator's networks and, best effort last, the sample video.

    Raises ModelProblem or FileProblem with the next step.
    """
    paths = list(weights.install_estimator(progress))
    if weights.sample_video() is None:
        paths.append(weights.install_sample_video(progress))
    return paths


def rows() -> list[ModelRow]:
    """Everything the program can use, in the order people meet it."""
    result = [
        ModelRow(
            title=file.path.name,
            purpose=file.needed_for,
            state="installed" if file.is_installed else "missing",
            place=str(file.path.parent),
            licence=file.licence,
            is_installable=file.wheel is not None,
        )
        for file in weights.FILES.values()
    ]
    result.append(
        ModelRow(
            title=DEMO_CHECKPOINT.name,
            purpose="the demo ACTOR: samples 13 actions",
            state="installed" if DEMO_CHECKPOINT.is_file() else "missing",
            place=str(DEMO_CHECKPOINT.parent),
            licence="comes with the program",
        )
    )
    result += [
        ModelRow(title=f"{name} weights", purpose="a video estimator", state="later",
                 licence="research only; you bring them")
        for name in ("VIBE", "PARE")
    ]  # fmt: skip
    return result


def store_folder() -> Path:
    """Where installed models lie."""
    return data_folder()
