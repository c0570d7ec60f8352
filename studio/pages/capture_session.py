"""One video after the other through the estimators, its pictures in step with playback.

Sits between the panels of the Capture page and the document. A result goes into the library at once
as an undoable step. The queue is kept on disk: what was finished before a crash is not done again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import StudioError
from core.progress import Progress
from studio import bridge
from studio.document import Document
from studio.pages.capture_look import CaptureLook
from studio.playback import Playback
from studio.services import importing
from studio.services.capture_queue import CaptureQueue, QueueItem
from studio.services.capture_result import save_result
from studio.services.capture_settings import CaptureSettings
from studio.services.capture_store import CaptureStore
from studio.services.importing import ImportedVideo, VideoImporter

if TYPE_CHECKING:
    from core.video.people import People

log = logging.getLogger(__name__)

_SAVE_SECONDS = 3.0


class Importer(Protocol):
    """What turns a video into motions, see :class:`studio.services.importing.VideoImporter`."""

    def find(self, path: Path, *, work_folder: Path | None, progress: Progress) -> People: ...

    def estimate(
        self, path: Path, people: People, *, chosen: tuple[int, ...], settings: CaptureSettings,
        work_folder: Path | None, progress: Progress,
    ) -> ImportedVideo: ...  # fmt: skip


class CaptureSession(CaptureLook):
    """The queue at work.

    ``preview(rgb)`` while the looked-at item is estimated; ``progressed(item)`` and
    ``finished(item)`` for any.
    """

    preview = Signal(object)
    progressed = Signal(object)
    finished = Signal(object)

    def __init__(
        self, document: Document, playback: Playback, parent: QObject | None = None, *,
        importer: Importer | None = None,
    ) -> None:  # fmt: skip
        super().__init__(document, playback, parent)
        self._importer: Importer = importer or VideoImporter()
        self.settings = CaptureSettings()
        self._handle: bridge.Handle | None = None
        self._began = self._saved = 0.0
        document.library_changed.connect(self._notice_library)
        document.project_changed.connect(self._take_project)
        self._take_project()

    def _take_project(self) -> None:
        """The queue belongs to the project: take up the one that lies in its folder."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        project = self._document.project
        writable = project is not None and not project.is_read_only
        self._store = CaptureStore(project.folder) if project is not None and writable else None
        self.queue = self._store.load() if self._store is not None else CaptureQueue()
        self.current, self.frames = None, None
        self.current_changed.emit()
        self.queue_changed.emit()

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
        self._changed()
        if added:
            self.look_at(added[0])
        if self.queue.is_paused and self._handle is None:
            self.queue.is_paused = False  # waiting since the last time; who adds wants to go on
        self._start_next()

    def again(self, item: QueueItem) -> None:
        """Estimate a finished video once more, with what is set now."""
        if item.is_finished or item.state == "choosing":
            item.reset()
            self._changed()
            self.look_at(item)
            self._start_next()

    def remove(self, item: QueueItem) -> None:
        """Take a video off the list; the clips made from it stay."""
        if item.is_busy:
            return
        self.queue.remove(item)
        if self._store is not None:
            self._store.forget(item)
        if self.current is item:
            self.look_at(self.queue.items[0] if self.queue.items else None)
        self._changed()

    def cancel(self) -> None:
        """Stop the video that is being estimated; nothing of it is kept."""
        if self._handle is not None:
            self._handle.cancel()

    def set_paused(self, is_paused: bool) -> None:
        """Let the queue wait, also in the middle of a video, or go on."""
        self.queue.is_paused = is_paused
        if self._handle is not None:
            self._handle.pause(is_paused)
        self.queue_changed.emit()
        if not is_paused:
            self._start_next()

    @property
    def is_running(self) -> bool:
        return self.queue.running is not None

    # -- at work ----------------------------------------------------------------------------------
    def _start_next(self) -> None:
        item = self.queue.next_waiting()
        if item is None:
            return
        self._began = time.monotonic()
        if item.settings is None or not item.is_begun:
            item.settings = self.settings
        if item.people is not None:
            self._estimate_or_ask(item)
            return
        item.begin("finding", "opening the video")
        folder = self._folder(item)
        self._run(
            item,
            lambda progress: self._importer.find(
                item.path, work_folder=folder, progress=progress
            ),
            lambda people: self._found(item, people),
        )  # fmt: skip

    def _found(self, item: QueueItem, people: People) -> None:
        item.people = people
        self._handle = None
        self._save_people(item)
        if item is self.current:
            self.people_changed.emit()
        self._estimate_or_ask(item)

    def _estimate_or_ask(self, item: QueueItem) -> None:
        people, settings = item.people, item.settings or self.settings
        assert people is not None
        try:
            chosen = importing.chosen_people(people, settings, item.picked)
        except StudioError as error:
            self._failed(item, error.message, error.hint)
            return
        if not chosen:
            item.state, item.picked = "choosing", (people.preselected,)
            self._end(item)
            if item is self.current:
                self.people_changed.emit()
                self._read_pictures(item)
            return
        item.picked = chosen
        item.begin("estimating", "estimating")
        folder = self._folder(item)

        def estimate(progress: Progress) -> ImportedVideo:
            result = self._importer.estimate(
                item.path, people, chosen=chosen, settings=settings, work_folder=folder,
                progress=progress,
            )  # fmt: skip
            if folder is not None:
                save_result(folder, result)
            return result

        self._run(
            item,
            estimate,
            lambda result: self._done(item, result),
        )  # fmt: skip

    def _run(
        self, item: QueueItem, work: Callable[[Progress], Any], done: Callable[[Any], None]
    ) -> None:
        self._handle = bridge.run_in_thread(
            work,
            done,
            lambda message, hint: self._failed(item, message, hint),
            lambda fraction, text, picture: self._step(item, fraction, text, picture),
            on_cancelled=lambda: self._cancelled(item),
            owner=self,
        )
        self._handle.pause(self.queue.is_paused)
        self._changed()

    def _step(self, item: QueueItem, fraction: float, text: str, picture: Any) -> None:
        item.advance(fraction, text)
        if self._store is not None and time.monotonic() - self._saved > _SAVE_SECONDS:
            self._saved = time.monotonic()
            self._store.save(self.queue)  # how far it came is told after a crash
        if picture is not None and item is self.current:
            self.preview.emit(picture)
        self.progressed.emit(item)

    def _done(self, item: QueueItem, result: ImportedVideo) -> None:
        item.seconds_taken = time.monotonic() - self._began
        item.finish(result)
        self.keep(item)
        self._end(item)
        if item is self.current:
            self._show_result(item)

    def _failed(self, item: QueueItem, message: str, hint: str) -> None:
        item.state, item.message, item.hint = "failed", message, hint
        self._document.problem.emit(message, hint)
        self._end(item)

    def _cancelled(self, item: QueueItem) -> None:
        if item not in self.queue.items:
            return  # another project was opened meanwhile
        item.state = "cancelled"
        self._document.message.emit(f"Stopped {item.name}; nothing was kept.")
        self._end(item)

    def _end(self, item: QueueItem) -> None:
        self._handle = None
        self.finished.emit(item)
        self._changed()
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
        self._link(item)
        names = ", ".join(clip.name for clip in command.added)
        self._document.message.emit(f"{names}: {item.result.num_frames} frames in the library.")
        self._changed()
        return True

    def _link(self, item: QueueItem) -> None:
        """Let the project remember where the clips' video lies."""
        project, result = self._document.project, item.result
        if project is not None and result is not None and result.source_sha256:
            try:
                project.link_media(item.path, result.source_sha256)
            except StudioError as error:
                log.warning("%s is not linked: %s", item.name, error.message)

    def _notice_library(self) -> None:
        """An import that was undone, or a clip that was deleted, can be kept again."""
        alive: set[str] | None = None
        for item in self.queue.items:
            if item.state == "kept":
                alive = {clip.id for clip in self._document.clips()} if alive is None else alive
                if not alive.issuperset(item.clip_ids):
                    item.state, item.clip_ids = "done", ()
                    self._changed()
