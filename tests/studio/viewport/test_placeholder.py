"""Where there is no OpenGL the viewport says so, and everything else goes on."""

from __future__ import annotations

import os
import subprocess
import sys

WITHOUT_OPENGL = """
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
from core.motion import Motion
from studio.viewport import BodyItem, Viewport
import numpy as np
view = Viewport()
view.resize(640, 480)
still = Motion(poses=np.zeros((2, 24, 3)), trans=np.zeros((2, 3)))
view.set_bodies([BodyItem(key="a", motion=still)])
view.set_time(1.0); view.set_mode("skeleton"); view.set_ghosts(True); view.set_camera("side")
view.frame_all(); view.selected = "a"
view.show(); app.processEvents()
words = " ".join(label.text() for label in view.findChildren(QLabel))
assert not view.is_available and "no OpenGL" in words and "install" in words, words
assert view.grab_image().shape[2] == 3
view.close()
"""


def test_where_there_is_no_opengl_a_sentence_stands_in_its_place() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_OPENGL],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
