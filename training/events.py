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
        self._stream = (folder / "events.jsonl").open("a", buffering=1, encoding="utf-8")

    def write(self, event: str, **values: Any) -> None:
        self._stream.write(json.dumps({"event": event, "time": round(time.time(), 3), **values}))
        self._stream.write("\n")

    def close(self) -> None:
        self._stream.close()
