"""Asks what to evaluate: a model, a data set, the recogniser that judges, how many seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.dialogs.fields import CountField
from studio.dialogs.work_dialog import Choice
from studio.services.evaluating import TRAIN_FIRST, Wanted
from studio.services.sampler import DEMO_CHECKPOINT
from studio.widgets import Button, caption, label, primary_button


class NewEvaluationDialog(QDialog):
    """``wanted(Wanted)`` when the user starts it. The lists come from a thread, see the page."""

    wanted = Signal(object)

    def __init__(
        self, models: Sequence[Any], datasets: Sequence[Any], recognisers: Sequence[Any],
        dataset: str = "", checkpoint: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle("New evaluation")
        self.setMinimumWidth(520)
        self._recognisers = tuple(recognisers)
        self._entries = {entry.name: entry for entry in datasets}
        self.model, self.data, self.judge = Choice(), Choice(), Choice()
        self.seeds = CountField("Seeds", "draws of every row", 1, 100, 20)
        self.seeds.setFixedWidth(190)
        self.seeds.setToolTip("As many numbers are behind each mean; the papers have 20")
        self.official = QCheckBox("Draws and intervals as the originals, mistakes included")
        self.about = caption("")
        self.about.setWordWrap(True)
        self.start_button = primary_button("Evaluate", key="Enter")
        self.cancel_button = Button("Cancel")
        self.model.addItem("Demo model", str(DEMO_CHECKPOINT))
        for model in models:
            self.model.addItem(model.text, str(model.path))
        self.model.addItem("Another file …", "")
        if checkpoint:
            if self.model.findData(checkpoint) < 0:
                self.model.insertItem(0, Path(checkpoint).name, checkpoint)
            self.model.select(checkpoint)
        for entry in datasets:
            self.data.addItem(f"{entry.name}, {entry.num_clips:,} clips", entry.name)
        if dataset:
            self.data.select(dataset)
        self._compose()
        self.data.currentIndexChanged.connect(lambda _i: self._offer_judges())
        self.judge.currentIndexChanged.connect(lambda _i: self._tell())
        self.model.activated.connect(lambda _i: self._ask_file())
        self.cancel_button.clicked.connect(self.reject)
        self.start_button.clicked.connect(self.start)
        self._offer_judges()

    def _compose(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        rows = QFormLayout()
        rows.setHorizontalSpacing(18)
        rows.setVerticalSpacing(10)
        for name, field in (("Model", self.model), ("Data set", self.data),
                            ("Recogniser", self.judge), ("Seeds", self.seeds),
                            ("Official", self.official)):  # fmt: skip
            field.setAccessibleName(name)
            rows.addRow(label(name, color=theme.DIM), field)
        column.addLayout(rows)
        column.addWidget(self.about)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.start_button)
        column.addLayout(foot)

    def _offer_judges(self) -> None:
        """Recognisers of this data set's labels; those trained on its very clips first."""
        entry = self._entries.get(str(self.data.currentData() or ""))
        self.judge.clear()
        if entry is not None:
            fitting = [r for r in self._recognisers if set(entry.labels) <= set(r.labels)]
            fitting.sort(key=lambda r: r.trained_on.get("fingerprint") != entry.fingerprint)
            for one in fitting:
                share = one.trained_on.get("test_accuracy")
                text = f"{one.name}, {100 * share:.0f} % held out" if share else one.name
                self.judge.addItem(text, one.name)
        self.judge.addItem("Train one on this data first (minutes)", TRAIN_FIRST)
        self._tell()

    def _tell(self) -> None:
        entry = self._entries.get(str(self.data.currentData() or ""))
        judge = next((r for r in self._recognisers if r.name == self.judge.currentData()), None)
        text = "The evaluation runs in a process of its own; the window stays free."
        trained_on = judge.trained_on.get("fingerprint") if judge is not None else None
        if judge is not None and entry is not None and trained_on != entry.fingerprint:
            text = "This recogniser was trained on other clips: its FID says less about these."
        self.about.setText(text)
        self.start_button.setEnabled(entry is not None)

    def _ask_file(self) -> None:
        if self.model.currentData():
            return
        name, _ = QFileDialog.getOpenFileName(
            self, "Open an ACTOR checkpoint", str(Path.home()),
            "ACTOR checkpoints (*.safetensors *.tar *.pth);;All files (*)",
        )  # fmt: skip
        if name:
            self.model.insertItem(0, Path(name).name, name)
        self.model.setCurrentIndex(0)

    def start(self) -> None:
        """Hand the choice over and close."""
        self.wanted.emit(
            Wanted(
                checkpoint=Path(str(self.model.currentData())),
                dataset=str(self.data.currentData()), recogniser=str(self.judge.currentData()),
                seeds=self.seeds.value, official=self.official.isChecked(),
            )
        )  # fmt: skip
        self.accept()
