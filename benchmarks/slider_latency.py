"""From moving a latent slider to the new clip painted in the real window.

    QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 1600x1000x24" python -m benchmarks.slider_latency

Samples three clips with the demo model, then drags a slider of one of them step by step and takes
the time from the slider's move to the end of the painting that shows the answer. Prints the parts:
the network with the body's placing (in its thread), handing the clip over to the window, painting.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

STEPS = 40
PAUSE_MS = 120  # between two moves: each is answered before the next


def wait_until(claim: Any, seconds: float = 90.0) -> None:
    """Let the window live until ``claim()`` holds."""
    end = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > end:
            raise SystemExit("The window did not get ready in time.")
        live(20)


def live(milliseconds: int) -> None:
    """Run the event loop as the program does; ``QTest.qWait`` would keep other threads waiting."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def main() -> None:
    """Measure and print."""
    os.environ["MOTION_STUDIO_HOME"] = tempfile.mkdtemp()
    from PySide6.QtCore import QEvent, QObject, QTimer

    from studio.app import make_application, make_window

    make_application()
    window: Any = make_window(Path(tempfile.mkdtemp()) / "project")
    window.resize(1600, 1000)
    window.show()
    window.go_to("create")
    page = window.page("create")
    page.sample()
    wait_until(lambda: page.session.map is not None and page.sliders.offsets)
    window.playback.pause()
    canvas = window.middle.viewport._canvas
    if canvas is None:
        raise SystemExit("There is no OpenGL here; run under xvfb-run with QT_QPA_PLATFORM=xcb.")
    moved = shown = 0.0
    waits: list[float] = []
    handing: list[float] = []
    painting: list[float] = []

    def notice_shown() -> None:
        nonlocal shown
        shown = time.perf_counter()

    def notice_painted() -> None:
        nonlocal moved, shown
        if moved and shown > moved:
            now = time.perf_counter()
            waits.append(1e3 * (now - moved))
            handing.append(1e3 * (shown - moved))
            painting.append(1e3 * (now - shown))
            moved = 0.0

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, notice_painted)  # once Qt has handed it to the display
            return False

    window.document.shown_changed.connect(notice_shown)
    watch = Watch()
    canvas.widget.installEventFilter(watch)
    for step in range(STEPS + 3):
        moved, shown = time.perf_counter(), 0.0
        page.sliders.rows[0].slider.set_value(-2 + 0.1 * step, quietly=False)
        live(PAUSE_MS)
    del waits[:3], handing[:3], painting[:3]  # the first ones warm up
    if not waits:
        raise SystemExit("No answer was painted.")
    load = os.getloadavg()[0]
    for name, values in (
        ("slider to screen", waits),
        ("  until the window has the clip", handing),
        ("  painting it", painting),
    ):
        tenth = statistics.quantiles(values, n=10)[0] if len(values) > 1 else values[0]
        print(f"{name}: median {statistics.median(values):.0f} ms, best tenth {tenth:.0f} ms")
    print(f"{len(waits)} moves, load average {load:.1f} on {os.cpu_count()} cores")
    window.close()


if __name__ == "__main__":
    sys.exit(main())
