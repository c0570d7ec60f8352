"""Rows of others for reference: numbers from papers and reports, typed in by the user.

They were measured with other recognisers on other bodies, so they are marked as theirs, never the
best, and never subtracted. None come with the program.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import FileProblem
from core.evaluation.metrics import Mean
from core.evaluation.report import COLUMNS, reports_folder

MARK = " (theirs)"
START = """# Rows of papers and other reports, shown below those of the data set in the column
# "data" (empty: below all). A number may be left out; accuracy is a share, 0.97 for 97 %.
"""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A row of somebody else; ``data`` is the data set it belongs to, "" for any. An interval that
    was not given is NaN."""

    name: str
    data: str
    values: dict[str, Mean]

    @property
    def title(self) -> str:
        """Its name, marked as not measured here."""
        return f"{self.name}{MARK}"


def references_file() -> Path:
    """Where the rows are kept."""
    return reports_folder() / "references.csv"


def header() -> str:
    """The first line of the file: as in a copied CSV, with a column for the data set."""
    return ",".join(["row", "data", *(f"{c.key}{end}" for c in COLUMNS for end in _ENDS)])


def begin_references() -> Path:
    """Make the file with its explanation where there is none; return it. Raises FileProblem."""
    path = references_file()
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{START}{header()}\n", encoding="utf-8")
        except OSError as error:
            raise FileProblem(
                f"{path.name} could not be written: {error.strerror or error}.",
                "Check the rights of the reports' folder.",
            ) from error
    return path


def load_references(path: Path | None = None) -> tuple[Reference, ...]:
    """Read the rows, none where there is no file. Raises FileProblem naming the line."""
    path = path or references_file()
    if not path.exists():
        return ()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(f"{path.name} cannot be read.", "Save it as CSV in UTF-8.") from error
    kept = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    rows = csv.DictReader(line for _, line in kept)
    return tuple(
        _reference(path, number, row) for (number, _), row in zip(kept[1:], rows, strict=False)
    )


def fitting(references: Sequence[Reference], data: str) -> tuple[Reference, ...]:
    """Those that belong to a data set."""
    return tuple(r for r in references if not r.data or r.data.lower() == data.lower())


def _reference(path: Path, line: int, row: dict[str, str]) -> Reference:
    try:
        values = {
            c.key: Mean(float(text), float((row.get(f"{c.key}_interval") or "").strip() or "nan"))
            for c in COLUMNS
            if (text := (row.get(c.key) or "").strip())
        }
    except ValueError as error:
        raise FileProblem(
            f"Line {line} of {path.name} has a number that is none.", f"Its columns: {header()}"
        ) from error
    name = (row.get("row") or "").strip()
    if not name:
        raise FileProblem(f"Line {line} of {path.name} has no name.", f"Its columns: {header()}")
    return Reference(name=name, data=(row.get("data") or "").strip(), values=values)


_ENDS = ("", "_interval")
