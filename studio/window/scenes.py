"""Which bodies stand in the viewport: one set for all pages, or a page's own.

Capture and Create go on with each other's clips; the samples of a training or the clips of a data
set are nobody else's, and must not replace what the user had laid out.
"""

from __future__ import annotations

from studio.document import Document, ShownClip

_SHARED = ""


class Scenes:
    """Keeps what was shown in each scene while another is on the stage."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._current = _SHARED
        self._kept: dict[str, tuple[tuple[ShownClip, ...], str | None]] = {}

    def enter(self, scene: str) -> None:
        """Bring a scene back as it was left; "" is the one that pages share."""
        if scene == self._current:
            return
        document = self._document
        self._kept[self._current] = (document.shown, document.selected_key)
        self._current = scene
        shown, selected = self._kept.get(scene, ((), None))
        document.show(shown, select=selected)

    def shared(self) -> tuple[ShownClip, ...]:
        """What the shared scene shows, on the stage or not."""
        if self._current == _SHARED:
            return self._document.shown
        return self._kept[_SHARED][0]
