"""Which bodies stand on the Train page's stage, and where: one training's, or a sweep's as a grid.

A sweep's trainings are rows in the order of their values, each a view of its own with the same
camera; an action and seed keeps its colour and column in all of them, so that motion that froze
stands out against the row before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from studio import theme
from studio.document import ShownClip
from studio.services.training import EpochSample, SampleRow, spread
from studio.viewport.items import SIDE_BY_SIDE, side_by_side

MOST_SHOWN = 9  # samples of one training at once
ROW = 5  # bodies side by side; more of them stand in two rows
MOST_ROWS = 3  # trainings of a sweep at once
MOST_COLUMNS = 5  # samples of each of them
SPREAD = 2.6  # how much farther apart these stand than bodies otherwise


def staged(rows: Sequence[SampleRow]) -> list[ShownClip]:
    """Place samples: those of one training side by side, those of a sweep row by row."""
    if len(rows) > 1:
        return _grid(rows)
    front = spread(rows[0].samples, MOST_SHOWN)
    a_row = len(front) if len(front) <= ROW else -(-len(front) // 2)
    return [
        _clip(sample, place, detail=f"seed {sample.seed}", row=place // a_row)
        for place, sample in enumerate(front)
    ]


def _grid(rows: Sequence[SampleRow]) -> list[ShownClip]:
    """The same samples of every training, each column at the same place of the floor."""
    columns = spread(max(rows, key=lambda row: len(row.samples)).samples, MOST_COLUMNS)
    spread_out = (SPREAD - 1) * SIDE_BY_SIDE  # rows are low and wide
    middle = (len(columns) - 1) / 2
    places = [
        (x + spread_out * (column - middle), y, z)
        for column, (x, y, z) in enumerate(side_by_side([sample.motion for sample in columns]))
    ]
    seeds = {sample.seed for sample in columns}
    clips = []
    for number, row in enumerate(rows):
        found = {(sample.label, sample.seed): sample for sample in row.samples}
        for column, wanted in enumerate(columns):
            sample = found.get((wanted.label, wanted.seed))
            if sample is not None:
                said = [row.text] if column == 0 else []  # once a row: its names stay short
                if len(seeds) > 1:
                    said.insert(0, f"seed {sample.seed}")
                clips.append(
                    _clip(sample, column, detail=" · ".join(said), row=number,
                          prefix=f"{number}/", at=places[column])
                )  # fmt: skip
    return clips


def _clip(
    sample: EpochSample, place: int, *, detail: str, row: int, prefix: str = "",
    at: tuple[float, float, float] | None = None,
) -> ShownClip:  # fmt: skip
    return ShownClip(
        key=f"{prefix}{sample.label}/{sample.seed}", motion=sample.motion, name=sample.label,
        kind="generated", detail=detail, row=row, place=at,
        color=theme.SAMPLE_COLORS[place % len(theme.SAMPLE_COLORS)],
    )  # fmt: skip


def views_of(clips: Sequence[ShownClip]) -> list[list[str]]:
    """The keys of each row of a grid; [] where the clips are not one."""
    if not any(clip.place for clip in clips):
        return []
    rows: dict[int, list[str]] = {}
    for clip in clips:
        rows.setdefault(clip.row, []).append(clip.key)
    return [rows[number] for number in sorted(rows)]


def rows_around(ids: Sequence[str], current: str, most: int = MOST_ROWS) -> list[str]:
    """At most ``most`` of a sweep's trainings, in order, those next to the chosen one."""
    at = ids.index(current) if current in ids else 0
    first = min(max(at - most // 2, 0), max(len(ids) - most, 0))
    return list(ids[first : first + most])
