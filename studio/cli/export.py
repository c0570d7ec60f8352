"""``motion-studio export``: clips to the files of other programs.

What can be chosen comes from the table of export options, so a new choice needs no line here.
"""

from __future__ import annotations

import inspect
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import FileProblem, StudioError
from core.export import EXPORTERS, OPTIONS, ExportOptions, OptionInfo, exporter_for, options_from
from core.export.batch import (
    DEFAULT_PATTERN,
    OVERWRITE,
    PATTERN_FIELDS,
    ExportClip,
    ExportResult,
    ExportSettings,
    PlannedFile,
    plan,
)
from core.export.batch import export as write_files
from core.export.targets import TARGETS
from studio.cli.running import ExitCode, clip_paths, complain, progress_bar


def export(
    clips: Annotated[
        list[Path], typer.Argument(help="Clip files (npz), or folders of them.", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="A file, whose ending is the format; or a folder."),
    ],
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            "-f",
            help="Where --out is a folder: "
            + ", ".join(ending.lstrip(".") for ending in EXPORTERS)
            + "; may be repeated.",
            show_default="bvh",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--for", help="Formats and options at once: " + ", ".join(TARGETS) + "."),
    ] = None,
    name: Annotated[
        str, typer.Option(help="File names in a folder, of " + " ".join(PATTERN_FIELDS) + ".")
    ] = DEFAULT_PATTERN,
    overwrite: Annotated[
        str, typer.Option(help="What happens to a file in a folder: " + ", ".join(OVERWRITE) + ".")
    ] = "replace",
    one_file: Annotated[
        bool, typer.Option("--one-file", help="All clips in one file, where the format can.")
    ] = False,
    check: Annotated[bool, typer.Option(help="Read every file back and compare.")] = True,
    **values: Any,
) -> None:
    """Write clips for other programs, as FBX, GLB or BVH.

    The format comes from the file's ending. FBX and GLB hold the skinned body, and several clips
    if they are given one file; a BVH holds the skeleton alone. Every file is read back and
    compared with its clip.

    \b
    Examples:
      motion-studio export kick.npz --out kick.fbx
      motion-studio export kick.npz --out kick.fbx --for unreal --fps 60
      motion-studio export clips --out folder --for blender
      motion-studio export clips --out folder -f fbx -f glb --skeleton mixamo
      motion-studio export clips --out all.glb
      motion-studio export kick.npz --out kick.bvh --unit m --rotation-order ZXY
    """
    paths = clip_paths(clips)
    if overwrite not in OVERWRITE:
        raise StudioError(
            f"The overwrite policy {overwrite} is not known.", "Use " + ", ".join(OVERWRITE) + "."
        )
    if target is not None and target not in TARGETS:
        raise StudioError(f"There is no target called {target}.", "Use " + ", ".join(TARGETS) + ".")
    is_folder = out.is_dir() or not out.suffix
    settings = ExportSettings(
        folder=out if is_folder else out.parent,
        endings=_endings(formats, target) if is_folder else (),
        pattern=name,
        overwrite=overwrite,
        options=options_from(_wanted(values, target)),
        one_file=one_file,
        check=check,
    )
    planned = plan(_named(paths), settings) if is_folder else [_one_file(paths, out)]
    with progress_bar("Exporting") as progress:
        result = write_files(planned, settings, progress)
    _tell(result)


def _endings(formats: list[str] | None, target: str | None) -> tuple[str, ...]:
    if formats is None and target is not None:
        return TARGETS[target].endings
    endings = ["." + word.lower().lstrip(".") for word in formats or ["bvh"]]
    short = {ending.removesuffix(".npz"): ending for ending in EXPORTERS}  # amass for amass.npz
    return tuple(dict.fromkeys(e if e in EXPORTERS else short.get(e, e) for e in endings))


def _wanted(values: dict[str, Any], target: str | None) -> dict[str, Any]:
    """The options as typed, and where nothing was typed as the program wants them."""
    if target is None:
        return values
    usual = asdict(ExportOptions())
    typed = {name: value for name, value in values.items() if value != usual[name]}
    return {**TARGETS[target].changes, **typed}


def _named(paths: list[Path]) -> list[ExportClip]:
    """Clips of the files' names; names that come twice are numbered."""
    taken: set[str] = set()
    clips = []
    for path in paths:
        name, number = path.stem, 1
        while name in taken:
            number += 1
            name = f"{path.stem}_{number}"
        taken.add(name)
        clips.append(ExportClip(name=name, source=path))
    return clips


def _one_file(paths: list[Path], out: Path) -> PlannedFile:
    exporter = exporter_for(out)
    if len(paths) > 1 and not exporter.holds_several:
        raise FileProblem(
            f"{len(paths)} clips do not fit into the one file {out.name}.",
            "Give a folder to --out, and the format with --format.",
        )
    return PlannedFile(clips=tuple(_named(paths)), path=out)


def _tell(result: ExportResult) -> None:
    for path in result.written:
        print(path)
    if result.problems and not result.written:
        raise FileProblem(*result.problems[0])
    for message, hint in result.problems:
        complain(message, hint)
    if result.problems:
        raise typer.Exit(ExitCode.WRONG_INPUT)
    if result.worst_mm is not None or result.skipped:
        print(result.summary, file=sys.stderr)


_UNSAID = (None, True, False)


def _parameter(info: OptionInfo) -> inspect.Parameter:
    """One option of the command line, made from its description."""
    default = getattr(ExportOptions(), info.name)
    known = [f"{v:g}" if isinstance(v, float) else v for v, _ in info.choices if v not in _UNSAID]
    formats = "" if not info.formats else " [" + " ".join(sorted(info.formats)) + "]"
    text = info.help + (": " + ", ".join(known) if known else "") + formats + "."
    is_switch = not known and not info.is_open
    flags = f"{info.flag}/--no-{info.flag[2:]}" if is_switch else info.flag
    kind: Any = bool if is_switch else float if info.is_open else str
    unset = "as the clip" if info.is_open else "as the skeleton asks"
    option = typer.Option(flags, help=text, show_default=unset if default is None else True)
    return inspect.Parameter(
        info.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind if default is not None else kind | None, option],
    )


def _with_options() -> inspect.Signature:
    own = inspect.signature(export, eval_str=True)
    fixed = [p for p in own.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    return own.replace(parameters=[*fixed, *map(_parameter, OPTIONS)])


export.__signature__ = _with_options()  # type: ignore[attr-defined]
