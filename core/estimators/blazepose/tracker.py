"""Following the most prominent person through a video.

The landmark network says where to look in the next frame, so the slower detector runs only where
nobody is followed, and now and then to see whether somebody more prominent has come in. What is
followed after a loss at another place is another track; the track that shows most of a person wins.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.estimators.blazepose.detector import Detector
from core.estimators.blazepose.landmarks import LandmarkFinder, Landmarks
from core.estimators.blazepose.roi import Roi
from core.video.picture import Picture

_LOOK_ROUND_SECONDS = 0.5  # the detector runs so often while a person is followed
_SEARCH_SECONDS = 0.1  # and so often while there is nobody
_SAME_PERSON = 0.5  # squares closer than this, in sides, are the same person after a loss
_ELSEWHERE = 0.25  # squares farther than this are another person
_MORE_PROMINENT = 1.5  # somebody else must be so much more prominent to be followed instead


@dataclass
class Track:
    """One person's landmarks by frame number, and how prominent the person was in all."""

    found: dict[int, Landmarks] = field(default_factory=dict)
    prominence: float = 0.0
    last_seconds: float = 0.0

    def add(self, frame: int, seconds: float, seen: Landmarks, prominence: float) -> None:
        self.found[frame] = seen
        self.prominence += prominence * seen.confidence
        self.last_seconds = seconds


class Tracker:
    """Feed it every picture in order with :meth:`see`; then ask for the :meth:`best` track."""

    def __init__(self, detector: Detector, finder: LandmarkFinder) -> None:
        self._detector = detector
        self._finder = finder
        self._tracks: list[Track] = []
        self._current: Track | None = None
        self._roi: Roi | None = None
        self._last_look = -1e9
        self._frame = -1

    def see(self, picture: Picture) -> Landmarks | None:
        """Follow the person into the next picture; returns what was seen of them, if anything."""
        self._frame += 1
        pause = _SEARCH_SECONDS if self._roi is None else _LOOK_ROUND_SECONDS
        if self._roi is None or picture.time - self._last_look >= pause:
            self._look_round(picture, pause)
        if self._roi is None:
            return None
        seen = self._finder.find(picture, self._roi)
        if seen is None and picture.time > self._last_look:
            self._last_look = picture.time  # lost: look for the person at once, in this picture
            self._roi = None
            self._choose(self._detector.find(picture), picture)
            seen = self._finder.find(picture, self._roi) if self._roi else None
        if seen is None or self._current is None:
            self._roi = None
            return None
        self._roi = seen.next_roi
        prominence = seen.roi.prominence(picture.width, picture.height)
        self._current.add(self._frame, picture.time, seen, prominence)
        return seen

    def best(self) -> Track | None:
        """Return the track that shows most of a person, None when nobody was followed."""
        return max(self._tracks, key=lambda track: track.prominence, default=None)

    def _look_round(self, picture: Picture, pause: float) -> None:
        if picture.time - self._last_look < pause:
            return
        self._last_look = picture.time
        self._choose(self._detector.find(picture), picture)

    def _choose(self, people: list[Roi], picture: Picture) -> None:
        """Go on with the person followed, or turn to somebody else, from everybody detected."""
        if not people:
            return
        best = max(people, key=lambda roi: roi.prominence(picture.width, picture.height))
        if self._roi is not None:
            ours = self._roi.prominence(picture.width, picture.height)
            theirs = best.prominence(picture.width, picture.height)
            if self._roi.distance(best) > _ELSEWHERE and theirs > _MORE_PROMINENT * ours:
                self._start(best)
            return
        for track in reversed(self._tracks):  # lost, and perhaps found again near by
            last = track.found[max(track.found)].next_roi if track.found else None
            if last is None or picture.time - track.last_seconds > 2.0:
                continue
            nearest = min(people, key=last.distance)
            if last.distance(nearest) < _SAME_PERSON and _alike(last, nearest):
                self._current, self._roi = track, nearest
                return
        self._start(best)

    def _start(self, roi: Roi) -> None:
        self._current, self._roi = Track(), roi
        self._tracks.append(self._current)


def _alike(a: Roi, b: Roi) -> bool:
    return 0.5 < a.side / max(b.side, 1e-6) < 2.0
