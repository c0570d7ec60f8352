"""Filming what the view shows: which kind of file, how large, from where, with what around it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from core.errors import StudioError
from core.export.video_writer import MOVIE_FORMATS
from core.progress import Progress
from studio import theme
from studio.dialogs.export_form import add_row, form_grid
from studio.dialogs.work_dialog import Choice, FolderField, WorkDialog
from studio.document import Document
from studio.settings import Settings
from studio.viewport.items import BodyItem
from studio.viewport.movie import MovieSettings, check_movie, make_movie

if TYPE_CHECKING:
    from studio.viewport import Viewport

SIZES: tuple[tuple[str, tuple[int, int]], ...] = (
    ("1280 x 720", (1280, 720)),
    ("1920 x 1080", (1920, 1080)),
    ("3840 x 2160", (3840, 2160)),
    ("1080 x 1080, square", (1080, 1080)),
    ("1080 x 1920, upright", (1080, 1920)),
    ("640 x 360, for a readme", (640, 360)),
)
RATES = (15.0, 24.0, 25.0, 30.0, 50.0, 60.0)
AS_SEEN = "as in the view"
CAMERAS: tuple[tuple[str, str], ...] = (
    ("As in the view", AS_SEEN),
    ("Three-quarter, all bodies", "three-quarter"),
    ("Front, all bodies", "front"),
    ("Side, all bodies", "side"),
)
WAYS: tuple[tuple[str, tuple[float, bool]], ...] = (
    ("The clips play", (0.0, False)),
    ("Turntable: the clips play, the camera goes round once", (1.0, False)),
    ("Turntable of this moment: the bodies stand still", (1.0, True)),
)
BACKGROUNDS: tuple[tuple[str, str], ...] = (
    ("Studio", "dark"),
    ("White, for papers", "white"),
    ("Transparent (PNG only)", "transparent"),
)
TURN_SECONDS = 6.0


class MovieDialog(WorkDialog):
    """Asks how the movie shall look, films in a process of its own, says where it is."""

    def __init__(
        self,
        document: Document,
        viewport: Viewport,
        parent: QWidget | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__("Film the view", "Film", parent)
        self._document = document
        self._viewport = viewport
        self._store = settings or Settings()
        self.setMinimumWidth(560)
        self.kind = _choice((f"{f.name}: {f.description}", e) for e, f in MOVIE_FORMATS.items())
        self.size_choice = _choice(SIZES)
        self.rate = _choice((f"{rate:g} a second", rate) for rate in RATES)
        self.camera = _choice(CAMERAS)
        self.way = _choice(WAYS)
        self.background = _choice(BACKGROUNDS)
        self.trails = QCheckBox("Trails")
        self.contacts = QCheckBox("Standing feet")
        self.ghosts = QCheckBox("Ghosts")
        self.skeleton = QCheckBox("Skeleton")
        self.name = QLineEdit(_file_name(document))
        self._folder = FolderField(self, Path.home() / "Motion Studio")
        self.folder = self._folder.line
        self._compose()
        self.rate.select(30.0)
        self.folder.setText(self._store.text("export/folder", self.folder.text()))
        self._ask()

    def _compose(self) -> None:
        grid = form_grid()
        add_row(grid, "File", self.kind)
        add_row(grid, "Size", self.size_choice, "Pixels of a picture")
        add_row(grid, "Pictures", self.rate)
        add_row(grid, "What moves", self.way)
        add_row(grid, "Camera", self.camera)
        add_row(grid, "Background", self.background)
        marks = QWidget()
        row = QHBoxLayout(marks)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        for box in (self.trails, self.contacts, self.ghosts, self.skeleton):
            row.addWidget(box)
            box.toggled.connect(self._ask)
        row.addStretch(1)
        add_row(grid, "Show", marks)
        folder = QWidget()
        folder.setLayout(self._folder)
        self._folder.setContentsMargins(0, 0, 0, 0)
        add_row(grid, "Folder", folder)
        add_row(grid, "File name", self.name)
        self.content.addLayout(grid)
        for choice in (
            self.kind, self.size_choice, self.rate, self.way, self.camera, self.background,
        ):  # fmt: skip
            choice.currentIndexChanged.connect(self._ask)
        for line in (self.folder, self.name):
            line.textChanged.connect(self._ask)

    # -- answers ----------------------------------------------------------------------------------
    def items(self) -> list[BodyItem]:
        """The bodies of the view."""
        return self._document.bodies()

    @property
    def path(self) -> Path:
        """The file to write."""
        return self._folder.folder / f"{self.name.text().strip() or 'movie'}{self.ending}"

    @property
    def ending(self) -> str:
        ending: str = self.kind.currentData()
        return ending

    def settings(self) -> MovieSettings:
        """What the controls say. Raises StudioError for what cannot be filmed."""
        turns, stands_still = self.way.currentData()
        camera = self.camera.currentData()
        view = self._viewport.view if camera == AS_SEEN else None
        return MovieSettings(
            size=tuple(self.size_choice.currentData()),
            fps=self.rate.currentData(),
            camera="three-quarter" if camera == AS_SEEN and view is None else view or camera,
            turns=turns,
            frozen=self._viewport.seconds if stands_still else None,
            length=TURN_SECONDS if stands_still else None,
            background=self.background.currentData(),
            mode="skeleton" if self.skeleton.isChecked() else "body",
            ghosts=self.ghosts.isChecked(),
            trails=self.trails.isChecked(),
            contacts=self.contacts.isChecked(),
        )

    def _ask(self) -> None:
        if self.is_working:
            return
        self.asked_anew()
        try:
            items, settings = self.items(), self.settings()
            check_movie(items, self.path, settings)
        except StudioError as error:
            self.say(f"{error.message} {error.hint}", theme.WARNING)
            self.work_button.setEnabled(False)
            return
        count = len(settings.times(items))
        there = " It replaces the file of that name." if self.path.exists() else ""
        self.say(
            f"{count} pictures, {count / settings.fps:.1f} seconds: {self.path.name}.{there}",
            theme.DIM,
        )
        self.work_button.setEnabled(True)

    # -- at work ----------------------------------------------------------------------------------
    def begin(self) -> None:
        self.film()

    def film(self) -> None:
        """Write the movie."""
        if self.is_working:
            return
        items, path, settings = self.items(), self.path, self.settings()
        self._store.set("export/folder", self.folder.text())
        self._store.save()

        def work(progress: Progress) -> Path:
            return make_movie(items, path, settings, progress)

        self.start(work, self._done, self._failed)

    def _done(self, written: Path) -> None:
        self.end(f"Written:\n{written}", theme.GOOD, written.parent)
        self._document.message.emit(f"{written.name} written to {written.parent}")

    def _failed(self, message: str, hint: str) -> None:
        self.end(f"{message} {hint}", theme.BAD)
        self._document.problem.emit(message, hint)


def _choice(entries: Iterable[tuple[str, Any]]) -> Choice:
    choice = Choice()
    for text, value in entries:
        choice.addItem(text, value)
    return choice


def _file_name(document: Document) -> str:
    names = dict.fromkeys(clip.name for clip in document.shown)
    return " and ".join(list(names)[:2]) or "movie"
