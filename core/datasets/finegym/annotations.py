"""FineGym's temporal annotation: when in which video each element begins and ends.

{video: {event: {"event": 4, "timestamps": [[2407.32, 2435.28]], "segments": {segment: {"stages": 1,
"timestamps": [[3.45, 5.64]]}}}}}; events in seconds of the video, segments in seconds since their
event began (Shao et al. 2020, the home page's own example). Only times are taken from here.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import FileProblem

MAX_BYTES = 512 << 20


@dataclass(frozen=True, kw_only=True)
class Segment:
    """An element: seconds of the video from its first stage's begin to its last stage's end."""

    name: str
    start: float
    stop: float
    stages: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """One routine: seconds of the video, and its elements in order of time."""

    name: str
    start: float
    stop: float
    segments: tuple[Segment, ...]

    def index_of(self, segment: str) -> int | None:
        """Where an element stands among the others, None where there is none of this name."""
        return next((i for i, s in enumerate(self.segments) if s.name == segment), None)


@dataclass(frozen=True)
class Annotations:
    """All events by video and name; ``unusable`` names events or elements without usable times."""

    events: dict[str, dict[str, Event]]
    unusable: tuple[str, ...] = ()

    def event(self, video: str, name: str) -> Event | None:
        """The event, None where it is not annotated."""
        return self.events.get(video, {}).get(name)


def read_annotations(path: Path) -> Annotations:
    """Read the annotation JSON (v1.0 or v1.1). Raises FileProblem where it is none."""
    values = _read(path)
    events: dict[str, dict[str, Event]] = {}
    unusable: list[str] = []
    for video, of_video in values.items():
        if not isinstance(of_video, dict):
            raise _strange(path, str(video))
        for name, entry in of_video.items():
            span = _span(entry)
            if span is None:
                unusable.append(f"{video}_{name}")
                continue
            segments = []
            for segment, part in _segments(entry).items():
                inner = _span(part)
                if inner is None:
                    unusable.append(f"{video}_{name}_{segment}")
                    continue
                segments.append(
                    Segment(
                        name=segment, start=span[0] + inner[0], stop=span[0] + inner[1],
                        stages=len(part["timestamps"]),
                    )
                )  # fmt: skip
            segments.sort(key=lambda s: (s.start, s.stop))
            events.setdefault(video, {})[name] = Event(
                name=name, start=span[0], stop=span[1], segments=tuple(segments)
            )
    if not events:
        raise FileProblem(
            f"{path.name} holds no events.", "Choose finegym_annotation_info_v1.1.json."
        )
    return Annotations(events, tuple(unusable))


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{path.name} is too large for an annotation.", "Check the file.")
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileProblem(
            f"{path} cannot be read: {error.strerror or error}.", "Choose another file."
        ) from error
    except (ValueError, RecursionError) as error:
        raise FileProblem(
            f"{path.name} is not readable JSON.", "Fetch it again; it may be cut short."
        ) from error
    if not isinstance(values, dict):
        raise _strange(path, "")
    return values


def _segments(entry: dict[str, Any]) -> dict[str, Any]:
    found = entry.get("segments")  # null where nothing of a routine was annotated
    return found if isinstance(found, dict) else {}


def _span(entry: Any) -> tuple[float, float] | None:
    """First begin and last end in seconds, None where they are missing or make no sense."""
    try:
        times = [(float(a), float(b)) for a, b in entry["timestamps"]]
        start, stop = min(a for a, _ in times), max(b for _, b in times)
    except (TypeError, ValueError, KeyError, IndexError):
        return None
    if not (math.isfinite(start) and math.isfinite(stop)) or start < 0 or stop <= start:
        return None
    return start, stop


def _strange(path: Path, where: str) -> FileProblem:
    at = f" at {where}" if where else ""
    return FileProblem(
        f"{path.name} is not FineGym's annotation{at}.",
        "Choose finegym_annotation_info_v1.0.json or v1.1.json.",
    )
