"""``motion-studio compare`` over whole data sets: the table of means, differences and tests."""

from __future__ import annotations

from pathlib import Path

from core.errors import StudioError
from studio.cli.running import progress_bar
from studio.services.comparing_sets import KEY_MEASURES, write_table


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
    rows = only(summary, KEY_MEASURES).table()
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
