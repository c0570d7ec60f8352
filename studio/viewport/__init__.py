"""The viewport: bodies in motion, drawn by the graphics card. The only room that knows vispy.

``BodyItem`` costs nothing to import; ``Viewport`` (Qt and vispy) is loaded when first asked for, so
that the command line can use :mod:`studio.viewport.strip` without Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.viewport.items import BodyItem

if TYPE_CHECKING:
    from studio.viewport.widget import Viewport

__all__ = ["BodyItem", "Viewport"]


def __getattr__(name: str) -> Any:
    if name == "Viewport":
        from studio.viewport.widget import Viewport

        return Viewport
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
