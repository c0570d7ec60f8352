"""The start as a process of its own: a body on the floor, without torch, and a clean end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

START = """
import sys
from pathlib import Path
import studio.app

seen = []
def at_first_frame(window):
    seen.extend(sorted({"torch", "scipy", "pyqtgraph", "smplx", "cv2"} & set(sys.modules)))
made = studio.app.make_window
def make(project):
    window = made(project)
    window.middle.viewport.first_frame_drawn.connect(lambda: at_first_frame(window))
    return window
studio.app.make_window = make
status = studio.app.run(screenshot=Path(sys.argv[1]))
print("heavy:", ",".join(seen), "status:", status)
"""


@pytest.mark.gl
def test_the_first_frame_needs_no_torch_and_the_window_leaves_its_picture(tmp_path):
    picture = tmp_path / "shots" / "first.png"
    run = subprocess.run(
        [sys.executable, "-c", START, str(picture)], cwd=ROOT, text=True, capture_output=True,
        timeout=60, env={**os.environ, "MOTION_STUDIO_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    assert "heavy:  status: 0" in run.stdout
    assert picture.stat().st_size > 20_000
    assert (tmp_path / "home" / "logs" / "studio.log").is_file()
    assert "Traceback" not in run.stderr


def test_a_first_start_greets_with_a_body_and_a_later_one_shows_the_last_clip(
    dressed, tmp_path, motion
):
    from core.project import AddClips, NewClip, Project
    from studio.app import show_something
    from studio.document import Document
    from studio.settings import Settings

    settings = Settings(tmp_path / "studio.ini")
    document = Document(Project.open(tmp_path / "project"))
    show_something(document, settings)
    assert [clip.key for clip in document.shown] == ["greeting"]
    document.execute(AddClips([NewClip(motion=motion(), name=name) for name in ("a", "b")]))
    ids = {clip.name: clip.id for clip in document.clips()}
    settings.set("project/shown", [ids["a"]])
    show_something(document, settings)
    assert [clip.name for clip in document.shown] == ["a"]
    document.project.close()


def test_a_project_that_cannot_be_opened_is_said_and_the_default_one_opens(
    dressed, home, tmp_path, qtbot
):
    from studio.app import open_project
    from studio.document import Document
    from studio.settings import Settings

    other = tmp_path / "holiday"
    other.mkdir()
    (other / "beach.txt").write_text("sun")
    document = Document()
    with qtbot.waitSignal(document.problem):
        open_project(document, Settings(tmp_path / "studio.ini"), other)
    assert document.project is not None
    assert document.project.folder == home / "projects" / "default"
    document.project.close()


def test_a_bug_is_logged_and_said_and_the_window_goes_on(dressed, home, qtbot, caplog, monkeypatch):
    import logging

    from studio import app
    from studio.window import page
    from studio.window.main_window import MainWindow

    entry = page.PageEntry(id="create", title="Create", key="", tooltip="", make=_BarePage)
    monkeypatch.setattr(
        MainWindow.__init__, "__kwdefaults__", {"settings": None, "entries": (entry,)}
    )
    window = app.make_window()
    qtbot.addWidget(window)
    window.show()
    kept = sys.excepthook
    try:
        app.catch_bugs(window)
        with caplog.at_level(logging.ERROR):
            sys.excepthook(ValueError, ValueError("boom"), None)
    finally:
        sys.excepthook = kept
    assert "boom" in window.error_bar.text
    assert "log" in window.error_bar.text
    assert any(record.exc_info for record in caplog.records)
    window.close()


class _BarePage:
    id = title = "create"
    overlay = None

    def __init__(self, context):
        from PySide6.QtWidgets import QLabel

        self.left, self.right = QLabel(), QLabel()

    def actions(self):
        return ()

    def entered(self): ...

    def left_behind(self): ...
