"""Clips worth a look, by what is wrong with them; one press shows one."""

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
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListView,
    QProgressBar,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.services.outliers import KINDS, Outlier
from studio.widgets import Chip, FlowLayout, SectionHeading, caption, paint
from studio.widgets.chips import paint_badge

ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_ROW = 42
_Index = QModelIndex | QPersistentModelIndex
_COLORS = {
    "short": theme.DIM, "missing": theme.WARNING, "jitter": theme.BAD, "frozen": theme.PARE,
}  # fmt: skip


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.items: list[tuple[Outlier, str]] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not 0 <= index.row() < len(self.items):
            return None
        outlier, name = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{name}: {KINDS[outlier.kind][0].lower()}, {outlier.text}"
        return (outlier, name) if role == ITEM_ROLE else None

    def show(self, items: Sequence[tuple[Outlier, str]]) -> None:
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(160, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        outlier, name = index.data(ITEM_ROLE)
        rect: QRect = option.rect
        painter.save()
        paint.row_ground(painter, option, has_stripe=False)
        word = KINDS[outlier.kind][0]
        width = paint.text_width(word, theme.TINY_SIZE, 600) + 14
        badge = QRectF(rect.right() - theme.MARGIN - width, rect.center().y() - 10, width, 20)
        paint_badge(painter, badge, word, _COLORS[outlier.kind])
        left, room = rect.left() + theme.MARGIN, int(badge.left()) - rect.left() - 24
        for text, size, color, top in (
            (name, theme.SMALL_SIZE, theme.TEXT, 4),
            (outlier.text, theme.TINY_SIZE, theme.FAINT, 21),
        ):
            place = QRect(left, rect.top() + top, room, 17)
            paint.line_of_text(painter, text, place, size, color)
        painter.restore()


class OutliersPanel(QWidget):
    """``chosen(index)`` when a clip of the data set shall be shown."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Outlier, ...] = ()
        self._names: dict[int, str] = {}
        self._off: set[str] = set()
        self.heading = SectionHeading("Outliers")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.chips: dict[str, Chip] = {}
        self.said = caption("", color=theme.DIM)
        self.list = QListView()
        self._model = _Model(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Painter(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName("Outliers")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumHeight(5 * _ROW)
        self._compose()
        self.list.clicked.connect(self._tell)
        self.list.selectionModel().currentChanged.connect(lambda now, _before: self._tell(now))

    def _compose(self) -> None:
        chips = QWidget()
        flow = FlowLayout(chips, spacing=6)
        for kind, (word, tip) in KINDS.items():
            chip = self.chips[kind] = Chip(word, tooltip=tip)
            chip.setChecked(True)
            chip.toggled.connect(lambda is_on, k=kind: self._switch(k, is_on))
            flow.addWidget(chip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.heading, chips, self.progress, self.said):
            inner = QVBoxLayout()
            inner.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
            inner.addWidget(widget)
            column.addLayout(inner)
        column.addWidget(self.list, 1000)
        column.addStretch(1)  # takes the room of a list that is empty
        self.progress.hide()

    def show_progress(self, fraction: float, text: str) -> None:
        """Say how far the measuring is."""
        self.progress.setVisible(True)
        self.progress.setValue(round(1000 * fraction))
        self.said.setText(text)
        self.said.show()

    def show_problem(self, text: str) -> None:
        """Say why there are no outliers to show."""
        self.progress.hide()
        self._all = ()
        self._fill()
        self.said.setText(text)
        self.said.show()

    def show_outliers(self, outliers: Sequence[Outlier], names: dict[int, str]) -> None:
        """Show these clips; ``names`` by index."""
        self.progress.hide()
        self._all, self._names = tuple(outliers), names
        for kind, chip in self.chips.items():
            count = sum(outlier.kind == kind for outlier in outliers)
            chip.setText(f"{KINDS[kind][0]} {count}" if count else KINDS[kind][0])
            chip.setEnabled(count > 0)
            chip.updateGeometry()
        self._fill()

    @property
    def shown(self) -> tuple[Outlier, ...]:
        """What the list holds."""
        return tuple(outlier for outlier, _ in self._model.items)

    def step(self, steps: int) -> None:
        """Go to the next or previous outlier."""
        count = len(self._model.items)
        if count:
            now = self.list.currentIndex().row()
            place = min(max(now + steps, 0), count - 1)
            self.list.setCurrentIndex(self._model.index(place))

    def tell_current(self) -> None:
        """Ask for the clip in the current row to be shown."""
        self._tell(self.list.currentIndex())

    def _switch(self, kind: str, is_on: bool) -> None:
        (self._off.discard if is_on else self._off.add)(kind)
        self._fill()

    def _fill(self) -> None:
        kept = [o for o in self._all if o.kind not in self._off]
        place = self.list.currentIndex().row()
        model = self.list.selectionModel()
        model.blockSignals(True)
        self._model.show([(o, self._names.get(o.index, str(o.index))) for o in kept])
        if kept and place >= 0:  # what was rejected left the list: the next one takes its place
            self.list.setCurrentIndex(self._model.index(min(place, len(kept) - 1)))
        model.blockSignals(False)
        count = len({o.index for o in kept})
        self.heading.set_note(f"{count} clip{'' if count == 1 else 's'}" if kept else "")
        self.said.setVisible(not kept)
        self.list.setVisible(bool(kept))
        if not kept:
            self.said.setText(
                "No clip stands out: none too short, trembling, frozen or with unseen frames."
                if not self._all else "None of the kinds that are switched on."
            )  # fmt: skip

    def _tell(self, index: QModelIndex) -> None:
        item = index.data(ITEM_ROLE)
        if item is not None:
            self.chosen.emit(item[0].index)
