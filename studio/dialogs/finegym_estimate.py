"""Turns the accepted clips of a FineGym build into motions and stores them as a data set."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from core.progress import Progress
from studio import theme
from studio.dialogs.work_dialog import Choice, WorkDialog
from studio.widgets import caption, label

TITLES: dict[str, str] = {
    "pare": "PARE, as in the report",
    "vibe": "VIBE",
    "blazepose": "Built in (BlazePose)",
}


class EstimateDialog(WorkDialog):
    """Estimator and name; ``stored(name)`` when there is a data set to train on."""

    stored = Signal(str)

    def __init__(self, folder: Path, accepted: int, parent: QWidget | None = None) -> None:
        super().__init__("Estimate the accepted clips", "Estimate", parent)
        self.folder = folder
        self.resize(520, 320)
        self.estimator = Choice()
        for name, title in TITLES.items():
            self.estimator.addItem(title, name)
        self.estimator.setAccessibleName("Estimator")
        self.name = QLineEdit("finegym2")
        self.name.setAccessibleName("Name of the data set")
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.addRow(label("Estimator", color=theme.DIM), self.estimator)
        form.addRow(label("Data set", color=theme.DIM), self.name)
        self.content.addWidget(
            caption(
                f"{accepted} accepted clips are cut between their ends and estimated one by one. "
                "A run that was stopped goes on where it was.",
                color=theme.DIM,
            )
        )
        self.content.addLayout(form)

    def begin(self) -> None:
        """Estimate and store."""
        name, estimator = self.name.text().strip(), str(self.estimator.currentData())
        if self.is_working:
            return
        if not name:
            self.say("The data set needs a name.", theme.BAD)
            return
        folder = self.folder

        def work(progress: Progress) -> tuple[int, dict[str, str]]:
            from core.datasets.finegym.motions import estimate_accepted
            from core.datasets.finegym.storing import store

            done = estimate_accepted(folder, estimator, progress=progress)
            store(done, name, source=folder)
            return len(done.clips), done.failed

        self.start(work, lambda result: self._stored(name, *result),
                   lambda message, hint: self.end(f"{message} {hint}", theme.BAD))  # fmt: skip

    def _stored(self, name: str, count: int, failed: dict[str, str]) -> None:
        text = f"{count} clips are in the data set {name}."
        if failed:
            id, reason = next(iter(failed.items()))
            text += f" {len(failed)} could not be estimated: {id}: {reason}"
        self.end(text, theme.WARNING if failed else theme.GOOD)
        self.stored.emit(name)
        if not failed:
            self.accept()
