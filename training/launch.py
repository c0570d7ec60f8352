"""The command line of a training: one process, several devices, several machines.

One device is ``python -m training run FOLDER``; more of them, and more machines, are the same
behind torchrun, which also starts the workers anew when one is lost.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import StudioError

PROGRAM: tuple[str, ...] = ("-m", "training")
FRESH_MEETING = ("TORCH_DISABLE_SHARE_RDZV_TCP_STORE", "1")
"""torchrun's own store keeps the addresses of workers that are gone; restarted ones would call
there and give up. With this each start has a store of its own."""
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Launch:
    """Where and how a job runs.

    ``devices``: ids as :func:`training.devices.find_devices` tells them ("cpu", "cuda:1"), one
    worker each; () leaves the choice to the config. ``nodes`` > 1 needs ``rendezvous``
    ("host:port" of the first machine); the same command is then started on every machine.
    """

    devices: tuple[str, ...] = ()
    nodes: int = 1
    rendezvous: str = ""
    max_restarts: int = 3
    program: tuple[str, ...] = field(default_factory=lambda: PROGRAM)

    def __post_init__(self) -> None:
        kinds = {device.partition(":")[0] for device in self.devices}
        if len(kinds) > 1:
            raise StudioError(
                f"A job cannot run on {' and '.join(sorted(kinds))} at once.",
                "Choose devices of one kind.",
            )
        if self.nodes < 1 or (self.nodes > 1 and not self.rendezvous):
            raise StudioError(
                "Several machines need a meeting point.",
                "Give --rendezvous HOST:PORT of the first machine.",
            )

    @property
    def is_distributed(self) -> bool:
        """Whether torchrun starts the workers."""
        return len(self.devices) > 1 or self.nodes > 1

    def command(self, folder: Path, *, resume: bool = False, python: str = "") -> list[str]:
        """Return the words of the command; under torchrun a restarted worker always resumes."""
        start = [python or sys.executable]
        if self.is_distributed:
            start += ["-m", "torch.distributed.run", *self._meeting(folder)]
            start += [f"--nproc-per-node={max(len(self.devices), 1)}"]
            start += [f"--max-restarts={self.max_restarts}"]
            program = list(self.program)  # torchrun takes `-m module` or a script as it is
        else:
            program = list(self.program)
        resume = resume or self.is_distributed
        return [*start, *program, "run", str(folder), *(["--resume"] if resume else [])]

    def _meeting(self, folder: Path) -> list[str]:
        if self.nodes == 1:
            return ["--standalone"]
        return [
            f"--nnodes={self.nodes}",
            f"--rdzv-id={folder.name}",
            "--rdzv-backend=c10d",
            f"--rdzv-endpoint={self.rendezvous}",
        ]

    def environment(self) -> dict[str, str]:
        """Return this process's environment with what the workers need besides."""
        found = dict(os.environ)
        paths = [str(_ROOT), *filter(None, [found.get("PYTHONPATH", "")])]
        found["PYTHONPATH"] = os.pathsep.join(paths)
        found["PYTHONUNBUFFERED"] = "1"
        if self.is_distributed:
            found.setdefault("OMP_NUM_THREADS", str(threads_each(len(self.devices))))
            found.setdefault(*FRESH_MEETING)
        cards = cuda_indices(self.devices)
        if cards:
            found["CUDA_VISIBLE_DEVICES"] = _among_visible(cards, found.get("CUDA_VISIBLE_DEVICES"))
        return found


def threads_each(workers: int) -> int:
    """Return how many threads each of several workers on this machine takes."""
    return max((os.cpu_count() or 1) // max(workers, 1), 1)


def cuda_indices(devices: Sequence[str]) -> list[int]:
    """Return the numbers of CUDA devices; "cuda" alone is the first."""
    cards = [device for device in devices if device.partition(":")[0] == "cuda"]
    return [int(device.partition(":")[2] or 0) for device in cards]


def _among_visible(cards: Sequence[int], visible: str | None) -> str:
    """Return CUDA_VISIBLE_DEVICES for numbers counted among those visible already."""
    if not visible:
        return ",".join(map(str, cards))
    names = visible.split(",")
    return ",".join(names[card] for card in cards if card < len(names))
