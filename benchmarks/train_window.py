"""How smooth the window stays while a training runs beside it.

Gaps between ticks of its clock (how long the user may wait for an answer), and between pictures.

xvfb-run -a -s "-screen 0 1600x1000x24" python -m benchmarks.train_window [SECONDS]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0


def main() -> None:
    """Measure the Train page without a job, with the demo preset running, and after it."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["MOTION_STUDIO_HOME"] = home
        measure(Path(home))


def measure(home: Path) -> None:
    """Open the window over an empty data folder, print the gaps, start a job, print them again."""
    from PySide6.QtCore import QTimer

    from studio.app import make_application, make_window
    from studio.collecting import ModuleKeeper
    from studio.viewport.widget import Viewport
    from training.presets import PRESETS

    app = make_application()
    pictures: list[float] = []
    drawn = Viewport._after_draw

    def note(viewport: Viewport, seconds: float) -> None:
        pictures.append(time.perf_counter())
        drawn(viewport, seconds)

    Viewport._after_draw = note  # type: ignore[method-assign]
    window = make_window(home / "project")
    ModuleKeeper(window)
    window.resize(1600, 1000)
    window.show()
    times: list[float] = []
    clock = QTimer(interval=5)
    clock.timeout.connect(lambda: times.append(time.perf_counter()))

    def run(seconds: float) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            app.processEvents()
            time.sleep(0.001)

    def watch(name: str, goes_on: Callable[[], bool] = lambda: True) -> None:
        times.clear()
        pictures.clear()
        clock.start()
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until and goes_on():
            run(0.2)
        run(0.5)
        clock.stop()
        rate = len(pictures) / (times[-1] - times[0])
        print(f"{name}: clock {_told(times)}; {rate:.0f} pictures a second {_told(pictures)}")

    run(3)
    window.go_to("train")
    run(3)
    window.playback.pause()
    watch("without a training")
    session = window.page("train").session
    session.create(PRESETS["demo"].make().changed(checkpoint_every=1))
    watch("a training starts, nothing shown")
    until = time.perf_counter() + 120
    while session.shown is None and time.perf_counter() < until:
        watch("it trains, until its first samples are on the stage", lambda: session.shown is None)
    run(2)
    watch("it trains, its samples play")
    session.pause()
    until = time.perf_counter() + 60
    while session.view.state.is_running and time.perf_counter() < until:
        run(0.5)
    run(2)
    window.playback.play()
    watch("the same samples play, the training is paused")
    window.close()


def _told(times: list[float]) -> str:
    gaps = 1000 * np.diff(times)
    if len(gaps) < 100:
        return ""
    return (
        f"(median {np.median(gaps):.1f} ms, 99 % {np.quantile(gaps, 0.99):.1f} ms, "
        f"longest {gaps.max():.1f} ms, {(gaps > 50).sum()} of {len(gaps)} over 50 ms)"
    )


if __name__ == "__main__":
    main()
