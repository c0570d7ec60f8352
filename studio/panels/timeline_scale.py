"""Numbers on the timeline's ruler, and the colours of its confidence row."""

from __future__ import annotations

from studio import theme


def ruler_step(num_frames: int, width: float, *, room: float = 64.0) -> int:
    """Frames between two numbers of the ruler: 1, 2, 5, 10, ... so that they stand apart."""
    wanted = max(num_frames, 1) * room / max(width, 1.0)
    for scale in (1, 10, 100, 1000, 10_000, 100_000):
        for step in (1, 2, 5):
            if step * scale >= wanted:
                return step * scale
    return 1_000_000


def confidence_color(value: float) -> str:
    """From the colour of bad over that of a warning to that of good, sunk into the panel."""
    if value < 0.5:
        color = theme.mix(theme.BAD, theme.WARNING, max(value, 0.0) / 0.5)
    else:
        color = theme.mix(theme.WARNING, theme.GOOD, min((value - 0.5) / 0.35, 1.0))
    return theme.mix(theme.PANEL, color, 0.62)
