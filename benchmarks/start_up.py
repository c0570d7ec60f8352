"""How long the studio takes from the start of its process to the window and to the first body.

    xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/start_up.py [--runs 7]

Each run is a process of its own with an empty data folder. Prints the median wall-clock time and
the processor time of the process, which a busy machine does not stretch as much.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CHILD = """
import json, sys, time
import studio.app as app

marks = {}
def mark(name):
    marks[name] = (time.time(), time.process_time())

made = app.make_window
def make_window(project):
    window = made(project)
    shown = window.show
    def show():
        shown()
        mark("window")
    window.show = show
    def first():
        mark("body")
        marks["torch"] = "torch" in sys.modules
        print(json.dumps(marks), flush=True)
        window.close()
    window.middle.viewport.first_frame_drawn.connect(first)
    return window

app.make_window = make_window
app.run()
"""


def one_run() -> dict[str, tuple[float, float]]:
    """Start the studio once; return {mark: (wall, processor) seconds since the process began}."""
    with tempfile.TemporaryDirectory() as home:
        begun = time.time()
        run = subprocess.run(
            [sys.executable, "-c", CHILD], cwd=ROOT, text=True, capture_output=True, timeout=120,
            env={**os.environ, "MOTION_STUDIO_HOME": home}, check=True,
        )  # fmt: skip
    marks = json.loads(run.stdout.strip().splitlines()[-1])
    if marks.pop("torch"):
        raise SystemExit("torch was imported before the first frame")
    return {name: (wall - begun, cpu) for name, (wall, cpu) in marks.items()}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    count = parser.parse_args().runs
    one_run()  # warms the disk cache and the compiled modules
    runs = [one_run() for _ in range(count)]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{count} runs, load average {load:.1f} on {os.cpu_count()} cores")
    for name, text in (("window", "window shown"), ("body", "first frame of the body")):
        wall = [run[name][0] for run in runs]
        cpu = [run[name][1] for run in runs]
        print(
            f"{text:24s} wall {statistics.median(wall):.2f} s (fastest {min(wall):.2f}), "
            f"processor {statistics.median(cpu):.2f} s"
        )


if __name__ == "__main__":
    main()
