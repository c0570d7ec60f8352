"""The video of the Capture page: its picture in step with playback, what is drawn over it, and the
people found in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from studio import bridge, theme
from studio.pages.capture_session import CaptureSession
from studio.panels.track_strip import PersonCard, TrackStrip
from studio.panels.video_view import PersonBox, Picture, VideoView
from studio.playback import Playback
from studio.services.capture_queue import QueueItem
from studio.services.importing import ImportedPerson
from studio.services.video_frames import VideoFrames
from studio.widgets import Button, ToggleGroup

if TYPE_CHECKING:
    from core.video.people import People, Track
    from studio.viewport.overlay import Layer

_EDGE = 10
_BODIES = 380  # logical pixels the viewport's switches need beside the video
_KEPT_LAYERS = 400  # drawn bodies, about a quarter of a megabyte each
LAYERS: tuple[tuple[str, str, str, str], ...] = (  # name, text, key, what it shows
    ("body", "Body", "V", "The estimated body over the video, by the estimator's camera"),
    ("landmarks", "Landmarks", "P", "The points that were found in the picture"),
    ("boxes", "People", "O", "Who is where: solid for those who are estimated"),
    ("attention", "Attention", "Shift+A", "Where PARE looked"),
)


class CaptureVideo(QWidget):
    """Picture, layers and people of the looked-at video. ``layers_changed`` after a switch."""

    layers_changed = Signal()

    def __init__(
        self, session: CaptureSession, playback: Playback, keys: dict[str, str],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._playback = session, playback
        self._picture_index = -1
        self._drawn: dict[tuple[int, frozenset[str], int], Sequence[Layer]] = {}
        self.layers = {"body", "boxes"}
        self.view = VideoView()
        self.strip = TrackStrip(keys)
        self.switches = ToggleGroup(
            [(name, text, f"{tip}  ({key})") for name, text, key, tip in LAYERS],
            exclusive=False, name="Over the video", parent=self.view,
        )  # fmt: skip
        self.save_button = Button(
            "Save", icon="export",
            tooltip="Save this video with the bodies over it  (Shift+V)",
            parent=self.view,
        )  # fmt: skip
        self.switches.toggled.connect(self.set_layer)
        self.view.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.strip)
        self.strip.hide()
        self.strip.picked.connect(session.pick)
        self.strip.renamed.connect(
            lambda id, name: session.edit_people(lambda people: people.renamed(id, name))
        )
        self.strip.ordered.connect(self.order)
        session.people_changed.connect(self.show_people)
        session.frames_ready.connect(self._frames_ready)
        session.preview.connect(self._preview)
        playback.time_changed.connect(self.follow)
        self._show_layers()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place_controls()
        return False

    def _place_controls(self) -> None:
        hint = self.switches.sizeHint()
        self.switches.setGeometry(_EDGE, _EDGE, hint.width(), hint.height())
        side = self.save_button.sizeHint().width()
        left = self.view.width() - side - _EDGE
        self.save_button.setGeometry(left, _EDGE, side, hint.height())
        for control in (self.switches, self.save_button):
            control.raise_()
        self.setMinimumWidth(hint.width() + side + 3 * _EDGE)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.share_room()

    def share_room(self) -> None:
        """Take from the stage what the picture's shape needs, and leave the rest to the bodies."""
        stage, frames = self.parentWidget(), self._session.frames
        if not isinstance(stage, QSplitter) or not self.isVisible():
            return
        whole, height = stage.width(), stage.height()
        if stage.widget(0) is not self or whole < 2 * self.minimumWidth():
            return
        item = self._session.current
        video = item.people.video if item is not None and item.people is not None else None
        shape = frames.size if frames is not None else (3, 4)
        if frames is None and video is not None:
            shape = (video.width, video.height)
        wanted = (height - 56) * shape[0] / max(shape[1], 1) + 24
        width = round(min(max(wanted, 0.4 * whole), 0.6 * whole, max(whole - _BODIES, 1)))
        stage.setSizes([width, whole - width])

    # -- layers -----------------------------------------------------------------------------------
    def set_layer(self, name: str, is_on: bool) -> None:
        """Draw one of :data:`LAYERS` over the video, or not."""
        (self.layers.add if is_on else self.layers.discard)(name)
        self._show_layers()
        self.refresh()
        self.layers_changed.emit()

    def toggle_layer(self, name: str) -> None:
        """Switch a layer."""
        self.set_layer(name, name not in self.layers)

    def _show_layers(self) -> None:
        for name, *_ in LAYERS:
            self.switches.set_on(name, name in self.layers)
        self.view.set_shows_landmarks("landmarks" in self.layers)

    # -- what is shown ----------------------------------------------------------------------------
    def show_item(self, item: QueueItem | None) -> None:
        """Show what there is of the looked-at item."""
        self._drawn.clear()
        self.view.set_landmarks(None)
        self.view.set_layers(())
        self.view.set_boxes(())
        if item is None:
            self.view.set_picture(None)
        elif item.is_busy:
            self.view.set_notice(item.text, item.fraction)
        elif item.state == "failed":
            self.view.set_notice(f"{item.message}\n{item.hint}".strip())
        elif item.state in ("cancelled", "waiting"):
            self.view.set_notice(item.detail)
        else:
            self.view.set_notice("")
        is_still = item is not None and not item.is_busy and item.state != "waiting"
        self.switches.setVisible(is_still)
        self.show_people()
        self.refresh()

    def _show_switches(self, item: QueueItem | None) -> None:
        person = self._session.person_shown(item) if item is not None else None
        self.switches.set_enabled("body", person is not None and person.camera is not None)
        self.switches.set_enabled("landmarks", person is not None and person.overlay is not None)
        self.switches.set_enabled("boxes", item is not None and item.people is not None)
        self.switches.set_offered("attention", person is not None and person.attention is not None)
        self.save_button.setVisible(self.can_save)
        self._place_controls()
        if person is not None:
            self.view.set_accent(theme.source_color("estimated", person.estimator))

    @property
    def can_save(self) -> bool:
        """Whether there are bodies whose place in the picture is known."""
        return any(person.camera is not None for person in self.people_seen())

    def people_seen(self) -> list[ImportedPerson]:
        """All people of the looked-at video by the estimator of the selected one."""
        item = self._session.current
        person = self._session.person_shown(item) if item is not None else None
        if item is None or item.result is None or person is None:
            return []
        return [p for p in item.result.people if p.estimator == person.estimator]

    def show_progress(self, item: QueueItem) -> None:
        """Say how far the work on the looked-at item is."""
        self.view.set_notice(f"{item.text or 'estimating'} · {item.fraction:.0%}", item.fraction)

    def refresh(self) -> None:
        """Draw the present picture and layers anew, for the body that is selected now."""
        self._show_switches(self._session.current)
        self._picture_index = -1
        self.follow(self._playback.time)

    def follow(self, seconds: float) -> None:
        """Show the picture at a time of the shown clip."""
        frames, item = self._session.frames, self._session.current
        if frames is None or item is None or not self.isVisible():
            return
        if item.is_busy or item.state == "waiting":
            return
        person = self._session.person_shown(item)
        index = frames.index_at(seconds + (person.start if person is not None else 0.0))
        if index == self._picture_index:
            return
        self._picture_index = index
        wanted = self.layers & {"body", "attention"}
        if person is None or not wanted:
            self._show_frame(item, person, frames, index, ())
            return
        people = item.result.people if item.result is not None else (person,)
        key = (id(person), frozenset(wanted), index)
        if key in self._drawn:
            self._show_frame(item, person, frames, index, self._drawn[key])
            return
        bridge.run_in_thread(
            lambda progress: drawn_layers(person, people, frames.times[index], wanted),
            lambda layers: self._take_layers(item, person, frames, index, layers, key),
            lambda message, hint: self._show_frame(item, person, frames, index, ()),
            key="video-layer",
            owner=self,
        )

    def _take_layers(
        self, item: QueueItem, person: ImportedPerson, frames: VideoFrames, index: int,
        layers: Sequence[Layer], key: tuple[int, frozenset[str], int],
    ) -> None:  # fmt: skip
        """Show a layer with the very picture it belongs to, and keep it for the next round."""
        self._drawn[key] = layers
        while len(self._drawn) > _KEPT_LAYERS:
            self._drawn.pop(next(iter(self._drawn)))
        if item is self._session.current and frames is self._session.frames:
            self._show_frame(item, person, frames, index, layers)

    def _show_frame(
        self, item: QueueItem, person: ImportedPerson | None, frames: VideoFrames, index: int,
        layers: Sequence[Layer],
    ) -> None:  # fmt: skip
        self.view.set_picture(frames.picture(index))
        self.view.set_layers([(layer.picture, layer.rect) for layer in layers])
        width, height = frames.size
        self.view.set_caption(
            f"frame {frames.indices[index] + 1} / {frames.indices[-1] + 1} · "
            f"{frames.fps:.0f} fps · {width}×{height}"
        )
        self._draw_landmarks(person, frames.times[index])
        self._draw_boxes(item, frames.indices[index])

    def _draw_landmarks(self, person: ImportedPerson | None, seconds: float) -> None:
        overlay = person.overlay if person is not None else None
        seen = overlay.at(seconds) if overlay is not None else None
        if seen is None or overlay is None:
            self.view.set_landmarks(None)
            return
        points, visibility = seen
        size = np.array([overlay.width, overlay.height], np.float64)
        self.view.set_landmarks(np.asarray(points) / size, visibility, overlay.edges)

    def _draw_boxes(self, item: QueueItem, frame: int) -> None:
        people = item.people
        if people is None or "boxes" not in self.layers:
            self.view.set_boxes(())
            return
        boxes = [_box(track, frame, people, item.picked) for track in people]
        self.view.set_boxes([box for box in boxes if box is not None])

    def _preview(self, picture: Picture) -> None:
        self.view.set_landmarks(None)  # the picture has them drawn in
        self.view.set_boxes(())
        self.view.set_layers(())
        self.view.set_picture(picture)

    def _frames_ready(self) -> None:
        self.share_room()
        self.show_people()
        self.refresh()

    # -- people -----------------------------------------------------------------------------------
    def show_people(self) -> None:
        """Show the people of the looked-at video, where there is a choice."""
        item = self._session.current
        people = item.people if item is not None else None
        if item is None or people is None or (len(people) < 2 and not people.cuts):
            self.strip.hide()
            return
        frames = self._session.frames
        cards = [
            PersonCard(
                id=track.id,
                name=track.title,
                detail=f"frames {track.frames[0] + 1}–{track.frames[-1] + 1}",
                span=_span(track, people),
                is_picked=track.id in item.picked,
                picture=_cutout(track, people, frames) if frames is not None else None,
            )
            for track in people
        ]
        picked = sum(card.is_picked for card in cards)
        note = f"{picked} of {len(cards)}"
        if people.cuts:
            note += f" · {len(people.cuts)} cut{'s' if len(people.cuts) > 1 else ''}"
        self.strip.show_people(cards, note, can_edit=not item.is_busy)
        self.strip.show()
        if frames is not None and not item.is_busy:
            self._picture_index = -1
            self.follow(self._playback.time)

    def order(self, action: str) -> None:
        """Merge, split, name or leave out, as the strip or a key asks for."""
        strip, session = self.strip, self._session
        focus = strip.focus
        if focus is None or strip.isHidden():
            return
        if action == "name":
            strip.ask_name()
        elif action == "merge":
            session.edit_people(lambda people: _merged(people, strip.picked_ids))
        elif action == "split":
            session.edit_people(lambda people: people.split(focus, self.frame))
        elif action == "leave-out":
            session.edit_people(lambda people: people.without(focus))

    @property
    def frame(self) -> int:
        """Index in the video of the picture one sees."""
        frames = self._session.frames
        return frames.indices[max(self._picture_index, 0)] if frames is not None else 0


def drawn_layers(
    person: ImportedPerson, people: Sequence[ImportedPerson], seconds: float, wanted: set[str]
) -> list[Layer]:
    """Draw where the estimator looked, or the bodies of all it saw, over a time of the video.

    Those who are farther away come first.
    """
    from studio.viewport.overlay import attention_layer, draw_over

    camera = person.camera
    if "attention" in wanted and person.attention is not None and camera is not None:
        seen = person.attention(seconds)
        if seen is not None:
            maps, square = seen
            return [attention_layer(maps, square, (camera.width, camera.height))]
    if "body" not in wanted:
        return []
    drawn = []
    for other in people:
        frame = other.camera.index(seconds) if other.camera is not None else None
        if other.estimator != person.estimator or frame is None:
            continue
        if frame < min(other.motion.num_frames, len(other.camera.times)):
            own = theme.source_color("estimated", other.estimator)
            color = own if other is person else theme.mix(own, theme.DATA, 0.7)
            layer = draw_over(other.motion, other.camera, frame, color)
            drawn.append((float(other.camera.trans[frame][2]), layer))
    return [layer for _, layer in sorted(drawn, key=lambda pair: -pair[0])]


def _merged(people: People, ids: Sequence[int]) -> People:
    for other in ids[1:]:
        people = people.merged(ids[0], other)
    return people


def _box(track: Track, frame: int, people: People, picked: tuple[int, ...]) -> PersonBox | None:
    row = int(np.searchsorted(track.frames, frame))
    if row >= len(track) or track.frames[row] != frame:
        return None
    x, y, w, h = track.boxes[row]
    width, height = people.video.width, people.video.height
    return PersonBox(
        rect=((x - w / 2) / width, (y - h / 2) / height, w / width, h / height),
        name=track.title, is_picked=track.id in picked,
    )  # fmt: skip


def _span(track: Track, people: People) -> tuple[float, float]:
    count = max(len(people.times), 1)
    return float(track.frames[0]) / count, float(track.frames[-1] + 1) / count


def _cutout(track: Track, people: People, frames: VideoFrames) -> Picture | None:
    """The person's picture in the frame where they are surest and large."""
    worth = track.scores * np.sqrt(track.boxes[:, 2] * track.boxes[:, 3])
    row = int(np.argmax(worth))
    index = int(np.searchsorted(frames.indices, track.frames[row]))
    picture = frames.picture(min(index, frames.num_frames - 1))
    height, width = picture.shape[:2]
    scale = np.tile([width / people.video.width, height / people.video.height], 2)
    x, y, w, h = track.boxes[row] * scale
    left, right = int(max(x - w / 2, 0)), int(min(x + w / 2, width))
    top, bottom = int(max(y - h / 2, 0)), int(min(y + h / 2, height))
    if right - left < 4 or bottom - top < 4:
        return None
    return picture[top:bottom, left:right]
