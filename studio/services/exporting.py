"""Writing clips to files: which file each clip becomes, and what to do when one is in the way.

A plan is made first and can be shown before anything is written. Every file is written whole or not
at all (by the exporters), and a failure with one clip neither loses nor stops the others.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import FileProblem, StudioError
from core.motion import Motion
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
}
DEFAULT_PATTERN = "{name}"
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_FIELD = re.compile(r"\{[^{}]*\}")
_MAX_STEM = 120


@dataclass(frozen=True, kw_only=True)
class ExportClip:
    """A clip that is to be written: its name in the window and its motion."""

    name: str
    motion: Motion


@dataclass(frozen=True, kw_only=True)
class ExportSettings:
    """What the dialog asks for.

    ``endings`` are keys of ``core.export.EXPORTERS`` (".bvh"); ``options`` are passed to every
    exporter that knows them.
    """

    folder: Path
    endings: tuple[str, ...] = (".bvh",)
    pattern: str = DEFAULT_PATTERN
    overwrite: Overwrite = "number"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlannedFile:
    """One file of the plan; ``is_skipped`` where the policy leaves an existing file alone."""

    clip: ExportClip
    path: Path
    is_skipped: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportResult:
    """What happened: the files written, those left alone, and one sentence for each failure."""

    written: tuple[Path, ...] = ()
    skipped: tuple[Path, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()  # message, hint

    @property
    def summary(self) -> str:
        """One line for the status line and the dialog."""
        parts = [counted(len(self.written), "file") + " written"]
        if self.skipped:
            parts.append(f"{len(self.skipped)} left as they were")
        if self.problems:
            parts.append(f"{len(self.problems)} failed")
        return ", ".join(parts)


def counted(number: int, noun: str) -> str:
    """Return "1 file", "2 files"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def file_stem(pattern: str, clip: ExportClip, number: int) -> str:
    """Fill the pattern for one clip and make it a name every file system takes.

    Raises StudioError naming a field the pattern does not know.
    """
    origin = clip.motion.provenance
    values = {
        "{name}": clip.name,
        "{label}": origin.label or "clip",
        "{seed}": "" if origin.seed is None else str(origin.seed),
        "{number}": str(number),
    }
    unknown = sorted({f for f in _FIELD.findall(pattern) if f not in values})
    if unknown:
        raise StudioError(
            f"The file name has an unknown field {unknown[0]}.",
            "Use " + ", ".join(PATTERN_FIELDS) + ".",
        )
    stem = _FIELD.sub(lambda match: values[match.group()], pattern)
    stem = _UNSAFE.sub("_", stem).strip(" .")[:_MAX_STEM].strip(" .")
    return stem or "clip"


def plan(clips: Sequence[ExportClip], settings: ExportSettings) -> list[PlannedFile]:
    """Say which files an export will write, in order; nothing is written or created.

    Two clips never get the same file. Raises StudioError when nothing is chosen or a field of the
    pattern is unknown.
    """
    if not clips:
        raise StudioError("There is no clip to export.", "Select a clip, or sample one first.")
    if not settings.endings:
        raise StudioError("No format is chosen.", "Tick BVH, npz or both.")
    taken: set[Path] = set()
    planned = []
    for number, clip in enumerate(clips, start=1):
        stem = file_stem(settings.pattern, clip, number)
        for ending in settings.endings:
            path = settings.folder / f"{stem}{ending}"
            exists = path.exists()
            if path in taken or (exists and settings.overwrite == "number"):
                path, exists = _numbered(path, taken, settings.overwrite), False
            taken.add(path)
            is_skipped = exists and settings.overwrite == "skip"
            planned.append(PlannedFile(clip=clip, path=path, is_skipped=is_skipped))
    return planned


def _numbered(path: Path, taken: set[Path], overwrite: Overwrite) -> Path:
    number = 2
    while True:
        other = path.with_name(f"{path.stem} {number}{path.suffix}")
        if other not in taken and (overwrite != "number" or not other.exists()):
            return other
        number += 1


def export(
    planned: Sequence[PlannedFile], settings: ExportSettings, progress: Progress = SILENT
) -> ExportResult:
    """Write the planned files; failures become sentences in the result.

    Raises FileProblem when the folder itself cannot be made, Cancelled between two files.
    """
    _make_folder(settings.folder)
    written: list[Path] = []
    skipped: list[Path] = []
    problems: list[tuple[str, str]] = []
    for index, file in enumerate(planned):
        progress.step(index / len(planned), f"Writing {file.path.name}")
        if file.is_skipped:
            skipped.append(file.path)
            continue
        try:
            _write(file, settings.options)
        except StudioError as error:
            problems.append((error.message, error.hint))
        except OSError as error:
            problems.append(_os_sentence(file.path, error))
        else:
            written.append(file.path)
    return ExportResult(written=tuple(written), skipped=tuple(skipped), problems=tuple(problems))


def _write(file: PlannedFile, options: dict[str, Any]) -> None:
    from core.export import export_motion

    export_motion(file.clip.motion, file.path, **known_options(file.path.suffix, options))


def known_options(ending: str, options: dict[str, Any]) -> dict[str, Any]:
    """Keep of ``options`` what the exporter for ``ending`` takes as keyword arguments."""
    from core.export import EXPORTERS

    kind = EXPORTERS[ending].options
    names = {f.name for f in dataclasses.fields(kind)} if kind is not None else set()
    return {key: value for key, value in options.items() if key in names}


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(*_os_sentence(folder, error)) from error


def _os_sentence(path: Path, error: OSError) -> tuple[str, str]:
    reason = (error.strerror or str(error)).lower()
    return (
        f"{path.name} could not be written: {reason}.",
        f"Choose another folder than {path.parent}, or free some space there.",
    )
