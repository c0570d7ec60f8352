"""The source video of compared clips, and where each estimate lies in its pictures.

Looks into what the Capture page kept of the project: the video's place, and each person's camera.
Must not import Qt.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import StudioError
from core.motion import Motion
from core.progress import SILENT, Progress
from studio.services.capture_store import CaptureStore
from studio.services.video_frames import VideoFrames, read_frames

if TYPE_CHECKING:
    from studio.services.importing import ImportedPerson

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class Track:
    """Where a clip's joints are in the video: ``points`` (T, 24, 2) in 0..1 of the picture, nan

    where they are not known; ``times`` (T,) seconds of the video.
    """

    times: npt.NDArray[np.float64]
    points: npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceVideo:
    """The pictures, and a track for each clip (None where its camera is not known)."""

    frames: VideoFrames
    tracks: tuple[Track | None, ...]


def find_video(
    folder: Path, clips: Sequence[tuple[str | None, Motion]], progress: Progress = SILENT
) -> SourceVideo | None:
    """Read the video the clips (id, motion) were estimated from; None where it is not known.

    ``folder`` of the project. Raises FileProblem when the video cannot be read, Cancelled.
    """
    store = CaptureStore(folder)
    items = [item for item in store.load().items if item.clip_ids]
    path: Path | None = None
    tracks: list[Track | None] = []
    for clip_id, motion in clips:
        item = next((item for item in items if clip_id in item.clip_ids), None)
        tracks.append(None)
        if item is None or clip_id is None or not item.path.is_file():
            continue
        path = path or item.path
        if path == item.path:
            tracks[-1] = _track(store, item, item.clip_ids.index(clip_id), motion)
    if path is None:
        path = _by_name(items, clips)
    if path is None:
        return None
    return SourceVideo(frames=read_frames(path, progress), tracks=tuple(tracks))


def _by_name(items: Sequence[Any], clips: Sequence[tuple[str | None, Motion]]) -> Path | None:
    """The video of the queue that a clip names as its source."""
    sources = {motion.provenance.source for _, motion in clips} - {""}
    stems = {Path(source).stem for source in sources}
    return next((i.path for i in items if i.path.stem in stems and i.path.is_file()), None)


def _track(store: CaptureStore, item: Any, index: int, motion: Motion) -> Track | None:
    from studio.services.capture_result import load_result

    result = load_result(store.work_folder(item), item.path)
    if result is None or index >= len(result.people):
        return None
    try:
        return project_joints(result.people[index], motion)
    except StudioError as error:
        log.info("no track of %s: %s", item.name, error.message)
        return None


_LANDMARK_OF = {
    1: 23, 2: 24, 4: 25, 5: 26, 7: 27, 8: 28, 16: 11, 17: 12, 18: 13, 19: 14, 20: 15, 21: 16,
}  # fmt: skip
"""SMPL's joint -> BlazePose's landmark at the same place: hips, knees, ankles, arms."""
_NUM_LANDMARKS = 33
_SEEN = 0.5  # visibility from which a landmark counts
_LEAST_SEEN = 0.3  # of a clip's frames, that a person must be seen in to be the clip's


def seen_points(
    folder: Path, clip_id: str | None, motion: Motion
) -> tuple[npt.NDArray[np.float64], Any] | None:
    """Return the points seen in the video (T, 24, 2) pixels, nan elsewhere, and the clip's camera.

    None where the clip was not estimated in this project, was cut since, or has no landmarks.
    """
    store = CaptureStore(folder)
    item = next((item for item in store.load().items if clip_id in item.clip_ids), None)
    if item is None or clip_id is None:
        return None
    from studio.services.capture_result import load_result

    result = load_result(store.work_folder(item), item.path)
    index = item.clip_ids.index(clip_id)
    if result is None or index >= len(result.people):
        return None
    person = result.people[index]
    camera, overlay = person.camera, person.overlay
    if camera is None or overlay is None or overlay.image.shape[1] != _NUM_LANDMARKS:
        return None
    if len(camera.times) != motion.num_frames:
        return None
    points = np.full((motion.num_frames, 24, 2), np.nan)
    for frame, seconds in enumerate(camera.times):
        found = overlay.at(float(seconds))
        if found is not None:
            points[frame] = _joints_of(*found)
    return (points, camera) if np.isfinite(points).any() else None


def _joints_of(places: npt.ArrayLike, visibility: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(24, 2) pixels of the joints from the landmarks' (33, 2), nan where they are not seen."""
    places, visibility = np.asarray(places, np.float64), np.asarray(visibility)
    joints = np.full((24, 2), np.nan)
    for joint, landmark in _LANDMARK_OF.items():
        if visibility[landmark] >= _SEEN:
            joints[joint] = places[landmark]
    return joints


def points_in(
    video: Path, motions: Sequence[Motion], progress: Progress = SILENT
) -> list[tuple[npt.NDArray[np.float64], Any] | None]:
    """For each clip the points seen in a video (T, 24, 2) pixels, and the best still camera.

    People are followed in the video anew; a clip belongs to whom it lies on best. A clip's frames
    are told by their channel ``video_frame``, else by its rate from the video's first frame on.
    None where nobody fits. Raises FileProblem, NoPersonFound, ModelProblem, Cancelled.
    """
    from core.compare.quality import clip_quality
    from core.compare.resection import resected
    from core.video.people import find_people

    people = find_people(video, progress=progress)
    found: list[tuple[npt.NDArray[np.float64], Any] | None] = []
    for motion in motions:
        frames = _video_frames(motion, people.video.fps)
        best: tuple[float, tuple[npt.NDArray[np.float64], Any]] | None = None
        for track in people:
            points = _points_of(track, frames)
            if np.isfinite(points).all(axis=-1).any(axis=-1).mean() < _LEAST_SEEN:
                continue
            try:
                camera = resected(motion, points, people.video.width, people.video.height)
            except StudioError as error:
                log.info("no camera for person %s: %s", track.id, error.message)
                continue
            off = clip_quality(motion, points, camera).value("reprojection")
            if best is None or off < best[0]:
                best = (off, (points, camera))
        found.append(best[1] if best else None)
    return found


def _video_frames(motion: Motion, fps: float) -> npt.NDArray[np.int64]:
    from core.compare.timing import FRAME_IDS

    if FRAME_IDS in motion.channels:
        return np.round(np.asarray(motion.channels[FRAME_IDS], np.float64)).astype(np.int64)
    return np.round(np.arange(motion.num_frames) * fps / motion.fps).astype(np.int64)


def _points_of(track: Any, frames: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    points = np.full((len(frames), 24, 2), np.nan)
    if track.points is None:
        return points
    row_of = {int(frame): row for row, frame in enumerate(track.frames)}
    for k, frame in enumerate(frames.tolist()):
        if (row := row_of.get(frame)) is not None:
            points[k] = _joints_of(track.points.image[row], track.points.visibility[row])
    return points


def project_joints(person: ImportedPerson, motion: Motion) -> Track | None:
    """Draw a clip's joints through its person's camera.

    A clip that was cut since then is drawn as it was estimated; None without a camera.
    """
    from core.body import joint_positions

    camera = person.camera
    if camera is None:
        return None
    same = motion if motion.num_frames == len(camera.times) else person.motion
    points = camera.project(joint_positions(camera.in_camera(same)))
    size = np.array([camera.width, camera.height], np.float64)
    return Track(times=np.asarray(camera.times, np.float64), points=points / size)
