"""The source video beside the compared bodies, in step, with each estimate's skeleton over it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSplitter

from core.progress import Progress
from core.skeleton import PARENTS
from studio import bridge
from studio.pages.compare_session import CompareSession
from studio.panels.video_view import VideoView
from studio.playback import Playback
from studio.services.compare_video import SourceVideo, find_video

_UNKNOWN = (
    "The video of these clips is not known.\nImport it on the Capture page: clips estimated there "
    "are drawn over it."
)
MOST = 0.42
"""How much of the stage's width the video takes at most."""
Points = npt.NDArray[np.float64]


class CompareVideo(VideoView):
    """Follows the clock; one skeleton a clip, in its colour."""

    def __init__(self, session: CompareSession, playback: Playback) -> None:
        super().__init__()
        self._session, self._playback = session, playback
        self._source: SourceVideo | None = None
        self._asked: tuple[object, ...] = ()
        self._picture_index = -1
        self._skeletons: list[tuple[Points, str]] = []
        self.setAccessibleName("Source video")
        playback.time_changed.connect(self._follow)
        session.answered.connect(self.look)
        session.clips_changed.connect(self.look)

    @property
    def skeletons(self) -> list[tuple[Points, str]]:
        """What is drawn over the picture: points (24, 2) in 0..1 of it, and a colour."""
        return self._skeletons

    def look(self) -> None:
        """Read the clips' video, if one sees this view and the clips are others than before."""
        asked = tuple((clip.clip_id, id(clip.motion)) for clip in self._session.clips)
        project = self._session._document.project
        if self.isHidden() or project is None:
            return
        if asked == self._asked:
            self._follow(self._playback.time)
            return
        self._asked, self._source, self._picture_index = asked, None, -1
        self.set_picture(None)
        self._skeletons = []
        folder = Path(project.folder)
        clips = [(clip.clip_id, clip.motion) for clip in self._session.clips]
        self.set_notice("Reading the video…" if clips else _UNKNOWN)
        bridge.run_in_thread(
            lambda progress: _read(folder, clips, progress), self._came,
            lambda message, hint: self.set_notice(f"{message} {hint}"),
            lambda fraction, text, _preview: self.set_notice(text, fraction),
            key="compare-video", owner=self,
        )  # fmt: skip

    def share_room(self) -> None:
        """Take from the stage what the picture's shape needs, and leave the rest to the bodies."""
        stage = self.parentWidget()
        if not isinstance(stage, QSplitter) or self.isHidden():
            return
        whole, height = stage.width(), stage.height()
        shape = self._source.frames.size if self._source is not None else (3, 4)
        wanted = (height - 56) * shape[0] / max(shape[1], 1) + 24
        width = round(min(max(wanted, 240), MOST * whole))
        stage.setSizes([width, whole - width])

    def _came(self, source: SourceVideo | None) -> None:
        self._source = source
        self.share_room()
        self.set_notice("" if source is not None else _UNKNOWN)
        self._follow(self._playback.time)

    def _frames_now(self) -> list[int | None]:
        """Each clip's own frame at this moment, None where it has none."""
        answer, now = self._session.answer, self._playback.frame
        if answer is None:
            return [min(now, clip.motion.num_frames - 1) for clip in self._session.clips]
        frames = np.asarray(answer.comparison.frames)
        column = frames[:, min(now, frames.shape[1] - 1)].tolist()
        return [frame if frame >= 0 else None for frame in column]

    def _follow(self, seconds: float) -> None:
        source = self._source
        if source is None or self.isHidden():
            return
        frames = self._frames_now()
        at: float | None = None
        skeletons = []
        for clip, track, frame in zip(self._session.clips, source.tracks, frames, strict=False):
            if frame is None:
                continue
            if track is not None and frame < len(track.times):
                at = float(track.times[frame]) if at is None else at
                skeletons.append((track.points[frame], clip.color))
            elif at is None:
                at = source.frames.times[0] + frame / clip.motion.fps
        self._skeletons = skeletons
        index = source.frames.index_at((at or 0.0) - source.frames.times[0])
        if index != self._picture_index:
            self._picture_index = index
            self.set_picture(source.frames.picture(index))
            self.set_caption(f"{source.frames.path.name} · frame {source.frames.indices[index]}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        place = self.picture_rect()
        if not place.isEmpty():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for points, color in self._skeletons:
                paint_skeleton(painter, place, points, color)


def paint_skeleton(painter: QPainter, place: QRectF, points: Points, color: str) -> None:
    """Draw bones between (24, 2) points in 0..1 of ``place``; those that are nan are left out."""
    width = max(2.0, place.height() / 220)
    spots: list[QPointF | None] = [
        QPointF(place.x() + x * place.width(), place.y() + y * place.height())
        if np.isfinite(x) and np.isfinite(y)
        else None
        for x, y in points.tolist()
    ]
    for shade, thick in ((QColor(0, 0, 0, 110), width + 1.6), (QColor(color), width)):
        painter.setPen(QPen(shade, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for joint, parent in enumerate(PARENTS):
            a, b = spots[joint], spots[parent] if parent >= 0 else None
            if a is not None and b is not None:
                painter.drawLine(a, b)


def _read(
    folder: Path, clips: Sequence[tuple[str | None, object]], progress: Progress
) -> SourceVideo | None:
    return find_video(folder, clips, progress)  # type: ignore[arg-type]
