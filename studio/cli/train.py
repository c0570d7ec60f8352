"""``motion-studio train``: a training from the shell, as the same job the window would make."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import StudioError
from studio.cli.running import complain

if TYPE_CHECKING:
    from training.config import TrainConfig
    from training.jobs import Job

FAILED = 5
"""Exit code of a training that stopped with a sentence."""


def train(
    preset: Annotated[
        str, typer.Option("--preset", help="Settings to begin with; `--list` shows them.")
    ] = "demo",
    config: Annotated[
        Path | None, typer.Option("--config", help="Settings from a YAML file instead.")
    ] = None,
    data: Annotated[
        str, typer.Option("--data", help="Name of a data set, or its folder.", show_default=False)
    ] = "",
    epochs: Annotated[
        int | None, typer.Option("--epochs", help="How often every clip is seen.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the job is called.")] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any setting; may be repeated."),
    ] = None,
    sweep: Annotated[
        str,
        typer.Option(
            "--sweep", metavar="KEY=A,B", help="One queued job for each value of a setting."
        ),
    ] = "",
    device: Annotated[
        str, typer.Option("--device", help="auto, cpu, cuda, cuda:1, or several with commas.")
    ] = "",
    nproc: Annotated[
        int, typer.Option("--nproc", help="Workers on this machine, one device each.", min=1)
    ] = 1,
    nodes: Annotated[int, typer.Option("--nodes", help="Machines that train together.")] = 1,
    rendezvous: Annotated[
        str, typer.Option("--rendezvous", metavar="HOST:PORT", help="Where they meet.")
    ] = "",
    resume: Annotated[
        str, typer.Option("--resume", metavar="JOB", help="Go on with a job: id, name or folder.")
    ] = "",
    queue: Annotated[
        bool, typer.Option("--queue", help="Only put it into the queue of the window.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Start it and come back; `jobs watch` looks at it.")
    ] = False,
    dry: Annotated[
        bool, typer.Option("--dry", help="Print settings, command and cost; start nothing.")
    ] = False,
    show: Annotated[bool, typer.Option("--list", help="List presets and settings.")] = False,
) -> None:
    """Train an ACTOR on a data set.

    A progress bar shows how far it is; Ctrl+C saves and pauses.

    \b
    Examples:
      motion-studio train --preset demo --epochs 60
      motion-studio train --preset ntu13_vibe --data ntu13 --set lambda_kl=5e-5 --device cuda
      motion-studio train --preset ntu13_vibe --sweep lambda_kl=1e-5,5e-5
      motion-studio train --resume 20261123-101500-demo
    """
    from training.jobs import JobStore

    if show:
        _list()
        return
    store = JobStore()
    if resume:
        job = store.job(resume)
        if data or epochs is not None or set_ or name or sweep:
            raise StudioError(
                "A job goes on with the settings it has.",
                "Use them on a new job, without --resume.",
            )
    else:
        settings = _settings(preset, config, data, epochs, name, set_ or [])
        check_dataset(settings.dataset)
        if settings.measure_every and settings.recogniser:
            from core.evaluation.recognisers.library import find_recogniser

            find_recogniser(settings.recogniser)
        check_devices([word.strip() for word in device.split(",")], settings)
        if sweep:
            _sweep(store, settings, sweep)
            return
        if dry:
            _tell_plan(settings, _devices(device, nproc, settings), nodes, rendezvous)
            return
        job = store.create(settings, waits=queue)
    devices = _devices(device, nproc, job.config)
    if queue:
        job.enqueue(devices or None)
        print(job.folder)
        return
    print(job.folder)
    _warn_of_others(store, job, devices or [job.config.device])
    job.start(devices or None, resume=bool(resume), nodes=nodes, rendezvous=rendezvous, nice=False)
    if not detach:
        accompany(job)


def check_devices(asked: list[str], config: TrainConfig) -> None:
    """Look for the devices before a job is made that would not find them. Raises StudioError."""
    wanted = [config.device if word in ("", "auto") else word for word in asked]
    if all(word in ("auto", "cpu") for word in wanted):
        return
    from training.devices import find_devices

    found = [each.id for each in find_devices()]
    kinds = {name.partition(":")[0] for name in found} | {"auto", "cpu"}
    for word in wanted:
        if word not in found and word not in kinds:
            raise StudioError(f"This machine has no device {word}.", f"It has: {', '.join(found)}.")


def check_dataset(name: str) -> None:
    """Open a data set before a job is made that could not. Raises StudioError."""
    from core.datasets.library import DEMO, open_dataset

    if name != DEMO:  # that one is made when it is first wanted
        open_dataset(name).close()


def accompany(job: Job, *, pauses: bool = True) -> None:
    """Show a job until it ends. Ctrl+C lets it save and pause (or, without, only look away).

    Leaves with 5 when it failed, 130 when it was paused or stopped.
    """
    from studio.cli.job_bar import follow

    state = follow(job, pauses=pauses)
    if state.is_running:
        return
    if state.state == "done":
        for file in job.checkpoints()[-1:]:
            print(file.path)
        return
    if state.state in ("paused", "cancelled"):
        complain(f"{job.name} is {state.state}.", f"motion-studio train --resume {job.id}")
        raise typer.Exit(130)
    complain(state.message or f"{job.name} is {state.state}.", state.hint)
    raise typer.Exit(FAILED)


def _settings(
    preset_name: str, file: Path | None, data: str, epochs: int | None, name: str, pairs: list[str]
) -> TrainConfig:
    """Return the settings asked for. Raises StudioError naming what is wrong."""
    from training.config import load_config, parse_setting
    from training.presets import preset

    config = load_config(file) if file else preset(preset_name).make()
    changes: dict[str, Any] = dict(parse_setting(pair) for pair in pairs)
    if data:
        changes["dataset"] = data if not Path(data).is_dir() else str(Path(data).resolve())
    if epochs is not None:
        changes["epochs"] = epochs
    if name:
        changes["name"] = name
    config = config.changed(**changes)
    return config.changed(body=str(_whole_body(config.body))) if config.body else config


def _whole_body(name: str) -> Path:
    """The file of a body, whole: a job runs elsewhere. Raises FileProblem for one that is none."""
    from core.body import load_body

    path = Path(name).expanduser().resolve()
    load_body(path)
    return path


def _devices(device: str, nproc: int, config: TrainConfig) -> list[str]:
    """Return the devices of the workers, [] for those of the settings."""
    given = [word.strip() for word in device.split(",") if word.strip()]
    if len(given) > 1 or (nproc == 1 and given != ["auto"]):
        return given
    if nproc == 1:
        return []
    kind = given[0] if given else config.device
    if kind == "auto":
        from training.devices import find_devices

        kind = find_devices()[0].id.partition(":")[0]
    return ["cpu"] * nproc if kind == "cpu" else [f"{kind}:{index}" for index in range(nproc)]


def _sweep(store: Any, config: TrainConfig, text: str) -> None:
    from training.config import parse_setting
    from training.jobs import sweep

    key, _, values = text.partition("=")
    if not values:
        raise StudioError(f"{text!r} is no sweep.", "Write it as key=value,value.")
    for job in sweep(
        store, config, key, [parse_setting(f"{key}={v}")[1] for v in values.split(",")]
    ):
        print(job.folder)
    print("motion-studio: they wait in the queue: `motion-studio jobs run`", file=sys.stderr)


def _tell_plan(config: TrainConfig, devices: list[str], nodes: int, rendezvous: str) -> None:
    import yaml

    from core.datasets.library import list_datasets
    from training.cost import estimate_cost
    from training.launch import Launch

    print(yaml.safe_dump(dataclasses.asdict(config), sort_keys=False))
    launch = Launch(devices=tuple(devices), nodes=nodes, rendezvous=rendezvous)
    print(shlex.join(launch.command(Path("JOBFOLDER"), python="python")))
    for entry in list_datasets():
        if config.dataset in (entry.name, str(entry.folder)):
            cost = estimate_cost(config, entry, devices=max(len(devices), 1))
            hours = cost.total_seconds / 3600
            print(
                f"{cost.num_steps} steps of {cost.seconds_per_step:.3f} s: {hours:.2f} h, "
                f"{cost.memory_bytes / 2**30:.1f} GB. {cost.basis}"
            )


def _warn_of_others(store: Any, job: Job, devices: list[str]) -> None:
    from training.jobs import Queue

    warning = Queue(store).warning(devices, besides=job)
    if warning:
        complain(warning)


def _list() -> None:
    from training.config import TrainConfig
    from training.fields import FIELDS
    from training.presets import PRESETS

    for preset in PRESETS.values():
        print(f"{preset.name:12} {preset.text}")
    print()
    defaults = TrainConfig()
    for info in FIELDS:
        value = getattr(defaults, info.name)
        print(f"{info.name:17} {value!s:12} {info.help}")
