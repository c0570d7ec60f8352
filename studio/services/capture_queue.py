"""The videos of the Capture page and the state each one is in.

Plain data: the page runs one item at a time in a thread and writes the outcome here; the list on
the left only shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.services.importing import ImportedVideo, verdict

State = Literal["waiting", "estimating", "done", "kept", "failed", "cancelled"]


@dataclass(eq=False)
class QueueItem:
    """One video: what is known about it and what became of it.

    ``fraction`` 0..1 while estimating; ``message`` and ``hint`` say why it failed.
    """

    path: Path
    state: State = "waiting"
    fraction: float = 0.0
    text: str = ""
    message: str = ""
    hint: str = ""
    result: ImportedVideo | None = None
    clip_ids: tuple[str, ...] = ()
    clip_names: tuple[str, ...] = ()  # a name that was taken got a number

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_finished(self) -> bool:
        return self.state not in ("waiting", "estimating")

    @property
    def badge(self) -> str:
        """The short word on the right of its row."""
        match self.state:
            case "estimating":
                return f"{self.fraction:.0%}"
            case "done" | "kept" if self.result and self.result.motions:
                return verdict(self.result.motions[0])
            case _:
                return self.state

    @property
    def detail(self) -> str:
        """The second line of its row: what is happening, or how it ended."""
        match self.state:
            case "waiting":
                return "waiting"
            case "estimating":
                return self.text or "estimating"
            case "cancelled":
                return "stopped, nothing was kept"
            case "failed":
                return self.message.removeprefix(self.name).strip(" .") or "failed"
        if self.result is None:
            return self.state
        people = len(self.result.motions)
        found = "" if people == 1 else f"{people} people · "
        kept = " · in the library" if self.state == "kept" else " · not kept yet"
        return f"{found}{self.result.num_frames} frames{kept}"


class CaptureQueue:
    """The videos in the order they were added; one is estimated at a time."""

    def __init__(self) -> None:
        self.items: list[QueueItem] = []

    def add(self, paths: Sequence[Path]) -> list[QueueItem]:
        """Put videos at the end; one that is waiting or running already is not added twice."""
        busy = {item.path.resolve() for item in self.items if not item.is_finished}
        added = []
        for path in paths:
            if path.resolve() not in busy:
                busy.add(path.resolve())
                added.append(QueueItem(path=path))
        self.items.extend(added)
        return added

    def next_waiting(self) -> QueueItem | None:
        """The item to work on next, or None; None also while another is being estimated."""
        if self.running is not None:
            return None
        return next((item for item in self.items if item.state == "waiting"), None)

    @property
    def running(self) -> QueueItem | None:
        return next((item for item in self.items if item.state == "estimating"), None)

    def remove(self, item: QueueItem) -> None:
        """Take a finished or waiting item off the list; a running one stays until cancelled."""
        if item.state != "estimating" and item in self.items:
            self.items.remove(item)

    @property
    def heading(self) -> str:
        """What stands beside the list's heading: how many, and how many are left to do."""
        left = sum(not item.is_finished for item in self.items)
        if not self.items:
            return ""
        return f"{len(self.items)} · {left} to do" if left else str(len(self.items))
