"""Writing clips for other programs: one table of file endings, one module a format.

Adding a format is one module with a ``write`` function and one line in ``EXPORTERS``. Torch-free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import FileProblem
from core.export import bvh, c3d, csv, fbx, glb, npz, smpl_npz, usd
from core.export.options import OPTIONS, ExportOptions, OptionInfo, options_from
from core.export.prepare import prepared
from core.export.presets import PRESETS
from core.motion import Motion

if TYPE_CHECKING:
    from core.body import BodyModel

__all__ = [
    "EXPORTERS",
    "OPTIONS",
    "PRESETS",
    "ExportOptions",
    "Exporter",
    "OptionInfo",
    "export_motion",
    "export_motions",
    "exporter_for",
    "options_from",
    "prepared",
]


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """One file format. ``write(motion, path, body=None)`` writes it whole or not at all.

    With ``options`` it also gets ``options=ExportOptions``; a format that ``holds_several`` clips
    gets a sequence of motions and their ``names``. What the options say about the motion itself is
    done before. ``ending`` may have several parts (".amass.npz"); ``description`` is one sentence
    for the dialog and the command line; ``needs`` names an optional library.
    """

    ending: str
    name: str
    description: str
    write: Callable[..., None]
    options: type | None = None
    holds_several: bool = False
    needs: str = ""

    @property
    def is_available(self) -> bool:
        """Whether the library it needs is installed."""
        return not self.needs or find_spec(_MODULES.get(self.needs, self.needs)) is not None


_MODULES = {"usd-core": "pxr"}  # where a library's module has another name


EXPORTERS: dict[str, Exporter] = {
    exporter.ending: exporter
    for exporter in (
        Exporter(
            ending=".bvh",
            name="BVH",
            description="Skeleton and motion as text, read by Blender, Maya, MotionBuilder, Unity.",
            write=bvh.write,
            options=ExportOptions,
        ),
        Exporter(
            ending=".fbx",
            name="FBX",
            description="Skeleton, skinned body and motion for Maya, Unity, Unreal and Blender.",
            write=fbx.write,
            options=ExportOptions,
            holds_several=True,
        ),
        Exporter(
            ending=".glb",
            name="GLB",
            description="Skeleton, skinned body and motion for the web, Blender, Unity and VRM.",
            write=glb.write,
            options=ExportOptions,
            holds_several=True,
        ),
        Exporter(
            ending=".npz",
            name="Motion Studio clip",
            description="SMPL poses, translation, betas, fps and provenance as numpy arrays.",
            write=npz.write,
        ),
        Exporter(
            ending=".smpl.npz",
            name="SMPL arrays",
            description="SMPL poses (T, 72), translation and rate for research code; y up.",
            write=smpl_npz.write_smpl,
        ),
        Exporter(
            ending=".amass.npz",
            name="AMASS arrays",
            description="AMASS layout: poses (T, 156) with straight hands; z up.",
            write=smpl_npz.write_amass,
        ),
        Exporter(
            ending=".csv",
            name="CSV table",
            description="Joint positions in metres, one row a frame, for spreadsheets; y up.",
            write=csv.write,
        ),
        Exporter(
            ending=".usd",
            name="USD",
            description="Skeleton, skinned body and motion for Omniverse, Houdini, Maya, Blender.",
            write=usd.write,
            options=ExportOptions,
            needs="usd-core",
        ),
        Exporter(
            ending=".c3d",
            name="C3D",
            description="Joint centres as points for laboratory programs; millimetres, z up.",
            write=c3d.write,
            needs="c3d",
        ),
    )
}


def exporter_for(path: Path) -> Exporter:
    """Return the exporter of the name's longest known ending.

    Raises FileProblem listing the known endings.
    """
    name = path.name.lower()
    fitting = [ending for ending in EXPORTERS if name.endswith(ending) and name != ending]
    if fitting:
        return EXPORTERS[max(fitting, key=len)]
    known = " or ".join(EXPORTERS)
    wrong = f"the ending {path.suffix}" if path.suffix else "a name without an ending"
    raise FileProblem(
        f"{path.name} cannot be written: {wrong} is not known.", f"Let the name end in {known}."
    )


def stem_of(path: Path) -> str:
    """The file's name without its ending, however many parts that has."""
    return path.name[: -len(exporter_for(path).ending)]


def export_motion(
    motion: Motion,
    path: Path,
    options: ExportOptions | None = None,
    *,
    body: BodyModel | None = None,
    **values: Any,
) -> None:
    """Write a clip in the format of the path's ending, whole or not at all.

    ``body`` is the body to write (default: the one the clip was made with); ``values`` are fields
    of ExportOptions, on top of ``options``. Raises FileProblem; StudioError for a bad option.
    """
    export_motions([motion], path, options, body=body, **values)


def export_motions(
    motions: Sequence[Motion],
    path: Path,
    options: ExportOptions | None = None,
    *,
    names: Sequence[str] | None = None,
    body: BodyModel | None = None,
    **values: Any,
) -> None:
    """Write clips into one file, whole or not at all; several only where the format can.

    ``names`` are the clips' names in the file (default: the file's own, numbered). Raises
    FileProblem where the format holds one clip or their bodies differ; StudioError for an option.
    """
    path = Path(path)
    exporter = exporter_for(path)
    wanted = options_from(values) if options is None else options
    if options is not None and values:
        options_from(values)  # names that are not options
        wanted = replace(options, **values)
    wanted = wanted.for_format(exporter.ending)
    if not motions:
        raise FileProblem("There is no clip to write.", "Choose at least one.")
    if len(motions) > 1 and not exporter.holds_several:
        raise FileProblem(
            f"{exporter.name} holds one clip a file, not {len(motions)}.",
            "Write one file a clip, or choose FBX or GLB.",
        )
    ready = [prepared(motion, wanted, body) for motion in motions]
    if exporter.holds_several:
        titles = unique_names(names or [stem_of(path)] * len(ready))
        exporter.write(ready, path, names=titles, body=body, options=wanted)
    elif exporter.options is not None:
        exporter.write(ready[0], path, body=body, options=wanted)
    else:
        exporter.write(ready[0], path, body=body)


def unique_names(names: Sequence[str]) -> list[str]:
    """Number names that occur more than once: kick, kick 2, kick 3."""
    taken: set[str] = set()
    out = []
    for name in names:
        number, own = 1, name
        while own in taken:
            number += 1
            own = f"{name} {number}"
        taken.add(own)
        out.append(own)
    return out
