"""What a frame of the viewport costs, how fast a clip is replaced, how long start-up takes.

    python -m benchmarks.viewport            # offscreen (EGL), 850 x 630
    xvfb-run -a python -m benchmarks.viewport --window

"Python" is a frame with the OpenGL draw calls left out: what remains for the processor when a
graphics card draws. "Whole" includes drawing, which on a machine without a card is the processor's
work too. Medians; CPU milliseconds, because other work on the machine disturbs them less.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from core.motion import Motion

SIZE = (850, 630)
FRAMES = 60
ROUNDS = 40


def clip(seed: int, num_frames: int = FRAMES) -> Motion:
    """A body that swings its limbs; only the cost matters here."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 2 * np.pi, num_frames)[:, None, None]
    poses = 0.4 * rng.standard_normal((1, 24, 3)) * np.sin(t + rng.uniform(0, 6, (1, 24, 3)))
    return Motion(poses=poses, trans=np.tile([0.0, 1.17, 0.0], (num_frames, 1)))


def medians(action, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median wall and CPU milliseconds of ``action(round)``."""
    wall, cpu = [], []
    for index in range(rounds):
        w, c = time.perf_counter(), time.process_time()
        action(index)
        wall.append(time.perf_counter() - w)
        cpu.append(time.process_time() - c)
    return float(np.median(wall)) * 1e3, float(np.median(cpu)) * 1e3


def measure_frames() -> None:
    """One frame with 1 to 16 bodies."""
    for count in (1, 2, 4, 16):
        python, whole = frame_cost(count)
        print(f"{count:3d} bodies: Python {python:6.2f} ms a frame, whole {whole:6.1f} ms CPU")


def frame_cost(count: int) -> tuple[float, float]:
    """Median CPU milliseconds of a frame of ``count`` bodies: Python alone, and everything."""
    from vispy.gloo import gl

    from studio.viewport.items import BodyItem
    from studio.viewport.offscreen import _stage, render

    items = [
        BodyItem(key=str(i), motion=clip(i), position=((i - count / 2) * 1.1, 0.0, 0.0))
        for i in range(count)
    ]
    render(items, [0.0], SIZE, camera="orbit", supersampling=1)
    stage = _stage()
    stage._canvas.set_current()
    scene, target = stage._scene, stage._framebuffer(SIZE)

    def frame(index: int) -> None:
        scene.seconds = index / 25.0
        scene.draw(SIZE)

    def whole(index: int) -> None:
        frame(index)
        stage._gloo.finish()

    names = ("glDrawElements", "glDrawArrays", "glClear")
    drawing = {name: getattr(gl, name) for name in names}
    with target:
        _, everything = medians(whole)
        for name in names:
            setattr(gl, name, lambda *arguments: None)
        _, python = medians(frame)
        for name, function in drawing.items():
            setattr(gl, name, function)
    return python, everything


def measure_replacing() -> None:
    from studio.viewport.items import BodyItem
    from studio.viewport.offscreen import _stage, render

    clips = [clip(seed) for seed in range(8)]
    render([BodyItem(key="a", motion=clips[0])], [0.0], SIZE, supersampling=1)
    stage = _stage()
    stage._canvas.set_current()

    def replace(index: int) -> None:
        stage._scene.set_bodies([BodyItem(key="a", motion=clips[(index + 1) % 8])])
        stage._canvas.context.flush_commands()

    wall, cpu = medians(replace)
    print(f"another clip of {FRAMES} frames in a body's place: {wall:.2f} ms ({cpu:.2f} ms CPU)")


def measure_thumbnail() -> None:
    from studio.viewport.thumbnail import thumbnail

    motion = clip(3)
    wall, cpu = medians(lambda _: thumbnail(motion, "#3fd0bd"), 12)
    print(f"thumbnail 76 x 76: {wall:.1f} ms ({cpu:.1f} ms CPU)")


_WINDOW = """
import time
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication
QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
app = QApplication([])
from benchmarks.viewport import clip
from studio.viewport import BodyItem, Viewport
view = Viewport()
view.resize(850, 630)
view.set_bodies([BodyItem(key="a", motion=clip(0))])
view.first_frame_drawn.connect(lambda: (print(time.time()), view.shut_down(), app.quit()))
view.show()
app.exec()
"""


_REPAINT = """
import time
import numpy as np
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication
QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
app = QApplication([])
from benchmarks.viewport import clip
from studio.viewport import BodyItem, Viewport
view = Viewport()
view.resize(850, 630)
def show(first):
    view.set_bodies([
        BodyItem(key=str(i), motion=clips[(first if i == 1 else 0) + i], label="clip",
                 position=((i - 1) * 1.1, 0.0, 0.0))
        for i in range(3)
    ])
clips = [clip(i) for i in range(12)]
show(0)
def measure():
    taken = [[], [], []]
    for index in range(40):
        for part, act in enumerate((
            lambda: show(index % 8),
            lambda: view.set_time(index / 30),
            lambda: (view._canvas.widget.repaint(), app.processEvents()),
        )):
            began = time.process_time()
            act()
            taken[part].append(time.process_time() - began)
    print(*(f"{np.median(part) * 1e3:.2f}" for part in taken))
    view.shut_down()
    app.quit()
view.first_frame_drawn.connect(measure)
view.show()
app.exec()
"""


def _in_a_process(code: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    return [float(word) for word in done.stdout.split()]


def measure_window() -> None:
    """Three bodies in a window: one clip made anew, the time set, the window painted."""
    bodies, seconds, paint = _in_a_process(_REPAINT)
    print(
        f"window with 3 bodies: set_bodies with one new clip {bodies:.2f} ms CPU, "
        f"set_time {seconds:.2f}, painting {paint:.1f}"
    )


def measure_start(rounds: int = 5) -> None:
    """Start of a process to its first picture of a body, viewport alone."""
    taken = []
    for _ in range(rounds):
        began = time.time()
        taken.append(_in_a_process(_WINDOW)[-1] - began)
    best, middle = min(taken), float(np.median(taken))
    print(f"process start to the first body on screen: best {best:.2f} s, median {middle:.2f} s")


if __name__ == "__main__":
    if "--window" in sys.argv:
        measure_window()
        measure_start()
    else:
        measure_frames()
        measure_replacing()
        measure_thumbnail()
