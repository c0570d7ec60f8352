"""``motion-studio import``: clips from results and motion files made elsewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.errors import FileProblem, StudioError
from core.estimators.results import Found, inspect, load_people
from core.motion import Motion
from core.motion_file import save_motion
from core.quality import verdict
from studio.cli.running import ExitCode, check_writable, complain


def import_command(
    files: Annotated[
        list[Path],
        typer.Argument(help="Result files, or folders a tool wrote.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the clips; made if it is not there."),
    ] = None,
    look: Annotated[
        bool, typer.Option("--look", help="Only say what the files hold; import nothing.")
    ] = False,
    person: Annotated[
        list[str] | None, typer.Option(help="Import only this person; may be repeated.")
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(min=0.1, help="Frames a second; of several files, of those that do not say."),
    ] = None,
    video: Annotated[
        Path | None, typer.Option(help="The video it was made from, to take the frame rate from.")
    ] = None,
    axes: Annotated[
        str | None, typer.Option(help="Correct the way up: y up, z up or camera axes.")
    ] = None,
    focal: Annotated[
        float | None,
        typer.Option(min=1.0, help="Focal length in pixels, for VIBE, PARE and 4D-Humans."),
    ] = None,
    official: Annotated[
        bool, typer.Option("--official", help="Place people as VIBE's own demo does.")
    ] = False,
    level: Annotated[
        bool, typer.Option(help="Stand people upright that a tilted camera saw leaning.")
    ] = True,
    label: Annotated[str, typer.Option(help="The action, kept in the clips.")] = "",
) -> None:
    """Import results of other tools, and clips.

    VIBE, PARE, WHAM, 4D-Humans, TRAM, GVHMR, PromptHMR, AMASS.

    Says what a file holds before anything is imported, then writes one clip a person. Motion files
    (BVH, FBX, GLB) are put onto SMPL's skeleton. Pickles are read without running anything in them.

    \b
    Examples:
      motion-studio import vibe_output.pkl --look
      motion-studio import vibe_output.pkl --video dance.mp4 --out clips
      motion-studio import results/dance --fps 30 --person 2 --out clips
    """
    if out is None and not look:
        raise StudioError("Say where the clips go.", "Add --out FOLDER, or --look to only look.")
    if out is not None:
        check_writable(out)
    failures = 0
    taken: set[str] = set()
    for path in files:
        try:
            if _is_skeleton(path) or _is_ours(path):
                motions, names = _animation(path)
            else:
                found = inspect(path)
                print(found.text)
                _list_people(found)
                if look:
                    continue
                alone = len(files) == 1 or found.needs_fps  # else each file's own rate is right
                motions = load_people(
                    found,
                    person,
                    fps if alone else None,
                    video=video if alone else None,
                    axes=axes,
                    focal=focal,
                    official=official,
                    level=level,
                )
                names = _names(path, motions)
            if out is not None and not look:
                _write(motions, names, out, label, taken)
        except StudioError as problem:
            if len(files) == 1:
                raise
            failures += 1
            complain(f"{path}: {problem.message}", problem.hint)
    if failures:
        raise typer.Exit(ExitCode.WRONG_INPUT)


def _is_skeleton(path: Path) -> bool:
    from core.importing import ENDINGS

    return path.suffix.lower() in ENDINGS and path.suffix.lower() != ".npz"


def _list_people(found: Found) -> None:
    if len(found.people) > 1 or found.people[0].missing:
        for one in found.people:
            print(f"  {one.text}")


def _is_ours(path: Path) -> bool:
    """SMPL or AMASS arrays this program exported know their clip, which other readers pass over."""
    from core.importing import is_ours

    return path.suffix.lower() == ".npz" and is_ours(path)


def _animation(path: Path) -> tuple[list[Motion], list[str]]:
    """Clips of a file with a skeleton or of our own, with what was understood of it told."""
    from core.importing import import_clips

    clips = import_clips(path)
    if not clips:
        raise FileProblem(f"{path.name} holds no motion.", "Choose another file.")
    for clip in clips:
        motion = clip.motion
        print(
            f"{clip.name}, {motion.num_frames} frames at {motion.fps:g} fps, onto SMPL's skeleton"
        )
        for note in clip.notes:
            print(f"  {note}")
    return [clip.motion for clip in clips], [_safe(clip.name) for clip in clips]


def _safe(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_") or "clip"


def _names(path: Path, motions: list[Motion]) -> list[str]:
    """File stems for the clips: the file's own, and the person where there are several."""
    stem = _safe(path.stem)
    names: list[str] = []
    for motion in motions:
        match = re.fullmatch(r"person ([^;]+)(;.*)?", motion.provenance.edit)
        name = f"{stem}_person{match[1]}" if match else f"{stem}_person1"
        count = sum(other == name or other.startswith(f"{name}_part") for other in names)
        names.append(f"{name}_part{count + 1}" if count else name)
    return names


def _write(motions: list[Motion], names: list[str], out: Path, label: str, taken: set[str]) -> None:
    import dataclasses

    for motion, name in zip(motions, names, strict=True):
        unique = name
        number = 2
        while unique in taken:
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique)
        if label:
            origin = dataclasses.replace(motion.provenance, label=label)
            motion = motion.replace(provenance=origin)
        path = out / f"{unique}.npz"
        save_motion(path, motion)
        print(path)
        judged = verdict(motion)
        print(f"  {judged.grade}: {'; '.join(judged.reasons)}", file=sys.stderr)
