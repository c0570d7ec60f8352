"""Who is where in a video: tracks of boxes, as a value that is edited without being changed.

Finding people is :func:`find_people`; everything else here is plain data, so that a list of people
can be shown, corrected, kept and handed to estimators without any network.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import StudioError
from core.progress import SILENT, Progress
from core.video.decode import VideoInfo, picture_at

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_WHOLE = (11, 12, 23, 24, 25, 26, 27, 28)  # shoulders, hips, knees and ankles of the 33 points
_SEEN = 0.5  # visibility above which a point counts as seen
_TOGETHER = 5  # frames two tracks may share and still be one person seen twice


@dataclass(frozen=True, eq=False)
class Points:
    """BlazePose's 33 points of one person, frame by frame, as the built-in estimator needs them.

    image (N, 33, 2) pixels of the upright picture; world (N, 33, 3) metres in camera axes (x right,
    y down, z away), origin between the hips; visibility (N, 33) and confidence (N,) in 0..1.
    """

    image: npt.NDArray[np.float32]
    world: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]

    def taken(self, rows: npt.NDArray[Any]) -> Points:
        """Return the rows chosen by an index or a mask."""
        return Points(*(getattr(self, f.name)[rows] for f in dataclasses.fields(self)))

    @staticmethod
    def joined(first: Points, second: Points) -> Points:
        """Return the rows of both, one after the other."""
        return Points(
            *(
                np.concatenate([getattr(first, f.name), getattr(second, f.name)])
                for f in dataclasses.fields(Points)
            )
        )


@dataclass(frozen=True, eq=False)
class Track:
    """One person through a video.

    frames (N,) ascending frame indices; boxes (N, 4) centre x, y, width, height of the person in
    pixels of the upright picture; scores (N,) in 0..1; sharpness (N,) variance of the picture's
    Laplacian in the box, None where it was not measured. Raises StudioError on shapes that do not
    fit.
    """

    id: int
    frames: IntArray
    boxes: FloatArray
    scores: FloatArray
    name: str = ""
    points: Points | None = None
    sharpness: FloatArray | None = None

    def __post_init__(self) -> None:
        frames = np.array(self.frames, dtype=np.int64)
        count = len(frames)
        if count == 0 or frames.ndim != 1 or (np.diff(frames) <= 0).any() or frames[0] < 0:
            raise StudioError(f"A track needs ascending frames, at least one; person {self.id}.")
        object.__setattr__(self, "frames", _kept(frames, (count,), "frames"))
        for name, shape in (("boxes", (count, 4)), ("scores", (count,)), ("sharpness", (count,))):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, _kept(np.array(value, np.float64), shape, name))

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def title(self) -> str:
        """The name given to the person, otherwise "Person 2"."""
        return self.name or f"Person {self.id}"

    def taken(self, rows: npt.NDArray[Any], **changes: Any) -> Track:
        """Return the track in the frames chosen by an index or a mask."""
        return dataclasses.replace(
            self,
            frames=self.frames[rows],
            boxes=self.boxes[rows],
            scores=self.scores[rows],
            points=None if self.points is None else self.points.taken(rows),
            sharpness=None if self.sharpness is None else self.sharpness[rows],
            **changes,
        )


@dataclass(frozen=True, eq=False)
class People:
    """The people of a video: times (F,) seconds of its frames, first frames of new shots, tracks.

    Tracks come with the most prominent person first. Edits return a new value and raise
    StudioError where they make no sense.
    """

    video: VideoInfo
    times: FloatArray
    cuts: tuple[int, ...] = ()
    tracks: tuple[Track, ...] = ()

    def __post_init__(self) -> None:
        times = np.array(self.times, dtype=np.float64)
        object.__setattr__(self, "times", _kept(times, (len(times),), "times"))
        object.__setattr__(self, "cuts", tuple(sorted(int(cut) for cut in self.cuts)))
        object.__setattr__(self, "tracks", tuple(self.tracks))
        for track in self.tracks:
            if track.frames[-1] >= len(times):
                raise StudioError(f"{track.title} is seen in a frame the video does not have.")
        if len({track.id for track in self.tracks}) != len(self.tracks):
            raise StudioError("Two people carry the same number.")

    def __iter__(self) -> Iterator[Track]:
        return iter(self.tracks)

    def __len__(self) -> int:
        return len(self.tracks)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(track.id for track in self.tracks)

    @property
    def preselected(self) -> int:
        """Id of the person seen whole the longest; of near equals the larger one.

        Raises StudioError where there is nobody.
        """
        if not self.tracks:
            raise StudioError("There is nobody to choose.", "Use a video that shows a person.")
        lengths = {track.id: int(self.full_body(track).sum()) for track in self.tracks}
        if max(lengths.values()) == 0:
            lengths = {track.id: len(track) for track in self.tracks}
        longest = max(lengths.values())
        near = [track for track in self.tracks if lengths[track.id] >= 0.9 * longest]
        return max(near, key=lambda track: float(np.median(track.boxes[:, 3]))).id

    def track(self, id: int) -> Track:
        """Return a person by number; raises StudioError when there is none."""
        for track in self.tracks:
            if track.id == id:
                return track
        known = ", ".join(str(i) for i in self.ids) or "nobody"
        raise StudioError(f"There is no person {id} in this video.", f"There is: {known}.")

    def full_body(self, track: Track) -> npt.NDArray[np.bool_]:
        """(N,) whether the person is seen from shoulders to feet in each of the track's frames."""
        width, height = self.video.width, self.video.height
        if track.points is None:
            x, y, w, h = track.boxes.T
            edge = 0.01 * max(width, height)
            inside = (y - h / 2 > edge) & (y + h / 2 < height - edge) & (x > 0) & (x < width)
            return np.asarray(inside & (h > w))
        part = list(_WHOLE)
        image, seen = track.points.image[:, part], track.points.visibility[:, part] > _SEEN
        inside = (image >= 0).all(-1) & (image < [width, height]).all(-1)
        return np.asarray((seen & inside).all(1))

    def merged(self, a: int, b: int) -> People:
        """Join two tracks into person ``a``: the same person under two numbers.

        In frames both have, the surer one is kept. Raises StudioError for two people seen together.
        """
        first, second = self.track(a), self.track(b)
        if first is second:
            raise StudioError("A person cannot be joined with themselves.", "Choose two people.")
        shared = np.intersect1d(first.frames, second.frames)
        if len(shared) > max(_TOGETHER, 0.1 * min(len(first), len(second))):
            raise StudioError(
                f"{first.title} and {second.title} are seen together in {len(shared)} frames, "
                "so they are not one person.",
                "Split one of them first where it changes from one person to the other.",
            )
        joined = _joined(first, second)
        tracks = (joined if t is first else t for t in self.tracks if t is not second)
        return dataclasses.replace(self, tracks=tuple(tracks))

    def split(self, id: int, frame: int) -> People:
        """Make the person from ``frame`` of the video on somebody else, with the next free number.

        Raises StudioError when nothing would be left on one side.
        """
        track = self.track(id)
        before = track.frames < frame
        if before.all() or not before.any():
            raise StudioError(
                f"{track.title} is seen in frames {track.frames[0]} to {track.frames[-1]}.",
                "Split between these.",
            )
        parts = (track.taken(before), track.taken(~before, id=max(self.ids) + 1, name=""))
        tracks = (part for t in self.tracks for part in (parts if t is track else (t,)))
        return dataclasses.replace(self, tracks=tuple(tracks))

    def renamed(self, id: int, name: str) -> People:
        """Give a person a name; an empty one goes back to "Person 2"."""
        track = dataclasses.replace(self.track(id), name=" ".join(name.split())[:80])
        return dataclasses.replace(
            self, tracks=tuple(track if t.id == id else t for t in self.tracks)
        )

    def without(self, id: int) -> People:
        """Leave a person out."""
        self.track(id)
        return dataclasses.replace(self, tracks=tuple(t for t in self.tracks if t.id != id))

    def only(self, ids: tuple[int, ...]) -> People:
        """Keep these people, in the order given; raises StudioError for an unknown number."""
        return dataclasses.replace(self, tracks=tuple(self.track(i) for i in dict.fromkeys(ids)))

    def cut_at_shots(self) -> People:
        """Part every track at every shot cut: nobody is followed from one shot into the next."""
        people = self
        for cut in self.cuts:
            for track in people.tracks:
                if track.frames[0] < cut <= track.frames[-1]:
                    people = people.split(track.id, cut)
        return people

    def save(self, path: Path) -> None:
        """Write an npz that :meth:`load` reads. Raises FileProblem."""
        from core.video.people_file import save_people

        save_people(path, self)

    @staticmethod
    def load(path: Path) -> People:
        """Read what :meth:`save` wrote. Raises FileProblem."""
        from core.video.people_file import load_people

        return load_people(path)


def find_people(
    path: Path | str,
    *,
    max_people: int = 4,
    progress: Progress = SILENT,
    work_folder: Path | None = None,
) -> People:
    """Follow everybody in a video, at most ``max_people`` at a time, never across a shot cut.

    With a ``work_folder`` what is done is kept there now and then and not done again after a crash.
    Raises FileProblem, NoPersonFound, ModelProblem (networks not installed) or Cancelled.
    """
    from core.estimators.blazepose.finding import find

    return find(Path(path), max_people=max_people, progress=progress, work_folder=work_folder)


def thumbnail(
    people: People, id: int, *, size: int = 96, frame: int | None = None
) -> npt.NDArray[np.uint8]:
    """Return a person's picture (size, size, 3) RGB: in ``frame``, or where they are seen best.

    Takes some tenths of a second. Raises StudioError for an unknown person, FileProblem.
    """
    track = people.track(id)
    if frame is None:
        row = int(np.argmax(track.scores * np.minimum(track.boxes[:, 2:].min(1), 400)))
    else:
        row = int(np.argmin(np.abs(track.frames - frame)))
    picture = picture_at(people.video.path, float(people.times[track.frames[row]]))
    x, y, w, h = track.boxes[row]
    side = 1.05 * max(w, h)
    fine = 4  # times finer, then averaged: a person shrunk tenfold would shimmer otherwise
    step = side / (fine * size)
    crop = picture.crop(
        np.array([[step, 0, x - side / 2], [0, step, y - side / 2]]), fine * size
    ).astype(np.float32)
    small = crop.reshape(size, fine, size, fine, 3).mean((1, 3))
    return np.round(small).astype(np.uint8)


def _kept(value: npt.NDArray[Any], shape: tuple[int, ...], name: str) -> npt.NDArray[Any]:
    if value.shape != shape:
        raise StudioError(f"{name} of a track must have shape {shape}, not {value.shape}.")
    value.flags.writeable = False
    return value


def _joined(first: Track, second: Track) -> Track:
    """Both tracks' frames in order; of a frame in both, the surer row."""
    frames = np.concatenate([first.frames, second.frames])
    scores = np.concatenate([first.scores, second.scores])
    order = np.lexsort((-scores, frames))  # by frame, the surest first
    rows = order[np.unique(frames[order], return_index=True)[1]]
    points = sharpness = None
    if first.points is not None and second.points is not None:
        points = Points.joined(first.points, second.points).taken(rows)
    if first.sharpness is not None and second.sharpness is not None:
        sharpness = np.concatenate([first.sharpness, second.sharpness])[rows]
    return Track(
        id=first.id,
        frames=frames[rows],
        boxes=np.concatenate([first.boxes, second.boxes])[rows],
        scores=scores[rows],
        name=first.name or second.name,
        points=points,
        sharpness=sharpness,
    )
