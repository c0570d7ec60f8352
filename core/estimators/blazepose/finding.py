"""Finding the people of a video with BlazePose: one pass that also measures and finds the cuts.

What the landmark network sees on the way is kept with the tracks, so that the built-in estimator
has nothing left to look at afterwards.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core import weights
from core.errors import FileProblem, NoPersonFound
from core.estimators.blazepose import detector, landmarks
from core.estimators.blazepose.beside import Beside
from core.estimators.blazepose.detector import Detector
from core.estimators.blazepose.kept_tracks import packed, restore
from core.estimators.blazepose.landmarks import LIMBS, LandmarkFinder
from core.estimators.blazepose.network import Network
from core.estimators.blazepose.preview import preview
from core.estimators.blazepose.roi import Roi
from core.estimators.blazepose.tracker import Track as Followed
from core.estimators.blazepose.tracker import Tracker
from core.estimators.chunks import Arrays, Chunks, digest_of, file_digest, folder_for
from core.progress import SILENT, Progress
from core.video.decode import VideoInfo, pictures, probe
from core.video.people import People, Points, Track
from core.video.picture import Picture
from core.video.times import believable

FloatArray = npt.NDArray[np.float64]

_PREVIEW_EVERY = 10  # frames
_CHUNK_FRAMES = 100  # after so many what is done is kept
_MIN_SECONDS = 0.25  # of a person followed; less is a wrong detection
_MIN_FRAMES = 3
_MIN_SHARE = 0.35  # of the frames from first to last; what flickers is nobody
_BOX_VISIBILITY = 0.3  # of the points a box goes around
_SIDE_FROM_BOX = 1.25  # side of the network's square in heights of a person
_SETTLING = 3  # times the network may move that square onto the person
_CROWN = 0.55  # top of the head above the ears, in distances from shoulders to ears


def networks() -> tuple[Detector, LandmarkFinder]:
    """Load both networks. Raises ModelProblem where they are not installed."""
    look = Detector(Network(weights.path_of("pose_detection"), detector.OUTPUTS))
    return look, LandmarkFinder(Network(weights.path_of("pose_landmark_full"), landmarks.OUTPUTS))


def find(
    path: Path,
    *,
    max_people: int = 4,
    progress: Progress = SILENT,
    work_folder: Path | None = None,
) -> People:
    """Follow everybody in a video; see :func:`core.video.people.find_people`."""
    info = probe(path)
    folder = None
    if work_folder is not None:
        sha256 = file_digest(path)
        folder = folder_for(work_folder, sha256, "people", digest_of("blazepose", max_people))
    if (found := _found_before(folder, info)) is not None:
        return found
    tracker = Tracker(*networks(), max_people=max_people)
    chunks = Chunks(folder) if folder is not None else None
    with Beside(info.fps) as beside:
        times = _followed(info, tracker, beside, chunks, progress)
        seconds = believable(np.array(times), info.fps)
        people = collected(info, seconds, beside.cuts(), tracker.tracks)
    if folder is not None:
        people.save(folder / "people.npz")
    return people


def _followed(
    info: VideoInfo, tracker: Tracker, beside: Beside, chunks: Chunks | None, progress: Progress
) -> list[float]:
    """Show every picture to the tracker; returns the pictures' times."""
    times: list[float] = []
    num_done = _taken_up(tracker, chunks)
    for frame, picture in enumerate(pictures(info.path)):
        progress.wait_if_paused("Looking for people was cancelled.")
        beside.see(picture)
        times.append(picture.time)
        if frame < num_done:
            continue
        shown = tracker.see(picture)
        marks = ((track, track.last) for track in shown)
        beside.measure(frame, picture, [
            (track, person_box(mark.image, mark.visibility, info.width, info.height))
            for track, mark in marks
        ])  # fmt: skip
        if frame % _PREVIEW_EVERY == 0:
            share = (frame + 1) / max(info.num_frames, frame + 1)
            text = f"Frame {frame + 1} of {info.num_frames or '?'}"
            progress.step(share, text, _drawn(picture, shown))
        if chunks is not None and (frame + 1) % _CHUNK_FRAMES == 0:
            index = frame // _CHUNK_FRAMES
            beside.wait()
            chunks.save(index, packed(tracker, index * _CHUNK_FRAMES))
    return times


def _found_before(folder: Path | None, info: VideoInfo) -> People | None:
    """Return the people of a pass that was finished, None if there was none."""
    if folder is None:
        return None
    try:
        return dataclasses.replace(People.load(folder / "people.npz"), video=info)
    except FileProblem:
        return None


def _taken_up(tracker: Tracker, chunks: Chunks | None) -> int:
    """Put the tracker after the last finished chunk; returns how many frames are done."""
    parts: list[Arrays] = []
    while chunks is not None and (part := chunks.load(len(parts))) is not None:
        parts.append(part)
    restore(tracker, parts, len(parts) * _CHUNK_FRAMES)
    return len(parts) * _CHUNK_FRAMES


def collected(
    info: VideoInfo, times: FloatArray, cuts: tuple[int, ...], followed: list[Followed]
) -> People:
    """Make people of tracks, most prominent first, parted at the cuts, without flukes.

    Raises NoPersonFound when nobody is left.
    """
    followed = sorted(followed, key=lambda track: -track.prominence)
    tracks = tuple(_track(i, track, info) for i, track in enumerate(followed, 1) if track.found)
    people = People(info, times, cuts, tracks).cut_at_shots()
    people = People(info, times, cuts, tuple(t for t in people if _is_long_enough(t, times)))
    if not people.tracks:
        raise NoPersonFound(
            f"Nobody could be followed in {info.path.name}.",
            "Use a video that shows one person whole, close enough and well lit.",
        )
    return numbered(people)


def numbered(people: People) -> People:
    """Give the numbers 1, 2, 3, ... in the order of the tracks."""
    tracks = (dataclasses.replace(track, id=i) for i, track in enumerate(people, 1))
    return People(people.video, people.times, people.cuts, tuple(tracks))


def with_points(people: People, progress: Progress = SILENT) -> People:
    """Look at the people who have no points yet, in their boxes; frames without any are left out.

    Does not open the video when everybody has points.
    """
    lacking = [track for track in people if track.points is None]
    if not lacking:
        return people
    _, finder = networks()
    found: dict[int, Followed] = {track.id: Followed() for track in lacking}
    for frame, picture in enumerate(pictures(people.video.path)):
        progress.step(frame / len(people.times), f"Frame {frame + 1} of {len(people.times)}")
        for track in lacking:
            row = int(np.searchsorted(track.frames, frame))
            if row == len(track) or track.frames[row] != frame:
                continue
            x, y, w, h = track.boxes[row]
            mark = None
            roi = Roi(x=x, y=y, side=_SIDE_FROM_BOX * max(w, h), angle=0.0)
            for _ in range(_SETTLING):
                mark = finder.find(picture, roi)
                if mark is None or mark.next_roi.nearly(roi):
                    break
                roi = mark.next_roi
            if mark is not None:
                found[track.id].add(frame, picture.time, mark, 1.0)
    tracks = []
    for track in people:
        if track.points is not None:
            tracks.append(track)
        elif found[track.id].found:
            seen = _track(track.id, found[track.id], people.video)
            tracks.append(dataclasses.replace(seen, name=track.name, sharpness=None))
    return dataclasses.replace(people, tracks=tuple(tracks))


def person_box(
    image: npt.NDArray[np.floating], visibility: npt.NDArray[np.floating], width: int, height: int
) -> FloatArray:
    """Return the box (4,) centre x, y, width, height in pixels around points (33, 2) that are seen.

    The crown of the head, which no point marks, is added; what lies outside the picture is not
    part of the box.
    """
    shown = np.asarray(image, np.float64)[np.asarray(visibility) > _BOX_VISIBILITY]
    if len(shown) < 2:
        shown = np.asarray(image, np.float64)
    ears, shoulders = image[7:9].mean(0), image[11:13].mean(0)
    if visibility[[7, 8]].max() > _BOX_VISIBILITY:
        shown = np.vstack([shown, ears + _CROWN * (ears - shoulders)])
    limits = np.array([width, height], np.float64)
    low, high = np.clip(shown.min(0), 0, limits), np.clip(shown.max(0), 0, limits)
    return np.concatenate([(low + high) / 2, np.maximum(high - low, 2.0)])


def _track(id: int, followed: Followed, info: VideoInfo) -> Track:
    frames = np.array(sorted(followed.found))
    marks = [followed.found[int(frame)] for frame in frames]
    points = Points(
        image=np.stack([mark.image for mark in marks]).astype(np.float32),
        world=np.stack([mark.world for mark in marks]).astype(np.float32),
        visibility=np.stack([mark.visibility for mark in marks]).astype(np.float32),
        confidence=np.array([mark.confidence for mark in marks], np.float32),
    )
    boxes = [person_box(m.image, m.visibility, info.width, info.height) for m in marks]
    return Track(
        id=id,
        frames=frames,
        boxes=np.array(boxes),
        scores=points.confidence * points.visibility[:, list(LIMBS)].mean(1),
        points=points,
        sharpness=np.array([followed.sharpness.get(int(frame), 0.0) for frame in frames]),
    )


def _is_long_enough(track: Track, times: FloatArray) -> bool:
    step = times[-1] / max(len(times) - 1, 1)
    if len(track) < _MIN_SHARE * (track.frames[-1] + 1 - track.frames[0]):
        return False
    return len(track) >= _MIN_FRAMES and len(track) * step >= min(_MIN_SECONDS, times[-1])


def _drawn(picture: Picture, shown: list[Followed]) -> npt.NDArray[np.uint8]:
    return preview(picture, *(track.last for track in shown))
