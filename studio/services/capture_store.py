"""The queue of videos on disk, so that a crash or a closed window loses no finished work.

One JSON file in the project's ``capture`` folder, written whole after every change of state; beside
it a folder a video, where ``core.estimators`` keeps its finished chunks.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from core.atomic import written_whole
from core.errors import StudioError
from studio.services.capture_queue import CaptureQueue, QueueItem, State
from studio.services.capture_settings import CaptureSettings

if TYPE_CHECKING:
    from core.video.people import People

log = logging.getLogger(__name__)

FOLDER = "capture"
_FILE = "queue.json"
_VERSION = 1
_PEOPLE = "people.npz"
_INTERRUPTED: dict[str, State] = {"finding": "waiting", "estimating": "waiting"}


class CaptureStore:
    """Reads and writes the queue of one project. Failing to write is logged, never in the way."""

    def __init__(self, project_folder: Path) -> None:
        self.folder = project_folder / FOLDER

    def work_folder(self, item: QueueItem) -> Path:
        """Where the finished chunks of a video lie."""
        return self.folder / item.id

    def save(self, queue: CaptureQueue) -> None:
        """Write the queue."""
        text = json.dumps(
            {"version": _VERSION, "items": [_to_json(item) for item in queue.items]}, indent=1
        )
        try:
            with written_whole(self.folder / _FILE) as temporary:
                temporary.write_text(text, encoding="utf-8")
        except StudioError as error:
            log.warning("the queue of videos could not be kept: %s", error.message)

    def load(self) -> CaptureQueue:
        """Read the queue; unfinished videos wait, and the queue is paused if there are any."""
        queue = CaptureQueue()
        try:
            values = json.loads((self.folder / _FILE).read_text(encoding="utf-8"))
            items = values["items"] if values.get("version") == _VERSION else []
        except FileNotFoundError:
            return queue
        except (OSError, ValueError, KeyError, AttributeError) as error:
            log.warning("the queue of videos cannot be read: %s", error)
            return queue
        for row in items if isinstance(items, list) else []:
            with contextlib.suppress(KeyError, TypeError, ValueError):
                item = _from_json(row)
                self._read_people(item)
                if item.state == "choosing" and item.people is None:
                    item.state = "waiting"
                queue.items.append(item)
        queue.is_paused = any(item.state == "waiting" for item in queue.items)
        return queue

    def save_people(self, item: QueueItem, people: People) -> None:
        """Keep who was found in a video, with the edits made to it."""
        try:
            people.save(self.work_folder(item) / _PEOPLE)
        except StudioError as error:
            log.warning("the people of %s could not be kept: %s", item.name, error.message)

    def _read_people(self, item: QueueItem) -> None:
        path = self.work_folder(item) / _PEOPLE
        if not path.is_file():
            return
        from core.video.people import People

        try:
            item.people = People.load(path)
        except StudioError as error:
            log.warning("the people of %s cannot be read: %s", item.name, error.message)

    def forget(self, item: QueueItem) -> None:
        """Remove what was kept of a video that was taken off the list."""
        shutil.rmtree(self.work_folder(item), ignore_errors=True)


def _to_json(item: QueueItem) -> dict[str, Any]:
    return {
        "id": item.id, "path": str(item.path), "state": item.state,
        "fraction": round(item.fraction, 4), "message": item.message, "hint": item.hint,
        "picked": list(item.picked), "clip_ids": list(item.clip_ids),
        "clip_names": list(item.clip_names), "grade": item.grade, "num_frames": item.num_frames,
        "seconds_taken": round(item.seconds_taken, 2),
        "settings": item.settings.to_json() if item.settings is not None else None,
    }  # fmt: skip


def _from_json(row: dict[str, Any]) -> QueueItem:
    state = str(row["state"])
    if state not in get_args(State):
        raise ValueError(state)
    settings = row.get("settings")
    item = QueueItem(
        path=Path(row["path"]),
        state=_INTERRUPTED.get(state, state),  # type: ignore[arg-type]
        fraction=float(row.get("fraction", 0.0)),
        message=str(row.get("message", "")),
        hint=str(row.get("hint", "")),
        picked=tuple(int(i) for i in row.get("picked", ())),
        settings=CaptureSettings.from_json(settings) if settings else None,
        clip_ids=tuple(str(i) for i in row.get("clip_ids", ())),
        clip_names=tuple(str(i) for i in row.get("clip_names", ())),
        grade=str(row.get("grade", "")),
        num_frames=int(row.get("num_frames", 0)),
        seconds_taken=float(row.get("seconds_taken", 0.0)),
        id=_checked_id(row["id"]),
    )
    if item.state == "done":  # its import was undone, and the result was in memory only
        item.state = "cancelled"
    return item


def _checked_id(text: Any) -> str:
    name = str(text)
    if not (name.isalnum() and len(name) <= 32):  # it names a folder that may be removed
        raise ValueError(name)
    return name
