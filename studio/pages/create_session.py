"""The clips being sampled: asked for in a thread, shown side by side, kept or rejected.

Sits between the panels of the Create page and the document. Sampling always runs under one key, so
while a slider is dragged the newest request wins and older answers are dropped.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from core.motion import Motion
from core.project import AddClips, NewClip
from studio import bridge
from studio.document import Document, ShownClip
from studio.playback import Playback
from studio.services.latent_map import LatentMap
from studio.services.sampler import Sampled, Sampler, SampleSettings, SampleShape, Shaped

log = logging.getLogger(__name__)

KEY_PREFIX = "sample-"


def key_of(index: int) -> str:
    """Key of a sample in the viewport: fixed by its place, so the selection survives."""
    return f"{KEY_PREFIX}{index}"


def index_of(key: str | None) -> int | None:
    """Place of the sample with this key, or None for anything else."""
    if key is None or not key.startswith(KEY_PREFIX):
        return None
    return int(key.removeprefix(KEY_PREFIX))


def letter(index: int) -> str:
    """a, b, c, ... for the samples of one seed."""
    return chr(ord("a") + index)


class CreateSession(QObject):
    """Unsaved samples and what shapes them.

    Signals are facts: ``samples_changed`` (which samples stand in the viewport, or how they are
    shaped), ``directions_changed(names)``, ``map_changed(LatentMap)``, ``busy_changed(text)``.
    """

    samples_changed = Signal()
    directions_changed = Signal(tuple)
    map_changed = Signal(object)
    busy_changed = Signal(str)

    def __init__(
        self,
        document: Document,
        playback: Playback,
        sampler: Sampler,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._playback = document, playback
        self.sampler = sampler
        self.settings: SampleSettings | None = None
        self.shapes: dict[int, SampleShape] = {}
        self.places: dict[int, tuple[float, float] | None] = {}
        self.map: LatentMap | None = None
        self._rejected: set[int] = set()
        self._directions_of = ""
        self._asked_at = 0.0
        self._shaping: bridge.Handle | None = None
        self._kept: dict[str, ShownClip] = {}  # by the id of the clip each became
        self.last_latency = 0.0  # seconds from asking to the new clip being handed to the viewport
        document.shown_changed.connect(self.samples_changed)
        document.project_changed.connect(self._kept.clear)
        document.library_changed.connect(self._notice_library)

    # -- what is ----------------------------------------------------------------------------------
    @property
    def unsaved(self) -> tuple[ShownClip, ...]:
        """The samples in the viewport that are not in the library."""
        return tuple(c for c in self._document.shown if _is_unsaved(c))

    @property
    def selected_index(self) -> int | None:
        """Which sample is selected, kept or not."""
        return index_of(self._document.selected_key)

    @property
    def selected_unsaved(self) -> ShownClip | None:
        clip = self._document.selected
        return clip if clip is not None and _is_unsaved(clip) else None

    @property
    def has_samples(self) -> bool:
        return any(index_of(clip.key) is not None for clip in self._document.shown)

    # -- sampling ---------------------------------------------------------------------------------
    def sample(self, settings: SampleSettings, *, is_fresh: bool = True) -> None:
        """Sample anew; ``is_fresh`` forgets how the clips were shaped and which were rejected."""
        if is_fresh or self._is_other_draw(settings):
            self.shapes.clear()
            self._rejected.clear()
        self.settings = settings
        self._kept.clear()  # what comes now are other clips
        shapes = dict(self.shapes)
        if not self.sampler.is_loaded:
            self.busy_changed.emit("Loading the model …")
        self._asked_at = time.perf_counter()
        bridge.run_in_thread(
            lambda progress: self.sampler.sample(settings, shapes),
            self._show_samples,
            self._tell_problem,
            key="sampling",
            owner=self,
        )

    def _is_other_draw(self, settings: SampleSettings) -> bool:
        before = self.settings
        return before is None or (before.label, before.seed) != (settings.label, settings.seed)

    def _show_samples(self, sampled: Sampled) -> None:
        self.busy_changed.emit("")
        settings = sampled.settings
        self.places = dict(enumerate(sampled.places))
        shown = [
            self._shown(index, motion, settings)
            for index, motion in enumerate(sampled.motions)
            if index not in self._rejected
        ]
        is_first = not self.has_samples
        self._document.show(shown, select=self._document.selected_key)
        self.last_latency = time.perf_counter() - self._asked_at
        count = len(sampled.motions)
        self._document.message.emit(
            f"{count} clip{'s' if count != 1 else ''} sampled in {sampled.seconds * 1000:.0f} ms"
        )
        log.info("samples on screen %.1f ms after asking", 1000 * self.last_latency)
        self._after_first(settings.label)
        if is_first and not self._playback.is_playing:
            self._playback.play()

    def _shown(self, index: int, motion: Motion, settings: SampleSettings) -> ShownClip:
        action = motion.provenance.label or settings.label
        return ShownClip(
            key=key_of(index),
            motion=motion,
            name=action,
            kind="generated",
            detail=f"seed {settings.seed} {letter(index)}",
        )

    # -- shaping ----------------------------------------------------------------------------------
    def shape_selected(self, offsets: tuple[float, ...]) -> None:
        """Move the selected sample along the latent's directions."""
        self._reshape(offsets=offsets)

    def place_selected(self, place: tuple[float, float]) -> None:
        """Take the selected sample to a place of the map."""
        self._reshape(place=place)

    def _reshape(self, **changes: object) -> None:
        index, settings = self.selected_index, self.settings
        if index is None or settings is None:
            return
        shape = replace(self.shapes.get(index, SampleShape()), **changes)  # type: ignore[arg-type]
        self.shapes[index] = shape
        self._asked_at = time.perf_counter()
        self._shaping = bridge.run_in_thread(
            lambda progress: (index, self.sampler.one(settings, index, shape)),
            self._show_shaped,
            self._tell_problem,
            key="sampling",
            owner=self,
        )

    def _show_shaped(self, result: tuple[int, Shaped]) -> None:
        index, shaped = result
        settings = self.settings
        if settings is None:
            return
        self.places[index] = shaped.place
        key = key_of(index)
        shown = [
            self._shown(index, shaped.motion, settings) if clip.key == key else clip
            for clip in self._document.shown
        ]
        self._document.show(shown)
        self.last_latency = time.perf_counter() - self._asked_at
        self._document.message.emit(f"1 clip sampled in {shaped.seconds * 1000:.0f} ms")

    # -- keeping ----------------------------------------------------------------------------------
    def keep(self, clips: tuple[ShownClip, ...]) -> bool:
        """Put samples into the library; one undo takes them all out again."""
        clips = tuple(c for c in clips if c.clip_id is None)
        if self._shaping is not None:
            self._shaping.cancel()  # what is kept is what is on screen
        if not clips:
            return False
        new = [NewClip(motion=c.motion, name=_library_name(c), label=c.name) for c in clips]
        command = AddClips(new, verb="keep")
        if not self._document.execute(command):
            return False
        kept = dict(zip((c.key for c in clips), command.added, strict=True))
        self._document.show(
            replace(clip, clip_id=kept[clip.key].id) if clip.key in kept else clip
            for clip in self._document.shown
        )
        names = ", ".join(clip.name for clip in command.added)
        self._document.message.emit(f"Kept {names}.")
        self._kept.update({kept[clip.key].id: clip for clip in clips})
        return True

    def _notice_library(self) -> None:
        """A sample whose keeping was undone stands in the viewport again, not kept."""
        if not self._kept:
            return
        alive = {clip.id for clip in self._document.clips()}
        undone = [self._kept.pop(clip_id) for clip_id in self._kept.keys() - alive]
        shown = self._document.shown
        back = [clip for clip in undone if clip.key not in {c.key for c in shown}]
        if back and (self.has_samples or not shown):
            self._document.show(
                sorted((*shown, *back), key=lambda clip: clip.key), select=back[0].key
            )

    def reject(self, clip: ShownClip) -> None:
        """Take an unsaved sample out of the viewport; the next one is selected."""
        if not _is_unsaved(clip):
            return
        index = index_of(clip.key)
        if index is not None:
            self._rejected.add(index)
        keys = [c.key for c in self._document.shown]
        after = keys[keys.index(clip.key) + 1 :] or keys[: keys.index(clip.key)][-1:]
        self._document.show(
            (c for c in self._document.shown if c.key != clip.key),
            select=after[0] if after else None,
        )

    def reencode(self, clip: ShownClip, action: str, num_frames: int) -> None:
        """Encode a clip and decode it as another action or length, shown beside it."""

        def show(motion: Motion) -> None:
            shown = list(self._document.shown)
            key = f"again-{clip.key}-{action}-{num_frames}"
            made = ShownClip(
                key=key, motion=motion, name=action, kind="generated",
                detail=f"from {clip.name}",
            )  # fmt: skip
            shown = [c for c in shown if c.key != key]
            at = next((i for i, c in enumerate(shown) if c.key == clip.key), len(shown) - 1)
            shown.insert(at + 1, made)
            self._document.show(shown, select=key)
            self._document.message.emit(f"{clip.name} decoded again as {action}.")

        bridge.run_in_thread(
            lambda progress: self.sampler.reencode(clip.motion, action, num_frames),
            show,
            self._tell_problem,
            key="reencode",
            owner=self,
        )

    # -- what the model knows ---------------------------------------------------------------------
    def set_sampler(self, sampler: Sampler) -> None:
        """Sample from another checkpoint from now on."""
        self.sampler = sampler
        self.map = None
        self.settings = None
        self._directions_of = ""
        self.shapes.clear()
        self.directions_changed.emit(())
        self.map_changed.emit(None)

    def _after_first(self, action: str) -> None:
        if self._directions_of != action:
            self._directions_of = action
            bridge.run_in_thread(
                lambda progress: (action, self.sampler.directions(action)),
                self._tell_directions,
                self._tell_problem,
                key="directions",
                owner=self,
            )
        if self.map is None:
            bridge.run_in_thread(
                lambda progress: self.sampler.latent_map(),
                self._tell_map,
                self._tell_problem,
                key="latent-map",
                owner=self,
            )

    def _tell_directions(self, result: tuple[str, tuple[str, ...]]) -> None:
        action, names = result
        if action == self._directions_of:
            self.directions_changed.emit(names)

    def _tell_map(self, latent_map: LatentMap) -> None:
        self.map = latent_map
        if self.settings is not None:
            for index in self.places:
                shape = self.shapes.get(index, SampleShape())
                self.places[index] = self.sampler.place(self.settings, index, shape)
        self.map_changed.emit(latent_map)
        self.samples_changed.emit()

    def place_of(self, index: int | None) -> tuple[float, float] | None:
        """Where a sample lies on the map."""
        return None if index is None else self.places.get(index)

    def _tell_problem(self, message: str, hint: str) -> None:
        self.busy_changed.emit("")
        self._document.problem.emit(message, hint)


def _is_unsaved(clip: ShownClip) -> bool:
    return clip.clip_id is None and clip.kind == "generated"


def _library_name(clip: ShownClip) -> str:
    origin = clip.motion.provenance
    index = index_of(clip.key)
    seed = f"_{origin.seed:04d}" if origin.seed is not None else ""
    tail = f" {letter(index)}" if index is not None else ""
    return f"{clip.name.replace(' ', '_')}{seed}{tail}"
