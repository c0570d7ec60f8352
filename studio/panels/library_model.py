"""The library's clips as a Qt model: rows from the project, pictures drawn in a thread."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QImage, QPixmap

from core.errors import StudioError
from core.motion import Motion
from studio import bridge, theme
from studio.document import Document

if TYPE_CHECKING:
    from core.project import Clip, Project

CLIP_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_PICTURES = 500
_WAITING = 24
_RATIO = 2  # pictures are drawn at twice their size, for sharp screens
PICTURE = 38  # logical pixels
JUDGED_KINDS = ("estimated", "imported")  # what was not made by the program itself


class LibraryModel(QAbstractListModel):
    """Rows of the library that match the search."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._search = ""
        self._clips: list[Clip] = []
        self._pictures: OrderedDict[str, QPixmap] = OrderedDict()
        self._grades: dict[str, str] = {}  # clip id -> good, usable, poor; judged with the picture
        self._stamps: dict[str, int] = {}  # clip id -> when its file was written, as pictured
        self._failed: set[str] = set()
        self._wanted: list[str] = []
        self._drawing: bridge.Handle | None = None
        document.library_changed.connect(self.reload)
        document.project_changed.connect(self._forget)
        self.reload()

    @property
    def clips(self) -> list[Clip]:
        return self._clips

    def set_search(self, text: str) -> None:
        """Show only clips that match."""
        if text != self._search:
            self._search = text
            self.reload()

    @property
    def search(self) -> str:
        return self._search

    def reload(self) -> None:
        """Read the rows anew; rows that stay keep their place and selection."""
        clips = self._document.clips(self._search)
        self._drop_outdated()
        if [c.id for c in clips] == [c.id for c in self._clips]:
            self._clips = clips
            if clips:
                self.dataChanged.emit(self.index(0), self.index(len(clips) - 1))
            return
        self.beginResetModel()
        self._clips = clips
        self.endResetModel()

    def _drop_outdated(self) -> None:
        """Forget pictures and words of clips that were edited since."""
        for clip_id, stamp in list(self._stamps.items()):
            if self._written(clip_id) != stamp:
                del self._stamps[clip_id]
                self._pictures.pop(clip_id, None)
                self._grades.pop(clip_id, None)

    def _written(self, clip_id: str) -> int:
        project = self._document.project
        try:
            return 0 if project is None else project.path(clip_id).stat().st_mtime_ns
        except (OSError, StudioError):
            return 0

    def row_of(self, clip_id: str) -> int:
        """Row of a clip, or -1."""
        return next((i for i, c in enumerate(self._clips) if c.id == clip_id), -1)

    # -- Qt ---------------------------------------------------------------------------------------
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._clips)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if not 0 <= index.row() < len(self._clips):
            return None
        clip = self._clips[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return clip.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            grade = f", {self.grade(clip)}" if self.grade(clip) else ""
            return f"{clip.name}, {clip_details(clip)}{grade}"
        if role == Qt.ItemDataRole.ToolTipRole:
            source = f"\nfrom {clip.source}" if clip.source else ""
            label = f"\naction: {clip.label}" if clip.label else ""
            grade = f" · {self.grade(clip)}" if self.grade(clip) else ""
            return f"{clip.name}\n{clip_details(clip)}{grade}{label}{source}"
        if role == CLIP_ROLE:
            return clip
        return None

    def setData(
        self, index: QModelIndex | QPersistentModelIndex, value: Any,
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:  # fmt: skip
        from core.project import RenameClip

        clip = self._clips[index.row()]
        name = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not name or name == clip.name:
            return False
        return self._document.execute(RenameClip(clip.id, name))

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    # -- pictures ---------------------------------------------------------------------------------
    def picture(self, clip: Clip) -> QPixmap | None:
        """The clip's picture if it is drawn; asks for it otherwise."""
        found = self._pictures.get(clip.id)
        if found is None and clip.id not in self._failed:
            if clip.id not in self._wanted:
                self._wanted.append(clip.id)
                del self._wanted[:-_WAITING]  # what was scrolled past is asked for again if seen
            self._draw_next()
        return found

    @property
    def is_drawing(self) -> bool:
        """Whether pictures that were asked for are still to come."""
        return self._drawing is not None or bool(self._wanted)

    def grade(self, clip: Clip) -> str:
        """How good an estimated clip is: "good", "usable" or "poor"; "" while nobody has judged."""
        return self._grades.get(clip.id, "")

    def _draw_next(self) -> None:
        project = self._document.project
        if self._drawing is not None or project is None:
            return
        while self._wanted:
            clip_id = self._wanted.pop(0)
            row = self.row_of(clip_id)
            if row >= 0:
                self._draw(project, self._clips[row])
                return

    def _draw(self, project: Project, clip: Clip) -> None:
        color = theme.source_color(clip.kind, clip.estimator)
        failed = partial(self._drawn, clip.id, None)
        self._drawing = bridge.run_in_thread(
            lambda progress: _pictured(project.motion(clip.id), color, clip.kind),
            partial(self._drawn, clip.id),
            lambda message, hint: failed(),
            on_cancelled=failed,
            key=f"pictures-{id(self)}",
            owner=self,
        )

    def _drawn(self, clip_id: str, drawn: tuple[QImage, str] | None) -> None:
        self._drawing = None
        if drawn is None:
            self._failed.add(clip_id)  # the row stays without a picture; opening it says why
        else:
            image, self._grades[clip_id] = drawn
            self._stamps[clip_id] = self._written(clip_id)
            picture = QPixmap.fromImage(image)
            picture.setDevicePixelRatio(_RATIO)
            self._pictures[clip_id] = picture
            while len(self._pictures) > _PICTURES:
                self._pictures.popitem(last=False)
        row = self.row_of(clip_id)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))
        self._draw_next()

    def _forget(self) -> None:
        self._pictures.clear()
        self._grades.clear()
        self._stamps.clear()
        self._failed.clear()
        self._wanted.clear()


def clip_details(clip: Clip) -> str:
    """The second line of a clip: its frames and frame rate."""
    frames = "1 frame" if clip.num_frames == 1 else f"{clip.num_frames} frames"
    return (
        f"{frames} · {clip.fps:g} fps"
        if clip.fps == round(clip.fps)
        else (f"{frames} · {clip.fps:.2f} fps")
    )


def _pictured(motion: Motion, color: str, kind: str) -> tuple[QImage, str]:
    """Draw a clip and judge it, where there is something to judge: in one thread, once."""
    if kind not in JUDGED_KINDS:
        return _picture(motion, color), ""
    from studio.services.importing import judged

    return _picture(motion, color), judged(motion).grade


def _picture(motion: Motion, color: str) -> QImage:
    from studio.viewport.thumbnail import thumbnail

    side = PICTURE * _RATIO
    pixels = thumbnail(motion, color, (side, side))
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, width * 4, QImage.Format.Format_RGBA8888).copy()
