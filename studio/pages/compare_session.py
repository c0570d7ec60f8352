"""What the Compare page works on: the clips, how they are aligned, and what came out.

Comparing, angles, pictures and the figure's preview are made in threads, the newest request wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from core.errors import StudioError
from core.motion import Motion
from core.progress import Progress
from studio import bridge, theme
from studio.document import Document, ShownClip
from studio.playback import Playback
from studio.services.compare_video import seen_points
from studio.services.comparing import FIRST_ANGLE, MAX_CLIPS, Answer, Comparer, Question

OVER_OPACITY = 0.55
"""How solid the bodies laid over the first are."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ComparedClip:
    """A clip on the page: ``name`` short and unique among them, ``detail`` the clip's own name."""

    key: str
    motion: Motion
    name: str
    detail: str
    color: str
    kind: str
    clip_id: str | None = None
    offset: int = 0


_SHADES = ((theme.TEXT, 0.0), (theme.TEXT, 0.55), (theme.WINDOW, 0.32), (theme.TEXT, 0.88))
"""Of an estimator's several clips: its own colour, lighter, darker, nearly white."""


def _shade(color: str, before: int) -> str:
    towards, amount = _SHADES[before % len(_SHADES)]
    return theme.mix(color, towards, amount)


def named(clips: Sequence[ShownClip]) -> list[ComparedClip]:
    """Give clips the names and colours they have everywhere: their estimator's.

    Of several by one estimator the later ones are lighter or darker, and letters tell them apart.
    """
    sources = [theme.source_name(c.kind, c.motion.provenance.estimator) for c in clips]
    found = []
    for index, (clip, source) in enumerate(zip(clips, sources, strict=True)):
        before = sources[:index].count(source)
        base = clip.color or theme.source_color(clip.kind, clip.motion.provenance.estimator)
        name = source if sources.count(source) == 1 else f"{source} {'abcd'[before]}"
        found.append(
            ComparedClip(
                key=f"compare-{clip.key}-{index}", motion=clip.motion, name=name, kind=clip.kind,
                detail=f"{clip.name} {clip.detail}".strip(), clip_id=clip.clip_id,
                color=base if clip.color else _shade(base, before),
            )
        )  # fmt: skip
    return found


class CompareSession(QObject):
    """The page's state. Methods are orders, signals are facts.

    ``clips_changed``; ``answered`` when a comparison is there (or no longer); ``angles_ready`` when
    the curves are; ``pictures_ready(list)`` one of the body at each of the worst moments;
    ``busy_changed(text)``.
    """

    clips_changed = Signal()
    answered = Signal()
    angles_ready = Signal()
    pictures_ready = Signal(list)
    busy_changed = Signal(str)

    def __init__(
        self, document: Document, playback: Playback, parent: QObject | None = None,
        comparer: Comparer | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._document, self._playback = document, playback
        self.comparer = comparer or Comparer(look_up=self._seen)
        self.clips: list[ComparedClip] = []
        self.space, self.timing = "heading", "frames"
        self.layout = "views"
        self.has_heat = False
        self.angle = FIRST_ANGLE
        self.answer: Answer | None = None
        self.angles: tuple[npt.NDArray[np.float64], ...] = ()

    # -- which clips ------------------------------------------------------------------------------
    def take(self, clips: Sequence[ShownClip]) -> None:
        """Compare these; more than four are cut off with a word about it."""
        if len(clips) > MAX_CLIPS:
            self._document.message.emit(
                f"Only the first {MAX_CLIPS} of {len(clips)} clips are compared."
            )
        self.clips = named(clips[:MAX_CLIPS])
        self.timing = "frames" if _same_source(self.clips) else "shift"
        self._changed()

    def take_from_library(self, clip_ids: Sequence[str]) -> None:
        """Compare clips of the library."""
        project = self._document.project
        if project is None:
            return
        known = {clip.id: clip for clip in self._document.clips()}
        try:
            shown = [
                ShownClip(
                    key=i, motion=project.motion(i), name=known[i].name, kind=known[i].kind,
                    clip_id=i,
                )
                for i in clip_ids if i in known
            ]  # fmt: skip
        except StudioError as error:
            self._document.problem.emit(error.message, error.hint)
            return
        if len(shown) == 1 and len(self.clips) == 1:  # one after the other is as good as both
            shown = [*self.as_shown(), *shown]
        self.take(shown)

    def as_shown(self) -> list[ShownClip]:
        """The clips as they came."""
        return [
            ShownClip(
                key=clip.key, motion=clip.motion, name=clip.detail, kind=clip.kind,
                clip_id=clip.clip_id,
            )
            for clip in self.clips
        ]  # fmt: skip

    def remove(self, key: str) -> None:
        """Take a clip out."""
        self.clips = [clip for clip in self.clips if clip.key != key]
        self._changed()

    def swap(self) -> None:
        """Let the second clip be the reference, and the first the second."""
        if len(self.clips) > 1:
            first, second, *rest = self.clips
            self.clips = [second, first, *rest]
            self._changed()

    # -- how --------------------------------------------------------------------------------------
    def set_space(self, space: str) -> None:
        """Align the bodies another way."""
        if space != self.space:
            self.space = space
            self._changed()

    def set_timing(self, timing: str) -> None:
        """Align the clips in time another way."""
        if timing != self.timing:
            self.timing = timing
            self._changed()

    def set_offset(self, key: str, frames: int) -> None:
        """Let a clip begin some frames later."""
        self.clips = [replace(c, offset=frames) if c.key == key else c for c in self.clips]
        self._ask()

    def set_layout(self, layout: str) -> None:
        """Show "views", "overlay" or "wipe"."""
        self.layout = layout
        self.show()

    def set_heat(self, has_heat: bool) -> None:
        """Colour the bodies by their difference from the reference, or not."""
        self.has_heat = has_heat
        self.show()

    def set_angle(self, name: str) -> None:
        """Plot another joint's angle."""
        self.angle = name
        self._ask_angles()

    # -- comparing --------------------------------------------------------------------------------
    def question(self) -> Question:
        """What is asked now."""
        return Question(
            motions=tuple(clip.motion for clip in self.clips), space=self.space,
            clip_ids=tuple(clip.clip_id for clip in self.clips),
            timing=self.timing, offsets=tuple(clip.offset for clip in self.clips),
        )  # fmt: skip

    def _seen(self, clip_id: str | None, motion: Motion) -> tuple[Any, Any] | None:
        """The points seen in a clip's video, and its camera; asked for from a thread."""
        project = self._document.project
        return seen_points(Path(project.folder), clip_id, motion) if project is not None else None

    def _changed(self) -> None:
        self.clips_changed.emit()
        self._ask()

    def _ask(self) -> None:
        if len(self.clips) < 2:
            self.answer, self.angles = None, ()
            self.answered.emit()
            self.show()
            return
        question = self.question()
        known = self.comparer.known(question)
        if known is not None:
            self._take(known)
            return
        self.busy_changed.emit("Comparing…")
        if self.answer is None:
            self.show()
        bridge.run_in_thread(
            lambda progress: self.comparer.answer(question, progress),
            self._take,
            self._failed,
            key="compare",
            owner=self,
        )

    def _failed(self, message: str, hint: str) -> None:
        self.answer, self.angles = None, ()
        self.busy_changed.emit("")
        self.answered.emit()
        self._document.problem.emit(message, hint)

    def _take(self, answer: Answer) -> None:
        if answer.question.key != self.question().key:
            return
        self.answer = answer
        self.busy_changed.emit("")
        self.show()
        self.answered.emit()
        self._ask_angles()
        self._ask_pictures()

    def _ask_angles(self) -> None:
        answer, name = self.answer, self.angle
        if answer is None:
            self.angles = ()
            self.angles_ready.emit()
            return

        def work(progress: Progress) -> list[npt.NDArray[np.float64]]:
            return [
                np.where(there, self.comparer.angle(motion, name), np.nan)
                for motion, there in zip(answer.motions, answer.present, strict=True)
            ]

        def done(curves: list[npt.NDArray[np.float64]]) -> None:
            if self.answer is answer:
                self.angles = tuple(curves)
                self.angles_ready.emit()

        bridge.run_in_thread(
            work, done, self._document.problem.emit, key="compare-angles", owner=self
        )

    def _ask_pictures(self) -> None:
        answer = self.answer
        if answer is None or not answer.moments:
            return
        colors = [clip.color for clip in self.clips]

        def work(progress: Progress) -> list[npt.NDArray[np.uint8]]:
            from studio.viewport.thumbnail import thumbnail

            pictures = []
            for k, moment in answer.moments:
                progress.step(0.0, "")
                frame = min(int(moment.peak_frame), answer.num_frames - 1)
                pictures.append(thumbnail(answer.motions[k], colors[k], (88, 88), frame=frame))
            return pictures

        def done(pictures: list[npt.NDArray[np.uint8]]) -> None:
            if self.answer is answer:
                self.pictures_ready.emit(pictures)

        bridge.run_in_thread(
            work, done, lambda message, hint: None, key="compare-pictures", owner=self
        )

    # -- showing ----------------------------------------------------------------------------------
    def shown(self) -> list[ShownClip]:
        """The clips as they stand in the viewport: aligned, all in one place."""
        if not self.clips:
            return []
        motions = [clip.motion for clip in self.clips]
        if self.answer is not None and len(self.answer.motions) == len(motions):
            motions = list(self.answer.motions)
        low, high = motions[0].trans.min(axis=0), motions[0].trans.max(axis=0)
        middle = (low + high) / 2
        place = (-float(middle[0]), 0.0, -float(middle[2]))
        return [
            ShownClip(
                key=clip.key, motion=motion, name=clip.name, detail=clip.detail, kind=clip.kind,
                color=clip.color, place=place, clip_id=None,
                opacity=OVER_OPACITY if self.layout == "overlay" and index else 1.0,
            )
            for index, (clip, motion) in enumerate(zip(self.clips, motions, strict=True))
        ]  # fmt: skip

    def show(self) -> None:
        """Put the clips into the viewport."""
        self._document.show(self.shown())

    def go_to_moment(self, index: int) -> None:
        """Stop at one of the worst moments."""
        if self.answer is not None and index < len(self.answer.moments):
            self._playback.pause()
            self._playback.seek_frame(int(self.answer.moments[index][1].peak_frame))


def _same_source(clips: Sequence[ComparedClip]) -> bool:
    """Whether frames belong together by number: of one video, or made of one action and seed."""
    made = [clip.motion.provenance for clip in clips]
    if all(source.seed is not None for source in made):
        return len({(source.label, source.seed, source.sample) for source in made}) == 1
    return len({source.source_sha256 or source.source for source in made}) == 1
