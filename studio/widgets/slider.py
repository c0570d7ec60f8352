"""A slider with its name, its value with the unit, and a value it goes back to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from studio import theme
from studio.widgets import paint
from studio.widgets.labels import ElidedLabel

_HANDLE = 7.0  # radius


class Slider(QWidget):
    """A number on a line. ``centre`` (a value or None) is where the coloured part begins.

    ``value_changed(value)`` while dragged and by keys; ``released(value)`` when let go. Double
    click goes back to ``default``. Arrows step, Shift+arrows step ten times as far, Home and End.
    """

    value_changed = Signal(float)
    released = Signal(float)

    def __init__(
        self, minimum: float, maximum: float, value: float, *, step: float = 1.0,
        default: float | None = None, centre: float | None = None, color: str = theme.ACCENT,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._low, self._high, self._step = minimum, maximum, step
        self._default = value if default is None else default
        self._centre, self._color = centre, color
        self._value = self._snapped(value)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> float:
        return self._value

    @property
    def bounds(self) -> tuple[float, float]:
        return self._low, self._high

    def set_value(self, value: float, *, quietly: bool = True) -> None:
        """Take a value; tells others only when not ``quietly``."""
        value = self._snapped(value)
        if value != self._value:
            self._value = value
            self.update()
            if not quietly:
                self.value_changed.emit(value)

    def set_bounds(self, minimum: float, maximum: float) -> None:
        """Change the ends of the line."""
        self._low, self._high = minimum, maximum
        self.set_value(self._value)
        self.update()

    def reset(self) -> None:
        """Go back to the default and say so."""
        self.set_value(self._default, quietly=False)
        self.released.emit(self._value)

    def sizeHint(self) -> QSize:
        return QSize(110, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 28)

    def _snapped(self, value: float) -> float:
        steps = round((value - self._low) / self._step)
        return round(min(max(self._low + steps * self._step, self._low), self._high), 9)

    def _x(self, value: float) -> float:
        share = (value - self._low) / max(self._high - self._low, 1e-9)
        return _HANDLE + share * (self.width() - 2 * _HANDLE)

    def _drag(self, x: float) -> None:
        share = (x - _HANDLE) / max(self.width() - 2 * _HANDLE, 1.0)
        self.set_value(self._low + share * (self._high - self._low), quietly=False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.released.emit(self._value)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():  # scrolling the panel must not change what it passes over
            event.ignore()
            return
        self.set_value(
            self._value + (1 if event.angleDelta().y() > 0 else -1) * self._step, quietly=False
        )

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._moved(event) is not None:  # type: ignore[arg-type]
            event.accept()  # the arrows belong to the slider while it has the focus
            return True
        return super().event(event)

    def _moved(self, event: QKeyEvent) -> float | None:
        key = Qt.Key
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        return {
            key.Key_Left: self._value - far * self._step,
            key.Key_Down: self._value - far * self._step,
            key.Key_Right: self._value + far * self._step,
            key.Key_Up: self._value + far * self._step,
            key.Key_Home: self._low,
            key.Key_End: self._high,
        }.get(Qt.Key(event.key()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        value = self._moved(event)
        if value is None:
            super().keyPressEvent(event)
            return
        self.set_value(value, quietly=False)
        self.released.emit(self._value)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = self.height() / 2
        paint.box(painter, QRectF(0, middle - 2, self.width(), 4), theme.LINE, radius=2)
        x = self._x(self._value)
        begin = self._x(self._centre) if self._centre is not None else 0.0
        color = self._color if self.isEnabled() else theme.FAINT
        paint.box(painter, QRectF(min(begin, x), middle - 2, abs(x - begin), 4), color, radius=2)
        radius = _HANDLE + (0.6 if self.underMouse() else 0.0)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.hasFocus():
            ring = QColor(theme.ACCENT)
            ring.setAlphaF(0.35)
            painter.setBrush(ring)
            painter.drawEllipse(QPointF(x, middle), radius + 3, radius + 3)
        painter.setBrush(QColor("#ffffff" if self.isEnabled() else theme.FAINT))
        painter.drawEllipse(QPointF(x, middle), radius, radius)


class ValueField(QLineEdit):
    """A number to read and to type; ``entered(value)`` after Enter or leaving it."""

    entered = Signal(float)

    def __init__(self, show: Callable[[float], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._show = show
        self._value = 0.0
        self.setProperty("role", "value")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFont(theme.font())
        self.setFixedWidth(62)
        self.editingFinished.connect(self._read)

    def set_value(self, value: float) -> None:
        """Show a number with its unit."""
        self._value = value
        self.setText(self._show(value))

    def _read(self) -> None:
        kept = "".join(c for c in self.text().replace("−", "-") if c in "+-0123456789.,e")
        try:
            value = float(kept.replace(",", "."))
        except ValueError:
            value = self._value
        if self.text() != self._show(self._value) and value != self._value:
            self.entered.emit(value)
        else:
            self.set_value(self._value)


class SliderRow(QWidget):
    """Name, slider and value in one row.

    ``text(value)`` formats the value with its unit ("60 f", "1.00 σ"); by default a number with as
    many decimals as the step has. Signals and double click as :class:`Slider`.
    """

    value_changed = Signal(float)
    released = Signal(float)

    def __init__(
        self, name: str, minimum: float, maximum: float, value: float, *, step: float = 1.0,
        default: float | None = None, centre: float | None = None, color: str = theme.ACCENT,
        text: Callable[[float], str] | None = None, tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.name = ElidedLabel(name, color=theme.DIM)
        self.name.setFixedWidth(84)
        self.slider = Slider(
            minimum, maximum, value, step=step, default=default, centre=centre, color=color
        )
        decimals = 0 if step >= 1 else (1 if step >= 0.1 else 2)
        self.field = ValueField(text or (lambda v: f"{v:.{decimals}f}"))
        self.field.set_value(self.slider.value)
        for widget in (self.slider, self.field):
            widget.setAccessibleName(name)
            widget.setToolTip(tooltip)
        self.name.setToolTip(tooltip or name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.field)
        self.setFixedHeight(theme.ROW)
        self.slider.value_changed.connect(self.field.set_value)
        self.slider.value_changed.connect(self.value_changed)
        self.slider.released.connect(self.released)
        self.field.entered.connect(self._entered)

    @property
    def value(self) -> float:
        return self.slider.value

    def set_value(self, value: float) -> None:
        """Take a value without telling anybody."""
        self.slider.set_value(value)
        self.field.set_value(self.slider.value)

    def set_name(self, name: str, tooltip: str = "") -> None:
        """Rename the row (latent directions differ from action to action)."""
        self.name.set_text(name)
        self.name.setToolTip(tooltip or name)
        self.slider.setToolTip(tooltip)
        for widget in (self.slider, self.field):
            widget.setAccessibleName(name)

    def _entered(self, value: float) -> None:
        self.slider.set_value(value, quietly=False)
        self.field.set_value(self.slider.value)
        self.released.emit(self.slider.value)
