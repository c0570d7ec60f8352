"""How long the clips of a class are, before the lengths of the whole data set."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from studio import theme

_BINS = 32
_NARROWEST = 24.0  # frames from the left edge to the right


def bins_for(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Edges between whole numbers of frames, few enough to be seen; the longest hundredth of the
    clips falls into the last one."""
    if not len(lengths):
        return np.array([0.5, 1.5])
    low, high = int(lengths.min()), int(np.ceil(np.percentile(lengths, 99)))
    step = max(-(-(high - low + 1) // _BINS), 1)
    return np.arange(low - 0.5, high + step + 0.5, step, dtype=np.float64)


class LengthHistogram(pg.PlotWidget):  # type: ignore[misc]
    """Two layers of bars: all clips faint, the chosen class before them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.FIELD)
        self.setObjectName("length_histogram")
        self.setAccessibleName("Lengths of the clips")
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setMenuEnabled(False)
        self.setMinimumHeight(90)
        self.hideButtons()
        box = self.getViewBox()
        box.setMouseEnabled(x=False, y=False)
        box.setDefaultPadding(0.03)
        self.showGrid(y=True, alpha=0.08)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(theme.LINE))
            axis.setTextPen(pg.mkPen(theme.DIM))
            axis.setTickFont(theme.font(theme.TINY_SIZE))
        self.getAxis("bottom").setLabel("frames", color=theme.FAINT)
        self.getAxis("left").setLabel("clips", color=theme.FAINT)
        self._all = pg.BarGraphItem(x=[], height=[], width=1.0, pen=None, brush=theme.LINE)
        self._mine = pg.BarGraphItem(x=[], height=[], width=1.0, pen=None, brush=theme.ACCENT)
        self.addItem(self._all)
        self.addItem(self._mine)
        self._show_axes(False)

    def _show_axes(self, is_on: bool) -> None:
        for side in ("left", "bottom"):  # numbers of nothing would only puzzle
            self.getAxis(side).setVisible(is_on)

    def show_lengths(self, all_: npt.NDArray[np.int64], mine: npt.NDArray[np.int64]) -> None:
        """Show the lengths in frames of all clips (N,) and of the chosen class (M,)."""
        self._show_axes(len(all_) > 0)
        edges = bins_for(all_)
        middles, width = (edges[:-1] + edges[1:]) / 2, float(edges[1] - edges[0])
        for item, lengths, share in ((self._all, all_, 0.92), (self._mine, mine, 0.92)):
            heights, _ = np.histogram(np.minimum(lengths, edges[-1] - 0.25), edges)
            item.setOpts(x=middles, height=heights, width=share * width)
        top = max(float(np.histogram(np.minimum(all_, edges[-1] - 0.25), edges)[0].max()), 1.0)
        low, high = float(edges[0]), float(edges[-1])
        if high - low < _NARROWEST:  # clips of one length are one bar, not a wall
            low, high = (low + high - _NARROWEST) / 2, (low + high + _NARROWEST) / 2
        self.setRange(xRange=(low, high), yRange=(0.0, top))

    @property
    def heights(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The bars of all clips and of the class, for tests."""
        return np.asarray(self._all.opts["height"]), np.asarray(self._mine.opts["height"])

    def wheelEvent(self, event: QEvent) -> None:
        event.ignore()
