"""The clips of a build as rows with a picture, and what was decided about each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from core.datasets.finegym.manifest import Row
from studio import bridge, icons, theme
from studio.widgets import paint
from studio.widgets.chips import paint_badge

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_Index = QModelIndex | QPersistentModelIndex
_ROW, _PICTURE = 58, QSize(72, 44)
_WAITING = 24

STATE_LOOKS: dict[str, tuple[str, str]] = {
    "open": ("open", theme.DIM),
    "accepted": ("accepted", theme.GOOD),
    "rejected": ("rejected", theme.BAD),
}


class ReviewModel(QAbstractListModel):
    """Rows of a build; pictures are read one after the other as rows come into sight."""

    def __init__(self, folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = folder
        self._rows: list[Row] = []
        self._pictures: dict[str, QImage | None] = {}
        self._wanted: list[str] = []
        self._reading = ""

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.move
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            reason = f": {row.reason}" if row.reason else ""
            return f"{row.move}, {row.id}, {row.state} by {row.decided_by}{reason}"
        return row if role == ROW_ROLE else None

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        if [row.id for row in rows] == [row.id for row in self._rows]:
            self._rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def place_of(self, id: str | None) -> int:
        """Number of the row of a clip, -1 where it is not shown."""
        return next((i for i, row in enumerate(self._rows) if row.id == id), -1)

    def id_at(self, place: int) -> str | None:
        """The clip in a row, None outside."""
        return self._rows[place].id if 0 <= place < len(self._rows) else None

    def picture(self, row: Row) -> QImage | None:
        """The clip's picture if it was read; asks for it otherwise."""
        if row.id not in self._pictures and row.id not in self._wanted:
            self._wanted.append(row.id)
            del self._wanted[:-_WAITING]
            self._read_next()
        return self._pictures.get(row.id)

    def _read_next(self) -> None:
        if self._reading or not self._wanted:
            return
        id = self._reading = self._wanted.pop()
        place = self.place_of(id)
        if place < 0:
            self._reading = ""
            return
        row = self._rows[place]
        seconds = (row.frames[0] + row.frames[1]) / 2 / row.fps
        bridge.run_in_thread(
            lambda progress: _picture(self._folder / row.clip, seconds),
            partial(self._take, id),
            lambda message, hint: self._take(id, None),
            on_cancelled=lambda: self._take(id, None),
            owner=self,
        )

    def _take(self, id: str, picture: QImage | None) -> None:
        self._reading = ""
        self._pictures[id] = picture
        place = self.place_of(id)
        if place >= 0:
            self.dataChanged.emit(self.index(place), self.index(place))
        self._read_next()


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.data(ROW_ROLE)
        model = index.model()
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paint.row_ground(painter, option)
        spot = QRectF(
            rect.left() + 14, rect.center().y() - _PICTURE.height() / 2 + 1,
            _PICTURE.width(), _PICTURE.height(),
        )  # fmt: skip
        self._paint_picture(painter, spot, model.picture(row))  # type: ignore[attr-defined]
        word, color = STATE_LOOKS[row.state]
        width = paint.text_width(word, theme.TINY_SIZE, 600) + 14
        badge = QRectF(rect.right() - 12 - width, rect.top() + 9, width, 20)
        paint_badge(painter, badge, word, color)
        left = spot.right() + 10
        detail = row.reason or f"{row.num_frames} frames · {row.video}"
        for text, size, tone, top, room in (
            (row.move, theme.BODY_SIZE, theme.TEXT, 9, badge.left() - left - 8),
            (detail, theme.TINY_SIZE, theme.FAINT, 31, rect.right() - left - 24),
        ):
            place = QRect(int(left), rect.top() + top, int(room), 18)
            paint.line_of_text(painter, text, place, size, tone, Qt.TextElideMode.ElideRight)
        if row.is_reviewed:  # seen by a person: a tick, not only the word
            tick = QRectF(rect.right() - 26, rect.top() + 32, 14, 14)
            icons.paint(painter, "tick", tick, theme.DIM)
        painter.restore()

    def _paint_picture(self, painter: QPainter, spot: QRectF, image: QImage | None) -> None:
        paint.box(painter, spot, theme.FIELD, radius=5)
        if image is None:
            middle = spot.center()
            icons.paint(painter, "film", QRectF(middle.x() - 9, middle.y() - 9, 18, 18), theme.LINE)
            return
        painter.save()
        path = QPainterPath(QPointF(0, 0))
        path.addRoundedRect(spot, 5, 5)
        painter.setClipPath(path)
        size = image.size().scaled(
            spot.size().toSize(), Qt.AspectRatioMode.KeepAspectRatioByExpanding
        )
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(spot.center())
        painter.drawImage(place, image)
        painter.restore()


class ReviewList(QListView):
    """``chosen(id)`` when another clip is looked at."""

    chosen = Signal(str)

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = ReviewModel(folder, self)
        self.setModel(self.rows)
        self.setItemDelegate(_Painter(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setAccessibleName("Clips to review")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the window's keys go through the clips
        self.clicked.connect(self._tell)

    def _tell(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if row is not None:
            self.chosen.emit(row.id)

    def look_at(self, id: str | None) -> None:
        """Mark a clip without telling anybody."""
        place = self.rows.place_of(id)
        if place >= 0:
            index = self.rows.index(place)
            self.setCurrentIndex(index)
            self.scrollTo(index)
        else:
            self.clearSelection()


def _picture(path: Path, seconds: float) -> QImage:
    from core.video.decode import picture_at

    picture = picture_at(path, seconds)
    scale = 2 * _PICTURE.width() / picture.width
    size = (max(round(picture.width * scale), 2), max(round(picture.height * scale), 2))
    rgb = picture.scaled(*size).copy()
    height, width = rgb.shape[:2]
    image = QImage(rgb.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.copy()
