"""Play, step, time, speed and loop, and at the right how good the selected clip is."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from studio import theme
from studio.actions import Actions
from studio.panels.clip_facts import ClipFacts
from studio.playback import SPEEDS, Playback
from studio.widgets import IconButton, paint
from studio.widgets.keys import KeyButton

GOOD_SLIDE, FAIR_SLIDE = 6.0, 20.0  # cm/s: half of captured clips, nearly all; see core.quality
GOOD_JITTER, FAIR_JITTER = 6.0, 15.0  # mm/frame² at 30 frames/s


def clock_text(seconds: float) -> str:
    """Minutes, seconds and hundredths: 00:01.13."""
    hundredths = int(seconds * 100 + 1e-6)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


class _Tag(KeyButton):
    """A small outlined word that can be pressed: the speed, the loop."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__()
        self.setText(text)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(paint.text_width(self.text(), theme.TINY_SIZE, 500) + 16), 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        is_on = self.isChecked()
        line = theme.mix(theme.LINE, theme.ACCENT, 0.7) if is_on else theme.LINE
        paint.box(painter, rect, theme.RAISED if self.underMouse() else "", line, 5)
        painter.setFont(theme.font(theme.TINY_SIZE, weight=500))
        painter.setPen(QColor(theme.TEXT if is_on or not self.isCheckable() else theme.FAINT))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            paint.focus_ring(painter, rect, 5)


class _Figures(QWidget):
    """Name and value pairs set to the right; those that do not fit whole are left out."""

    def __init__(self) -> None:
        super().__init__()
        self._pairs: list[tuple[str, str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, pairs: list[tuple[str, str, str]], tooltip: str) -> None:
        self._pairs = pairs
        self.setToolTip(tooltip)
        self.setAccessibleName(", ".join(f"{name} {value}" for name, value, _ in pairs))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        placed: list[tuple[float, str, str, str]] = []
        x = 0.0
        for name, value, color in self._pairs:
            width = paint.text_width(f"{name} ") + paint.text_width(value, weight=600)
            if x + width > self.width():
                break
            placed.append((x, name, value, color))
            x += width + 18
        shift = self.width() - (x - 18) if placed else 0
        for x, name, value, color in placed:
            at = QRectF(x + shift, 0, self.width(), self.height())
            painter.setFont(theme.font())
            painter.setPen(QColor(theme.DIM))
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, name)
            at.setLeft(at.left() + paint.text_width(f"{name} "))
            painter.setFont(theme.font(weight=600))
            painter.setPen(QColor(color))
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter, value)


class _Reading(QWidget):
    """A text whose width is kept for its longest form, so that nothing beside it moves."""

    def __init__(self, sample: str, color: str, weight: int = 400) -> None:
        super().__init__()
        self._text, self._color, self._weight = "", color, weight
        self._width = 0
        self.reserve(sample)

    def reserve(self, sample: str) -> None:
        self._width = round(paint.text_width(sample, weight=self._weight) + 4)
        self.setFixedSize(self._width, 24)

    def set_text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(weight=self._weight))
        painter.setPen(QColor(self._color))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self._text)


class Transport(QWidget):
    """The row above the timeline; everything in it also has a key."""

    def __init__(self, playback: Playback, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self.setFixedHeight(46)
        back = IconButton("step-back", "One frame back", key=actions.key_text("step-back"), size=28)
        self._play = IconButton("play", "Play", size=30, round_=True, accent=True)
        self._play.setToolTip(actions.tooltip("play"))
        on = IconButton("step-forward", "One frame on", key=actions.key_text("step-on"), size=28)
        self._time = _Reading("00:00.00", theme.TEXT)
        self._frame = _Reading("frame 100 / 100", theme.DIM)
        self._speed = _Tag("1×", "Speed")
        self._speed.setToolTip(
            "Speed of playback  "
            f"({actions.key_text('slower')} slower, {actions.key_text('faster')} faster)"
        )
        self._loop = _Tag("loop", "Loop")
        self._loop.setCheckable(True)
        self._loop.setToolTip(actions.tooltip("loop"))
        self._figures = _Figures()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN - 4, 8, theme.MARGIN, 4)
        row.setSpacing(8)
        for button in (back, self._play, on):
            row.addWidget(button)
        row.addSpacing(6)
        for widget in (self._time, self._frame, self._speed, self._loop):
            row.addWidget(widget)
        row.addWidget(self._figures, 1)
        back.clicked.connect(lambda: playback.step(-1))
        on.clicked.connect(lambda: playback.step(1))
        self._play.clicked.connect(playback.toggle)
        self._loop.clicked.connect(playback.set_looping)
        self._speed.clicked.connect(self._choose_speed)
        playback.time_changed.connect(self._show_time)
        playback.playing_changed.connect(self._show_playing)
        playback.settings_changed.connect(self._show_settings)
        self._show_settings()

    def set_facts(self, facts: ClipFacts | None, confidence: float | None = None) -> None:
        """Show how good the selected clip is; None for no clip."""
        if facts is None:
            self._figures.set([], "")
            return
        pairs = []
        if not math.isnan(facts.slide_cm_per_s):
            color = _grade(facts.slide_cm_per_s, GOOD_SLIDE, FAIR_SLIDE)
            pairs.append(("foot slide", f"{facts.slide_cm_per_s:.1f} cm/s", color))
        color = _grade(facts.jitter_mm, GOOD_JITTER, FAIR_JITTER)
        pairs.append(("jitter", f"{facts.jitter_mm:.1f} mm/f²", color))
        if confidence is not None:
            color = theme.GOOD if confidence >= 0.7 else theme.WARNING
            pairs.insert(0, ("confidence", f"{confidence * 100:.0f} %", color))
        self._figures.set(
            pairs,
            "Foot slide: how fast planted feet move along the floor.\n"
            "Jitter: mean second difference of the joints, mm per frame².",
        )

    def _choose_speed(self) -> None:
        menu = QMenu(self)
        for speed in SPEEDS:
            action = QAction(f"{speed:g}×", menu)
            action.setCheckable(True)
            action.setChecked(speed == self._playback.speed)
            action.triggered.connect(lambda _=False, s=speed: self._playback.set_speed(s))
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._speed.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 4)))

    def _show_time(self) -> None:
        self._time.set_text(clock_text(self._playback.time))
        count = self._playback.num_frames
        text = f"frame {self._playback.frame + 1} / {count}" if count else "no clip"
        self._frame.set_text(text)

    def _show_playing(self, is_playing: bool) -> None:
        self._play.set_icon("pause" if is_playing else "play")
        self._play.setAccessibleName("Pause" if is_playing else "Play")

    def _show_settings(self) -> None:
        count = max(self._playback.num_frames, 100)
        self._frame.reserve(f"frame {count} / {count}")
        self._speed.setText(f"{self._playback.speed:g}×")
        self._speed.updateGeometry()
        self._loop.setChecked(self._playback.is_looping)
        self._play.setEnabled(self._playback.num_frames > 1)
        self._show_time()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.PANEL))


def _grade(value: float, good: float, fair: float) -> str:
    return theme.GOOD if value <= good else theme.WARNING if value <= fair else theme.BAD
