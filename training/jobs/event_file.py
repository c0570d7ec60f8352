"""``events.jsonl`` read while it grows: whole lines only, from where the last look ended.

A line that was cut by a kill is skipped, as the next run appends behind it.
"""

from __future__ import annotations

import json
import logging
import mmap
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

Event = dict[str, Any]

KINDS = ("start", "step", "epoch", "checkpoint", "samples", "metrics", "state")
_PIECE = 1024 * 1024  # bytes searched at once
_BREATH = 0.0002  # seconds for other threads between two pieces
_READ_WHOLE = 256 * 1024  # bytes; of more only the last event of each kind is looked up


def read_events(path: Path, offset: int = 0, limit: int | None = None) -> tuple[list[Event], int]:
    """Return the events behind a byte offset and the offset to go on from.

    A line still being written is left for the next call. ``limit`` bounds the bytes read (at
    least one line is). A file made anew is read from its beginning; a missing one is empty.
    """
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            offset = offset if offset <= size else 0
            stream.seek(offset)
            data = stream.read(-1 if limit is None else limit)
            if limit is not None and b"\n" not in data and len(data) == limit:
                data += stream.readline()
    except OSError:
        return [], offset
    whole = data.rfind(b"\n") + 1
    return parse(data[:whole]), offset + whole


def parse(data: bytes) -> list[Event]:
    """Return the events of whole lines; what is no event is left out."""
    events = []
    for line in data.split(b"\n"):
        event = _parse_line(line)
        if event is not None:
            events.append(event)
    return events


def _parse_line(line: bytes) -> Event | None:
    if not line.strip():
        return None
    try:
        event = json.loads(line)
    except ValueError:  # torn by a kill, perhaps with the next line behind it
        behind = line.rfind(b'{"event"')
        if behind > 0:
            return _parse_line(line[behind:])
        _log.debug("a line of %d bytes is no event", len(line))
        return None
    return event if isinstance(event, dict) and "event" in event else None


@dataclass
class LastEvents:
    """The last event of each kind, kept up to date at the price of what was appended.

    ``order`` holds for each kind the byte position of its last event.
    """

    path: Path
    events: dict[str, Event] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    _offset: int = 0
    _stamp: tuple[int, int] = (-1, -1)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self) -> bool:
        """Look at the file; return whether there is anything new. Any thread may ask."""
        with self._lock:
            return self._refresh()

    def _refresh(self) -> bool:
        try:
            status = self.path.stat()
        except OSError:
            return False
        stamp = (status.st_size, status.st_mtime_ns)
        if stamp == self._stamp:
            return False
        if status.st_size < self._offset:
            self.events, self.order, self._offset = {}, {}, 0
        # new dictionaries: a reader in another thread keeps the ones it has
        self.events, self.order = dict(self.events), dict(self.order)
        if status.st_size - self._offset > _READ_WHOLE:
            try:
                self._look_up()
            except OSError:  # moved away just now
                return False
        else:
            base = self._offset
            events, self._offset = read_events(self.path, base)
            for index, event in enumerate(events):
                self._take(event, base + index)
        self._stamp = stamp
        return True

    def is_later(self, kind: str, than: str) -> bool:
        """Tell whether the last event of a kind was written behind the last of another."""
        return self.order.get(kind, -1) > self.order.get(than, -1)

    def _take(self, event: Event, position: int) -> None:
        kind = str(event["event"])
        self.events[kind] = event
        self.order[kind] = position

    def _look_up(self) -> None:
        """Find the last event of each kind in a long file without reading what lies between."""
        with self.path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=1) as data:
            end = data.rfind(b"\n") + 1
            for kind in KINDS:
                for pattern in (f'"event": "{kind}"'.encode(), f'"event":"{kind}"'.encode()):
                    at = _last_place(data, pattern, self._offset, end)
                    if at < 0:
                        continue
                    first = data.rfind(b"\n", 0, at) + 1
                    event = _parse_line(data[first : data.find(b"\n", at)])
                    if event is not None and str(event["event"]) == kind:
                        self._take(event, first)
                        break
            self._offset = end


def _last_place(data: mmap.mmap, pattern: bytes, start: int, end: int) -> int:
    """As ``rfind``, in short pieces: the search keeps other threads waiting while it lasts."""
    while end > start:
        at = data.rfind(pattern, max(start, end - _PIECE), end)
        if at >= 0:
            return at
        end = end - _PIECE + len(pattern) - 1 if end - start > _PIECE else start
        time.sleep(_BREATH)
    return -1
