"""Curves of trainings: losses, speed, FID; several runs over each other, smoothed, thinned out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from studio import theme
from studio.widgets.labels import set_color

FloatArray = npt.NDArray[np.float64]
MOST_POINTS = 1500  # of a curve on screen
_LEGEND = 20  # pixels kept free for it
_MARGIN, _GROWTH = 0.04, 0.06  # of the range: free around the curves, and kept for what comes
_BLOCK = 64  # values smoothed by one product; scipy's filter would take a second to import
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine,
           Qt.PenStyle.DashDotLine)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """One curve: x and y (N,), a name, a colour; ``run`` 0 solid, later ones dashed.

    ``is_share`` for y of 0..1, which has an axis of its own at the right.
    """

    name: str
    color: str
    x: FloatArray
    y: FloatArray
    run: int = 0
    is_share: bool = False


def smoothed(values: FloatArray, amount: float) -> FloatArray:
    """Exponential mean of values (N,) without a lag at the start; amount 0 (none) to below 1."""
    if amount <= 0 or len(values) < 3:
        return values
    steps = np.arange(_BLOCK)
    within = np.tril(np.float64(amount) ** np.maximum(steps[:, None] - steps, 0))
    blocks = np.zeros((-(-len(values) // _BLOCK), _BLOCK))
    blocks.flat[: len(values)] = values
    sums = blocks @ within.T  # each block for itself; then what the ones before leave over
    before, fading = 0.0, amount ** (steps + 1.0)
    for block in sums:
        block += before * fading
        before = block[-1]
    weight = (1.0 - amount ** (np.arange(len(values)) + 1.0)) / (1.0 - amount)
    return np.asarray(sums.flat[: len(values)] / weight, np.float64)


def thinned(x: FloatArray, y: FloatArray, most: int = MOST_POINTS) -> tuple[FloatArray, FloatArray]:
    """Means of neighbouring points, so that no more than ``most`` remain; the last one stays."""
    if len(x) <= most:
        return x, y
    size = -(-len(x) // most)
    edges = np.arange(0, len(x), size)
    counts = np.diff(np.append(edges, len(x)))
    return np.add.reduceat(x, edges) / counts, np.add.reduceat(y, edges) / counts


def steady(low: float, high: float, shown: tuple[float, float]) -> tuple[float, float]:
    """The range to show for values from ``low`` to ``high``: the one shown while they fill it.

    A training that goes on then moves its axes now and then, not with every value.
    """
    span = high - low
    fits = shown[0] <= low and high <= shown[1]
    if fits and span >= (shown[1] - shown[0]) * (1 - 3 * _GROWTH):
        return shown
    return low - _MARGIN * span, high + (_MARGIN + _GROWTH) * span


class CurvePlot(pg.PlotWidget):  # type: ignore[misc]
    """A plot over epochs with a mark at the chosen one."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.FIELD)
        self.setAccessibleName(name)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMinimumHeight(90)
        self.getViewBox().setMouseEnabled(x=False, y=False)
        self.getViewBox().setDefaultPadding(0.04)
        self.showGrid(y=True, alpha=0.08)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(theme.LINE))
            axis.setTextPen(pg.mkPen(theme.DIM))
            axis.setTickFont(theme.font(theme.TINY_SIZE))
        self.getAxis("bottom").setLabel("epoch", color=theme.FAINT)
        self.getAxis("left").setWidth(46)  # the plot does not jump when numbers come and go
        self.getAxis("bottom").setHeight(36)
        self._items: dict[bool, list[pg.PlotDataItem]] = {False: [], True: []}  # by is_share
        self._shares: pg.ViewBox | None = None
        self._mark = pg.InfiniteLine(
            angle=90, pen=pg.mkPen(theme.FAINT, style=Qt.PenStyle.DashLine)
        )
        self._mark.hide()
        self.addItem(self._mark)
        self._legend = QLabel(self)  # in the plot: it takes no width from the buttons
        self._legend.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._legend.setFont(theme.font(theme.SMALL_SIZE))
        self._legend.setProperty("role", "plate")
        self._legend.setContentsMargins(6, 1, 6, 1)
        self._legend.hide()
        self._nothing = QLabel(self)  # said where there is nothing to draw
        self._nothing.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._nothing.setFont(theme.font(theme.SMALL_SIZE))
        set_color(self._nothing, theme.FAINT)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._amount = 0.0
        self._lines: tuple[Line, ...] = ()
        self._shown: tuple[bool, tuple[float, ...]] | None = None  # scale and limits
        self._numbered: dict[str, bool] = {}
        self._draw()

    def set_log(self, is_on: bool) -> None:
        """Draw the values on a logarithmic scale."""
        self.setLogMode(y=is_on)
        self._draw()

    def set_smoothing(self, amount: float) -> None:
        """Smooth the curves, 0 to below 1."""
        self._amount = amount
        self._draw()

    def set_mark(self, epoch: float | None) -> None:
        """Mark an epoch."""
        self._mark.setVisible(epoch is not None and bool(self._lines))
        if epoch is not None:
            self._mark.setValue(epoch)

    def set_legend(self, text: str) -> None:
        """Say in the corner which colour is which curve, as rich text."""
        self._legend.setText(text)
        self._legend.setVisible(bool(text))
        # above the curves, not over them
        self.getPlotItem().setContentsMargins(0, _LEGEND if text else 0, 0, 0)
        self._place_legend()

    def set_empty_text(self, text: str) -> None:
        """Say this where there is nothing to draw."""
        self._nothing.setText(text)

    def _place_legend(self) -> None:
        self._legend.adjustSize()
        self._legend.move(self.width() - self._legend.width() - theme.SPACE * 2, theme.SPACE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_legend"):  # the base class resizes itself while it is made
            self._place_legend()
            self._nothing.setGeometry(self.rect().adjusted(24, 0, -24, 0))

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these curves instead of the ones before."""
        is_new = len(lines) != len(self._lines) or not all(map(_is_same, lines, self._lines))
        self._lines = tuple(lines)
        if is_new:
            self._draw()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown, as it was given."""
        return self._lines

    def _draw(self) -> None:
        for is_share in (False, True):
            self._draw_side(is_share, [one for one in self._lines if one.is_share == is_share])
        self._fit()
        self._nothing.setVisible(not self._lines)
        for side in ("left", "bottom"):
            self.getAxis(side).setVisible(bool(self._lines))
        has_shares = any(line.is_share for line in self._lines)
        # numbers of nothing would only puzzle
        for side, is_on in (("left", bool(self._lines)), ("bottom", bool(self._lines)),
                            ("right", has_shares)):  # fmt: skip
            if self._numbered.get(side) != is_on:  # an axis is drawn anew by this
                self._numbered[side] = is_on
                self.getAxis(side).setStyle(showValues=is_on)

    def _fit(self) -> None:
        """Set the axes' limits where they have to change."""
        x = [item.xData for item in self._items[False] + self._items[True] if item.isVisible()]
        y = [item.getData()[1] for item in self._items[False] if item.isVisible()]
        is_log = bool(self.getAxis("left").logMode)
        before = self._shown[1] if self._shown and self._shown[0] == is_log else (0.0,) * 4
        limits = [
            *steady(*_ends(x, 0.0), (before[0], before[1])),
            *steady(*_ends(y, 0.5), (before[2], before[3])),
        ]  # fmt: skip
        if self._shown != (is_log, tuple(limits)):
            self._shown = is_log, tuple(limits)
            self.setRange(xRange=limits[:2], yRange=limits[2:], padding=0)

    def _draw_side(self, is_share: bool, lines: Sequence[Line]) -> None:
        """Draw the curves of one axis; what is not needed any more is hidden."""
        items = self._items[is_share]
        while len(items) < len(lines):
            item = pg.PlotDataItem(connect="finite")
            self._shares_box().addItem(item) if is_share else self.addItem(item)
            items.append(item)
        is_log = not is_share and bool(self.getAxis("left").logMode)
        for item, line in zip(items, lines, strict=False):
            x, y = thinned(line.x, smoothed(line.y, self._amount))
            if is_log:
                y = np.where(y > 0, y, np.nan)
            item.setData(x, y, pen=pg.mkPen(line.color, width=2 if line.run == 0 else 1.4,
                                            style=_DASHES[line.run % len(_DASHES)]))  # fmt: skip
            item.show()
        for item in items[len(lines) :]:
            item.hide()

    def _shares_box(self) -> pg.ViewBox:
        """What curves of 0..1 are drawn in, over the other ones, with its axis at the right."""
        if self._shares is None:
            box = self._shares = pg.ViewBox(enableMenu=False, enableMouse=False)
            self.showAxis("right")
            axis = self.getAxis("right")
            axis.setPen(pg.mkPen(theme.LINE))
            axis.setTextPen(pg.mkPen(theme.DIM))
            axis.setTickFont(theme.font(theme.TINY_SIZE))
            axis.linkToView(box)
            self.scene().addItem(box)
            box.setXLink(self.getViewBox())
            box.setYRange(0.0, 1.0, padding=0.04)
            self.getViewBox().sigResized.connect(self._fit_shares)
            self._fit_shares()
        return self._shares

    def _fit_shares(self) -> None:
        if self._shares is not None:
            self._shares.setGeometry(self.getViewBox().sceneBoundingRect())

    def wheelEvent(self, event: QEvent) -> None:
        event.ignore()


def _is_same(one: Line, other: Line) -> bool:
    """Whether two curves look the same."""
    words = (one.name, one.color, one.run, one.is_share)
    return (
        words == (other.name, other.color, other.run, other.is_share)
        and np.array_equal(one.x, other.x)
        and np.array_equal(one.y, other.y, equal_nan=True)
    )


def _ends(values: Sequence[FloatArray | None], below: float) -> tuple[float, float]:
    """The least and the largest finite value; a single one has a unit, ``below`` of it under it."""
    found = [v[np.isfinite(v)] for v in values if v is not None]
    joined = np.concatenate(found) if found else np.zeros(0)
    if not len(joined):
        return 0.0, 1.0
    low, high = float(joined.min()), float(joined.max())
    return (low, high) if high - low > 1e-9 else (low - below, low - below + 1.0)
