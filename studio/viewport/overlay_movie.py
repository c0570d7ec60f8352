"""The source video with bodies drawn over it by their estimator's camera, as a movie.

:func:`make_overlay` starts ``python -m studio.viewport.overlay_movie FOLDER``, so that a window
stays smooth and the work can be stopped; :func:`write_overlay` does it in this process.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import StudioError
from core.export.video_writer import movie_writer
from core.motion import Motion
from core.motion_file import load_motion, save_motion
from core.progress import SILENT, Progress
from core.video.camera import PersonCamera
from studio.viewport.apart import followed, told
from studio.viewport.camera import View
from studio.viewport.items import BodyItem
from studio.viewport.offscreen import Stage
from studio.viewport.overlay import PictureCamera, in_view

Picture = npt.NDArray[np.uint8]

OPACITY = 0.9
MAX_SIDE = 1920  # pixels of the longer side; a larger video is written smaller
_REACH = 0.25  # metres: no skin is farther from every joint
_AWAY = 1000.0  # metres behind the camera: where a person is while not in the picture
_FROM_BELOW = View(yaw=0.0, pitch=-10.0, target=(0.0, 0.0, -1.0), distance=1.0)  # hides the floor


@dataclass(frozen=True, kw_only=True)
class OverlayPerson:
    """A person to draw: the motion as it was estimated, the camera of it, "#rrggbb"."""

    motion: Motion
    camera: PersonCamera
    color: str


class _OverlayStage(Stage):
    """A stage that looks through the camera of a picture."""

    def __init__(self, camera: PictureCamera) -> None:
        super().__init__()
        self._scene.camera = camera


def on_frames(person: OverlayPerson, times: npt.NDArray[np.float64], fps: float) -> Motion:
    """Return the motion as its camera sees it, one frame for each of the video's ``times``.

    While the person is not in the picture they stand behind the camera.
    """
    seen = in_view(person.motion, person.camera)
    rows = [person.camera.index(float(t)) for t in times]
    index = np.array([0 if row is None else min(row, seen.num_frames - 1) for row in rows])
    trans = np.array(seen.trans[index])
    trans[[row is None for row in rows], 2] = _AWAY
    return seen.replace(
        poses=seen.poses[index], trans=trans, fps=fps, confidence=None, inferred=(), channels={}
    )


def write_overlay(
    video: Path, people: Sequence[OverlayPerson], path: Path, progress: Progress = SILENT
) -> Path:
    """Draw and write in this process. Raises NoOffscreen, FileProblem, Cancelled."""
    from core.video.decode import probe

    if not people:
        raise StudioError("Nobody is there to draw.", "Estimate the video first.")
    info = probe(video)
    scale = min(MAX_SIDE / max(info.width, info.height), 1.0)
    size = (_even(info.width * scale), _even(info.height * scale))
    times = _frame_times(video)
    rate = min(max(info.fps, 1.0), 240.0)
    motions = [on_frames(person, times, rate) for person in people]
    camera = people[0].camera
    part = _bodies_part(motions, camera, size)
    left, top, right, bottom = part
    stage = _OverlayStage(PictureCamera.of(camera).cropped(part, size))
    bodies = stage.draw_each(
        [
            BodyItem(key=str(index), motion=motion, color=person.color)
            for index, (motion, person) in enumerate(zip(motions, people, strict=True))
        ],
        np.arange(len(times)) / rate + 1e-6,
        (right - left, bottom - top),
        camera=_FROM_BELOW,
        background="transparent",
    )
    with movie_writer(path, size, rate) as sink:
        for index, (ground, body) in enumerate(zip(_pictures(video, size), bodies, strict=False)):
            progress.step(index / len(times), f"Picture {index + 1} of {len(times)}")
            place = ground[top:bottom, left:right]
            place[:] = laid_over(place, body)
            sink.add(ground)
    progress.step(1.0, "Written")
    return path


def laid_over(ground: Picture, body: Picture, opacity: float = OPACITY) -> Picture:
    """Lay a picture (H, W, 4), not premultiplied, over another (H, W, 3) of the same size."""
    alpha = body[..., 3:].astype(np.float32) * (opacity / 255.0)
    mixed = ground * (1.0 - alpha) + body[..., :3] * alpha
    return np.asarray(mixed + 0.5, np.uint8)


def _bodies_part(
    motions: Sequence[Motion], camera: PersonCamera, size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels of what bodies touch in the whole movie.

    Drawing no more than that is several times faster where there is no graphics card.
    """
    from core.body import joint_positions

    joints = np.concatenate([joint_positions(motion).reshape(-1, 3) for motion in motions])
    joints = joints[joints[:, 2] < -0.1]
    if not len(joints):
        return 0, 0, 2, 2
    around = np.concatenate([joints + _REACH * sign for sign in np.eye(3)] + [
        joints - _REACH * sign for sign in np.eye(3)
    ])  # fmt: skip
    pixels = PictureCamera.of(camera).project(around, size)[:, :2]
    low = np.clip(np.floor(pixels.min(axis=0)), 0, np.array(size) - 2).astype(int)
    high = np.clip(np.ceil(pixels.max(axis=0)), low + 2, size).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _even(length: float) -> int:
    return max(int(length) // 2 * 2, 2)


def _frame_times(video: Path) -> npt.NDArray[np.float64]:
    from core.video.decode import frames

    return np.array([seconds for seconds, _ in frames(video)])


def _pictures(video: Path, size: tuple[int, int]) -> Iterator[Picture]:
    from core._cv2 import cv2
    from core.video.decode import frames

    for _, rgb in frames(video):
        yield np.array(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


# -- in a process of its own --


def make_overlay(
    video: Path, people: Sequence[OverlayPerson], path: Path, progress: Progress = SILENT
) -> Path:
    """Write the movie in a process of its own; see :func:`write_overlay`."""
    with tempfile.TemporaryDirectory(prefix="motion-studio-") as name:
        folder = Path(name)
        _write_job(folder, video, people, path)
        return followed("studio.viewport.overlay_movie", name, progress)


def _write_job(
    folder: Path, video: Path, people: Sequence[OverlayPerson], path: Path
) -> None:  # fmt: skip
    described = []
    for index, person in enumerate(people):
        camera = person.camera
        save_motion(folder / f"clip{index}.npz", person.motion)
        np.savez(
            folder / f"camera{index}.npz", times=camera.times, trans=camera.trans,
            global_orient=camera.global_orient, centre=camera.centre,
            numbers=[camera.focal, camera.width, camera.height],
        )  # fmt: skip
        described.append({"color": person.color})
    job = {"video": str(video.absolute()), "path": str(path.absolute()), "people": described}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")


def _read_job(folder: Path) -> tuple[Path, list[OverlayPerson], Path]:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    people = []
    for index, entry in enumerate(job["people"]):
        with np.load(folder / f"camera{index}.npz", allow_pickle=False) as kept:
            focal, width, height = kept["numbers"]
            camera = PersonCamera(
                focal=float(focal), width=int(width), height=int(height), centre=kept["centre"],
                times=kept["times"], global_orient=kept["global_orient"], trans=kept["trans"],
            )  # fmt: skip
        motion = load_motion(folder / f"clip{index}.npz")
        people.append(OverlayPerson(motion=motion, camera=camera, color=entry["color"]))
    return Path(job["video"]), people, Path(job["path"])


def main(arguments: list[str]) -> int:
    """Write the movie of a job folder; tell each step as one JSON object a line on stdout."""
    video, people, path = _read_job(Path(arguments[0]))

    return told(lambda progress: write_overlay(video, people, path, progress))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
