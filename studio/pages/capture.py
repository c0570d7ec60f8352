"""Capture: turn a video into body motion.

Composes the queue of videos on the left, the video beside the body in the middle, and the
estimators, the camera and the verdict on the right; the work lies in :class:`CaptureSession`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from core.errors import StudioError
from studio import bridge, theme
from studio.actions import Action
from studio.pages.capture_session import CaptureSession, Importer
from studio.panels.capture_queue import DropZone, QueueList
from studio.panels.capture_settings import CameraPanel, EstimatorPanel, VerdictPanel
from studio.panels.video_view import VideoView
from studio.services import importing
from studio.services.capture_queue import QueueItem
from studio.services.importing import VIDEO_ENDINGS
from studio.widgets import Button, EmptyState, SectionHeading, SidePanel, primary_button
from studio.window.page import PageContext


class CapturePage(QObject):
    """The page; implements ``studio.window.page.Page``."""

    id = "capture"
    title = "Capture"

    def __init__(self, context: PageContext, importer: Importer = importing.import_video) -> None:
        super().__init__(context.viewport)
        self._context = context
        self._document, self._playback = context.document, context.playback
        self._is_here = False
        self._picture_index = -1
        self.session = CaptureSession(context.document, context.playback, self, importer=importer)
        self.heading = SectionHeading("Videos")
        self.drop_zone = DropZone()
        self.list = QueueList(self.session.queue)
        self.empty = EmptyState(
            "film", "No video yet", "Drop one above, or try the one that comes with the program.",
            "Sample video",
        )  # fmt: skip
        self.sample_button = Button(
            "Sample video", icon="film", tooltip="Estimate the video that comes with the program"
        )
        self.cancel_button = Button("Cancel", tooltip="Stop estimating; nothing is kept  (Esc)")
        self.next_button = primary_button("Keep result")
        self.left: QWidget = self._composed_left()
        self.estimators = EstimatorPanel()
        self.camera = CameraPanel()
        self.again_button = Button(
            "Estimate again", icon="refresh", tooltip="Estimate this video again with this camera"
        )
        self.verdict = VerdictPanel()
        self.right: QWidget = self._composed_right()
        self.video = VideoView()
        self.video.hide()
        self.overlay: QWidget | None = self.video
        self._connect()
        self._refresh()

    def _composed_left(self) -> QWidget:
        box = QWidget()
        box.setAutoFillBackground(True)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 12, 0, 12)
        column.setSpacing(8)
        for widget in (self.heading, self.drop_zone):
            row = QHBoxLayout()
            row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
            row.addWidget(widget)
            column.addLayout(row)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        for buttons in ((self.sample_button,), (self.cancel_button, self.next_button)):
            foot = QHBoxLayout()
            foot.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
            foot.setSpacing(8)
            for button in buttons:
                foot.addWidget(button)
            column.addLayout(foot)
        return box

    def _composed_right(self) -> QWidget:
        panel = SidePanel("Capture")
        panel.add(self.estimators)
        panel.add_separator()
        panel.add(self.camera)
        panel.add(self.again_button)
        panel.add_separator()
        panel.add(self.verdict)
        panel.add_stretch()
        return panel

    def _connect(self) -> None:
        self.drop_zone.clicked.connect(lambda: self.import_videos(None))
        self.drop_zone.dropped.connect(self.import_videos)
        self.list.looked_at.connect(self.session.look_at)
        self.list.removed.connect(self.session.remove)
        self.empty.pressed.connect(self.import_sample)
        self.sample_button.clicked.connect(self.import_sample)
        self.cancel_button.clicked.connect(self.session.cancel)
        self.next_button.clicked.connect(self._do_next)
        self.again_button.clicked.connect(self._again)
        self.camera.changed.connect(self._take_camera)
        self.estimators.install_pressed.connect(self.install)
        self.session.queue_changed.connect(self._refresh)
        self.session.current_changed.connect(self._look)
        self.session.preview.connect(self._preview)
        self.session.progressed.connect(self._progress)
        self.session.finished.connect(lambda _item: self._look())
        self.session.frames_ready.connect(self._frames_ready)
        self._playback.time_changed.connect(self._follow_time)
        self._document.shown_changed.connect(self._show_or_hide_video)

    # -- Page -------------------------------------------------------------------------------------
    def actions(self) -> Sequence[Action]:
        return (
            Action(id="capture.cancel", text="Cancel estimating", run=self.session.cancel,
                   shortcut="Esc", icon="close", menu="Edit", section=5,
                   enabled=lambda: self.session.is_running,
                   tip="Stop estimating; nothing is kept"),
            Action(id="capture.keep", text="Keep result", run=self._keep, shortcut="K",
                   icon="tick", menu="Edit", section=5,
                   enabled=self._can_keep),
            Action(id="capture.again", text="Estimate again", run=self._again, shortcut="R",
                   icon="refresh", menu="Edit", section=5,
                   enabled=self._can_repeat),
            Action(id="capture.landmarks", text="Landmarks over the video", shortcut="P",
                   run=self._toggle_landmarks, menu="View", section=5,
                   checked=lambda: self.video.shows_landmarks),
        )  # fmt: skip

    def _can_keep(self) -> bool:
        return self.session.current is not None and self.session.current.state == "done"

    def _can_repeat(self) -> bool:
        return self.session.current is not None and self.session.current.is_finished

    def entered(self) -> None:
        self._is_here = True
        self._ask_installed()
        self._look()

    def left_behind(self) -> None:
        self._is_here = False

    # -- orders -----------------------------------------------------------------------------------
    def import_videos(self, paths: Sequence[Path] | None = None) -> None:
        """Estimate these videos; None asks for files first."""
        if paths is None:
            pattern = " ".join(f"*{ending}" for ending in VIDEO_ENDINGS)
            names, _ = QFileDialog.getOpenFileNames(
                self.left.window(), "Import video", str(Path.home()),
                f"Videos ({pattern});;All files (*)",
            )  # fmt: skip
            paths = [Path(name) for name in names]
        if paths:
            self.session.add(paths)

    def import_sample(self) -> None:
        """Estimate the sample video."""
        try:
            path = importing.sample_video()
        except StudioError as error:
            self._document.problem.emit(error.message, error.hint)
            return
        self.session.add([path])

    def install(self) -> None:
        """Fetch the built-in estimator's model files in a thread."""
        from studio.services.models import install_built_in

        def done(_paths: object) -> None:
            self.estimators.set_installed(True)
            self._document.message.emit("The built-in estimator is installed.")

        def failed(message: str, hint: str) -> None:
            self.estimators.set_installed(False)
            self._document.problem.emit(message, hint)

        self.estimators.built_in.set_busy("downloading …")
        bridge.run_in_thread(
            install_built_in,
            done,
            failed,
            lambda fraction, text, _p: self.estimators.built_in.set_busy(f"{text} {fraction:.0%}"),
            key="install",
            owner=self,
        )

    def _keep(self) -> None:
        item = self.session.current
        if item is not None and self.session.keep(item):
            self.session.look_at(item)  # its body may have gone with an undo

    def _again(self) -> None:
        if self.session.current is not None:
            self.session.again(self.session.current)

    def _do_next(self) -> None:
        item = self.session.current
        if item is not None and item.state == "kept":
            self._context.actions.run("export")
        else:
            self._keep()

    def _toggle_landmarks(self) -> None:
        self.video.set_shows_landmarks(not self.video.shows_landmarks)

    def _take_camera(self, field_of_view: float | None) -> None:
        self.session.field_of_view = field_of_view

    # -- following what is ------------------------------------------------------------------------
    def _ask_installed(self) -> None:
        from studio.services.models import is_built_in_installed

        self.estimators.set_installed(is_built_in_installed())

    def _refresh(self) -> None:
        """Bring list, buttons and verdict in line with the queue."""
        queue, item = self.session.queue, self.session.current
        self.heading.set_note(queue.heading)
        self.list.refresh(item)
        self.list.setVisible(bool(queue.items))
        self.empty.setVisible(not queue.items)
        self.sample_button.setVisible(bool(queue.items))
        self.cancel_button.setVisible(bool(queue.items))
        self.next_button.setVisible(bool(queue.items))
        self.cancel_button.setEnabled(self.session.is_running)
        is_kept = item is not None and item.state == "kept"
        self.next_button.set_label("Export…" if is_kept else "Keep result")
        self.next_button.setToolTip(
            "Write the clip to a file  (Ctrl+E)" if is_kept else "Put it into the library  (K)"
        )
        self.next_button.setEnabled(item is not None and item.state in ("done", "kept"))
        self.again_button.setEnabled(item is not None and item.is_finished)
        self.verdict.show_item(item)
        running = queue.running
        self._context.report_job(f"{running.name} {running.badge}" if running is not None else "")
        if self._is_here:
            self._context.actions.refresh()

    def _look(self) -> None:
        """Show the looked-at item: its pictures or what is happening with it."""
        item = self.session.current
        self._picture_index = -1
        self._show_or_hide_video()
        self.video.set_landmarks(None)
        if item is None:
            self.video.set_picture(None)
        elif item.state == "estimating":
            self.video.set_notice(item.text, item.fraction)
        elif item.state == "failed":
            self.video.set_notice(f"{item.message}\n{item.hint}".strip())
        elif item.state in ("cancelled", "waiting"):
            self.video.set_notice(item.detail)
        else:
            self.video.set_notice("")
            self._follow_time(self._playback.time)
        self._refresh()

    def _show_or_hide_video(self) -> None:
        """The video of a result is seen while its body is; beside another body it would mislead."""
        item = self.session.current
        is_result = item is not None and item.result is not None
        seen = item is not None and (not is_result or self.session.is_shown(item))
        self.video.setVisible(seen and self._is_here)

    def _preview(self, picture: np.ndarray) -> None:
        self.video.set_landmarks(None)  # the picture has them drawn in
        self.video.set_picture(picture)

    def _progress(self, item: QueueItem) -> None:
        self.list.viewport().update()
        self._context.report_job(f"{item.name} {item.badge}")
        if item is self.session.current:
            self.video.set_notice(
                f"{item.text or 'estimating'} · {item.fraction:.0%}", item.fraction
            )

    def _frames_ready(self) -> None:
        self._picture_index = -1
        self._follow_time(self._playback.time)

    def _follow_time(self, seconds: float) -> None:
        frames, item = self.session.frames, self.session.current
        if frames is None or item is None or not self.video.isVisible():
            return
        result = item.result
        seconds += result.start if result is not None else 0.0
        index = frames.index_at(seconds)
        if index == self._picture_index:
            return
        self._picture_index = index
        self.video.set_picture(frames.picture(index))
        width, height = frames.size
        self.video.set_caption(
            f"frame {frames.indices[index] + 1} / {frames.indices[-1] + 1} · "
            f"{frames.fps:.0f} fps · {width}×{height}"
        )
        overlay = result.overlays[0] if result is not None and result.overlays else None
        seen = overlay.at(frames.times[index]) if overlay is not None else None
        if seen is None or overlay is None:
            self.video.set_landmarks(None)
        else:
            points, visibility = seen
            size = np.array([overlay.width, overlay.height], np.float64)
            self.video.set_landmarks(np.asarray(points) / size, visibility, overlay.edges)
