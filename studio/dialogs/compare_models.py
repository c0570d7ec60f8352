"""One seed through two models: asks for both checkpoints, an action and a seed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.errors import StudioError
from core.motion import Motion
from core.progress import Progress
from studio import theme
from studio.dialogs.export_form import add_row, form_grid
from studio.dialogs.fields import CountField, FileField
from studio.dialogs.work_dialog import Choice, WorkDialog
from studio.document import ShownClip
from studio.services.compare_models import sample_both, shared_labels
from studio.services.sampler import DEFAULT_SEED, DEMO_CHECKPOINT, MAX_SEED, SampleSettings

_FILES = "ACTOR checkpoints (*.safetensors *.tar *.pth)"
_COLORS = theme.SAMPLE_COLORS[:2]


class CompareModels(WorkDialog):
    """``sampled(clips)`` with a clip of each model when both are there."""

    sampled = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("One seed through two models", "Compare", parent)
        self.setMinimumWidth(560)
        self.files = [FileField(self, name, _FILES) for name in ("First model", "Second model")]
        self.action = Choice()
        self.seed = CountField("Seed", "", 0, MAX_SEED, DEFAULT_SEED)
        self.frames = CountField("Length", "frames", 10, 400, 60)
        grid = form_grid()
        for field in self.files:
            box = QWidget()
            box.setLayout(field)
            field.setContentsMargins(0, 0, 0, 0)
            add_row(grid, field.line.accessibleName(), box, "A checkpoint of ACTOR")
            field.line.textChanged.connect(self._ask)
        add_row(grid, "Action", self.action, "An action both models know")
        add_row(grid, "Seed", self.seed, "The same random numbers for both")
        add_row(grid, "Length", self.frames)
        self.content.addLayout(grid)
        if DEMO_CHECKPOINT.is_file():
            self.files[0].line.setText(str(DEMO_CHECKPOINT))
        self._ask()

    def paths(self) -> tuple[Path, Path] | None:
        """Both files, None while one is missing."""
        found = [field.paths[0] for field in self.files if field.paths and field.paths[0].is_file()]
        return (found[0], found[1]) if len(found) == 2 else None

    def _ask(self) -> None:
        if self.is_working:
            return
        chosen, self_paths = self.action.currentText(), self.paths()
        self.action.clear()
        self.work_button.setEnabled(False)
        if self_paths is None:
            self.say("Name the checkpoint files of both models.", theme.DIM)
            return
        try:
            labels = shared_labels(*self_paths)
        except StudioError as error:
            self.say(f"{error.message} {error.hint}", theme.WARNING)
            return
        for label in labels:
            self.action.addItem(label, label)
        self.action.select(chosen)
        self.work_button.setEnabled(bool(labels))
        said = "Both get the same action, seed and length."
        if not labels:
            said = "The two models have no action in common."
        self.say(said, theme.DIM if labels else theme.WARNING)

    def begin(self) -> None:
        both = self.paths()
        if both is None or self.is_working:
            return
        settings = SampleSettings(
            label=self.action.currentText(), num_frames=self.frames.value, count=1,
            seed=self.seed.value,
        )  # fmt: skip

        def work(progress: Progress) -> list[tuple[str, Motion]]:
            return sample_both(*both, settings, progress)

        self.start(work, self._done, lambda message, hint: self._failed(message, hint))

    def _done(self, made: list[tuple[str, Motion]]) -> None:
        self.end("", theme.DIM)
        self.sampled.emit(
            [
                ShownClip(
                    key=f"model-{index}", motion=motion, kind="generated", color=color,
                    name=f"{motion.provenance.label} seed {motion.provenance.seed} · {name}",
                )
                for index, ((name, motion), color) in enumerate(zip(made, _COLORS, strict=True))
            ]
        )  # fmt: skip
        self.accept()

    def _failed(self, message: str, hint: str) -> None:
        self.end(f"{message} {hint}", theme.BAD)
