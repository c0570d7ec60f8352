"""OpenCV, imported in one place.

The opencv-python wheel points Qt at its own plugins through environment variables when it is
imported; the window's Qt would then look for them in the wrong place. They are taken back here,
so every other module writes ``from core._cv2 import cv2``.
"""

from __future__ import annotations

import os

_BEFORE = {name: os.environ.get(name) for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")}

import cv2  # noqa: E402

for _name, _value in _BEFORE.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value

__all__ = ["cv2"]
