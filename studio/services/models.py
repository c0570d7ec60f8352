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


@dataclass(frozen=True, kw_only=True)
class SuppliedFile:
    """A weights file only the user can bring: its published name, and where it is to be had."""

    name: str  # as core.weights calls it
    file: str
    title: str
    where: str


SUPPLIED: tuple[SuppliedFile, ...] = (
    SuppliedFile(
        name="vibe", file="vibe_model_w_3dpw.pth.tar", title="VIBE weights",
        where="Part of vibe_data.zip, which the VIBE project's page on GitHub (mkocabas/VIBE) "
        "links to; for research only. vibe_model_wo_3dpw.pth.tar fits too.",
    ),
    SuppliedFile(
        name="spin", file="spin_model_checkpoint.pth.tar", title="SPIN features for VIBE",
        where="Part of the same vibe_data.zip (mkocabas/VIBE on GitHub); for research only.",
    ),
    SuppliedFile(
        name="pare", file="pare_w_3dpw_checkpoint.ckpt", title="PARE weights",
        where="Part of pare-github-data.zip, which the PARE project's page on GitHub "
        "(mkocabas/PARE) links to; for research only. Keep its config yaml beside it.",
    ),
)  # fmt: skip
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
    titles = {supplied.name: supplied for supplied in SUPPLIED}
    for name, needed in _NEEDS.items():
        lacking = [titles[n] for n in needed if supplied_path(n) is None]
        found = supplied_path(needed[0])
        result.append(
            EstimatorStatus(
                name=name,
                title=name.upper(),
                is_ready=not lacking,
                detail=f"{found.stem.split('.')[0]} · checked" if not lacking and found
                else f"{len(lacking)} weights file{'s' if len(lacking) > 1 else ''} needed",
                explanation="\n".join(f"{f.file}. {f.where}" for f in lacking),
            )
        )  # fmt: skip
    return result


def supplied_path(name: str) -> Path | None:
    """Where a file the user brought lies, None while it was not brought."""
    ask = getattr(weights, "supplied", None)
    return ask(name) if ask is not None else None


def adopt(name: str, path: Path, progress: Progress = SILENT) -> str:
    """Check a weights file and take it over; returns what to say about it.

    Raises ModelProblem or FileProblem that says what is wrong with it.
    """
    progress.step(0.0, f"Checking {path.name}")
    report = getattr(weights, "adopt")(name, path)  # noqa: B009
    said = str(report).strip().replace("\n", " ")
    return said or f"{path.name} is checked and ready."


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
    for supplied in SUPPLIED:
        path = supplied_path(supplied.name)
        result.append(
            ModelRow(
                title=supplied.title,
                purpose=supplied.file if path is None else path.name,
                state="missing" if path is None else "installed",
                place=str(path.parent) if path is not None else "",
                licence="research only; you bring it",
                supplied=supplied.name,
                where=supplied.where,
            )
        )
    return result


def store_folder() -> Path:
    """Where installed models lie."""
    return data_folder()
