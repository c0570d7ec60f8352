"""The middle of the window: the body as large as can be, and time below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLayout, QSplitter, QVBoxLayout, QWidget

from core.motion import Motion
from studio import bridge
from studio.actions import Actions
from studio.document import Document
from studio.panels.clip_facts import ClipFacts, FactsCache, clip_facts, nothing_measured
from studio.panels.timeline import Timeline, TimelineClip
from studio.panels.transport import Transport
from studio.playback import Playback
from studio.settings import Settings
from studio.viewport import Viewport
from studio.widgets import Separator, ToggleGroup

_EDGE = 14
MODES = ("body", "skeleton")
EXTRAS: dict[str, tuple[str, str, str]] = {  # what can be drawn besides: text, key, what it shows
    "ghosts": ("Ghosts", "G", "Show the selected body also a little earlier and later"),
    "trails": ("Trails", "T", "Show the way the hands and feet came"),
    "contacts": ("Contacts", "C", "Show a light under each foot that stands"),
}


class ViewportControls(QObject):
    """The two groups of switches that hang in the viewport's upper corners."""

    def __init__(self, viewport: Viewport, actions: Actions) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self.looks = ToggleGroup(
            [
                ("body", "Body", actions.tooltip("mode-body")),
                ("skeleton", "Skeleton", actions.tooltip("mode-skeleton")),
                *((name, text, actions.tooltip(name)) for name, (text, _, _) in EXTRAS.items()),
            ],
            exclusive=False,
            name="What is drawn",
            parent=viewport,
        )
        self.cameras = ToggleGroup(
            [
                (name, name.capitalize(), actions.tooltip(f"camera-{name}"))
                for name in ("front", "side", "orbit", "follow")
            ],
            name="Camera",
            parent=viewport,
        )
        self.looks.toggled.connect(
            lambda option, _on: actions.run(option if option in EXTRAS else f"mode-{option}")
        )
        self.cameras.picked.connect(lambda name: actions.run(f"camera-{name}"))
        viewport.installEventFilter(self)
        for group in (self.looks, self.cameras):
            group.setVisible(viewport.is_available)  # switches of nothing would only puzzle
        self._place()

    def show_state(self, mode: str, extras: set[str], camera: str) -> None:
        """Bring the switches in line with the view."""
        for option in MODES:
            self.looks.set_on(option, option == mode)
        for option in EXTRAS:
            self.looks.set_on(option, option in extras)
        self.cameras.set_current(camera)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return False

    def _place(self) -> None:
        width = self._viewport.width()
        left, right = self.looks.sizeHint(), self.cameras.sizeHint()
        self.looks.setGeometry(_EDGE, _EDGE, left.width(), left.height())
        fits = left.width() + right.width() + 3 * _EDGE <= width
        if fits:
            self.cameras.setGeometry(
                width - right.width() - _EDGE, _EDGE, right.width(), right.height()
            )
        else:  # a narrow view: one under the other
            self.cameras.setGeometry(
                _EDGE, _EDGE + left.height() + 6, right.width(), right.height()
            )
        for group in (self.looks, self.cameras):
            group.raise_()


class Middle(QWidget):
    """Viewport, what a page lays beside it, transport and timeline; follows the document."""

    def __init__(
        self, document: Document, playback: Playback, actions: Actions,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName("middle")
        self._document, self._playback = document, playback
        self._facts = FactsCache()
        self.mode = "body"
        self.extras: set[str] = set()
        self.viewport = Viewport(self)
        self.controls = ViewportControls(self.viewport, actions)
        self.stage = QSplitter(Qt.Orientation.Horizontal)
        self.stage.setHandleWidth(1)
        self.stage.setChildrenCollapsible(False)
        self.stage.addWidget(self.viewport)
        self.transport = Transport(playback, actions)
        self.timeline = Timeline(playback)
        self.time = QWidget()
        self._time_rows = _column(self.time, Separator(), self.transport, self.timeline)
        # the timeline's height follows from its rows; a page's plots are as high as one likes
        self._time_rows.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.setHandleWidth(1)
        self.halves.setChildrenCollapsible(False)
        self.halves.addWidget(self.stage)
        self.halves.addWidget(self.time)
        self.halves.setStretchFactor(0, 1)
        self._below: QWidget | None = None
        self._heights: dict[QWidget, list[int]] = {}
        self._was_shown = False
        _column(self, self.halves)
        self.show_below(None)
        # the body first: while a clip is shaped, its rows may follow a picture later
        self._clip_later = QTimer(self)
        self._clip_later.setSingleShot(True)
        self._clip_later.timeout.connect(self._show_clip)
        document.shown_changed.connect(self._show_bodies)
        document.selection_changed.connect(self._show_selection)
        playback.time_changed.connect(self.viewport.set_time)
        playback.settings_changed.connect(lambda: self.viewport.set_looping(playback.is_looping))
        self.viewport.body_clicked.connect(lambda key: document.select(key or None))
        self._show_look()
        self._show_bodies()
        self._show_selection()

    def restore(self, settings: Settings) -> None:
        """Take up how the bodies were looked at last."""
        self.set_mode(_one_of(settings.text("view/mode"), MODES))
        for name in EXTRAS:
            self.set_extra(name, settings.flag(f"view/{name}", False))

    def remember(self, settings: Settings) -> None:
        """Keep how the bodies are looked at."""
        settings.set("view/mode", self.mode)
        for name in EXTRAS:
            settings.set(f"view/{name}", name in self.extras)

    def add_overlay(self, overlay: QWidget) -> None:
        """Take a page's own view into the stage, left of the bodies; hidden at first."""
        overlay.hide()
        self.stage.insertWidget(0, overlay)

    def show_below(self, below: QWidget | None) -> None:
        """Put a page's own widget where the timeline stands; None brings the timeline back."""
        if self._below is not None:
            self._heights[self._below] = self.halves.sizes()
            self._below.hide()
        self._below = below
        self.timeline.setVisible(below is None)
        if below is None:
            return
        if below not in self._heights:
            self._time_rows.addWidget(below, 1)
            self._heights[below] = [3, 2]
        below.show()
        self._share_height()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:  # the window had not its size when it was filled
            self._was_shown = True
            QTimer.singleShot(0, self._share_height)

    def _share_height(self) -> None:
        """Give the stage and what is below it their parts of the height."""
        if self._below is None:
            return
        parts, room = self._heights[self._below], max(self.halves.height(), 1)
        # in pixels: what does not fit would all be taken from the viewport, which stretches
        self.halves.setSizes([round(room * part / max(sum(parts), 1)) for part in parts])

    def set_mode(self, mode: str) -> None:
        """Draw "body" or "skeleton"."""
        self.mode = mode
        self.viewport.set_mode(mode)
        self._show_look()

    def set_extra(self, name: str, is_on: bool) -> None:
        """Draw one of :data:`EXTRAS` or not."""
        (self.extras.add if is_on else self.extras.discard)(name)
        show = {
            "ghosts": self.viewport.set_ghosts,
            "trails": self.viewport.set_trails,
            "contacts": self.viewport.set_contacts,
        }[name]
        show(is_on)
        self._show_look()

    def toggle_extra(self, name: str) -> None:
        """Switch one of :data:`EXTRAS`."""
        self.set_extra(name, name not in self.extras)

    def set_camera(self, name: str) -> None:
        """Look from one of the presets."""
        self.viewport.set_camera(name)
        self._show_look()

    def _show_look(self) -> None:
        self.controls.show_state(self.mode, self.extras, self.viewport.camera)

    def _show_bodies(self) -> None:
        shown = self._document.shown
        longest = max((clip.motion.duration for clip in shown), default=0.0)
        selected = self._document.selected
        fps = (selected or shown[0]).motion.fps if shown else 30.0
        self._playback.set_length(longest, fps)
        self.viewport.set_bodies(self._document.bodies())
        self.viewport.selected = self._document.selected_key
        self.viewport.set_time(self._playback.time)
        self._clip_later.start()

    def _show_selection(self) -> None:
        self.viewport.selected = self._document.selected_key
        selected = self._document.selected
        if selected is not None:
            self._playback.set_length(self._playback.duration, selected.motion.fps)
        self._show_clip()

    def _show_clip(self) -> None:
        clip = self._document.selected
        if clip is None:
            self.timeline.set_clip(None)
            self.transport.set_facts(None)
            return
        facts = self._facts.known(clip.motion)
        if facts is None:
            self._measure(clip.motion)
        name = f"{clip.name} · {clip.detail}" if clip.detail else clip.name
        self.timeline.set_clip(
            TimelineClip(
                name=name, color=self._document.color_of(clip), motion=clip.motion,
                facts=facts or self._facts_meanwhile(clip.motion),
            )
        )  # fmt: skip
        if facts is not None:
            self.transport.set_facts(facts, _mean_confidence(clip.motion))

    def _measure(self, motion: Motion) -> None:
        """Measure a clip in a thread, and show it again; the newest request wins."""

        def done(facts: ClipFacts) -> None:
            self._facts.keep(motion, facts)
            if (clip := self._document.selected) is not None and clip.motion is motion:
                self._show_clip()

        bridge.run_in_thread(
            lambda progress: clip_facts(motion), done,
            lambda message, hint: None,  # logged; the rows stay empty
            key="facts", owner=self,
        )  # fmt: skip

    def _facts_meanwhile(self, motion: Motion) -> ClipFacts:
        """The rows of the clip before, if it was as long: a preview of an edit does not flicker."""
        before = self.timeline.clip
        if before is not None and before.motion.num_frames == motion.num_frames:
            return before.facts
        return nothing_measured(motion)


def _column(parent: QWidget, *widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(parent)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget)
    return column


def _one_of(text: str, known: tuple[str, ...]) -> str:
    return text if text in known else known[0]


def _mean_confidence(motion: Motion) -> float | None:
    return None if motion.confidence is None else float(motion.confidence.mean())
