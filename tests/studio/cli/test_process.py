"""The command line as a process: what it imports, what Ctrl+C leaves, what scripts see."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
QT_FREE = ("PySide6", "vispy", "pyqtgraph")


def run_python(code: str, *arguments: object, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


IMPORTED_AFTER = """
import json, sys
from studio.cli import main
try:
    main(sys.argv[1:])
except SystemExit as left:
    assert not left.code, left.code
print("\\n" + json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize(
    ("command", "forbidden"),
    [
        (["--help"], (*QT_FREE, "torch", "cv2")),
        (["models"], (*QT_FREE, "torch", "cv2")),
        (["info", "CLIP"], (*QT_FREE, "torch", "cv2")),
        (["export", "CLIP", "--out", "OUT.bvh"], (*QT_FREE, "torch", "cv2")),
        (["strip", "CLIP", "--out", "OUT.png"], ("PySide6", "pyqtgraph", "torch")),
        (["demo", "-a", "salute", "--frames", "20", "--out", "OUT"], (*QT_FREE, "torch", "cv2")),
        (["estimate", "--help"], (*QT_FREE, "torch", "cv2")),
        (["generate", "--help"], (*QT_FREE, "torch", "cv2")),
    ],
)
def test_commands_import_neither_the_window_nor_torch(make_clip, tmp_path, command, forbidden):
    names = ("OUT", "OUT.bvh", "OUT.png")
    places = {name: str(tmp_path / name) for name in names} | {"CLIP": str(make_clip())}
    result = run_python(IMPORTED_AFTER, *(places.get(word, word) for word in command))
    assert result.returncode == 0, result.stderr
    imported = set(json.loads(result.stdout.splitlines()[-1]))
    assert not imported & set(forbidden)


def test_a_plain_start_does_not_wait_for_the_parser():
    code = """
        import sys
        from studio.cli import main
        try:
            main([])
        except SystemExit:
            pass
        assert "typer" not in sys.modules and "numpy" not in sys.modules
    """
    bare = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    result = run_python(code, env={**bare, "QT_QPA_PLATFORM": "xcb"})
    assert result.returncode == 0, result.stderr


STANDS_FOR_A_LONG_ESTIMATE = """
import sys, time
import core.estimators

def estimate_people(path, options, progress):
    for i in range(600):
        progress.step(i / 600, "working")
        if i == 0:
            print("ready", flush=True)
        time.sleep(0.05)

core.estimators.estimate_people = estimate_people
from studio.cli import main
main(["estimate", "dance.mp4", "--out", sys.argv[1]])
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_at_the_next_step_and_leaves_nothing(tmp_path, sent):
    process = subprocess.Popen(
        [sys.executable, "-c", STANDS_FOR_A_LONG_ESTIMATE, str(tmp_path / "o")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        start = time.monotonic()
        process.send_signal(sent)
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert time.monotonic() - start < 10
    assert err == "motion-studio: Cancelled; nothing half-written is left.\n"
    assert not (tmp_path / "o").exists()
