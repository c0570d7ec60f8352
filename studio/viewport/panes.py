"""Which part of the picture shows which bodies: all together, views, rows of them, or a wipe.

All panes share one camera, one clock and one canvas; a pane is only where to draw. Plain numbers:
must not import vispy or Qt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import StudioError

Box = tuple[int, int, int, int]
"""left, bottom, right, top in pixels, as OpenGL counts them."""

LAYOUTS = ("together", "views", "rows", "overlay", "wipe")
MAX_VIEWS = 4


@dataclass(frozen=True)
class Pane:
    """``view``: where the camera's whole picture lies; ``clip``: the part of it that is seen.

    ``keys``: the bodies in it, None for all.
    """

    view: Box
    clip: Box
    keys: frozenset[str] | None = None

    def shows(self, key: str) -> bool:
        """Whether a body stands in this pane."""
        return self.keys is None or key in self.keys

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the camera's picture in pixels."""
        return self.view[2] - self.view[0], self.view[3] - self.view[1]

    def holds(self, x: float, y: float) -> bool:
        """Whether a point (pixels from the lower left) is seen in this pane."""
        left, bottom, right, top = self.clip
        return left <= x < right and bottom <= y < top


@dataclass(frozen=True)
class Layout:
    """How the bodies share the picture.

    ``kind`` one of :data:`LAYOUTS`; ``views`` the keys of each view (empty: one view for each
    body, in order); ``wipe`` where the wipe's line stands, 0..1 of the width.
    Raises StudioError for an unknown kind or more than four views.
    """

    kind: str = "together"
    views: tuple[tuple[str, ...], ...] = ()
    wipe: float = 0.5

    def __post_init__(self) -> None:
        if self.kind not in LAYOUTS:
            raise StudioError(f"A layout must be one of {', '.join(LAYOUTS)}, not {self.kind!r}.")
        if len(self.views) > MAX_VIEWS:
            raise StudioError(f"At most {MAX_VIEWS} views fit, not {len(self.views)}.")

    def panes(self, size: tuple[int, int], keys: Sequence[str]) -> tuple[Pane, ...]:
        """Return the panes of a picture of ``size`` pixels that shows the bodies ``keys``."""
        whole: Box = (0, 0, *size)
        views = self.views or tuple((key,) for key in keys)[:MAX_VIEWS]
        if self.kind in ("together", "overlay") or len(views) < 2:
            return (Pane(whole, whole),)
        groups = [frozenset(view) for view in views]
        if self.kind == "wipe":
            line = round(min(max(self.wipe, 0.0), 1.0) * size[0])
            left, right = (0, 0, line, size[1]), (line, 0, *size)
            return Pane(whole, left, groups[0]), Pane(whole, right, groups[1])
        return tuple(
            Pane(box, box, group)
            for box, group in zip(
                grid(size, len(groups), 1 if self.kind == "rows" else 0), groups, strict=True
            )
        )


TOGETHER = Layout()


def grid(size: tuple[int, int], count: int, columns: int = 0) -> list[Box]:
    """Divide a picture into ``count`` boxes: a row of two or three, four in two rows.

    Rows of an upright picture become columns; ``columns`` fixes how many. In reading order.
    """
    width, height = size
    if not columns:
        columns = 2 if count == 4 else count
        if count in (2, 3) and width < 0.8 * height:
            columns = 1
    rows = -(-count // columns)
    boxes = []
    for index in range(count):
        row, column = divmod(index, columns)
        left, right = (round(width * k / columns) for k in (column, column + 1))
        top, bottom = (height - round(height * k / rows) for k in (row, row + 1))
        boxes.append((left, bottom, right, top))
    return boxes


def meet(a: Box, b: Box) -> Box | None:
    """Return what two boxes have in common, None for nothing."""
    box = (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    return box if box[0] < box[2] and box[1] < box[3] else None
