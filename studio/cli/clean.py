"""``motion-studio clean``: repair clips, with what it changed in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cleanup import FOOT_LOCKS, STEPS, Cleaned, CleanupOptions, clean
from core.errors import FileProblem, StudioError
from core.motion_file import load_motion, save_motion
from core.quality import measure_quality, verdict
from studio.cli.running import clip_paths

_STEP_NAMES = ", ".join(step.name for step in STEPS)


def clean_command(
    clips: Annotated[
        list[Path], typer.Argument(help="Clip files (npz), or folders of them.", show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="The clip to write, or with several clips a folder."),
    ],
    strength: Annotated[
        float, typer.Option(help="How much to clean, 0 (not at all) to 1.", min=0.0, max=1.0)
    ] = 0.5,
    foot_lock: Annotated[
        str, typer.Option("--foot-lock", help=f"Hold standing feet: {', '.join(FOOT_LOCKS)}.")
    ] = "auto",
    without: Annotated[
        str, typer.Option(help=f"Steps to leave out, with commas: {_STEP_NAMES}.")
    ] = "",
) -> None:
    """Mend clips: tremble, gaps, flips, sliding feet.

    Flips, outliers, gaps, tremble, gravity, floor, sliding feet.

    Prints what was measured before and after, and the clip's verdict. The clips themselves stay as
    they are; frames that were bridged are marked as inferred in the result.

    \b
    Examples:
      motion-studio clean dance_person1.npz --out dance_clean.npz
      motion-studio clean clips --out cleaned --strength 0.8 --foot-lock off
      motion-studio clean jump.npz --out jump_clean.npz --without gravity,floor
    """
    options = _options(strength, foot_lock, without)
    paths = clip_paths(clips)
    targets = _targets(paths, clips, out)
    for path, target in zip(paths, targets, strict=True):
        before = load_motion(path)
        done = clean(before, options)
        motion = done.motion.with_channels(**measure_quality(done.motion).channels)
        save_motion(target, motion)
        print("\n".join([f"{target}", *_table(done)]))
        for title, clip in (("before", before), ("after", motion)):
            judged = verdict(clip)
            print(f"  {title}: {judged.grade} ({'; '.join(judged.reasons)})")


def _options(strength: float, foot_lock: str, without: str) -> CleanupOptions:
    known = {step.name for step in STEPS}
    left_out = {name.strip() for name in without.split(",") if name.strip()}
    if left_out - known:
        raise StudioError(
            f"There is no clean-up step called {', '.join(sorted(left_out - known))}.",
            f"Choose from: {_STEP_NAMES}.",
        )
    # the options refuse what is not one of the three, in a sentence
    return CleanupOptions(
        strength=strength,
        steps=frozenset(known - left_out),
        foot_lock=foot_lock,  # type: ignore[arg-type]
    )


def _targets(paths: list[Path], given: list[Path], out: Path) -> list[Path]:
    """Where each clip goes: one clip to the file named, several or a folder into the folder."""
    single = len(paths) == 1 and not given[0].is_dir() and not out.is_dir()
    if single:
        if out.suffix.lower() != ".npz":
            raise FileProblem(f"{out.name} cannot be written as a clip.", "Let it end in .npz.")
        targets = [out]
    else:
        if out.suffix.lower() == ".npz":
            raise FileProblem(f"{len(paths)} clips do not fit one file.", "Give a folder.")
        targets = [out / path.name for path in paths]
    if {path.resolve() for path in paths} & {target.resolve() for target in targets}:
        raise FileProblem("A clip would be written over itself.", "Give another name or folder.")
    if len(set(targets)) < len(targets):
        raise FileProblem("Two clips have the same name.", "Clean them one after the other.")
    return targets


def _table(done: Cleaned) -> list[str]:
    """The report as aligned lines, with what changed first and units last."""
    lines = [f"  {'':18s}{'before':>9s}{'after':>9s}"]
    for row in done.report:
        digits = 0 if row.unit in ("frames", "spikes") else 1
        before, after = (f"{value:9.{digits}f}" for value in (row.before, row.after))
        lines.append(f"  {row.name:18s}{before}{after}  {row.unit}")
    return lines
