"""What a clip's pictures say: who is in it, where shots change, how the camera moves, how sharp.

Measures only; :mod:`core.datasets.finegym.checks` judges. The finder of people is handed in, so
that lists can be built and tested without the networks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core._cv2 import cv2
from core.atomic import written_whole
from core.errors import FileProblem, NoPersonFound
from core.progress import SILENT, Progress
from core.video.decode import pictures, probe
from core.video.people import People, Track
from core.video.shots import find_cuts

FindPeople = Callable[[Path, Progress], People]
FloatArray = npt.NDArray[np.float64]

_SMALL = 320  # pixels of the longer side when the camera's motion is measured
_CORNERS = 160
_FEWEST = 12  # points of the background; from fewer nothing is concluded
_PERSON = 256  # pixels a person is scaled to before the sharpness is measured
_SHARP_EVERY = 4  # frames


@dataclass(frozen=True, eq=False)
class Look:
    """Measurements of a clip, frame by frame.

    camera (F,): how far the background moved since the frame before, in picture widths; NaN where
    it could not be followed. sharpness (F,): variance of the Laplacian of the main person scaled to
    256 pixels height; NaN where not measured.
    """

    people: People
    camera: FloatArray
    sharpness: FloatArray

    @property
    def num_frames(self) -> int:
        return len(self.people.times)

    def main(self, first: int, stop: int) -> Track | None:
        """The person who fills most of the frames ``first`` to ``stop``, None where nobody does."""
        areas = {track.id: _area(track, first, stop).sum() for track in self.people}
        best = max(areas, key=lambda id: areas[id], default=None)
        return self.people.track(best) if best is not None and areas[best] > 0 else None

    def save(self, path: Path) -> None:
        """Write the measurements beside the people. Raises FileProblem."""
        self.people.save(path.with_suffix(".people.npz"))
        with written_whole(path) as temporary, temporary.open("wb") as file:
            np.savez(file, camera=self.camera, sharpness=self.sharpness)

    @staticmethod
    def load(path: Path) -> Look:
        """Read what :meth:`save` wrote. Raises FileProblem."""
        people = People.load(path.with_suffix(".people.npz"))
        try:
            with np.load(path, allow_pickle=False) as arrays:
                look = Look(people, arrays["camera"], arrays["sharpness"])
            if len(look.camera) != look.num_frames or len(look.sharpness) != look.num_frames:
                raise ValueError("lengths differ")
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise FileProblem(
                f"{path.name} cannot be read.", "Build the data set again."
            ) from error
        return look


def find_with_detector(path: Path, progress: Progress = SILENT) -> People:
    """Find people with the built-in networks; nobody is no error here. Raises ModelProblem."""
    from core.video.people import find_people

    try:
        return find_people(path, max_people=3, progress=progress)
    except NoPersonFound:
        return nobody(path)


def nobody(path: Path) -> People:
    """A clip's times and cuts, without anybody in it."""
    times = np.array([picture.time for picture in pictures(path)])
    return People(video=probe(path), times=times, cuts=find_cuts(path))


def look_at(path: Path, find: FindPeople = find_with_detector, progress: Progress = SILENT) -> Look:
    """Measure a clip. Raises FileProblem, ModelProblem, Cancelled."""
    people = find(path, progress.part(0.0, 0.8))
    count = len(people.times)
    camera, sharpness = np.full(count, np.nan), np.full(count, np.nan)
    boxes = [_boxes_at(people, frame) for frame in range(count)]
    look = Look(people, camera, sharpness)
    main = look.main(0, count)
    before: npt.NDArray[np.uint8] | None = None
    for frame, picture in enumerate(pictures(path)):
        if frame >= count:
            break
        progress.step(0.8 + 0.2 * frame / count, "Looking at the camera")
        scale = _SMALL / max(picture.width, picture.height)
        size = (max(round(n * scale), 8) for n in (picture.width, picture.height))
        grey = cv2.cvtColor(np.ascontiguousarray(picture.coarse(*size)), cv2.COLOR_RGB2GRAY)
        if before is not None:
            camera[frame] = _moved(before, grey, boxes[frame - 1] * scale)
        before = grey
        if main is not None and frame % _SHARP_EVERY == 0:
            row = np.searchsorted(main.frames, frame)
            if row < len(main) and main.frames[row] == frame:
                sharpness[frame] = _sharpness(picture, main.boxes[row])
    camera[list(people.cuts)] = np.nan  # a cut is no motion of the camera
    return look


def _boxes_at(people: People, frame: int) -> FloatArray:
    """(P, 4) boxes of everybody in a frame."""
    rows = [t.boxes[t.frames == frame] for t in people]
    return np.concatenate(rows) if rows else np.zeros((0, 4))


def _moved(before: Any, now: Any, boxes: FloatArray) -> float:
    """How far the background went, in picture widths: the middle's and the corners' mean way."""
    mask = np.full(before.shape, 255, np.uint8)
    for x, y, w, h in boxes:  # people move on their own
        low = (max(int(x - 0.65 * w), 0), max(int(y - 0.6 * h), 0))
        mask[low[1] : int(y + 0.6 * h) + 1, low[0] : int(x + 0.65 * w) + 1] = 0
    points = cv2.goodFeaturesToTrack(before, _CORNERS, 0.01, 6, mask=mask)
    if points is None or len(points) < _FEWEST:
        return float("nan")
    went, found, _ = cv2.calcOpticalFlowPyrLK(before, now, points, None, winSize=(21, 21))
    kept = found.ravel() == 1
    if kept.sum() < _FEWEST:
        return float("nan")
    matrix, inliers = cv2.estimateAffinePartial2D(
        points[kept], went[kept], method=cv2.RANSAC, ransacReprojThreshold=1.0
    )
    if matrix is None or inliers.sum() < max(_FEWEST, 0.3 * kept.sum()):
        return float("nan")
    height, width = before.shape
    x, y = np.meshgrid([0.0, width / 2, width], [0.0, height / 2, height])
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    ways = places @ matrix[:, :2].T + matrix[:, 2] - places
    return float(np.linalg.norm(ways, axis=1).mean() / width)


def _sharpness(picture: Any, box: FloatArray) -> float:
    x, y, _, height = box
    step = max(height, 1.0) / _PERSON
    crop = picture.crop(np.array([[step, 0, x - height / 2], [0, step, y - height / 2]]), _PERSON)
    inner = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[:, _PERSON // 4 : -_PERSON // 4]
    return float(cv2.Laplacian(inner, cv2.CV_64F).var())


def _area(track: Track, first: int, stop: int) -> FloatArray:
    """(N,) area of the person's box in the frames of a span, 0 outside."""
    inside = (track.frames >= first) & (track.frames < stop)
    return np.asarray(track.boxes[:, 2] * track.boxes[:, 3] * inside)
