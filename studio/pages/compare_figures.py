"""The figure of a comparison: its preview, made a moment after the last change, and its dialog."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from core.progress import Progress
from studio import bridge
from studio.document import Document
from studio.pages.compare_session import CompareSession
from studio.panels.compare_figure import FigurePanel
from studio.services.compare_figures import Recipe, steps_for, write_figure
from studio.services.comparing import Answer

AFTER = 350
"""Milliseconds without a change after which the preview is drawn."""
PREVIEW_DPI = 84


class FigureMaker(QObject):
    """Keeps the preview in line with the comparison; opens the dialog that writes the file."""

    def __init__(self, session: CompareSession, panel: FigurePanel, document: Document) -> None:
        super().__init__(panel)
        self._session, self._panel, self._document = session, panel, document
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(AFTER)
        self._later.timeout.connect(self._draw)
        self._drawn: Answer | None = None

    def changed(self) -> None:
        """The comparison is another: draw it anew before long."""
        answer = self._session.answer
        self._panel.set_ready(answer is not None)
        if answer is None:
            self._later.stop()
            self._panel.heading.set_note("")
            self._panel.preview.set_image(None, "A strip of the compared clips for a paper.")
            self._drawn = None
            return
        self._panel.heading.set_note(f"every {steps_for(answer.num_frames)} frames")
        if not self._panel.preview.has_image:
            self._panel.preview.set_image(None, "Drawing…")
        self._later.start()

    def wake(self) -> None:
        """The page is seen again."""
        if self._session.answer is not None and self._drawn is not self._session.answer:
            self._later.start()

    def _draw(self) -> None:
        answer = self._session.answer
        if answer is None or not self._panel.isVisible():
            return
        self._drawn = answer
        colors = tuple(clip.color for clip in self._session.clips)

        recipe = Recipe(
            names=tuple(clip.name for clip in self._session.clips), colors=colors,
            every=steps_for(answer.num_frames), dpi=PREVIEW_DPI,
        )  # fmt: skip

        def work(progress: Progress) -> QImage:
            with tempfile.TemporaryDirectory(prefix="motion-studio-") as folder:
                path = Path(folder) / "strip.png"
                return QImage(str(write_figure(answer.motions, path, recipe, progress)))

        def done(image: QImage) -> None:
            if self._session.answer is answer:
                self._panel.preview.set_image(image)

        bridge.run_in_thread(
            work, done,
            lambda message, hint: self._panel.preview.set_image(None, message),
            key="compare-figure", owner=self,
        )  # fmt: skip

    def open(self, kind: str, parent: QWidget) -> None:
        """Open the dialog that writes a "pdf", a "png" or a "movie"."""
        from studio.dialogs.compare_figure import CompareFigureDialog

        if self._session.answer is not None:
            CompareFigureDialog(self._session, self._document, kind, parent).open()
