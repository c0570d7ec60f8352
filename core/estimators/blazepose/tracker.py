"""Following the most prominent person through a video.

The landmark network says where to look in the next frame, so the slower detector runs only where
nobody is followed, and now and then to see whether somebody more prominent has come in. What is
followed after a loss at another place is another track; the track that shows most of a person wins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from core.estimators.blazepose.detector import Detector
from core.estimators.blazepose.landmarks import LIMBS, LandmarkFinder, Landmarks
from core.estimators.blazepose.roi import Roi
from core.video.picture import Picture

_LOOK_ROUND_SECONDS = 0.5  # the detector runs so often while a person is followed
_SEARCH_AT_ONCE_SECONDS = 1.0  # in every picture so long after a loss,
_SEARCH_SECONDS = 0.1  # then so often while there is nobody,
_SEARCH_CLOSELY_SECONDS = 0.5  # and so often for small people too
_SETTLING = 8  # times the network may move the square of somebody new to where they are
_CANDIDATES = 3
_MIN_VISIBILITY = 0.4  # of the limbs of somebody new
_FORGOTTEN_SECONDS = 2.0  # whoever comes back later is somebody else
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
        self._last_look = self._last_close_look = -math.inf
        self._frame = -1

    def see(self, picture: Picture) -> Landmarks | None:
        """Follow the person into the next picture; returns what was seen of them, if anything."""
        self._frame += 1
        seen = None
        if self._roi is not None:
            seen = self._somebody_else(picture) or self._finder.find(picture, self._roi)
        if seen is None:
            seen = self._search(picture)
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

    def _somebody_else(self, picture: Picture) -> Landmarks | None:
        """Look round now and then; turn to somebody much more prominent than the one followed."""
        assert self._roi is not None
        if picture.time - self._last_look < _LOOK_ROUND_SECONDS:
            return None
        self._last_look = picture.time
        ours = self._roi.prominence(picture.width, picture.height)
        for roi in self._by_prominence(picture, level=0):
            theirs = roi.prominence(picture.width, picture.height)
            if theirs <= _MORE_PROMINENT * ours or self._roi.distance(roi) <= _ELSEWHERE:
                continue
            seen = self._settled(picture, roi)
            if seen is not None and self._roi.distance(seen.next_roi) > _ELSEWHERE:
                self._start()
                return seen
        return None

    def _search(self, picture: Picture) -> Landmarks | None:
        """Find the person lost, or anybody; small people are looked for only where need be."""
        lost_for = picture.time - max((t.last_seconds for t in self._tracks), default=-math.inf)
        pause = 0.0 if lost_for < _SEARCH_AT_ONCE_SECONDS else _SEARCH_SECONDS
        if picture.time - self._last_look < pause:
            return None
        self._last_look = picture.time
        for level in (0, 1, 2):
            if level > 0:
                if level == 1 and picture.time - self._last_close_look < _SEARCH_CLOSELY_SECONDS:
                    return None
                self._last_close_look = picture.time
            for roi in self._by_prominence(picture, level):
                seen = self._settled(picture, roi)
                if seen is not None:
                    self._resume_or_start(seen.roi, picture.time)
                    return seen
        return None

    def _by_prominence(self, picture: Picture, level: int) -> list[Roi]:
        """The most prominent people, but first whoever is where somebody was lost."""
        people = self._detector.find(picture, level)
        people.sort(key=lambda roi: -roi.prominence(picture.width, picture.height))
        people.sort(key=lambda roi: self._lost_at(roi, picture.time) is None)  # stable
        return people[:_CANDIDATES]

    def _settled(self, picture: Picture, roi: Roi) -> Landmarks | None:
        """Let the network move a detector's rough square onto the person; None if it is nobody."""
        seen = None
        for _ in range(_SETTLING):
            seen = self._finder.find(picture, roi)
            if seen is None or seen.next_roi.nearly(roi):
                break
            roi = seen.next_roi
        if seen is None or float(seen.visibility[list(LIMBS)].mean()) < _MIN_VISIBILITY:
            return None
        return seen

    def _lost_at(self, roi: Roi, seconds: float) -> Track | None:
        """Return the track that was lost a moment ago where ``roi`` is now."""
        for track in reversed(self._tracks):
            if not track.found or seconds - track.last_seconds > _FORGOTTEN_SECONDS:
                continue
            last = track.found[max(track.found)].next_roi
            if last.distance(roi) < _SAME_PERSON and 0.5 < last.side / max(roi.side, 1e-6) < 2:
                return track
        return None

    def _resume_or_start(self, roi: Roi, seconds: float) -> None:
        self._current = self._lost_at(roi, seconds)
        if self._current is None:
            self._start()

    def _start(self) -> None:
        self._current = Track()
        self._tracks.append(self._current)
