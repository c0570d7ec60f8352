"""A clip's time with two ends to move: what is kept, what was annotated, what the neighbours do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.datasets.finegym.manifest import Row
from studio import theme
from studio.widgets import paint

_BAR, _MARGIN, _HANDLE, _NEAR = 34.0, 16.0, 5.0, 9.0


@dataclass(frozen=True, kw_only=True)
class TrimClip:
    """What the strip draws, in frames of the clip; ends are exclusive."""

    num_frames: int
    first: int
    end: int
    fps: float
    annotated: tuple[int, int]
    neighbours: tuple[tuple[int, int, str], ...] = ()
    cuts: tuple[int, ...] = ()


class TrimStrip(QWidget):
    """Drag an end to move it, anywhere else to go to a time.

    ``trimmed(first, end)`` when an end was let go; ``sought(frame)`` while dragging.
    """

    trimmed = Signal(int, int)
    sought = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clip: TrimClip | None = None
        self._before: TrimClip | None = None  # as it was when the drag began
        self._frame = 0
        self._drag = ""
        self.setMouseTracking(True)
        self.setAccessibleName("Ends of the clip")
        self.setToolTip("Drag the ends; I and O put them at the frame shown")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def clip(self) -> TrimClip | None:
        """What is shown, with ends as they are dragged."""
        return self._clip

    def sizeHint(self) -> QSize:
        return QSize(400, 74)

    def set_clip(self, clip: TrimClip | None) -> None:
        """Show a clip's time."""
        if not self._drag:
            self._clip = clip
            self.update()

    def set_frame(self, frame: int) -> None:
        """Put the playhead on a frame."""
        self._frame = frame
        self.update()

    def _x(self, frame: float) -> float:
        count = self._clip.num_frames if self._clip is not None else 1
        return _MARGIN + frame / max(count, 1) * (self.width() - 2 * _MARGIN)

    def _frame_at(self, x: float) -> int:
        clip = self._clip
        if clip is None:
            return 0
        share = (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1.0)
        return min(max(round(share * clip.num_frames), 0), clip.num_frames)

    # -- pointing ---------------------------------------------------------------------------------
    def _part_at(self, x: float) -> str:
        clip = self._clip
        if clip is None:
            return ""
        gaps = {"first": abs(x - self._x(clip.first)), "end": abs(x - self._x(clip.end))}
        nearest = min(gaps, key=lambda part: gaps[part])
        return nearest if gaps[nearest] <= _NEAR else "time"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._clip is not None:
            self._drag = self._part_at(event.position().x())
            self._before = self._clip
            self._pull(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag:
            self._pull(event.position().x())
        else:
            at_end = self._part_at(event.position().x()) in ("first", "end")
            shape = Qt.CursorShape.SizeHorCursor if at_end else Qt.CursorShape.PointingHandCursor
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, ""
        clip = self._clip
        if drag in ("first", "end") and clip is not None and clip != self._before:
            self.trimmed.emit(clip.first, clip.end)

    def _pull(self, x: float) -> None:
        clip = self._clip
        if clip is None:
            return
        frame = self._frame_at(x)
        if self._drag == "first":
            frame = min(frame, clip.end - 2)
            self._clip = replace(clip, first=max(frame, 0))
            self.sought.emit(max(frame, 0))
        elif self._drag == "end":
            frame = max(frame, clip.first + 2)
            self._clip = replace(clip, end=min(frame, clip.num_frames))
            self.sought.emit(min(frame, clip.num_frames) - 1)
        else:
            self.sought.emit(min(frame, clip.num_frames - 1))
        self.update()

    # -- drawing ----------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(_MARGIN, 20, self.width() - 2 * _MARGIN, _BAR)
        paint.box(painter, bar, theme.RAISED, radius=5)
        clip = self._clip
        if clip is None:
            return
        self._paint_neighbours(painter, bar, clip.neighbours)
        kept = QRectF(self._x(clip.first), bar.top(), self._x(clip.end) - self._x(clip.first), _BAR)
        paint.box(painter, kept, theme.tint(theme.ACCENT, 0.34), theme.ACCENT, radius=4)
        self._paint_annotated(painter, bar, clip.annotated)
        for x in (kept.left(), kept.right()):
            handle = QRectF(x - _HANDLE / 2, bar.top() - 2, _HANDLE, _BAR + 4)
            paint.box(painter, handle, theme.ACCENT, radius=2)
        painter.setPen(QPen(QColor(theme.BAD), 1.4, Qt.PenStyle.DashLine))
        for cut in clip.cuts:
            painter.drawLine(QPointF(self._x(cut), bar.top()), QPointF(self._x(cut), bar.bottom()))
        self._paint_words(painter, bar, clip, kept)
        x = self._x(self._frame + 0.5)
        painter.setPen(QPen(QColor(theme.TEXT), 1.6))
        painter.drawLine(QPointF(x, 12), QPointF(x, bar.bottom() + 4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.TEXT))
        painter.drawPolygon(QPolygonF([QPointF(x - 5, 8), QPointF(x + 5, 8), QPointF(x, 15)]))

    def _paint_neighbours(
        self, painter: QPainter, bar: QRectF, spans: Sequence[tuple[int, int, str]]
    ) -> None:
        painter.setFont(theme.font(theme.TINY_SIZE))
        for first, end, name in spans:
            left, right = max(self._x(first), bar.left()), min(self._x(end), bar.right())
            if right - left < 1:
                continue
            rect = QRectF(left, bar.top(), right - left, _BAR)
            paint.box(painter, rect, theme.tint(theme.WARNING, 0.22), radius=4)
            painter.setPen(QColor(theme.WARNING))
            shown = painter.fontMetrics().elidedText(
                name or "another element", Qt.TextElideMode.ElideRight, int(rect.width() - 8)
            )
            painter.drawText(rect.adjusted(4, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_annotated(self, painter: QPainter, bar: QRectF, span: tuple[int, int]) -> None:
        """A line below the bar where the data set says the move is."""
        left, right = (min(max(self._x(f), bar.left()), bar.right()) for f in span)
        paint.box(painter, QRectF(left, bar.bottom() + 4, max(right - left, 2), 3), theme.DIM)

    def _paint_words(self, painter: QPainter, bar: QRectF, clip: TrimClip, kept: QRectF) -> None:
        painter.setFont(theme.font(theme.SMALL_SIZE, weight=500))
        painter.setPen(QColor(theme.TEXT))
        count = clip.end - clip.first
        text = f"{count} frames · {count / clip.fps:.2f} s"
        if paint.text_width(text, theme.SMALL_SIZE, 500) < kept.width() - 12:
            painter.drawText(kept, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(theme.font(theme.TINY_SIZE))
        painter.setPen(QColor(theme.FAINT))
        left, right = (min(max(self._x(f), bar.left()), bar.right()) for f in clip.annotated)
        words = QRectF((left + right) / 2 - 40, bar.bottom() + 7, 80, 14)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, "annotated")


def trim_clip(row: Row) -> TrimClip:
    """A row as the strip draws it: all in frames of the clip."""

    def frame(seconds: float) -> int:
        return round((seconds - row.clip_start) * row.fps)

    neighbours = tuple(
        (frame(n.start), frame(n.stop), n.name.partition(") ")[2])
        for n in (row.before, row.after)
        if n is not None
    )
    return TrimClip(
        num_frames=row.clip_frames, first=row.frames[0], end=row.frames[1], fps=row.fps,
        annotated=(frame(row.annotated[0]), frame(row.annotated[1])), neighbours=neighbours,
    )  # fmt: skip
