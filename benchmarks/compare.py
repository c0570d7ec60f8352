"""What comparing costs: drawing four bodies with heat, and scrubbing with ribbons and curves.

    QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 1600x1000x24" python -m benchmarks.compare

First the Python side of a frame: four views with heat colour, OpenGL's drawing calls replaced by
nothing, processor time of the thread that draws. Then, in the real window, the time from moving the
clock to the end of the painting that shows it, two clips with heat, ribbons, curves and readings.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.slider_latency import live, wait_until
from core.motion import Motion, Provenance

FRAMES = 300
STEPS = 60
PAUSE_MS = 90
SIZE = (1600, 900)
NAMES = ("vibe", "pare", "blazepose", "vibe")


def clips(count: int) -> list[Motion]:
    """A demo clip and copies of it that bend their knees otherwise."""
    from core.datasets.demo import generate

    first = generate("squat down", 1, num_frames=90)
    made = []
    for index in range(count):
        poses = first.poses.copy()
        poses[:, 4:6, 0] *= 1 - 0.2 * index
        source = Provenance(kind="estimated", source="squat.mp4", estimator=NAMES[index])
        made.append(replace(first, poses=poses, provenance=source))
    return made


@contextmanager
def without_rasteriser() -> Iterator[None]:
    """Replace OpenGL's drawing calls by nothing; all else (uniforms, states) still happens."""
    from vispy.gloo import gl

    names = ("glDrawElements", "glDrawArrays", "glClear")
    kept = {name: getattr(gl, name) for name in names}
    for name in names:
        setattr(gl, name, lambda *_: None)
    try:
        yield
    finally:
        for name, call in kept.items():
            setattr(gl, name, call)


def draw_python(count: int, *, heat: bool) -> list[float]:
    """Milliseconds of the drawing thread's processor time for each frame of ``count`` views."""
    from vispy import gloo

    from studio.viewport.items import BodyItem
    from studio.viewport.offscreen import Stage
    from studio.viewport.panes import Layout

    stage = Stage()
    stage._canvas.set_current()
    scene, motions = stage._scene, clips(count)
    values = np.random.default_rng(0).random((90, 24)).astype(np.float32)
    scene.set_bodies(
        [
            BodyItem(key=str(i), motion=m, color="#ff9f4a", heat=values if heat and i else None)
            for i, m in enumerate(motions)
        ]
    )
    scene.layout = Layout("views") if count > 1 else Layout()
    scene.camera.jump(scene.framed(1.0))
    times = []
    with stage._framebuffer(SIZE):
        scene.draw(SIZE)  # compiles the shaders, uploads
        gloo.flush()
        with without_rasteriser():
            for frame in range(FRAMES):
                scene.seconds = frame / 100
                began = time.thread_time()
                scene.draw(SIZE)
                gloo.flush()
                times.append(1e3 * (time.thread_time() - began))
    stage._release()
    return times[20:]


def scrub() -> list[float]:
    """Milliseconds from moving the clock to the end of the painting, in the real window."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    from studio.app import make_application, make_window

    make_application()
    window: Any = make_window(Path(tempfile.mkdtemp()) / "project")
    window.resize(1600, 1000)
    window.show()
    window.hand_over("compare", clips(2))
    page = window.page("compare")
    wait_until(lambda: page.session.answer is not None and len(page.session.angles) == 2)
    page.toggle_heat()
    wait_until(lambda: page.figure.preview.has_image)  # drawn in processes of its own
    live(1500)
    canvas = window.middle.viewport._canvas
    if canvas is None:
        raise SystemExit("There is no OpenGL here; run under xvfb-run with QT_QPA_PLATFORM=xcb.")
    moved = 0.0
    waits: list[float] = []
    unpainted: set[object] = set()
    watched = (canvas.widget, page.below.ribbons, page.below.plot)

    def notice_painted(widget: object) -> None:
        unpainted.discard(widget)
        nonlocal moved
        if moved and not unpainted:
            waits.append(1e3 * (time.perf_counter() - moved))
            moved = 0.0

    class Watch(QObject):
        def eventFilter(self, widget: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, lambda: notice_painted(widget))
            return False

    watch = Watch()
    for widget in watched:
        widget.installEventFilter(watch)
    for step in range(STEPS + 3):
        unpainted.update(watched)
        moved = time.perf_counter()
        window.playback.seek_frame(3 + (step * 7) % 80)
        live(PAUSE_MS)
    window.close()
    return waits[3:]


def told(name: str, values: list[float]) -> None:
    """Print median and best tenth."""
    if not values:
        raise SystemExit(f"{name}: nothing was measured.")
    tenth = statistics.quantiles(values, n=10)[0]
    print(f"{name}: median {statistics.median(values):.2f} ms, best tenth {tenth:.2f} ms")


def main() -> None:
    """Measure and print."""
    os.environ["MOTION_STUDIO_HOME"] = tempfile.mkdtemp()
    for count, heat in ((1, False), (4, False), (4, True)):
        name = f"Python side of a frame, {count} bodies{' with heat' if heat else ''}"
        told(name, draw_python(count, heat=heat))
    waits = scrub()
    told("scrubbing, clock to screen, two bodies with heat, ribbons and curves", waits)
    print(f"{len(waits)} moves, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    sys.exit(main())
