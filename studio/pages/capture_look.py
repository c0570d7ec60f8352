"""Looking at one video of the queue: its pictures, its people, and its bodies in the viewport."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.errors import StudioError
from studio import bridge, theme
from studio.document import Document, ShownClip
from studio.playback import Playback
from studio.services import importing
from studio.services.capture_queue import CaptureQueue, QueueItem
from studio.services.capture_result import load_result
from studio.services.capture_store import CaptureStore
from studio.services.importing import ImportedVideo
from studio.services.video_frames import VideoFrames, read_frames

if TYPE_CHECKING:
    from core.video.people import People

log = logging.getLogger(__name__)


class CaptureLook(QObject):
    """The queue and the item of it one looks at; working on it is CaptureSession's part.

    ``queue_changed`` when an item came, went or changed; ``current_changed`` when another item is
    looked at; ``people_changed`` when its people are others; ``frames_ready`` when its pictures can
    be shown.
    """

    queue_changed = Signal()
    current_changed = Signal()
    people_changed = Signal()
    frames_ready = Signal()

    def __init__(self, document: Document, playback: Playback, parent: QObject | None) -> None:
        super().__init__(parent)
        self._document, self._playback = document, playback
        self.queue = CaptureQueue()
        self.current: QueueItem | None = None
        self.frames: VideoFrames | None = None
        self._store: CaptureStore | None = None

    def _changed(self) -> None:
        if self._store is not None:
            self._store.save(self.queue)
        self.queue_changed.emit()

    def _folder(self, item: QueueItem) -> Path | None:
        return self._store.work_folder(item) if self._store is not None else None

    # -- people -----------------------------------------------------------------------------------
    def pick(self, ids: Sequence[int]) -> None:
        """Choose whom to estimate of the looked-at video."""
        item = self.current
        if item is not None and item.people is not None and not item.is_busy:
            item.picked = tuple(i for i in item.people.ids if i in ids)
            self._people_edited(item)

    def edit_people(self, edit: Callable[[People], People]) -> bool:
        """Merge, split, name or leave out people of the looked-at video; says why if it cannot."""
        item = self.current
        if item is None or item.people is None or item.is_busy:
            return False
        try:
            item.people = edit(item.people)
        except StudioError as error:
            self._document.problem.emit(error.message, error.hint)
            return False
        item.picked = tuple(i for i in item.picked if i in item.people.ids)
        self._save_people(item)
        self._people_edited(item)
        return True

    def _save_people(self, item: QueueItem) -> None:
        """Keep the people of a video on disk, in a thread: a long video has a megabyte of them."""
        store, people = self._store, item.people
        if store is not None and people is not None:
            bridge.run_in_thread(
                lambda progress: store.save_people(item, people),
                lambda _nothing: None,
                lambda message, hint: None,  # logged
                key="capture-people",
                owner=self,
            )

    def _people_edited(self, item: QueueItem) -> None:
        self.people_changed.emit()
        self._changed()

    # -- looking ----------------------------------------------------------------------------------
    def look_at(self, item: QueueItem | None) -> None:
        """Show a video of the list: its pictures, and its body once there is one."""
        if item is self.current and (item is None or not item.clip_ids or self.is_shown(item)):
            return
        if item is not self.current:
            self.current, self.frames = item, None
        self.current_changed.emit()
        self.people_changed.emit()
        if item is not None and (item.result is not None or item.clip_ids):
            self._show_result(item)
        elif item is not None and item.state in ("failed", "choosing", "cancelled"):
            self._read_pictures(item)

    def is_shown(self, item: QueueItem) -> bool:
        """Whether a body of this video stands in the viewport."""
        keys = {clip.key for clip in shown_people(item)} | set(item.clip_ids)
        return any(clip.key in keys for clip in self._document.shown)

    def person_shown(self, item: QueueItem) -> importing.ImportedPerson | None:
        """The person of a result whose body is selected, or the first."""
        people = item.result.people if item.result is not None else ()
        keys = [clip.key for clip in shown_people(item)]
        if self._document.selected_key in keys:
            return people[keys.index(str(self._document.selected_key))]
        return people[0] if people else None

    def _show_result(self, item: QueueItem) -> None:
        if item.state == "kept":  # as they are in the library now, perhaps cleaned
            self._document.show_from_library(item.clip_ids)
        elif item.result is not None:
            self._document.show(shown_people(item))
        self._playback.seek(0.0)
        self._playback.play()
        if item.result is None:
            self._read_result(item)
        if self.frames is None:
            self._read_pictures(item)

    def _read_result(self, item: QueueItem) -> None:
        """Bring back what was found before the window was opened: landmarks, camera."""
        folder = self._folder(item)

        def ready(result: ImportedVideo | None) -> None:
            if item.result is None and result is not None:
                if len(result.people) == len(item.clip_ids):
                    item.result = result
                if item is self.current:
                    self.current_changed.emit()

        if folder is not None:
            bridge.run_in_thread(
                lambda progress: load_result(folder, item.path),
                ready,
                lambda message, hint: None,  # logged; the video is shown without them
                key="capture-result",
                owner=self,
            )

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
    return [
        ShownClip(
            key=item.clip_ids[index] if index < len(item.clip_ids) else f"{item.id}-{index}",
            motion=person.motion,
            name=item.clip_names[index] if index < len(item.clip_names) else person.name,
            kind="estimated",
            clip_id=item.clip_ids[index] if index < len(item.clip_ids) else None,
            detail=theme.source_name("estimated", person.estimator),
        )
        for index, person in enumerate(item.result.people)
    ]
