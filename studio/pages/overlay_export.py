"""Saving a video with the estimated bodies drawn over it: asks where to, works in a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from studio import bridge, theme
from studio.document import Document
from studio.services.importing import ImportedPerson


class OverlayExport(QObject):
    """One movie at a time. ``report`` gets a few words while it is written, "" at the end."""

    def __init__(self, document: Document, report: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._report = document, report
        self._handle: bridge.Handle | None = None

    @property
    def is_running(self) -> bool:
        return self._handle is not None

    def ask(self, parent: QWidget, video: Path, people: Sequence[ImportedPerson]) -> None:
        """Ask for the file's name, then write it."""
        name, _ = QFileDialog.getSaveFileName(
            parent, "Save the overlay video", str(Path.home() / f"{video.stem}_overlay.mp4"),
            "Movie (*.mp4);;Animated GIF (*.gif);;Pictures (*.png)",
        )  # fmt: skip
        if name:
            path = Path(name)
            self.write(video, people, path if path.suffix else path.with_suffix(".mp4"))

    def write(self, video: Path, people: Sequence[ImportedPerson], path: Path) -> None:
        """Write the movie in a process of its own, followed by a thread."""
        from studio.viewport.overlay_movie import OverlayPerson, make_overlay

        if self._handle is not None:
            self._document.problem.emit(
                "An overlay video is being written already.", "Wait, or cancel it (Esc)."
            )
            return
        drawn = [
            OverlayPerson(
                motion=person.motion, camera=person.camera,
                color=theme.source_color("estimated", person.estimator),
            )
            for person in people if person.camera is not None
        ]  # fmt: skip
        self._handle = bridge.run_in_thread(
            lambda progress: make_overlay(video, drawn, path, progress),
            lambda written: self._end(f"Overlay video saved: {written}"),
            self._failed,
            lambda fraction, text, _p: self._report(f"{path.name} {fraction:.0%}"),
            on_cancelled=lambda: self._end("Stopped; no overlay video was written."),
            owner=self,
        )
        self._report(f"{path.name} 0%")

    def cancel(self) -> None:
        """Stop writing; nothing is left of the movie."""
        if self._handle is not None:
            self._handle.cancel()

    def _failed(self, message: str, hint: str) -> None:
        self._end("")
        self._document.problem.emit(message, hint)

    def _end(self, said: str) -> None:
        self._handle = None
        self._report("")
        if said:
            self._document.message.emit(said)
