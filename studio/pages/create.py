"""Create: sample motions by action, shape them, keep the good ones.

Composes the library on the left and the action, sampling and latent panels on the right, in the
order in which people change them; what they do lies in :class:`CreateSession`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from core.errors import StudioError
from studio import theme
from studio.actions import Action
from studio.document import ShownClip
from studio.pages.create_menus import again_menu, label_actions, model_menu, page_actions
from studio.pages.create_session import CreateSession
from studio.panels.action_picker import ActionPicker
from studio.panels.latent import LatentMapPanel, LatentSliders
from studio.panels.sampling import SamplingPanel
from studio.services.sampler import (
    DEMO_CHECKPOINT,
    MAX_SEED,
    Sampler,
    SampleSettings,
)
from studio.services.trained import remember_model
from studio.widgets import Button, SidePanel
from studio.window.page import PageContext

_TYPING = (QLineEdit, QAbstractItemView, QTextEdit, QPlainTextEdit, QAbstractSpinBox)


class CreatePage(QObject):
    """The page; implements ``studio.window.page.Page``."""

    id = "create"
    title = "Create"

    def __init__(self, context: PageContext, sampler: Sampler | None = None) -> None:
        super().__init__(context.viewport)
        self._context = context
        self._document = context.document
        self._is_here = False
        self.session = CreateSession(
            context.document, context.playback, sampler or Sampler(DEMO_CHECKPOINT), self
        )
        self.left: QWidget = context.library()
        self.overlay: QWidget | None = None
        self.picker = ActionPicker()
        self.sampling = SamplingPanel()
        self.sliders = LatentSliders()
        self.map = LatentMapPanel()
        self.keep_button = Button(
            "Keep", key="K", tooltip="Keep the selected clip in the library  (K), all with Shift K"
        )
        self.export_button = Button(
            "Export…", key="Ctrl+E", tooltip="Write clips to files  (Ctrl+E)"
        )
        self.right: QWidget = self._composed()
        self._connect()
        self._take_model()

    def _composed(self) -> QWidget:
        panel = SidePanel("Create")
        panel.add(self.picker)
        panel.add(self.sampling)
        panel.add_separator()
        panel.add(self.sliders)
        panel.add(self.map)
        panel.add_stretch()
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.MARGIN, 10, theme.MARGIN, 12)
        foot.setSpacing(8)
        foot.addWidget(self.keep_button)
        foot.addWidget(self.export_button)
        scroll = panel.findChild(QScrollArea)
        if scroll is not None:
            bar = scroll.verticalScrollBar()

            def line_up(_low: int, high: int) -> None:
                """Keep the buttons' right edge under that of the controls above."""
                right = theme.MARGIN + (bar.sizeHint().width() if high > 0 else 0)
                foot.setContentsMargins(theme.MARGIN, 10, right, 12)

            bar.rangeChanged.connect(line_up)
        box = QWidget()
        box.setAutoFillBackground(True)  # the scrolled controls pass below it
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(panel, 1)
        column.addLayout(foot)
        return box

    def _connect(self) -> None:
        self.picker.picked.connect(lambda _action: self.sample())
        self.picker.model_pressed.connect(self.choose_model)
        self.sampling.changed.connect(self._resample)
        self.sampling.seed_changed.connect(self._resample)
        self.sampling.sample_pressed.connect(self.sample)
        self.sampling.dice_pressed.connect(self.roll)
        self.sliders.changed.connect(self.session.shape_selected)
        self.map.place_picked.connect(lambda x, y: self._point(x, y))
        self.keep_button.clicked.connect(self.keep)
        self.export_button.clicked.connect(self.export)
        self.session.samples_changed.connect(self._follow)
        self.session.directions_changed.connect(self._name_sliders)
        self.session.map_changed.connect(self.map.set_map)
        self.session.busy_changed.connect(self._show_busy)
        self._document.selection_changed.connect(self._follow)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._notice_focus)

    # -- Page -------------------------------------------------------------------------------------
    def actions(self) -> Sequence[Action]:
        return (*page_actions(self), *label_actions(self))

    def entered(self) -> None:
        self._is_here = True
        self._follow()

    def left_behind(self) -> None:
        self._is_here = False

    # -- orders -----------------------------------------------------------------------------------
    def settings(self) -> SampleSettings:
        """What the controls say now."""
        return self.sampling.settings(self.picker.current)

    def enter(self) -> None:
        """What Enter does: press the button that was reached by Tab, else sample."""
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton) and self.right.isAncestorOf(focused):
            focused.click()
        else:
            self.sample()

    def sample(self) -> None:
        """Sample what the controls say."""
        if not self.picker.current and self.picker.labels:
            self.picker.set_current(self.picker.labels[0])
        if self.can_sample():
            self.session.sample(self.settings())
        else:
            message, hint = self.session.sampler.absence
            self._document.problem.emit(message, hint)

    def sample_action(self, action: str) -> None:
        """Choose an action and sample it; for the command palette."""
        if action in self.picker.labels:
            self.picker.set_current(action)
            self.sample()

    def roll(self) -> None:
        """Sample with a random seed."""
        self.sampling.set_seed(random.randrange(MAX_SEED + 1) % 10_000)
        self.sample()

    def keep(self) -> None:
        """Keep the selected sample."""
        clip = self.session.selected_unsaved
        if clip is not None and self.session.keep((clip,)):
            self._context.actions.refresh()

    def keep_all(self) -> None:
        """Keep all samples that are not kept yet, as one undoable step."""
        if self.session.keep(self.session.unsaved):
            self._context.actions.refresh()

    def reject(self) -> None:
        """Take the selected sample away."""
        clip = self.session.selected_unsaved
        if clip is not None:
            self.session.reject(clip)

    def reset_shape(self) -> None:
        """Set the sliders of the selected sample back to 0."""
        self.sliders.set_offsets(())
        self.session.shape_selected(self.sliders.offsets)

    def export(self) -> None:
        """Open the window's export dialog."""
        self._context.actions.run("export")

    def ask_again(self) -> None:
        """Offer the actions and lengths the selected clip can be decoded as."""
        clip = self._document.selected
        if clip is None or not self.can_sample():
            return
        again_menu(self, clip).popup(self.sliders.mapToGlobal(self.sliders.rect().topLeft()))

    def decode_again(
        self, clip: ShownClip, action: str, num_frames: int, _checked: bool = False
    ) -> None:
        """Encode a clip and show it decoded as another action or length beside it."""
        self.session.reencode(clip, action, num_frames)

    def choose_model(self) -> None:
        """Offer the demo model and a file of the user's own."""
        button = self.picker.model_button
        model_menu(self).popup(button.mapToGlobal(button.rect().bottomLeft()))

    def receive(self, what: Any) -> None:
        """Sample from a checkpoint: ``{"checkpoint": path}``, see :meth:`open_model`."""
        self.open_model(Path(what["checkpoint"]), is_own=bool(what.get("is_own")))

    def ask_model(self) -> None:
        """Ask for a checkpoint file and sample from it."""
        name, _ = QFileDialog.getOpenFileName(
            self.right.window(), "Open an ACTOR checkpoint", str(Path.home()),
            "ACTOR checkpoints (*.safetensors *.tar *.pth);;All files (*)",
        )  # fmt: skip
        if name:
            self.open_model(Path(name), is_own=True)

    def open_model(self, path: Path, *, is_own: bool = False) -> None:
        """Sample from another checkpoint; a file that does not fit changes nothing.

        ``is_own``: a file the user looked for, which the menu is to offer again.
        """
        from studio import bridge

        def checked(sampler: Sampler) -> None:
            actions = self._context.actions
            actions.remove([action.id for action in label_actions(self)])
            self.session.set_sampler(sampler)
            self._take_model()
            if self._is_here:
                actions.add(label_actions(self))
            self._document.message.emit(f"Sampling from {sampler.card.name}.")
            if is_own:
                remember_model(path)

        bridge.run_in_thread(
            lambda progress: Sampler(path).loaded(),
            checked,
            self._document.problem.emit,
            key="open-model",
            owner=self,
        )

    # -- following what is ------------------------------------------------------------------------
    def _take_model(self) -> None:
        sampler = self.session.sampler
        try:
            card = sampler.card
        except StudioError as error:
            self.picker.set_model("no model", ())
            self.sampling.set_can_sample(False)
            self._document.problem.emit(error.message, error.hint)
            return
        self.picker.set_model(card.name, card.labels)
        if not self.picker.current and card.labels:
            first = "kicking" if "kicking" in card.labels else card.labels[0]
            self.picker.set_current(first)
        self.sampling.set_trained_length(card.num_frames)
        self.sampling.set_can_sample(sampler.is_available)

    def can_sample(self) -> bool:
        """Whether there is a model and an action."""
        return self.session.sampler.is_available and bool(self.picker.current)

    def has_selected(self) -> bool:
        """Whether a body is selected."""
        return self._document.selected is not None

    def can_take_enter(self) -> bool:
        """Enter samples, unless it belongs to a field or a list that has the focus."""
        return self.can_sample() and not isinstance(QApplication.focusWidget(), _TYPING)

    def _notice_focus(self, _old: QWidget | None, _new: QWidget | None) -> None:
        if self._is_here and "create.sample" in self._context.actions:
            self._context.actions.qaction("create.sample").setEnabled(self.can_take_enter())

    def _resample(self) -> None:
        """While samples are on screen, every change of a control is answered at once."""
        if self.session.has_samples and self.session.unsaved:
            self.session.sample(self.settings(), is_fresh=False)

    def _point(self, x: float, y: float) -> None:
        if self.session.selected_index is None:
            self._document.problem.emit(
                "There is no sampled clip to move on the map.", "Sample first, with Enter."
            )
        else:
            self.session.place_selected((x, y))

    def _name_sliders(self, names: tuple[str, ...]) -> None:
        self.sliders.set_directions(names)
        self._follow()

    def _show_busy(self, text: str) -> None:
        self.sampling.set_busy(text)

    def open_filter(self) -> None:
        """Open the field that filters the actions."""
        self.picker.open_filter()

    def _follow(self) -> None:
        """Bring the controls in line with the selected clip."""
        index = self.session.selected_index
        clip = self._document.selected
        self.keep_button.setEnabled(self.session.selected_unsaved is not None)
        self.export_button.setEnabled(bool(self._document.shown))
        self.sliders.setEnabled(index is not None)
        shape = self.session.shapes.get(index) if index is not None else None
        self.sliders.set_offsets(shape.offsets if shape is not None else ())
        self.sliders.set_clip(clip.detail if clip is not None and index is not None else "")
        action = clip.motion.provenance.label if clip is not None else ""
        self.map.set_current(action or self.picker.current, self.session.place_of(index))
