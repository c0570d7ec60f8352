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

    ``state`` is installed or missing; ``place`` the folder it lies in, "" where there is none;
    ``supplied`` the name by which the user hands the file over, "" for what is fetched.
    """

    title: str
    purpose: str
    state: str
    place: str = ""
    licence: str = ""
    is_installable: bool = False
    supplied: str = ""
    where: str = ""  # where the user gets the file


_NEEDS: dict[str, tuple[str, ...]] = {"vibe": ("vibe", "spin"), "pare": ("pare",)}


@dataclass(frozen=True, kw_only=True)
class EstimatorStatus:
    """An estimator as the Capture page lists it: usable, or what it lacks."""

    name: str
    title: str
    detail: str
    is_ready: bool
    is_installable: bool = False
    explanation: str = ""


def estimator_statuses() -> list[EstimatorStatus]:
    """Every estimator, the built-in one first."""
    ready = is_built_in_installed()
    result = [
        EstimatorStatus(
            name="blazepose", title="BlazePose + fit", is_ready=ready, is_installable=not ready,
            detail="built in · checked" if ready else "two model files are missing",
        )
    ]  # fmt: skip
    return result + [_network_status(name, needed, ready) for name, needed in _NEEDS.items()]


def _network_status(name: str, needed: tuple[str, ...], finds_people: bool) -> EstimatorStatus:
    lacking = [weights.SUPPLIED[file] for file in needed if supplied_path(file) is None]
    if lacking:
        detail = f"{len(lacking)} weights file{'s' if len(lacking) > 1 else ''} needed"
        explanation = "\n".join(f"{file.file}. {file.where}" for file in lacking)
    elif not finds_people:
        detail = "needs the built-in one to find people"
        explanation = "Install BlazePose above: it finds the people."
    else:
        detail, explanation = "your weights · checked", ""
    return EstimatorStatus(
        name=name,
        title=name.upper(),
        detail=detail,
        is_ready=not lacking and finds_people,
        is_installable=not lacking,
        explanation=explanation,
    )


def supplied_path(name: str) -> Path | None:
    """Where a file the user brought lies, None while it was not brought."""
    return weights.supplied(name)


_WEIGHTS_ENDINGS = (".tar", ".pth", ".pt", ".ckpt")


def supplied_name(path: Path) -> str:
    """Tell by its name which weights a dropped file is: "vibe", "spin", "pare", or "" for none.

    Only a guess of what it is meant to be; :func:`adopt` checks what it is.
    """
    name = path.name.lower()
    if not name.endswith(_WEIGHTS_ENDINGS):
        return ""
    for key, word in (("vibe", "vibe_model"), ("spin", "spin_model"), ("pare", "pare")):
        if name.startswith(word) and (key != "pare" or "checkpoint" in name):
            return key
    return ""


def adopt(name: str, path: Path, progress: Progress = SILENT) -> str:
    """Check a weights file and take it over; returns what to say about it.

    Raises ModelProblem or FileProblem that says what is wrong with it.
    """
    progress.step(0.0, f"Checking {path.name}")
    return str(weights.adopt(name, path)).strip()


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
    for supplied in weights.SUPPLIED.values():
        path = supplied_path(supplied.name)
        result.append(
            ModelRow(
                title=f"{supplied.title} weights",
                purpose=supplied.needed_for,
                state="missing" if path is None else "installed",
                place=str(path.parent) if path is not None else "",
                licence=supplied.licence,
                supplied=supplied.name,
                where=f"{supplied.file}. {supplied.where}",
            )
        )
    return result


def store_folder() -> Path:
    """Where installed models lie."""
    return data_folder()
