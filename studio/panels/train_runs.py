"""The list of trainings: name, how far it is, what it is made of, a badge; newest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.services.training import badge_text, is_frozen, settings_text, state_text
from studio.widgets import EmptyState, SearchField, SectionHeading, paint, primary_button
from studio.widgets.chips import paint_badge
from training.jobs.watch import JobView

VIEW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
STATE_COLORS = {
    "queued": theme.DIM, "running": theme.WARNING, "paused": theme.DIM, "done": theme.GOOD,
    "failed": theme.BAD, "cancelled": theme.DIM, "lost": theme.BAD,
}  # fmt: skip
_ROW = 68
_Index = QModelIndex | QPersistentModelIndex


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.views: list[JobView] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.views)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not 0 <= index.row() < len(self.views):
            return None
        view = self.views[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return view.job.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{view.job.name}, {_said(view)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = (view.job.name, _said(view), view.state.message, view.state.hint,
                     str(view.job.folder))  # fmt: skip
            return "\n".join(line for line in lines if line)
        return view if role == VIEW_ROLE else None

    def show(self, views: Sequence[JobView]) -> None:
        if [v.id for v in views] == [v.id for v in self.views]:
            self.views = list(views)
            if views:
                self.dataChanged.emit(self.index(0), self.index(len(views) - 1))
            return
        self.beginResetModel()
        self.views = list(views)
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(160, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        view: JobView = index.data(VIEW_ROLE)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.row_ground(painter, option)
        has_frozen = view.state.state == "done" and is_frozen(view)
        color = QColor(theme.BAD if has_frozen else STATE_COLORS.get(view.state.state, theme.DIM))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QRectF(rect.left() + theme.MARGIN, rect.top() + 14, 7, 7))
        badge = badge_text(view)
        width = paint.text_width(badge, theme.TINY_SIZE, 600) + 16
        right = rect.right() - theme.MARGIN
        place = QRectF(right - width, rect.top() + 22, width, 22)
        is_bad = has_frozen or view.state.state in ("failed", "lost")
        paint_badge(painter, place, badge, theme.BAD if is_bad else theme.DIM)
        left = rect.left() + theme.MARGIN + 16
        room = int(right - width - 8 - left)
        settings = settings_text(view.job.config) if view.job.has_settings else view.state.message
        for text, size, ink, top, space in (
            (view.job.name, theme.BODY_SIZE, theme.TEXT, 8, room),
            (_said(view), theme.SMALL_SIZE, theme.DIM, 26, room),
            (settings, theme.SMALL_SIZE, theme.FAINT, 44, right - left),
        ):
            line = QRect(left, rect.top() + top, int(space), 18)
            paint.line_of_text(painter, text, line, size, ink)
        painter.restore()


def _said(view: JobView) -> str:
    return state_text(view.state, is_frozen=is_frozen(view))


class RunsPanel(QWidget):
    """``chosen(id)`` when a training is to be shown; ``new_pressed``."""

    chosen = Signal(str)
    new_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setMinimumWidth(240)
        self.heading = SectionHeading("Runs")
        self.search = SearchField("Filter runs")
        self.list = QListView()
        self.list.setAccessibleName("Trainings")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self._model = _Model(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Painter(self.list))
        self.search.next_widget = self.list
        self.empty = EmptyState(
            "body", "No training yet",
            "Train ACTOR on a data set. The demo learns to move in minutes.", "New training…",
        )  # fmt: skip
        self.new_button = primary_button(
            "New training…", key="Ctrl+T", tooltip="Choose data and settings  (Ctrl+T)"
        )
        self._all: tuple[JobView, ...] = ()
        self._current = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 12)
        column.setSpacing(8)
        for widget in (self.heading, self.search):
            column.addLayout(_inset(widget))
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        column.addLayout(_inset(self.new_button))
        self.empty.pressed.connect(self.new_pressed)
        self.new_button.clicked.connect(self.new_pressed)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.list.selectionModel().currentChanged.connect(lambda now, _before: self._tell(now))

    def show_views(self, views: tuple[JobView, ...], current: str) -> None:
        """Show the trainings there are, with ``current`` chosen."""
        self._all, self._current = views, current
        self._filter()

    def set_current(self, job_id: str) -> None:
        """Mark the training that is looked at, chosen elsewhere."""
        if job_id != self._current:
            self._current = job_id
            self._filter()

    def step(self, steps: int) -> None:
        """Go to the next or previous training."""
        row = self.list.currentIndex().row() + steps
        if 0 <= row < len(self._model.views):
            self.list.setCurrentIndex(self._model.index(row))

    def _filter(self) -> None:
        words = self.search.text().lower().split()
        views = [
            view for view in self._all
            if all(word in f"{view.job.name} {view.state.state}".lower() for word in words)
        ]  # fmt: skip
        model = self.list.selectionModel()
        model.blockSignals(True)
        self._model.show(views)
        ids = [view.id for view in views]
        if self._current in ids:
            self.list.setCurrentIndex(self._model.index(ids.index(self._current)))
        model.blockSignals(False)
        self.heading.set_note(f"{len(views)}" if views else "")
        self.list.setVisible(bool(views))
        self.empty.setVisible(not views)
        self.new_button.setVisible(bool(views))
        self.list.viewport().update()

    def _tell(self, index: QModelIndex) -> None:
        view = index.data(VIEW_ROLE)
        if view is not None:
            self._current = view.id
            self.chosen.emit(view.id)


def _inset(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
    row.addWidget(widget)
    return row
