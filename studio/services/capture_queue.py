"""The videos of the Capture page and the state each one is in.

Plain data: the page runs one item at a time in a thread and writes the outcome here; the list on
the left only shows it. ``studio.services.capture_store`` keeps it on disk.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.progress import TimeLeft
from studio.services.capture_settings import CaptureSettings
from studio.services.importing import ImportedVideo

if TYPE_CHECKING:
    from core.video.people import People

State = Literal[
    "waiting", "finding", "choosing", "estimating", "done", "kept", "failed", "cancelled"
]
BUSY: tuple[State, ...] = ("finding", "estimating")
FINDING_SHARE = 0.35  # of a video's work, for one bar over both halves


def new_item_id() -> str:
    """Return 8 hex digits."""
    return uuid.uuid4().hex[:8]


@dataclass(eq=False)
class QueueItem:
    """One video: what is known about it and what became of it.

    ``fraction`` 0..1 while it is worked on; ``message`` and ``hint`` say why it failed; ``people``
    were found and ``picked`` chosen by hand; ``settings`` it was begun with; ``grade`` and
    ``num_frames`` outlive the result, which is in memory only.
    """

    path: Path
    state: State = "waiting"
    fraction: float = 0.0
    text: str = ""
    message: str = ""
    hint: str = ""
    result: ImportedVideo | None = None
    people: People | None = None
    picked: tuple[int, ...] = ()
    settings: CaptureSettings | None = None
    clip_ids: tuple[str, ...] = ()
    clip_names: tuple[str, ...] = ()  # a name that was taken got a number
    grade: str = ""
    num_frames: int = 0
    seconds_left: float | None = None
    seconds_taken: float = 0.0
    id: str = field(default_factory=new_item_id)
    clock: TimeLeft = field(default_factory=TimeLeft, repr=False)

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

    @property
    def is_finished(self) -> bool:
        return self.state not in ("waiting", "choosing", *BUSY)

    @property
    def is_begun(self) -> bool:
        """Whether part of the work lies on disk and is not done again."""
        return self.state == "waiting" and self.fraction > 0

    @property
    def badge(self) -> str:
        """The short word on the right of its row."""
        match self.state:
            case "finding" | "estimating":
                return f"{self.fraction:.0%}"
            case "choosing":
                return "choose"
            case "done" | "kept" if self.grade:
                return self.grade
            case _:
                return self.state

    @property
    def detail(self) -> str:
        """The second line of its row: what is happening, or how it ended."""
        match self.state:
            case "waiting":
                return (
                    f"stopped at {self.fraction:.0%}, goes on there"
                    if self.is_begun
                    else ("waiting")
                )
            case "finding" | "estimating":
                left = f" · {time_text(self.seconds_left)} left" if self.seconds_left else ""
                return (self.text or self.state) + left
            case "choosing":
                return f"{len(self.people or ())} people · pick them below"
            case "cancelled":
                return "stopped, nothing was kept"
            case "failed":
                said = self.message.replace(f" in {self.name}", "").removeprefix(self.name)
                return said.strip(" .") or "failed"
        count = len(self.clip_names) or (len(self.result.people) if self.result else 0)
        found = "" if count < 2 else f"{count} clips · "
        kept = " · in the library" if self.state == "kept" else " · not kept yet"
        return f"{found}{self.num_frames} frames{kept}"

    def begin(self, state: State, text: str) -> None:
        """Enter a working state."""
        self.state, self.text, self.message, self.hint = state, text, "", ""
        self.clock, self.seconds_left = TimeLeft(), None

    def advance(self, fraction: float, text: str) -> None:
        """Take a report of the half that is running, 0..1, into the one bar of the whole."""
        start, end = (0.0, FINDING_SHARE) if self.state == "finding" else (FINDING_SHARE, 1.0)
        self.fraction = start + (end - start) * min(max(fraction, 0.0), 1.0)
        self.text = text or self.text
        self.seconds_left = self.clock.seconds(self.fraction)

    def finish(self, result: ImportedVideo) -> None:
        """Take the result."""
        self.state, self.fraction, self.result = "done", 1.0, result
        self.num_frames = result.num_frames
        self.grade = result.grade
        self.seconds_left = None

    def reset(self) -> None:
        """Wait again as if new; who was found and picked stays."""
        self.state, self.fraction, self.result, self.text = "waiting", 0.0, None, ""
        self.message = self.hint = self.grade = ""
        self.clip_ids = self.clip_names = ()
        self.settings = None


class CaptureQueue:
    """The videos in the order they were added; one is worked on at a time.

    While ``is_paused`` nothing new begins, and what runs waits in its step.
    """

    def __init__(self) -> None:
        self.items: list[QueueItem] = []
        self.is_paused = False

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
        """The item to work on next, or None; None also while another is worked on, or paused."""
        if self.running is not None or self.is_paused:
            return None
        return next((item for item in self.items if item.state == "waiting"), None)

    @property
    def running(self) -> QueueItem | None:
        return next((item for item in self.items if item.is_busy), None)

    @property
    def has_work(self) -> bool:
        """Whether something runs or waits to."""
        return any(item.is_busy or item.state == "waiting" for item in self.items)

    def remove(self, item: QueueItem) -> None:
        """Take a finished or waiting item off the list; a running one stays until cancelled."""
        if not item.is_busy and item in self.items:
            self.items.remove(item)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until all is done, by what this and the finished ones took; None if unknown."""
        running = self.running
        if running is None or running.seconds_left is None:
            return None
        waiting = sum(item.state == "waiting" for item in self.items)
        whole = running.seconds_left / max(1.0 - running.fraction, 1e-3)
        taken = [item.seconds_taken for item in self.items if item.seconds_taken > 0]
        each = sum([*taken, whole]) / (len(taken) + 1)
        return running.seconds_left + waiting * each

    @property
    def heading(self) -> str:
        """What stands beside the list's heading: how many, and how long it still takes."""
        if not self.items:
            return ""
        left = sum(item.is_busy or item.state == "waiting" for item in self.items)
        if not left:
            return str(len(self.items))
        if self.is_paused:
            return f"{len(self.items)} · paused, {left} to do"
        seconds = self.seconds_left
        return f"{len(self.items)} · " + (
            f"{left} to do" if seconds is None else f"{time_text(seconds)} left"
        )


def time_text(seconds: float | None) -> str:
    """A span of time as one says it: "40 s", "3 min", "1 h 20 min"."""
    if seconds is None:
        return ""
    if seconds < 55:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{max(minutes, 1)} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def estimate_text(count: int) -> str:
    """What the button says that estimates those who were picked."""
    return "Estimate 1 person" if count == 1 else f"Estimate {count} people"


def job_text(item: QueueItem | None, is_paused: bool) -> str:
    """What the header says of running work: "kick.mp4 61%"."""
    return "" if item is None else f"{item.name} {'paused' if is_paused else item.badge}"
