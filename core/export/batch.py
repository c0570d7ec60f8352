"""Writing many clips in many formats: which file each becomes, and what is in the way.

A plan is made first and can be shown before anything is written. Every file is written whole or not
at all, a failure with one clip neither loses nor stops the others, and clips that lie in files are
read one at a time, so that a hundred need no more memory than one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from core.errors import StudioError
from core.export import EXPORTERS, export_motions
from core.export.options import ExportOptions
from core.export.self_check import FileCheck, can_check, check_file
from core.motion import Motion, Provenance
from core.motion_file import load_motion
from core.progress import SILENT, Progress

Overwrite = Literal["number", "replace", "skip"]
OVERWRITE: dict[Overwrite, str] = {
    "number": "keep both (add a number)",
    "replace": "replace the file",
    "skip": "leave the file",
}
PATTERN_FIELDS: dict[str, str] = {
    "{name}": "the clip's name",
    "{label}": "its action",
    "{seed}": "its seed",
    "{number}": "1, 2, 3, ...",
    "{skeleton}": "the skeleton's names",
}
DEFAULT_PATTERN = "{name}"
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_FIELD = re.compile(r"\{[^{}]*\}")
_MAX_BYTES = 180  # file systems take 255 in all; a temporary name and the ending come on top
_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True, kw_only=True)
class ExportClip:
    """A clip that is to be written: its name, and its motion or the file that holds it."""

    name: str
    motion: Motion | None = None
    source: Path | None = None

    def read(self) -> Motion:
        """Return the motion, from its file if need be. Raises FileProblem."""
        if self.motion is not None:
            return self.motion
        if self.source is None:
            raise StudioError(f"{self.name} has neither a motion nor a file.")
        return load_motion(self.source)

    @cached_property
    def provenance(self) -> Provenance:
        """Where the clip comes from; the motion itself is not kept."""
        return self.read().provenance


@dataclass(frozen=True, kw_only=True)
class ExportSettings:
    """What is asked for.

    ``endings`` are keys of ``EXPORTERS`` (".bvh"); ``one_file`` puts all clips into one file in the
    formats that hold several; ``check`` reads every file back.
    """

    folder: Path
    endings: tuple[str, ...] = (".bvh",)
    pattern: str = DEFAULT_PATTERN
    overwrite: Overwrite = "number"
    options: ExportOptions = field(default_factory=ExportOptions)
    one_file: bool = False
    check: bool = True


@dataclass(frozen=True, kw_only=True)
class PlannedFile:
    """One file of the plan; ``is_skipped`` where the policy leaves an existing file alone."""

    clips: tuple[ExportClip, ...]
    path: Path
    is_skipped: bool = False

    @property
    def clip(self) -> ExportClip:
        """The first clip of the file, in most formats its only one."""
        return self.clips[0]


@dataclass(frozen=True, kw_only=True)
class ExportResult:
    """What happened: files written and left alone, a sentence a failure, what was read back."""

    written: tuple[Path, ...] = ()
    skipped: tuple[Path, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()  # message, hint
    checks: tuple[tuple[Path, FileCheck], ...] = ()

    @property
    def worst_mm(self) -> float | None:
        """Largest distance of a joint in any file read back, mm; None if none was."""
        return max((check.largest_mm for _, check in self.checks), default=None)

    @property
    def summary(self) -> str:
        """One line for the status line and the dialog."""
        parts = [counted(len(self.written), "file") + " written"]
        if self.skipped:
            parts.append(f"{len(self.skipped)} left as they were")
        if self.problems:
            parts.append(f"{len(self.problems)} failed")
        if self.worst_mm is not None:
            parts.append(f"read back to {max(self.worst_mm, 0.001):.3f} mm")
        return ", ".join(parts)


def counted(number: int, noun: str) -> str:
    """Return "1 file", "2 files"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def file_stem(pattern: str, clip: ExportClip, number: int, skeleton: str = "smpl") -> str:
    """Fill the pattern for one clip and make it a name every file system takes.

    Raises StudioError naming a field the pattern does not know.
    """
    fields = set(_FIELD.findall(pattern))
    unknown = sorted(fields - PATTERN_FIELDS.keys())
    if unknown:
        raise StudioError(
            f"The file name has an unknown field {unknown[0]}.",
            "Use " + ", ".join(PATTERN_FIELDS) + ".",
        )
    values = {"{name}": clip.name, "{number}": str(number), "{skeleton}": skeleton}
    if fields & {"{label}", "{seed}"}:
        seed = clip.provenance.seed
        values["{label}"] = clip.provenance.label or "clip"
        values["{seed}"] = "" if seed is None else str(seed)
    stem = _FIELD.sub(lambda match: values[match.group()], pattern)
    short = _UNSAFE.sub("_", stem).strip(" .").encode("utf-8", "ignore")[:_MAX_BYTES]
    name = short.decode("utf-8", "ignore").strip(" .") or "clip"
    return f"{name}_" if name.partition(".")[0].lower() in _RESERVED else name


def plan(clips: Sequence[ExportClip], settings: ExportSettings) -> list[PlannedFile]:
    """Say which files an export will write, in order; nothing is written or created.

    Two files never get the same name. Raises StudioError when nothing is chosen, a format is
    unknown or a field of the pattern is.
    """
    if not clips:
        raise StudioError("There is no clip to export.", "Select a clip, or sample one first.")
    if not settings.endings:
        raise StudioError("No format is chosen.", "Tick at least one, FBX for instance.")
    for ending in settings.endings:
        if ending not in EXPORTERS:
            known = ", ".join(key.lstrip(".") for key in EXPORTERS)
            raise StudioError(f"The format {ending.lstrip('.')} is not known.", f"Use {known}.")
    together = {e for e in settings.endings if settings.one_file and EXPORTERS[e].holds_several}
    taken: set[str] = set()
    planned = []
    for number, clip in enumerate(clips, start=1):
        stem = file_stem(settings.pattern, clip, number, settings.options.skeleton)
        for ending in settings.endings:
            if ending not in together:
                planned.append(_planned((clip,), stem, ending, settings, taken))
            elif number == 1:
                planned.append(_planned(tuple(clips), stem, ending, settings, taken))
    return planned


def _planned(
    clips: tuple[ExportClip, ...],
    stem: str,
    ending: str,
    settings: ExportSettings,
    taken: set[str],
) -> PlannedFile:
    path, number = settings.folder / f"{stem}{ending}", 1
    numbers_existing = settings.overwrite == "number"
    # Kick and kick are one file on Windows and macOS
    while path.name.casefold() in taken or (numbers_existing and path.exists()):
        number += 1
        path = settings.folder / f"{stem} {number}{ending}"
    taken.add(path.name.casefold())
    is_skipped = settings.overwrite == "skip" and path.exists()
    return PlannedFile(clips=clips, path=path, is_skipped=is_skipped)


def export(
    planned: Sequence[PlannedFile], settings: ExportSettings, progress: Progress = SILENT
) -> ExportResult:
    """Write the planned files and read them back; failures become sentences in the result.

    Raises FileProblem when the folder itself cannot be made, Cancelled between two files.
    """
    from core.atomic import explain_write_error

    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_write_error(settings.folder, error) from error
    written: list[Path] = []
    skipped: list[Path] = []
    problems: list[tuple[str, str]] = []
    checks: list[tuple[Path, FileCheck]] = []
    for index, file in enumerate(planned):
        progress.step(index / len(planned), f"Writing {file.path.name}")
        if file.is_skipped:
            skipped.append(file.path)
            continue
        try:
            found = write_file(file, settings)
        except StudioError as error:
            problems.append((error.message, error.hint))
        except OSError as error:
            problem = explain_write_error(file.path, error)
            problems.append((problem.message, problem.hint))
        else:
            written.append(file.path)
            checks.extend((file.path, check) for check in found)
            problems.extend(_doubts(file.path, found))
    return ExportResult(
        written=tuple(written),
        skipped=tuple(skipped),
        problems=tuple(problems),
        checks=tuple(checks),
    )


def write_file(file: PlannedFile, settings: ExportSettings) -> list[FileCheck]:
    """Write one planned file; return one check a clip where the format can be read back."""
    motions = [clip.read() for clip in file.clips]
    names = [file_stem(DEFAULT_PATTERN, clip, 1) for clip in file.clips]
    export_motions(motions, file.path, settings.options, names=names)
    if not (settings.check and can_check(file.path)):
        return []
    return [
        check_file(file.path, motion, settings.options, clip=number)
        for number, motion in enumerate(motions)
    ]


def _doubts(path: Path, checks: Sequence[FileCheck]) -> list[tuple[str, str]]:
    worst = max((check.largest_mm for check in checks if not check.is_good), default=None)
    if worst is None:
        return []
    return [(f"{path.name} is {worst:.2f} mm off its clip.", "Report this with the clip.")]
