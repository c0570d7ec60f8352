"""``motion-studio compare`` over whole data sets: the table of means, differences and tests."""

from __future__ import annotations

from pathlib import Path

from core.atomic import written_whole
from core.errors import StudioError
from studio.cli.running import progress_bar

TABLES = (".csv", ".tex", ".png", ".pdf")
SHOWN = ("jitter", "foot slide", "missing frames", "peak knee flexion")
"""Measures told in the terminal; the file has all."""


def summarise_folders(folders: list[Path], names: str, table: Path | None) -> None:
    """Pair clips of two folders or data sets, or one project's by estimator; tell and write."""
    from core.compare.summary import folder_pairs, only, project_pairs, store_pairs, summarise

    given = [name.strip() for name in names.split(",") if name.strip()]
    match folders:
        case [folder] if (folder / "project.sqlite").exists():
            from core.project import Project

            sides = (given or ["VIBE", "PARE"])[:2]
            if len(sides) < 2:
                raise StudioError("Two estimators are needed.", "Write --names VIBE,PARE.")
            project = Project.open(folder)
            pairs = project_pairs(project, sides[0].lower(), sides[1].lower())
        case [first, second]:
            sides = [*given, *(f.name for f in folders[len(given) :])][:2]
            if any(first.glob("*.npz")):
                pairs = folder_pairs(first, second)
            else:
                from core.datasets.store import ClipStore

                pairs = store_pairs(ClipStore.open(first), ClipStore.open(second))
        case _:
            raise StudioError(
                f"{len(folders)} folders cannot be paired.", "Name two, or a project's."
            )
    with progress_bar("Measuring") as progress:
        summary = summarise(pairs, (sides[0], sides[1]), progress)
    for line in summary.skipped:
        print(f"left out: {line}")
    rows = only(summary, SHOWN).table()
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(w) if c < 3 else cell.rjust(w)
            for c, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    if table is not None:
        is_picture = table.suffix.lower() in (".png", ".pdf")
        write_table(rows if is_picture else summary.table(), table)
        print(table)


def write_table(table: list[list[str]], path: Path) -> None:
    """Write a table as CSV, LaTeX, PNG or PDF, by the name's ending."""
    from core.compare.table import as_csv, as_latex

    ending = path.suffix.lower()
    if ending in (".png", ".pdf"):
        from studio.viewport.figure_sheet import write_sheet
        from studio.viewport.table_sheet import table_sheet

        write_sheet(table_sheet(table), path, {"Title": path.stem, "Software": "Motion Studio"})
        return
    text = as_csv(table) if ending == ".csv" else as_latex(table)
    with written_whole(path) as temporary:
        Path(temporary).write_text(text, encoding="utf-8")
