"""The library: every clip of the project, to search, show, rename, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QMenu,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.actions import Actions
from studio.document import Document
from studio.panels.capture_queue import VERDICT_COLORS
from studio.panels.library_model import CLIP_ROLE, PICTURE, LibraryModel, clip_details
from studio.widgets import EmptyState, SearchField, SectionHeading, paint
from studio.widgets.chips import paint_badge

if TYPE_CHECKING:
    from core.project import Clip

_ROW = 52
_Index = QModelIndex | QPersistentModelIndex


class LibraryList(QListView):
    """The rows. Enter and double click show clips; F2 renames in place."""

    opened = Signal()

    def event(self, event: QEvent) -> bool:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Home, Qt.Key.Key_End)
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in keys
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
        ):
            event.accept()  # while the list has the focus these keys are its own
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.state() != QAbstractItemView.State.EditingState:
            self.opened.emit()
        else:
            super().keyPressEvent(event)


class _RowPainter(QStyledItemDelegate):
    def __init__(self, document: Document, model: LibraryModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._model = document, model

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, _ROW)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("role", "rename")
        editor.setAccessibleName("New name")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        rect: QRect = option.rect
        left = rect.left() + theme.MARGIN + PICTURE + 4
        clip = index.data(CLIP_ROLE)
        right = rect.right() - theme.MARGIN - round(_badge_width(clip)) - 6
        editor.setGeometry(QRect(left, rect.top() + 3, right - left, 26))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        clip = index.data(CLIP_ROLE)
        if clip is None:
            return
        from PySide6.QtWidgets import QStyle

        painter.save()
        rect = QRectF(option.rect)
        state = option.state
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        is_shown = any(shown.clip_id == clip.id for shown in self._document.shown)
        if is_selected:
            painter.fillRect(rect, QColor(theme.HOVER))
        elif is_hovered or is_shown:
            painter.fillRect(rect, QColor(theme.RAISED))
        if is_shown:
            painter.fillRect(QRectF(0, rect.top(), 2, rect.height()), QColor(theme.ACCENT))
        middle = rect.center().y()
        box = QRectF(theme.MARGIN, middle - PICTURE / 2, PICTURE, PICTURE)
        ground = theme.LINE if is_selected or is_shown else theme.HOVER
        paint.box(painter, box, theme.mix(ground, theme.FAINT, 0.12))
        picture = self._model.picture(clip)
        if picture is not None:
            painter.drawPixmap(box.topLeft(), picture)
        color = theme.source_color(clip.kind, clip.estimator)
        badge = theme.source_name(clip.kind, clip.estimator)
        width = _badge_width(clip)
        at = QRectF(rect.right() - theme.MARGIN - width, middle - 10, width, 20)
        paint_badge(painter, at, badge, color)
        left = box.right() + 10
        room = at.left() - 8 - left
        self._text(painter, QRectF(left, middle - 18, room, 18), clip.name, theme.TEXT, 500)
        details = QRectF(left, middle + 1, room, 16)
        if grade := self._model.grade(clip):
            color = VERDICT_COLORS[grade]
            self._text(painter, details, grade, color, 600, theme.TINY_SIZE)
            width = paint.text_width(f"{grade} ", theme.TINY_SIZE, 600)
            details.setLeft(left + min(width, room))
        words = f"· {clip_details(clip)}" if grade else clip_details(clip)
        if paint.text_width(words, theme.TINY_SIZE) > details.width():
            words = words.rpartition(" · ")[0] or words  # rather no rate than a cut word
        self._text(painter, details, words, theme.FAINT, 400, theme.TINY_SIZE)
        if state & QStyle.StateFlag.State_HasFocus and option.widget.hasFocus():
            paint.focus_ring(painter, rect.adjusted(3, 1, -1, -1), 6)
        painter.restore()

    @staticmethod
    def _text(
        painter: QPainter, rect: QRectF, text: str, color: str, weight: int,
        size: int = theme.BODY_SIZE,
    ) -> None:  # fmt: skip
        face = theme.font(size, weight=weight)
        painter.setFont(face)
        painter.setPen(QColor(color))
        shown = QFontMetrics(face).elidedText(
            text, Qt.TextElideMode.ElideMiddle, max(int(rect.width()), 0)
        )
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, shown)


def _badge_width(clip: Clip) -> float:
    badge = theme.source_name(clip.kind, clip.estimator)
    return paint.text_width(badge, theme.TINY_SIZE, 600) + 14


class LibraryPanel(QWidget):
    """Heading, search, list; an empty project gets a sentence and a button."""

    CONTEXT_MENU: tuple[str, ...] = (
        "show-clips", "compare-clips", "rename-clip", "export", "", "delete-clips",
    )  # fmt: skip

    def __init__(self, document: Document, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._actions = document, actions
        self.setMinimumWidth(220)
        self.heading = SectionHeading("Library")
        self.search = SearchField("Filter by name, label, source")
        self.model = LibraryModel(document, self)
        self.list = self._make_list()
        self.search.next_widget = self.list
        self.empty = EmptyState(
            "clip", "No clips yet",
            "Turn a video into motion, or sample an action on the Create page and keep it.",
            "Import video…", key=actions.key_text("import-video"),
        )  # fmt: skip
        self.nothing = EmptyState(
            "search", "Nothing matches", "No clip has this in its name, label or source.",
            "Clear the filter",
        )  # fmt: skip
        self._stack = QStackedWidget()
        for widget in (self.list, self.empty, self.nothing):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(8)
        top = QVBoxLayout()
        top.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        top.setSpacing(8)
        top.addWidget(self.heading)
        top.addWidget(self.search)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        self.search.textChanged.connect(self.model.set_search)
        self.empty.pressed.connect(lambda: actions.run("import-video"))
        self.nothing.pressed.connect(self.search.clear)
        self.model.modelReset.connect(self._show_state)
        self.model.dataChanged.connect(lambda *_: self._show_state())
        document.shown_changed.connect(self.list.viewport().update)
        document.library_selection_changed.connect(self._show_selection)
        self._show_state()

    def _make_list(self) -> LibraryList:
        view = LibraryList(self)
        view.setAccessibleName("Clips")
        view.setModel(self.model)
        view.setItemDelegate(_RowPainter(self._document, self.model, view))
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setMouseTracking(True)
        view.setUniformItemSizes(True)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open_menu)
        view.doubleClicked.connect(lambda _: self.show_selected())
        view.opened.connect(self.show_selected)
        view.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        return view

    def show_selected(self) -> None:
        """Put the selected clips into the viewport."""
        self._document.show_from_library(self._document.library_selection)

    def rename_current(self) -> None:
        """Type a new name where the old one stands."""
        index = self.list.currentIndex()
        if not index.isValid() and len(self._document.library_selection) == 1:
            index = self.model.index(self.model.row_of(self._document.library_selection[0]))
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.edit(index)

    def _open_menu(self, at: QPoint) -> None:
        if not self._document.library_selection:
            return
        self._actions.refresh()
        menu = QMenu(self)
        for action_id in self.CONTEXT_MENU:
            if not action_id:
                menu.addSeparator()
            elif action_id in self._actions:
                menu.addAction(self._actions.qaction(action_id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.list.viewport().mapToGlobal(at))

    def _selected(self) -> None:
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        self._document.select_in_library(
            self.model.clips[row].id for row in rows if row < len(self.model.clips)
        )
        self._actions.refresh()

    def _show_selection(self) -> None:
        """Follow a selection that was made elsewhere."""
        wanted = {self.model.row_of(c) for c in self._document.library_selection} - {-1}
        model = self.list.selectionModel()
        if {index.row() for index in model.selectedIndexes()} == wanted:
            return
        model.blockSignals(True)
        model.clearSelection()
        for row in sorted(wanted):
            model.select(self.model.index(row), QItemSelectionModel.SelectionFlag.Select)
        model.blockSignals(False)
        if wanted:
            model.setCurrentIndex(
                self.model.index(min(wanted)), QItemSelectionModel.SelectionFlag.NoUpdate
            )
            self.list.scrollTo(self.model.index(min(wanted)))
        self.list.viewport().update()

    def _show_state(self) -> None:
        count = len(self.model.clips)
        words = "1 clip" if count == 1 else f"{count} clips"
        if self.model.search:
            self.heading.set_note(f"{words} found")
            page: QWidget = self.list if count else self.nothing
        else:
            self.heading.set_note(words if count else "")
            page = self.list if count else self.empty
        self._stack.setCurrentWidget(page)
        self.search.setEnabled(bool(count or self.model.search))
        self._show_selection()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.PANEL))
