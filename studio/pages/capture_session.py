"""One video after the other through the estimator, its pictures in step with playback.

Sits between the panels of the Capture page and the document. A result goes into the library at once
as an undoable step; a failed or cancelled video leaves nothing behind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio import bridge
from studio.document import Document, ShownClip
from studio.playback import Playback
from studio.services import importing
from studio.services.capture_queue import CaptureQueue, QueueItem
from studio.services.importing import ImportedVideo
from studio.services.video_frames import VideoFrames, read_frames

log = logging.getLogger(__name__)

Importer = Callable[..., ImportedVideo]


class CaptureSession(QObject):
    """The queue at work.

    ``queue_changed`` when an item came, went or changed; ``current_changed`` when another item is
    looked at; ``preview(rgb)`` while the looked-at item is estimated; ``frames_ready`` when its
    pictures can be shown; ``progressed(item)``; ``finished(item)``.
    """

    queue_changed = Signal()
    current_changed = Signal()
    preview = Signal(object)
    frames_ready = Signal()
    progressed = Signal(object)
    finished = Signal(object)

    def __init__(
        self, document: Document, playback: Playback, parent: QObject | None = None, *,
        importer: Importer = importing.import_video,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._playback, self._importer = document, playback, importer
        self.queue = CaptureQueue()
        self.current: QueueItem | None = None
        self.frames: VideoFrames | None = None
        self.field_of_view: float | None = None  # degrees of the diagonal; None guesses
        self._handle: bridge.Handle | None = None
        document.library_changed.connect(self._notice_library)

    # -- the queue --------------------------------------------------------------------------------
    def add(self, paths: Sequence[Path]) -> None:
        """Queue videos (or the videos of folders) and start with the first that waits."""
        videos = importing.videos_in(paths)
        if not videos:
            name = paths[0].name if paths else "That"
            self._document.problem.emit(
                f"{name} is not a video this program reads.",
                "Drop a file such as MP4, MOV, AVI, MKV or WebM.",
            )
            return
        added = self.queue.add(videos)
        self.queue_changed.emit()
        if added:
            self.look_at(added[0])
        self._start_next()

    def again(self, item: QueueItem) -> None:
        """Estimate a finished video once more, with what is set now."""
        if item.is_finished:
            item.state, item.fraction, item.result = "waiting", 0.0, None
            item.message = item.hint = ""
            self.queue_changed.emit()
            self.look_at(item)
            self._start_next()

    def remove(self, item: QueueItem) -> None:
        """Take a video off the list; the clips made from it stay."""
        self.queue.remove(item)
        if self.current is item:
            self.look_at(self.queue.items[0] if self.queue.items else None)
        self.queue_changed.emit()

    def cancel(self) -> None:
        """Stop the video that is being estimated; nothing of it is kept."""
        if self._handle is not None:
            self._handle.cancel()

    @property
    def is_running(self) -> bool:
        return self.queue.running is not None

    # -- at work ----------------------------------------------------------------------------------
    def _start_next(self) -> None:
        item = self.queue.next_waiting()
        if item is None:
            return
        item.state, item.text = "estimating", "opening the video"
        fov = self.field_of_view
        self._handle = bridge.run_in_thread(
            lambda progress: self._importer(item.path, field_of_view=fov, progress=progress),
            lambda result: self._done(item, result),
            lambda message, hint: self._failed(item, message, hint),
            lambda fraction, text, picture: self._step(item, fraction, text, picture),
            on_cancelled=lambda: self._cancelled(item),
            owner=self,
        )
        self.queue_changed.emit()

    def _step(self, item: QueueItem, fraction: float, text: str, picture: Any) -> None:
        item.fraction, item.text = fraction, text or item.text
        if picture is not None and item is self.current:
            self.preview.emit(picture)
        self.progressed.emit(item)

    def _done(self, item: QueueItem, result: ImportedVideo) -> None:
        item.state, item.fraction, item.result = "done", 1.0, result
        self.keep(item)
        self._end(item)
        if item is self.current:
            self._show_result(item)

    def _failed(self, item: QueueItem, message: str, hint: str) -> None:
        item.state, item.message, item.hint = "failed", message, hint
        self._document.problem.emit(message, hint)
        self._end(item)

    def _cancelled(self, item: QueueItem) -> None:
        item.state = "cancelled"
        self._document.message.emit(f"Stopped {item.name}; nothing was kept.")
        self._end(item)

    def _end(self, item: QueueItem) -> None:
        self._handle = None
        self.finished.emit(item)
        self.queue_changed.emit()
        QTimer.singleShot(0, self, self._start_next)

    def keep(self, item: QueueItem) -> bool:
        """Put a result into the library; one undo takes it out again."""
        if item.result is None or item.state == "kept":
            return False
        command = item.result.command()
        if not self._document.execute(command):
            return False
        item.state, item.clip_ids = "kept", tuple(clip.id for clip in command.added)
        item.clip_names = tuple(clip.name for clip in command.added)
        names = ", ".join(clip.name for clip in command.added)
        self._document.message.emit(f"{names}: {item.result.num_frames} frames in the library.")
        self.queue_changed.emit()
        return True

    def _notice_library(self) -> None:
        """An import that was undone, or a clip that was deleted, can be kept again."""
        alive: set[str] | None = None
        for item in self.queue.items:
            if item.state == "kept":
                alive = {clip.id for clip in self._document.clips()} if alive is None else alive
                if not alive.issuperset(item.clip_ids):
                    item.state, item.clip_ids = "done", ()
                    self.queue_changed.emit()

    # -- looking ----------------------------------------------------------------------------------
    def look_at(self, item: QueueItem | None) -> None:
        """Show a video of the list: its pictures, and its body once there is one."""
        if item is self.current and (item is None or item.result is None or self.is_shown(item)):
            return
        if item is not self.current:
            self.current, self.frames = item, None
        self.current_changed.emit()
        if item is not None and item.result is not None:
            self._show_result(item)
        elif item is not None and item.state == "failed":
            self._read_pictures(item)

    def is_shown(self, item: QueueItem) -> bool:
        """Whether a body of this video stands in the viewport."""
        keys = {clip.key for clip in shown_people(item)}
        return any(clip.key in keys for clip in self._document.shown)

    def _show_result(self, item: QueueItem) -> None:
        if item.result is not None:
            self._document.show(shown_people(item))
            self._playback.seek(0.0)
            self._playback.play()
        if self.frames is None:
            self._read_pictures(item)

    def _read_pictures(self, item: QueueItem) -> None:
        def ready(frames: VideoFrames) -> None:
            if item is self.current:
                self.frames = frames
                self.frames_ready.emit()

        bridge.run_in_thread(
            lambda progress: read_frames(item.path, progress),
            ready,
            lambda message, hint: log.info("no pictures of %s: %s", item.name, message),
            key="video-pictures",
            owner=self,
        )


def shown_people(item: QueueItem) -> list[ShownClip]:
    """The people of a result as they stand in the viewport."""
    if item.result is None:
        return []
    people = zip(item.result.motions, item.result.names, strict=True)
    return [
        ShownClip(
            key=item.clip_ids[index] if index < len(item.clip_ids) else f"{item.name}-{index}",
            motion=motion,
            name=item.clip_names[index] if index < len(item.clip_names) else name,
            kind="estimated",
            clip_id=item.clip_ids[index] if index < len(item.clip_ids) else None,
            detail="BlazePose" if item.result.estimator == "blazepose" else item.result.estimator,
        )
        for index, (motion, name) in enumerate(people)
    ]
