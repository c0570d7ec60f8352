"""Which devices there are to train on, found by a child process: the studio itself needs no torch.

``python -m training.devices`` prints them as JSON.
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
import time
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from core.atomic import written_whole
from core.errors import FileProblem
from core.paths import data_folder
from training.cost import Cost, estimate_cost

__all__ = ["Cost", "Device", "estimate_cost", "find_devices", "known_devices"]

_log = logging.getLogger(__name__)
_KEPT_SECONDS = 24 * 3600.0
_CHILD_SECONDS = 60.0
_ROOT = Path(__file__).resolve().parent.parent
_lock = threading.Lock()
_found: list[Device] = []


@dataclass(frozen=True, kw_only=True)
class Device:
    """A device: ``id`` as settings and launches name it ("cpu", "cuda:0"), memory in bytes."""

    id: str
    name: str
    memory: int

    @property
    def text(self) -> str:
        """A line for a list."""
        return f"{self.name}, {self.memory / 2**30:.0f} GB"


def find_devices(*, refresh: bool = False) -> list[Device]:
    """Return the devices of this machine, the best first.

    The first call of a day asks a child process (a few seconds: call it from a thread); later
    ones, also of other programs, read what it found. Without an answer there is the CPU.
    """
    with _lock:
        if refresh or not _found:
            kept = [] if refresh else _read_kept()
            _found[:] = kept or _ask_child()
        return list(_found)


def known_devices() -> list[Device]:
    """Return the devices at once: as found lately, the CPU alone where nobody looked yet."""
    return list(_found) or _read_kept() or [cpu()]


def cpu() -> Device:
    """Return the processor as a device."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    name = f"CPU, {cores} core{'s' if cores != 1 else ''}"
    return Device(id="cpu", name=name, memory=int(psutil.virtual_memory().total))


def _kept_file() -> Path:
    return data_folder() / "cache" / "devices.json"


def _key() -> str:
    """What the answer depends on: another torch or other visible cards are asked for anew."""
    try:
        torch = metadata.version("torch")
    except metadata.PackageNotFoundError:
        torch = "none"
    return f"{platform.node()} {torch} {os.environ.get('CUDA_VISIBLE_DEVICES', 'all')}"


def _read_kept() -> list[Device]:
    try:
        kept = json.loads(_kept_file().read_text(encoding="utf-8"))
        if kept["key"] != _key() or time.time() - kept["time"] > _KEPT_SECONDS:
            return []
        return [Device(**values) for values in kept["devices"]]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _ask_child() -> list[Device]:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "training.devices"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_CHILD_SECONDS,
            check=True,
        )
        devices = [Device(**values) for values in json.loads(answer.stdout.splitlines()[-1])]
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, IndexError) as error:
        _log.warning("devices could not be found: %s", error)
        return [cpu()]
    kept = {"key": _key(), "time": time.time(), "devices": [asdict(one) for one in devices]}
    with contextlib.suppress(FileProblem), written_whole(_kept_file()) as temporary:
        temporary.write_text(json.dumps(kept), encoding="utf-8")
    return devices


def _look() -> list[dict[str, Any]]:
    """Ask torch, in the child."""
    import torch

    cards = []
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        facts = torch.cuda.get_device_properties(index)
        cards.append(Device(id=f"cuda:{index}", name=facts.name, memory=facts.total_memory))
    cards.sort(key=lambda card: -card.memory)
    return [asdict(device) for device in (*cards, cpu())]


if __name__ == "__main__":
    print(json.dumps(_look()))
