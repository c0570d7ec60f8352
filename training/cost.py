"""How long a training takes and how much memory it needs, told before it starts.

A step's time is a sum: the products of the network at the speed of this machine, the dropout
masks, and a rest for every step. The speeds are measured once a machine, with the engine's own
steps, by ``python -m training.calibrate`` in a child process; no torch here.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from core.atomic import written_whole
from core.errors import FileProblem, StudioError
from core.paths import data_folder
from training.config import TrainConfig
from training.jobs.job import Job

_log = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parent.parent
_CHILD_SECONDS = 300.0
_lock = threading.Lock()

UNMEASURED = "MOTION_STUDIO_UNMEASURED"  # in the environment: take the rough figures, for tests
CHECKPOINT_SECONDS = 3.0  # the samples and files of one, with the published network on two cores


class HasClips(Protocol):
    """What is known of a data set: its number of clips."""

    @property
    def num_clips(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a training will take; ``basis`` says in a sentence where the figures come from."""

    seconds_per_step: float
    total_seconds: float
    memory_bytes: int
    basis: str
    num_steps: int = 0


@dataclass(frozen=True, kw_only=True)
class Speed:
    """What a device does: floating point operations a second in float32 and bfloat16, mask values
    drawn a second, seconds of a step and of a layer besides, bytes in use before the first step."""

    flops: float
    flops_bf16: float
    masks: float
    rest: float
    layer: float
    base_bytes: float
    threads: int = 1


GUESSED = Speed(
    flops=4e10, flops_bf16=6e10, masks=2e9, rest=0.03, layer=0.002, base_bytes=6e8, threads=2
)  # of an ordinary two-core machine; taken only until this one was measured


def step_flops(config: TrainConfig) -> float:
    """Return the floating point operations of a step: 2 a product forward, twice that backward.

    Encoder and decoder of ACTOR (Petrovich et al. 2021): attention over T + 2 and T tokens, the
    decoder's other attention, over a single one, is next to nothing. The encoder's last layer
    computes its two distribution tokens only.
    """
    frames, width, hidden = config.longest, config.latent_dim, config.ff_size
    tokens = frames + 2
    encoder = tokens * (4 * width**2 + 2 * width * hidden + 2 * tokens * width)
    last = 2 * (2 * width**2 + 2 * width * hidden + 2 * tokens * width) + tokens * 2 * width**2
    decoder = frames * (4 * width**2 + 2 * width * hidden + 2 * frames * width)
    layers = (config.num_layers - 1) * encoder + last + config.num_layers * decoder
    return 6.0 * config.batch_size * layers


def step_masks(config: TrainConfig) -> float:
    """Return how many values dropout decides on in a step; 0 without dropout."""
    if not config.dropout:
        return 0.0
    frames, width, hidden = config.longest, config.latent_dim, config.ff_size
    per_token = 2 * (2 * width + hidden) + width + 2 * config.num_heads * frames
    return float(config.batch_size * frames * (config.num_layers * per_token + 2 * width))


def num_parameters(config: TrainConfig) -> int:
    """Return the weights of encoder and decoder, labels' tokens left out."""
    width, hidden = config.latent_dim, config.ff_size
    encoder = 4 * width**2 + 2 * width * hidden + 9 * width + hidden
    return config.num_layers * (2 * encoder + 4 * width**2 + 6 * width) + 2 * 151 * width


def memory(config: TrainConfig, num_clips: int, base: float) -> int:
    """Return the bytes of a training: weights, moments, what backward needs, data."""
    frames, width, hidden = config.longest, config.latent_dim, config.ff_size
    copies = 4 + bool(config.ema)
    per_token = 22 * width + 5 * hidden + 6 * config.num_heads * frames
    kept = config.batch_size * (frames + 1) * config.num_layers * per_token
    data = num_clips * max(frames, 60) * 25 * 6
    return int(base + 4 * (copies * num_parameters(config) + kept + data))


def estimate_cost(
    config: TrainConfig,
    dataset_entry: HasClips,
    *,
    devices: int = 1,
    jobs: Iterable[Job] = (),
    measure: bool = True,
) -> Cost:
    """Return what a training will take on this machine.

    A job in ``jobs`` that ran with the same network and batch tells best. Else the machine's
    measured speed does; the first call measures it in a child process (about ten seconds: call it
    from a thread). With ``measure`` False nothing is started, and the basis says so.
    """
    clips = max(int(dataset_entry.num_clips), 1)
    steps = -(-clips // config.batch_size) * config.epochs
    steps = min(steps, config.max_steps) if config.max_steps else steps
    speed = _speed(config, measure)
    known = _known_pace(config, jobs)
    if known is not None:
        seconds, basis = known
    else:
        shared = devices if _device(config).startswith("cuda") else 1  # processes share a CPU
        seconds = seconds_per_step(config, speed or GUESSED) / max(shared, 1)
        basis = _basis(config, speed)
    checkpoints = -(-config.epochs // config.checkpoint_every)
    return Cost(
        seconds_per_step=seconds,
        total_seconds=seconds * steps + CHECKPOINT_SECONDS * checkpoints,
        memory_bytes=memory(config, clips, (speed or GUESSED).base_bytes),
        basis=basis,
        num_steps=steps,
    )


def seconds_per_step(config: TrainConfig, speed: Speed) -> float:
    """Return the time of a step from a device's speeds."""
    rate = speed.flops_bf16 if config.bf16 else speed.flops
    besides = speed.rest + speed.layer * config.num_layers
    return besides + step_flops(config) / rate + step_masks(config) / speed.masks


def _basis(config: TrainConfig, speed: Speed | None) -> str:
    if speed is None:
        return "A rough figure: the speed of this machine was not measured yet."
    rate = speed.flops_bf16 if config.bf16 else speed.flops
    number = "bfloat16" if config.bf16 else "float32"
    return (
        f"Measured on this machine: {rate / 1e9:.0f} GFLOP/s in {number} with {speed.threads} "
        f"thread{'s' if speed.threads != 1 else ''}; other work at the same time slows it."
    )


_SAME_PACE = (
    "num_layers", "latent_dim", "ff_size", "num_heads", "batch_size", "dropout", "bf16", "compile",
    "loss_body", "device", "threads", "longest",
)  # fmt: skip


def _known_pace(config: TrainConfig, jobs: Iterable[Job]) -> tuple[float, str] | None:
    """Return seconds a step as a job of the same settings took, and the sentence saying so."""
    for job in jobs:
        try:
            same = all(getattr(job.config, key) == getattr(config, key) for key in _SAME_PACE)
        except StudioError:
            continue
        if same:
            job.reader.last.refresh()
            pace = float(job.reader.last.events.get("step", {}).get("steps_per_second") or 0.0)
            if pace > 0:
                return 1.0 / pace, f"As {job.name} ran, with the same network and batch."
    return None


# The machine's speed, measured once


def _speed_file() -> Path:
    return data_folder() / "cache" / "training_speed.json"


def speed_key(device: str, threads: int) -> str:
    """Return what a measured speed is valid for."""
    try:
        torch = metadata.version("torch")
    except metadata.PackageNotFoundError:
        torch = "none"
    return f"{platform.node()} {torch} {device} {threads}"


def _speed(config: TrainConfig, measure: bool) -> Speed | None:
    key = speed_key(_device(config), config.threads or os.cpu_count() or 1)
    with _lock:
        kept = _kept_speeds()
        if key not in kept and measure and not os.environ.get(UNMEASURED):
            measured = _measured(config)
            if measured is not None:
                kept[key] = asdict(measured)
                with contextlib.suppress(FileProblem), written_whole(_speed_file()) as temporary:
                    temporary.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        try:
            return Speed(**kept[key]) if key in kept else None
        except TypeError:  # written by another version
            return None


def _device(config: TrainConfig) -> str:
    """Return the device a config means on this machine."""
    if config.device != "auto":
        return config.device
    from training.devices import known_devices  # it imports this module

    return known_devices()[0].id


def _kept_speeds() -> dict[str, dict[str, Any]]:
    try:
        kept = json.loads(_speed_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _measured(config: TrainConfig) -> Speed | None:
    """Ask a child process; None where it does not answer."""
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    command = [sys.executable, "-m", "training.calibrate", _device(config), str(config.threads)]
    try:
        answer = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_CHILD_SECONDS,
            check=True,
        )
        return Speed(**json.loads(answer.stdout.splitlines()[-1]))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, IndexError) as error:
        _log.warning("the machine's speed could not be measured: %s", error)
        return None
