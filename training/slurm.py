"""A batch script for a cluster that runs Slurm: the same training behind torchrun, on its nodes."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from core.errors import StudioError
from core.paths import RESOURCES

TEMPLATE = RESOURCES / "slurm" / "train.sbatch"
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class SlurmOptions:
    """What is asked of the cluster; each GPU gets one worker."""

    nodes: int = 1
    gpus: int = 1
    hours: int = 24
    cpus_per_gpu: int = 4

    def __post_init__(self) -> None:
        if min(self.nodes, self.gpus, self.hours, self.cpus_per_gpu) < 1:
            raise StudioError(
                "A Slurm job needs at least one of everything.", "Give numbers of 1+."
            )


def slurm_script(folder: Path, options: SlurmOptions) -> str:
    """Return the script for a job's folder, ready for ``sbatch``."""
    return TEMPLATE.read_text(encoding="utf-8").format(
        name=shlex.quote(folder.name),
        folder=shlex.quote(str(folder.absolute())),
        root=shlex.quote(str(_ROOT)),
        python=shlex.quote(sys.executable),
        nodes=options.nodes,
        gpus=options.gpus,
        hours=options.hours,
        cpus=options.cpus_per_gpu * options.gpus,
        threads=options.cpus_per_gpu,
    )
