"""Writing clips to files, as the window asks for it: everything is in ``core.export.batch``."""

from core.export.batch import (
    DEFAULT_PATTERN,
    OVERWRITE,
    PATTERN_FIELDS,
    ExportClip,
    ExportResult,
    ExportSettings,
    Overwrite,
    PlannedFile,
    counted,
    export,
    file_stem,
    plan,
)

__all__ = [
    "DEFAULT_PATTERN",
    "OVERWRITE",
    "PATTERN_FIELDS",
    "ExportClip",
    "ExportResult",
    "ExportSettings",
    "Overwrite",
    "PlannedFile",
    "counted",
    "export",
    "file_stem",
    "plan",
]
