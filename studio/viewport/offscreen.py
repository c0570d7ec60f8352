"""Pictures without a window: the same scene through vispy's EGL backend. No Qt, no X.

Inside the studio's window :func:`render` starts ``python -m studio.viewport.offscreen job.json``
and reads the pictures back: the window's thread keeps its own OpenGL context.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import StudioError
from core.motion_file import load_motion, save_motion
from studio.viewport.camera import PRESETS, OrbitCamera, View
from studio.viewport.items import BodyItem

Pictures = npt.NDArray[np.uint8]

MARGINS = (0.06, 0.06, 0.08, 0.08)
"""Left, right, top, bottom as fractions of the picture."""
SUPERSAMPLING = 2
"""Pictures are drawn this many times larger and averaged: EGL pictures have no multisampling."""


class NoOffscreen(StudioError):
    """This machine has no OpenGL that works without a display."""


def render(
    items: Sequence[BodyItem],
    times: Sequence[float],
    size: tuple[int, int] = (960, 640),
    *,
    camera: str | View = "three-quarter",
    background: str = "dark",
    mode: str = "body",
    ghosts: bool = False,
    trails: bool = False,
    contacts: bool = False,
    selected: str | None = None,
    margins: tuple[float, float, float, float] = MARGINS,
    supersampling: int = SUPERSAMPLING,
) -> Pictures:
    """Draw the bodies at each of ``times`` (seconds); return (N, H, W, 4) uint8, not premultiplied.

    ``size`` (width, height) pixels; ``camera`` a preset's name (framing the whole motion) or a
    :class:`View`; ``background`` "dark", "white" or "transparent".

    Raises NoOffscreen where the machine cannot draw without a display.
    """
    options: dict[str, Any] = {
        "camera": camera, "background": background, "mode": mode, "ghosts": ghosts,
        "trails": trails, "contacts": contacts,
        "selected": selected, "margins": margins, "supersampling": supersampling,
    }  # fmt: skip
    if _window_runs():
        return _render_elsewhere(items, times, size, options)
    return np.stack(list(_stage().draw_each(items, times, size, **options)))


def draw_each(
    items: Sequence[BodyItem],
    times: Sequence[float] | npt.NDArray[np.float64],
    size: tuple[int, int],
    **options: Any,
) -> Iterator[Pictures]:
    """Yield one (H, W, 4) picture for each of ``times``, drawn when it is asked for.

    ``turned`` (N,) degrees turn the camera around the bodies, ``looping`` lets clips that end begin
    again; all else as in :func:`render`. Not for a process with a window.
    """
    return _stage().draw_each(items, times, size, **options)


def seen_at(points: npt.NDArray[np.floating], size: tuple[int, int]) -> npt.NDArray[np.floating]:
    """(N, 2) pixels of world points (N, 3) in the picture drawn last, of ``size``."""
    return np.asarray(_stage().camera.project(points, size)[:, :2])


def _window_runs() -> bool:
    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets is not None and widgets.QApplication.instance() is not None


def _stage() -> Stage:
    global _the_stage
    if _the_stage is None:
        _the_stage = Stage()
    return _the_stage


_the_stage: Stage | None = None


class Stage:
    """One EGL context with a scene in it, kept for all pictures of a process.

    Raises NoOffscreen.
    """

    def __init__(self) -> None:
        if sys.platform.startswith("linux") and "DISPLAY" not in os.environ:
            # without X Mesa only starts when told that there is no surface to look for
            os.environ.setdefault("EGL_PLATFORM", "surfaceless")
        try:
            from vispy import app, gloo

            # an application object of its own: vispy's default one could never be Qt's again
            self._canvas = app.Canvas(
                app=app.Application("egl"), size=(16, 16), show=False, autoswap=False
            )
        except Exception as error:
            raise NoOffscreen(
                "This machine cannot draw without a display: OpenGL through EGL does not start.",
                "Install the system package libegl1 (on Debian and Ubuntu), then try again.",
            ) from error
        from studio.viewport.look import LOOKS
        from studio.viewport.scene import Scene

        self._gloo = gloo
        self._looks = LOOKS
        self._scene = Scene()
        self._target: Any = None
        self._target_size = (0, 0)

    @property
    def camera(self) -> OrbitCamera:
        """What the picture drawn last was seen by."""
        return self._scene.camera

    def draw_each(
        self,
        items: Sequence[BodyItem],
        times: Sequence[float] | npt.NDArray[np.float64],
        size: tuple[int, int],
        *,
        camera: str | View = "three-quarter",
        turned: Sequence[float] | npt.NDArray[np.float64] | None = None,
        background: str = "dark",
        mode: str = "body",
        ghosts: bool = False,
        trails: bool = False,
        contacts: bool = False,
        selected: str | None = None,
        margins: tuple[float, float, float, float] = MARGINS,
        supersampling: int = SUPERSAMPLING,
        looping: bool = False,
    ) -> Iterator[Pictures]:
        """See :func:`draw_each` of the module."""
        scene = self._scene
        self._canvas.set_current()
        scene.look = self._looks[background]
        scene.mode = mode
        scene.ghosts = ghosts
        scene.trails = trails
        scene.contacts = contacts
        scene.looping = looping
        scene.set_bodies(items)
        scene.selected = selected
        if isinstance(camera, View):
            scene.camera.jump(camera)
        else:
            yaw, pitch = PRESETS[camera]
            scene.camera.jump(replace(scene.camera.goal, yaw=yaw, pitch=pitch))
            points = scene.extent()
            if turned is not None and np.any(turned):
                points = _all_round(points)
            aspect = size[0] / size[1]
            scene.camera.jump(scene.camera.framed(points, aspect, margins=margins))
        first = scene.camera.view
        large = (size[0] * supersampling, size[1] * supersampling)
        target = self._framebuffer(large)
        for index, seconds in enumerate(times):
            self._canvas.set_current()
            scene.seconds = float(seconds)
            if turned is not None:
                scene.camera.jump(replace(first, yaw=first.yaw + float(turned[index])))
            with target:
                scene.draw(large)
                picture = target.read("color", alpha=True)
            yield _averaged(np.asarray(picture), supersampling, scene.look.transparent)
        self._release()

    def _release(self) -> None:
        """Let go of the context, so that a window may open in this thread later."""
        from vispy.app.backends import _egl

        egl = _egl.egl
        egl.eglMakeCurrent(
            _egl._EGL_DISPLAY, egl.EGL_NO_SURFACE, egl.EGL_NO_SURFACE, egl.EGL_NO_CONTEXT
        )

    def _framebuffer(self, size: tuple[int, int]) -> Any:
        if self._target is None or self._target_size != size:
            shape = (size[1], size[0])
            color = self._gloo.Texture2D((*shape, 4))
            self._target = self._gloo.FrameBuffer(color, self._gloo.RenderBuffer(shape))
            self._target_size = size
        return self._target


def _all_round(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(N, 3) -> points around the upright cylinder that holds them, for a camera that turns."""
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    radius = float(np.linalg.norm(points[:, [0, 2]] - middle[[0, 2]], axis=1).max())
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.stack([np.cos(angles), np.zeros(24), np.sin(angles)], axis=1) * radius
    ends = [middle * [1, 0, 1] + [0, y, 0] for y in (points[:, 1].min(), points[:, 1].max())]
    return np.concatenate([ring + end for end in ends])


def _averaged(picture: Pictures, by: int, transparent: bool) -> Pictures:
    """Average by x by pixels; colours of a transparent picture are divided by their alpha."""
    if by > 1:
        height, width = picture.shape[0] // by, picture.shape[1] // by
        blocks = picture[: height * by, : width * by].reshape(height, by, width, by, 4)
        total = blocks.astype(np.uint16).sum(axis=(1, 3))
        picture = ((total + by * by // 2) // (by * by)).astype(np.uint8)
    if transparent:
        alpha = picture[..., 3:].astype(np.float32)
        colors = picture[..., :3] * (255.0 / np.maximum(alpha, 1.0))
        picture = np.concatenate([np.minimum(colors, 255), alpha], axis=-1).astype(np.uint8)
    else:
        picture = picture.copy()
        picture[..., 3] = 255
    return picture


# -- the same in a process of its own --


def _render_elsewhere(
    items: Sequence[BodyItem],
    times: Sequence[float],
    size: tuple[int, int],
    options: dict[str, Any],
) -> Pictures:
    with tempfile.TemporaryDirectory(prefix="motion-studio-") as folder:
        job = write_job(Path(folder), items, times, size, options)
        environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
        done = subprocess.run(
            [sys.executable, "-m", "studio.viewport.offscreen", str(job)],
            cwd=Path(__file__).resolve().parents[2],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        result = Path(folder) / "pictures.npy"
        if done.returncode or not result.exists():
            last = (done.stderr.strip() or "no message").splitlines()[-1]
            raise NoOffscreen(f"The pictures could not be drawn: {last}")
        pictures: Pictures = np.load(result, allow_pickle=False)
        return pictures


def write_job(
    folder: Path,
    items: Sequence[BodyItem],
    times: Sequence[float],
    size: tuple[int, int],
    options: dict[str, Any],
) -> Path:
    """Write job.json and its clips into ``folder``; return the path for the command."""
    described = []
    for index, item in enumerate(items):
        save_motion(folder / f"clip{index}.npz", item.motion)
        if item.heat is not None:
            np.save(folder / f"heat{index}.npy", item.heat, allow_pickle=False)
        described.append(
            {
                "key": item.key, "clip": f"clip{index}.npz", "color": item.color,
                "position": item.position, "opacity": item.opacity, "start": item.start,
                "heat": "" if item.heat is None else f"heat{index}.npy",
            }
        )  # fmt: skip
    camera = options["camera"]
    if isinstance(camera, View):
        options = {**options, "camera": vars(camera)}
    job = {"items": described, "times": list(times), "size": size, "options": options}
    path = folder / "job.json"
    path.write_text(json.dumps(job))
    return path


def read_job(folder: Path) -> tuple[list[BodyItem], dict[str, Any]]:
    """Read what :func:`write_job` wrote: the bodies, and the rest of the job."""
    job = json.loads((folder / "job.json").read_text())
    items = [
        BodyItem(
            key=entry["key"],
            motion=load_motion(folder / entry["clip"]),
            color=entry["color"],
            position=tuple(entry["position"]),
            opacity=entry["opacity"],
            start=entry["start"],
            heat=(
                np.load(folder / entry["heat"], allow_pickle=False) if entry.get("heat") else None
            ),
        )
        for entry in job["items"]
    ]
    return items, job


def main(arguments: list[str]) -> int:
    """Draw the job of a job.json; write pictures.npy beside it."""
    folder = Path(arguments[0]).parent
    items, job = read_job(folder)
    options = job["options"]
    if isinstance(options["camera"], dict):
        view = options["camera"]
        options["camera"] = View(**{**view, "target": tuple(view["target"])})
    options["margins"] = tuple(options["margins"])
    pictures = render(items, job["times"], tuple(job["size"]), **options)
    np.save(folder / "pictures.npy", pictures, allow_pickle=False)
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except StudioError as problem:
        sys.stderr.write(f"{problem}\n")
        raise SystemExit(2) from problem
