"""The selected clip over time: ruler, feet, speed, confidence, and the playhead to drag.

The rows are painted once into a picture; while time runs only the playhead is drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.motion import Motion
from studio import theme
from studio.panels import quality_rows
from studio.panels.clip_facts import ClipFacts, runs
from studio.panels.timeline_scale import ruler_step
from studio.panels.transport import clock_text
from studio.playback import Playback
from studio.widgets import paint

_RULER, _BAR, _GAP, _BOTTOM = 20, 20, 5, 12
_FOOT = theme.mix(theme.PANEL, theme.PARE, 0.32)
_FEET = {1: "left", 2: "right"}  # rows from the top


@dataclass(frozen=True, kw_only=True, eq=False)
class TimelineClip:
    """What the timeline draws."""

    name: str
    color: str
    motion: Motion
    facts: ClipFacts


class Timeline(QWidget):
    """Press or drag to go to a time; Shift+drag chooses the part that is played.

    While contacts are edited, dragging along a foot's row draws where it stands, or takes that
    away: ``contact_drawn(side, first, stop, stands)``, frames first to stop - 1.
    """

    contact_drawn = Signal(str, int, int, bool)

    def __init__(self, playback: Playback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._clip: TimelineClip | None = None
        self._footage = ""  # what is scrubbed where there is no clip
        self._picture: QPixmap | None = None
        self._drag_from: float | None = None
        self._hover: float | None = None  # x of the pointer
        self._edits_contacts = False
        self._drawn: tuple[str, int, int, bool] | None = None  # side, first, last, stands
        self.setAccessibleName("Timeline")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(
            Qt.FocusPolicy.ClickFocus
        )  # so that typing ends and keys reach the clock
        playback.time_changed.connect(lambda _: self.update())
        playback.settings_changed.connect(self._redraw)

    def set_clip(self, clip: TimelineClip | None) -> None:
        """Show another clip, or none."""
        self._clip, self._footage = clip, ""
        self.setFixedHeight(self.sizeHint().height())
        self._redraw()

    def set_footage(self, text: str) -> None:
        """Let the time of a video be scrubbed that has no clip yet; ``text`` says what it is."""
        self._clip, self._footage = None, text
        self.setFixedHeight(self.sizeHint().height())
        self._redraw()

    @property
    def _is_live(self) -> bool:
        return self._clip is not None or bool(self._footage)

    @property
    def clip(self) -> TimelineClip | None:
        """What is drawn."""
        return self._clip

    @property
    def edits_contacts(self) -> bool:
        return self._edits_contacts

    def set_edits_contacts(self, edits: bool) -> None:
        """Let a drag along a foot's row draw contacts, or scrub as everywhere."""
        self._edits_contacts, self._drawn = edits, None
        self._redraw()

    # -- geometry ---------------------------------------------------------------------------------
    def _rows(self) -> list[tuple[str, Callable[[QPainter, QRectF], None]]]:
        rows: list[tuple[str, Callable[[QPainter, QRectF], None]]] = [
            ("", self._paint_clip),
            ("left foot", self._paint_left),
            ("right foot", self._paint_right),
            ("speed", self._paint_speed),
        ]
        if self._clip is not None and self._clip.motion.confidence is not None:
            rows.append(("confidence", self._paint_confidence))
        if self._clip is not None and quality_rows.has_events(self._clip.motion):
            rows.append(("", self._paint_events))
        return rows

    def _foot_at(self, y: float) -> str:
        """The foot whose row lies at a height of the widget, "" for none."""
        row, inside = divmod(y - _RULER, _BAR + _GAP)
        return _FEET.get(int(row), "") if inside <= _BAR else ""

    def sizeHint(self) -> QSize:
        return QSize(400, _RULER + len(self._rows()) * (_BAR + _GAP) + _BOTTOM)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def _left_and_width(self) -> tuple[float, float]:
        return float(theme.MARGIN), max(float(self.width() - 2 * theme.MARGIN), 1.0)

    def _x(self, seconds: float) -> float:
        left, width = self._left_and_width()
        return left + width * seconds / max(self._playback.duration, 1e-6)

    def _seconds(self, x: float) -> float:
        left, width = self._left_and_width()
        return min(max((x - left) / width, 0.0), 1.0) * self._playback.duration

    def _frame_at(self, seconds: float) -> int:
        assert self._clip is not None
        motion = self._clip.motion
        return min(int(seconds * motion.fps + 1e-6), motion.num_frames - 1)

    def _frame_start(self, seconds: float) -> float:
        return int(seconds * self._playback.fps + 1e-6) / self._playback.fps

    # -- mouse ------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._is_live:
            return
        seconds = self._seconds(event.position().x())
        side = self._foot_at(event.position().y())
        if self._edits_contacts and side and self._clip is not None:
            frame = self._frame_at(seconds)
            stands = bool(self._clip.facts.contacts[side == "right"][frame])
            self._drawn = (side, frame, frame, not stands)
            self._redraw()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._drag_from = seconds
        else:
            self._playback.seek(self._frame_start(seconds))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = event.position().x()
        self.update()
        if not event.buttons() & Qt.MouseButton.LeftButton or not self._is_live:
            return
        seconds = self._seconds(event.position().x())
        if self._drawn is not None:
            side, first, _, stands = self._drawn
            self._drawn = (side, first, self._frame_at(seconds), stands)
            self._redraw()
        elif self._drag_from is not None:
            self._playback.set_range((self._drag_from, seconds))
        else:
            self._playback.seek(self._frame_start(seconds))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag_from = None
        if self._drawn is not None:
            side, first, last, stands = self._drawn
            self._drawn = None
            self._redraw()
            self.contact_drawn.emit(side, min(first, last), max(first, last) + 1, stands)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._playback.set_range(None)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._clip:
            seconds = self._seconds(event.pos().x())
            frame = self._frame_at(seconds)
            said = quality_rows.told(self._clip.motion, frame)
            if self._edits_contacts and self._foot_at(event.pos().y()):
                how = "drag to draw where the foot stands, or to take it away"
            else:
                how = "drag to scrub, Shift+drag for a part"
            at = f"frame {frame + 1}, {clock_text(seconds)}{said and ': '}{said}"
            QToolTip.showText(event.globalPos(), f"{at}  ({how})", self)
            return True
        return super().event(event)

    # -- painting ---------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None
        super().resizeEvent(event)

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(QColor(theme.PANEL))
            inner = QPainter(self._picture)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_rows(inner)
            inner.end()
        painter.drawPixmap(0, 0, self._picture)
        if self._is_live:
            self._paint_hover(painter)
            self._paint_playhead(painter)

    def _paint_rows(self, painter: QPainter) -> None:
        left, width = self._left_and_width()
        top = float(_RULER)
        if self._is_live:
            self._paint_ruler(painter, left, width)
        for name, draw in self._rows():
            rect = QRectF(left, top, width, _BAR)
            paint.box(painter, rect, theme.FIELD, radius=4)
            if self._clip is not None:
                painter.save()
                path = QPainterPath()
                path.addRoundedRect(rect, 4, 4)
                painter.setClipPath(path)
                draw(painter, rect)
                painter.restore()
                self._paint_name(painter, rect, name or self._title(top))
            top += _BAR + _GAP
        if self._clip is None:
            painter.setFont(theme.font(theme.SMALL_SIZE))
            painter.setPen(QColor(theme.FAINT))
            painter.drawText(
                QRectF(left, _RULER, width, _BAR), Qt.AlignmentFlag.AlignCenter,
                self._footage
                or "Nothing is shown: double-click a clip in the library, or sample one",
            )  # fmt: skip
        self._paint_range(painter)

    def _title(self, top: float) -> str:
        """What an unnamed row says: the clip's name in the first, its legend in the last."""
        assert self._clip is not None
        return self._clip.name if top <= _RULER else quality_rows.legend(self._clip.motion)

    def _paint_ruler(self, painter: QPainter, left: float, width: float) -> None:
        count, fps = self._playback.num_frames, self._playback.fps
        painter.setFont(theme.font(theme.TINY_SIZE))
        painter.setPen(QColor(theme.FAINT))
        metrics = QFontMetricsF(painter.font())
        step = ruler_step(count, width)
        for frame in range(0, count, step):
            text = str(frame)
            x = self._x(frame / fps)
            if x + metrics.horizontalAdvance(text) > left + width:
                break
            painter.drawText(QRectF(x, 0, 80, _RULER - 4), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_name(self, painter: QPainter, rect: QRectF, name: str) -> None:
        face = theme.font(theme.TINY_SIZE, weight=500)
        text = QFontMetricsF(face).elidedText(name, Qt.TextElideMode.ElideMiddle, rect.width() - 16)
        at = rect.adjusted(8, 0, -8, 0)
        painter.setFont(face)
        shade = QColor(theme.WINDOW)
        shade.setAlphaF(0.6)
        painter.setPen(shade)
        painter.drawText(at.translated(0, 1), Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, text)

    def _span(self, rect: QRectF, start: int, end: int) -> QRectF:
        assert self._clip is not None
        fps = self._clip.motion.fps
        x = self._x(start / fps)
        return QRectF(x, rect.top(), self._x(end / fps) - x, rect.height())

    def _paint_clip(self, painter: QPainter, rect: QRectF) -> None:
        assert self._clip is not None
        motion = self._clip.motion
        whole = self._span(rect, 0, motion.num_frames)
        paint.box(painter, whole, theme.mix(theme.PANEL, self._clip.color, 0.3), radius=4)
        mask = np.zeros(motion.num_frames, bool)
        mask[list(motion.inferred)] = True
        for start, end in runs(mask):
            marked = self._span(rect, start, end)
            painter.fillRect(marked, QColor(theme.mix(theme.PANEL, theme.BAD, 0.6)))

    def _paint_left(self, painter: QPainter, rect: QRectF) -> None:
        self._paint_contact(painter, rect, 0)

    def _paint_right(self, painter: QPainter, rect: QRectF) -> None:
        self._paint_contact(painter, rect, 1)

    def _paint_contact(self, painter: QPainter, rect: QRectF, side: int) -> None:
        assert self._clip is not None
        stands = self._clip.facts.contacts[side]
        if self._drawn is not None and self._drawn[0] == ("left", "right")[side]:
            first, last = sorted(self._drawn[1:3])
            stands = stands.copy()
            stands[first : last + 1] = self._drawn[3]
        for start, end in runs(stands):
            paint.box(painter, self._span(rect, start, end), _FOOT, radius=4)
        if self._edits_contacts:
            paint.box(painter, rect, border=theme.mix(theme.PANEL, theme.PARE, 0.7), radius=4)

    def _paint_speed(self, painter: QPainter, rect: QRectF) -> None:
        assert self._clip is not None
        speed = self._clip.facts.speed
        top = max(float(speed.max()) * 1.08, 1.0)
        bins = min(len(speed), max(round(rect.width() / 2), 1))
        edges = np.linspace(0, len(speed), bins + 1).astype(int)[:-1]
        heights = np.maximum.reduceat(speed, edges)
        base = rect.bottom()
        path = QPainterPath(QPointF(self._x(0), base))
        fps = self._clip.motion.fps
        for index, height in zip(edges, heights, strict=True):
            y = base - float(height) / top * (rect.height() - 2)
            path.lineTo(self._x((index + 0.5) / fps), y)
        path.lineTo(self._x(len(speed) / fps), base)
        path.closeSubpath()
        fill = QColor(self._clip.color)
        fill.setAlphaF(0.42)
        painter.fillPath(path, fill)

    def _paint_confidence(self, painter: QPainter, rect: QRectF) -> None:
        assert self._clip is not None
        quality_rows.paint_confidence(painter, rect, self._clip.motion, self._span)

    def _paint_events(self, painter: QPainter, rect: QRectF) -> None:
        assert self._clip is not None
        quality_rows.paint_events(painter, rect, self._clip.motion, self._span)

    def _paint_range(self, painter: QPainter) -> None:
        part = self._playback.range
        if part is None:
            return
        left, width = self._left_and_width()
        veil = QColor(theme.PANEL)
        veil.setAlphaF(0.66)
        start, end = self._x(part[0]), self._x(part[1] + 1.0 / self._playback.fps)
        for x0, x1 in ((left, start), (end, left + width)):
            painter.fillRect(QRectF(x0, _RULER, max(x1 - x0, 0), self.height() - _RULER), veil)
        painter.fillRect(QRectF(start, _RULER - 3, end - start, 2), QColor(theme.ACCENT))

    def _paint_hover(self, painter: QPainter) -> None:
        left, width = self._left_and_width()
        if self._hover is None or not left <= self._hover <= left + width:
            return
        faint = QColor(theme.TEXT)
        faint.setAlphaF(0.28)
        x = round(self._x(self._frame_start(self._seconds(self._hover))))
        painter.fillRect(x, _RULER, 1, self.height() - _RULER - _BOTTOM, faint)

    def _paint_playhead(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self._x(min(self._playback.time, self._playback.end_time))
        bottom = self.height() - _BOTTOM + 1
        shade = QLinearGradient(x - 4, 0, x + 4, 0)
        for at, alpha in ((0.0, 0.0), (0.5, 0.5), (1.0, 0.0)):
            dark = QColor(theme.WINDOW)
            dark.setAlphaF(alpha)
            shade.setColorAt(at, dark)
        painter.fillRect(QRectF(x - 4, _RULER - 2, 8, bottom - _RULER + 2), shade)
        painter.setPen(QPen(QColor("#ffffff"), 1.6))
        painter.drawLine(QPointF(x, _RULER - 6), QPointF(x, bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#ffffff"))
        top = _RULER - 8.0
        painter.drawPolygon(
            QPolygonF([QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x, top + 6)])
        )
