"""Writing clips for other programs: one table of file endings, one module a format.

Adding a format is one module with a ``write`` function and one line in ``EXPORTERS``. Torch-free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import FileProblem
from core.export import bvh, npz
from core.export.bvh import BvhOptions
from core.motion import Motion

if TYPE_CHECKING:
    from core.body import BodyModel

__all__ = ["EXPORTERS", "BvhOptions", "Exporter", "export_motion", "exporter_for"]


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """One file format. ``write(motion, path, body=None, **options)`` writes it whole or not.

    ``options`` is the dataclass of the format's choices, or None where there is nothing to choose;
    ``description`` is one sentence for the dialog and the command line.
    """

    ending: str
    name: str
    description: str
    write: Callable[..., None]
    options: type | None = None


EXPORTERS: dict[str, Exporter] = {
    exporter.ending: exporter
    for exporter in (
        Exporter(
            ending=".bvh",
            name="BVH",
            description="Skeleton and motion as text, read by Blender, Maya, MotionBuilder, Unity.",
            write=bvh.write,
            options=BvhOptions,
        ),
        Exporter(
            ending=".npz",
            name="Motion Studio clip",
            description="SMPL poses, translation, betas, fps and provenance as numpy arrays.",
            write=npz.write,
        ),
    )
}


def exporter_for(path: Path) -> Exporter:
    """Return the exporter of the path's ending. Raises FileProblem listing the known endings."""
    exporter = EXPORTERS.get(path.suffix.lower())
    if exporter is None:
        known = " or ".join(EXPORTERS)
        wrong = f"the ending {path.suffix}" if path.suffix else "a name without an ending"
        raise FileProblem(
            f"{path.name} cannot be written: {wrong} is not known.", f"Let the name end in {known}."
        )
    return exporter


def export_motion(
    motion: Motion, path: Path, *, body: BodyModel | None = None, **options: Any
) -> None:
    """Write a clip in the format of the path's ending, whole or not at all.

    ``body`` gives the rest joints (default: the body the clip was made with); ``options`` are the
    fields of the exporter's options class. Raises FileProblem; ValueError for a bad option.
    """
    path = Path(path)
    exporter_for(path).write(motion, path, body=body, **options)
