"""Following everybody through a video.

The landmark network says where to look in the next frame, so the slower detector runs only where
nobody is followed, where somebody was lost, and now and then to see whether somebody has come in.
What is seen in a frame is given to the people followed by their motion (:mod:`association`), not by
whose square it was found in, so two people who cross keep their numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from core.estimators.blazepose.detector import Detector
from core.estimators.blazepose.landmarks import LIMBS, LandmarkFinder, Landmarks
from core.estimators.blazepose.roi import Roi
from core.video.association import Moving, assigned
from core.video.picture import Picture

_LOOK_ROUND_SECONDS = 0.5  # the detector runs so often while everybody is followed
_SEARCH_AT_ONCE_SECONDS = 1.0  # in every picture so long after a loss, while nobody is followed,
_SEARCH_BESIDE_SECONDS = 0.1  # and so long while others are;
_SEARCH_SECONDS = 0.1  # then so often
_SEARCH_CLOSELY_SECONDS = 0.5  # and so often for small people too
_LOOK_CLOSELY_SECONDS = 1.0  # while others are followed
_LEAST_SHARE = 0.55  # of the largest person's size; smaller people beside them stand about
_SLIP, _SLIP_SECONDS = 1.2, 0.25  # a square that grows so fast may slide onto somebody else
_SETTLING = 8  # times the network may move the square of somebody new to where they are
_CANDIDATES = 3
_MIN_VISIBILITY = 0.4  # of the limbs of somebody new
_FORGOTTEN_SECONDS = 2.0  # whoever comes back later is somebody else
_ELSEWHERE = 0.25  # squares farther than this are another person,
_OTHER_SIZE = 1.35  # and squares so much larger or smaller may be
_SAME_POINTS = 0.06  # limbs nearer on average than this share of the square: one person, seen twice
_MORE_PROMINENT = 1.5  # somebody else must be so much more prominent to be followed instead


@dataclass
class Track:
    """One person's landmarks by frame number, and how prominent the person was in all."""

    found: dict[int, Landmarks] = field(default_factory=dict)
    sharpness: dict[int, float] = field(default_factory=dict)
    prominence: float = 0.0
    moving: Moving = field(default_factory=lambda: Moving.started(np.zeros(4), -math.inf))
    is_followed: bool = False
    usual_side: float = 0.0  # of the square in the last moments, pixels

    @property
    def is_slipping(self) -> bool:
        """Whether the square has changed its size as if it slid onto somebody else."""
        side = max(self.moving.box[2], 1e-6)
        return not 1 / _SLIP < side / max(self.usual_side, 1e-6) < _SLIP

    @property
    def last_seconds(self) -> float:
        return self.moving.seconds

    @property
    def last(self) -> Landmarks:
        return self.found[next(reversed(self.found))]

    def add(self, frame: int, seconds: float, seen: Landmarks, prominence: float) -> None:
        box = _box(seen.next_roi)
        if self.found:
            share = 1.0 - math.exp((self.last_seconds - seconds) / _SLIP_SECONDS)
            self.usual_side += share * (seen.next_roi.side - self.usual_side)
            self.moving.seen(box, seconds)
        else:
            self.usual_side = seen.next_roi.side
            self.moving = Moving.started(box, seconds)
        self.found[frame] = seen
        self.prominence += prominence * seen.confidence
        self.is_followed = True


class Tracker:
    """Feed it every picture in order with :meth:`see`; then ask for the :attr:`tracks`."""

    def __init__(self, detector: Detector, finder: LandmarkFinder, *, max_people: int = 1) -> None:
        self._detector = detector
        self._finder = finder
        self._max_people = max_people
        self.tracks: list[Track] = []
        self._last_look = self._last_close_look = -math.inf
        self._frame = -1

    def see(self, picture: Picture) -> list[Track]:
        """Follow everybody into the next picture; returns the tracks of the people seen in it."""
        self._frame += 1
        seen = []
        for track in self._followed():
            found = self._finder.find(picture, track.last.next_roi)
            if found is not None:
                seen.append(found)
        seen = _each_once(seen)
        seen += self._looked_round(picture, seen)
        return self._given_out(picture, seen)

    @property
    def looks(self) -> tuple[float, float]:
        """Seconds of the last look round, and of the last one for small people."""
        return self._last_look, self._last_close_look

    def take_up(self, tracks: list[Track], num_frames: int, looks: tuple[float, float]) -> None:
        """Go on where another tracker was after ``num_frames`` pictures."""
        self.tracks = tracks
        self._frame = num_frames - 1
        self._last_look, self._last_close_look = looks

    def best(self) -> Track | None:
        """Return the track that shows most of a person, None when nobody was followed."""
        return max(self.tracks, key=lambda track: track.prominence, default=None)

    def _followed(self) -> list[Track]:
        return [track for track in self.tracks if track.is_followed]

    def _given_out(self, picture: Picture, seen: list[Landmarks]) -> list[Track]:
        """Give what was seen to the people it shows; whoever is left over is new."""
        known = [
            track
            for track in self.tracks
            if picture.time - track.last_seconds <= _FORGOTTEN_SECONDS and track.found
        ]
        boxes = np.array([_box(mark.next_roi) for mark in seen]).reshape(-1, 4)
        owners = assigned([track.moving for track in known], boxes, picture.time)
        for track in self.tracks:
            track.is_followed = False
        shown = []
        for mark, owner in zip(seen, owners, strict=True):
            if owner is None:
                track = Track()
                self.tracks.append(track)
            else:
                track = known[owner]
            prominence = mark.roi.prominence(picture.width, picture.height)
            track.add(self._frame, picture.time, mark, prominence)
            shown.append(track)
        self._at_most(picture, shown)
        return [track for track in shown if track.is_followed]

    def _at_most(self, picture: Picture, shown: list[Track]) -> None:
        """Of more people than are wanted, drop those least prominent; the old before the new."""
        size = picture.width, picture.height

        def claim(track: Track) -> float:
            age = 1.0 if len(track.found) == 1 else _MORE_PROMINENT
            return age * track.last.next_roi.prominence(*size)

        for track in sorted(shown, key=claim, reverse=True)[self._max_people :]:
            track.is_followed = False
            if len(track.found) == 1:
                self.tracks.remove(track)
            else:
                track.found.popitem()

    def _looked_round(self, picture: Picture, seen: list[Landmarks]) -> list[Landmarks]:
        """Find people who are not followed: lost a moment ago, or come in."""
        missing = len(self._followed()) > len(seen)  # in this very picture
        gone = (picture.time - t.last_seconds for t in self.tracks if not t.is_followed)
        since = 0.0 if missing else min(gone, default=math.inf)
        if since < (_SEARCH_BESIDE_SECONDS if seen else _SEARCH_AT_ONCE_SECONDS):
            pause = 0.0
        elif not seen or since < _SEARCH_AT_ONCE_SECONDS or self._is_one_slipping():
            pause = _SEARCH_SECONDS
        else:
            pause = _LOOK_ROUND_SECONDS
        if picture.time - self._last_look < pause:
            return []
        self._last_look = picture.time
        found = self._new(picture, 0, seen)
        everybody = seen + found
        pause = _LOOK_CLOSELY_SECONDS if everybody else _SEARCH_CLOSELY_SECONDS
        is_full = len(everybody) >= self._max_people
        if is_full or picture.time - self._last_close_look < pause:
            return found
        self._last_close_look = picture.time
        if everybody:
            return found + self._new(picture, 1, everybody)
        return self._new(picture, 1, seen) or self._new(picture, 2, seen)

    def _is_one_slipping(self) -> bool:
        return any(track.is_slipping for track in self._followed())

    def _new(self, picture: Picture, level: int, seen: list[Landmarks]) -> list[Landmarks]:
        """Return what a detection shows of people not among those ``seen``, surest first."""
        size = picture.width, picture.height
        rois = self._detector.find(picture, level)
        if level > 0 and seen:
            largest = max(mark.next_roi.side for mark in seen)
            rois = [roi for roi in rois if roi.side > _LEAST_SHARE * largest]
        rois = sorted(rois, key=lambda roi: roi.prominence(*size), reverse=True)
        weakest = min((mark.next_roi.prominence(*size) for mark in seen), default=0.0)
        found: list[Landmarks] = []
        for roi in rois[: max(_CANDIDATES, self._max_people)]:
            if len(found) >= self._max_people:
                break
            is_full = len(seen) >= self._max_people
            if is_full and roi.prominence(*size) <= _MORE_PROMINENT * weakest:
                continue
            others = seen + found
            if any(_is_near(mark.next_roi, roi) for mark in others):
                continue
            mark = self._settled(picture, roi)
            if mark is not None and len(_each_once([*others, mark])) > len(others):
                found.append(mark)
        return found

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


def _is_near(known: Roi, roi: Roi) -> bool:
    """Whether a detection is most likely of the person in a known square."""
    is_alike = 1 / _OTHER_SIZE < roi.side / max(known.side, 1e-6) < _OTHER_SIZE
    return is_alike and known.distance(roi) <= _ELSEWHERE


def _box(roi: Roi) -> list[float]:
    return [roi.x, roi.y, roi.side, roi.side]


def _each_once(seen: list[Landmarks]) -> list[Landmarks]:
    """Drop what shows a person a second time: two squares that slid onto the same body."""
    kept: list[Landmarks] = []
    limbs = list(LIMBS)
    for mark in sorted(seen, key=lambda mark: -mark.confidence):
        apart = (
            np.linalg.norm(mark.image[limbs] - other.image[limbs], axis=-1).mean()
            / max(other.roi.side, 1e-6)
            for other in kept
        )
        if all(distance > _SAME_POINTS for distance in apart):
            kept.append(mark)
    return kept
