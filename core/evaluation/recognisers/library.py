"""The recognisers there are: files in one folder, listed without torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import FileProblem
from core.paths import data_folder

ENDING = ".safetensors"


@dataclass(frozen=True, kw_only=True)
class RecogniserEntry:
    """A recogniser in a list."""

    name: str
    path: Path
    kind: str
    labels: tuple[str, ...]
    trained_on: dict[str, Any]


def recognisers_folder() -> Path:
    """Where recognisers are kept."""
    return data_folder() / "recognisers"


def list_recognisers() -> list[RecogniserEntry]:
    """Every readable recogniser by name."""
    from safetensors import SafetensorError, safe_open

    entries = []
    for path in sorted(recognisers_folder().glob(f"*{ENDING}")):
        try:
            with safe_open(path, framework="numpy") as file:
                about = file.metadata() or {}
            entries.append(
                RecogniserEntry(
                    name=path.stem, path=path, kind=about["kind"],
                    labels=tuple(json.loads(about["labels"])),
                    trained_on=json.loads(about["trained_on"]),
                )
            )  # fmt: skip
        except (OSError, SafetensorError, ValueError, KeyError):
            continue  # whoever opens it is told why it cannot be read
    return entries


def find_recogniser(name: str) -> Path:
    """Return the file of a recogniser by its name or path. Raises FileProblem."""
    as_path = Path(name)
    for path in (as_path, recognisers_folder() / f"{name}{ENDING}"):
        if name and path.is_file():
            return path
    names = ", ".join(entry.name for entry in list_recognisers())
    raise FileProblem(
        f"There is no recogniser {name!r}.",
        f"There are: {names}." if names else "Train one with `motion-studio recogniser train`.",
    )
