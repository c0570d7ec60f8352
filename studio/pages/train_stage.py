"""Which bodies stand on the Train page's stage, and where: one training's, or a sweep's as a grid.

The same action and seed keeps its colour and column in every training of a sweep, so that motion
that froze stands out against the row before it.
"""

from __future__ import annotations

from studio import theme
from studio.document import ShownClip
from studio.services.training import SampleRow, spread

MOST_SHOWN = 9  # samples of one training at once
ROW = 5  # bodies side by side; more of them stand in two rows
MOST_ROWS = 3  # trainings of a sweep at once
MOST_BEHIND = 4  # samples of each of them


def staged(rows: list[SampleRow]) -> list[ShownClip]:
    """Place samples: the chosen training's in front, those of its sweep behind it, row by row."""
    is_grid = len(rows) > 1
    front = spread(rows[0].samples, MOST_BEHIND if is_grid else MOST_SHOWN)
    a_row = len(front) if is_grid or len(front) <= ROW else -(-len(front) // 2)
    clips = []
    for number, row in enumerate(rows):
        found = {(sample.label, sample.seed): sample.motion for sample in row.samples}
        tail = f" · {row.text}" if is_grid and row.text else ""
        for place, sample in enumerate(front):
            motion = found.get((sample.label, sample.seed))
            if motion is not None:
                clips.append(
                    ShownClip(
                        key=f"{number or ''}{sample.label}/{sample.seed}", motion=motion,
                        name=sample.label, kind="generated", detail=f"seed {sample.seed}{tail}",
                        row=number if is_grid else place // a_row,
                        color=theme.SAMPLE_COLORS[place % len(theme.SAMPLE_COLORS)],
                    )
                )  # fmt: skip
    return clips
