"""The main window: puts header, pages, middle and bars together and hands orders on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from studio import bridge
from studio.actions import Actions
from studio.document import Document
from studio.panels.library import LibraryPanel
from studio.playback import Playback
from studio.settings import Settings
from studio.window.bars import DropSign, ErrorBar, StatusLine
from studio.window.commands import window_actions
from studio.window.header import Header
from studio.window.middle import Middle
from studio.window.orders import Orders
from studio.window.page import PAGES, Page, PageContext, PageEntry
from studio.window.palette import CommandPalette, Entry
from studio.window.scenes import Scenes
from studio.window.splitter import Columns

log = logging.getLogger(__name__)

MINIMUM = (1000, 640)
FIRST_PAGE = "create"


class MainWindow(Orders, QMainWindow):
    """One window, one document, one clock. ``page_changed(id)`` after the page was switched."""

    page_changed = Signal(str)

    def __init__(
        self, document: Document, *, settings: Settings | None = None,
        entries: Sequence[PageEntry] = PAGES,
    ) -> None:  # fmt: skip
        super().__init__()
        self.setWindowTitle("Motion Studio")
        self.setMinimumSize(*MINIMUM)
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.document = document
        self.playback = Playback(self)
        self.settings = settings or Settings()
        self.page_id = ""
        self._entries = {entry.id: entry for entry in entries}
        self._pages: dict[str, Page] = {}
        self._libraries: list[LibraryPanel] = []
        self._overlay_was_shown: dict[str, bool] = {}
        self._jobs: dict[str, str] = {}  # running work by the page that reports it
        self.scenes = Scenes(document)
        self.actions_table = Actions(self)
        self.actions_table.add(window_actions(self))
        self._compose(entries)
        self._connect()
        self._restore()

    # -- putting together -------------------------------------------------------------------------
    def _compose(self, entries: Sequence[PageEntry]) -> None:
        self.header = Header(entries, self.actions_table)
        self.error_bar = ErrorBar()
        self.status = StatusLine()
        self.middle = Middle(self.document, self.playback, self.actions_table)
        self.left_stack, self.right_stack = QStackedWidget(), QStackedWidget()
        self.columns = Columns(self.left_stack, self.middle, self.right_stack)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.error_bar)
        column.addWidget(self.columns, 1)
        column.addWidget(self.status)
        self.setCentralWidget(central)
        self.drop_sign = DropSign(self)
        self.palette_ = CommandPalette(self, self._palette_entries)

    def _connect(self) -> None:
        document, actions = self.document, self.actions_table
        self.header.page_chosen.connect(self.go_to)
        self.header.palette_wanted.connect(self.open_palette)
        self.header.jobs_pressed.connect(lambda: self.go_to(next(iter(self._jobs), "capture")))
        self.header.device_pressed.connect(self.show_models)
        document.message.connect(self.status.say)
        document.problem.connect(self.show_problem)
        document.project_changed.connect(self._show_project)
        # while a clip is shaped its picture comes first, and what follows from it after that
        self._after_shown = QTimer(self, singleShot=True, interval=0)
        document.shown_changed.connect(self._after_shown.start)
        self._after_shown.timeout.connect(self._show_facts)
        for signal in (
            document.history_changed, document.library_selection_changed,
            self._after_shown.timeout, document.selection_changed, self.playback.settings_changed,
        ):  # fmt: skip
            signal.connect(actions.refresh)
        self._show_project()
        self._show_facts()

    def _restore(self) -> None:
        self.resize(1440, 900)
        geometry = self.settings.state("window/geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self._fit_on_screen()
        self.columns.restore(self.settings)
        self.middle.restore(self.settings)
        self.playback.set_looping(self.settings.flag("playback/loop", True))
        wanted = self.settings.text("window/page", FIRST_PAGE)
        entry = self._entries.get(wanted)
        usable = [e.id for e in self._entries.values() if e.make is not None]
        self.go_to(wanted if entry is not None and entry.make is not None else usable[0])

    def _fit_on_screen(self) -> None:
        screen = self.screen() or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        self.resize(self.size().boundedTo(room.size()))
        if not room.contains(self.geometry()):
            self.move(room.topLeft())

    # -- pages ------------------------------------------------------------------------------------
    def page(self, page_id: str) -> Any:
        """The page, made on first use. Raises KeyError for a page this version does not have."""
        if page_id not in self._pages:
            entry = self._entries[page_id]
            if entry.make is None:
                raise KeyError(page_id)
            page = self._pages[page_id] = entry.make(
                PageContext(
                    document=self.document, playback=self.playback, actions=self.actions_table,
                    viewport=self.middle.viewport, library=self._make_library,
                    go_to=self.go_to, report_job=partial(self._report_job, page_id),
                    timeline=self.middle.timeline, hand_over=self.hand_over,
                )
            )  # fmt: skip
            self.left_stack.addWidget(page.left)
            self.right_stack.addWidget(page.right)
            if page.overlay is not None:
                self.middle.add_overlay(page.overlay)
        return self._pages[page_id]

    def go_to(self, page_id: str) -> None:
        """Switch to a page."""
        entry = self._entries.get(page_id)
        if page_id == self.page_id or entry is None or entry.make is None:
            self.header.set_page(self.page_id)
            return
        page: Page = self.page(page_id)
        if self.page_id:
            self._leave(self._pages[self.page_id])
        self.scenes.enter(page_id if getattr(page, "has_own_scene", False) else "")
        self.page_id = page_id
        self.middle.show_below(getattr(page, "below", None))
        self.left_stack.setCurrentWidget(page.left)
        self.right_stack.setCurrentWidget(page.right)
        if page.overlay is not None:
            page.overlay.setVisible(self._overlay_was_shown.get(page_id, False))
        self.actions_table.add(page.actions())
        page.entered()
        self.header.set_page(page_id)
        self.actions_table.refresh()
        self.middle.timeline.setFocus()  # not a button or a field: Space and arrows play
        self.page_changed.emit(page_id)

    def hand_over(self, page_id: str, what: Any) -> None:
        """Switch to a page and give it something to work on."""
        self.go_to(page_id)
        if self.page_id == page_id:
            self._pages[page_id].receive(what)  # type: ignore[attr-defined]

    def _report_job(self, page_id: str, text: str) -> None:
        """Show a page's running work in the header; what was reported first stands there."""
        self._jobs.pop(page_id, None) if not text else self._jobs.update({page_id: text})
        self.header.set_job(next(iter(self._jobs.values()), ""))

    def watch_trainings(self) -> None:
        """Take up trainings that an earlier window or a shell left running."""

        def running() -> bool:
            from training.jobs import JobStore

            return any(job.state().state in ("running", "queued") for job in JobStore().jobs())

        bridge.run_in_thread(
            lambda progress: running(),
            lambda is_any: self.page("train").session.start() if is_any else None,
            self.document.problem.emit, key="find-trainings", owner=self,
        )  # fmt: skip

    def _leave(self, page: Page) -> None:
        if page.overlay is not None:
            self._overlay_was_shown[page.id] = not page.overlay.isHidden()
            page.overlay.hide()
        self.actions_table.remove(action.id for action in page.actions())
        page.left_behind()

    def _make_library(self) -> QWidget:
        panel = LibraryPanel(self.document, self.actions_table)
        self._libraries.append(panel)
        return panel

    def visible_library(self) -> LibraryPanel | None:
        """The library panel one sees, if the page has one."""
        return next((panel for panel in self._libraries if panel.isVisible()), None)

    # -- what is said -----------------------------------------------------------------------------
    def show_problem(self, message: str, hint: str = "") -> None:
        """Say what went wrong, with the button for the next step where there is one."""
        if "model" in f"{message} {hint}".lower():
            self.error_bar.show_problem(message, hint, "Model files…", self.show_models)
        else:
            self.error_bar.show_problem(message, hint)

    def _show_project(self) -> None:
        project = self.document.project
        name = project.name if project is not None else ""
        self.status.set_place(f"project {name}" if name else "no project")
        self.setWindowTitle(f"{name} – Motion Studio" if name else "Motion Studio")

    def _show_facts(self) -> None:
        shown = self.document.shown
        if not shown:
            self.status.set_facts("")
            return
        from core.body import body_for

        bodies = {body_for(clip.motion).name: body_for(clip.motion) for clip in shown}
        self.status.set_facts(
            " · ".join(f"{name}, {len(b.template):,} vertices" for name, b in bodies.items())
        )

    # -- command palette ---------------------------------------------------------------------------
    def _palette_entries(self) -> list[Entry]:
        entries = [
            Entry(
                text=(a.text_now() if a.text_now else a.text).rstrip("…"), key=a.key_text,
                group=a.menu or self._entries[self.page_id].title, run=a.run, icon=a.icon,
                enabled=a.enabled(),
            )
            for a in self.actions_table
            if a.id != "palette"
        ]  # fmt: skip
        entries += [
            Entry(text=clip.name, group="Clip", icon="clip",
                  run=partial(self.document.show_from_library, [clip.id]))
            for clip in self.document.clips()
        ]  # fmt: skip
        return entries

    # -- Qt ---------------------------------------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.drop_sign.open()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_sign.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self.drop_sign.hide()
        event.acceptProposedAction()
        QTimer.singleShot(0, self, lambda: self.import_files(paths))  # let the drag end first

    def closeEvent(self, event: QCloseEvent) -> None:
        self.playback.pause()
        for page in self._pages.values():  # what watches something besides threads of the bridge
            getattr(page, "shut_down", lambda: None)()
        self._remember()
        bridge.shut_down()
        self.middle.viewport.shut_down()
        if self.document.project is not None:
            self.document.project.close()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.error_bar.isVisible():
            self.error_bar.hide()
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.toggle_full_screen()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # a click on nothing in particular ends typing, so that Space plays again
        if (field := self.focusWidget()) is not None:
            field.clearFocus()
        super().mousePressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self.page_id:
            self.actions_table.refresh()

    def _remember(self) -> None:
        settings = self.settings
        if not self.isFullScreen():
            settings.set("window/geometry", self.saveGeometry())
        settings.set("window/page", self.page_id)
        self.columns.remember(settings)
        self.middle.remember(settings)
        settings.set("playback/loop", self.playback.is_looping)
        if self.document.project is not None:
            settings.set("project/folder", str(self.document.project.folder))
        shown = [clip.clip_id for clip in self.scenes.shared() if clip.clip_id is not None]
        settings.set("project/shown", shown)
        settings.save()
