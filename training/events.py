"""What a run tells the world: one JSON object a line, appended and flushed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any


class EventLog:
    """Appends to ``events.jsonl`` in a run's folder; a reader may follow it while it grows."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "events.jsonl"
        is_cut = path.exists() and not _ends_with_a_line(path)
        self._stream = path.open("a", buffering=1, encoding="utf-8")
        if is_cut:  # the last writer was killed in the midst of a line
            self._stream.write("\n")

    def write(self, event: str, **values: Any) -> None:
        self._stream.write(json.dumps({"event": event, "time": round(time.time(), 3), **values}))
        self._stream.write("\n")

    def close(self) -> None:
        self._stream.close()


def _ends_with_a_line(path: Path) -> bool:
    """Whether nothing, or a whole line, is at the end of a file."""
    with path.open("rb") as stream:
        if not stream.seek(0, 2):
            return True
        stream.seek(-1, 2)
        return stream.read(1) == b"\n"
