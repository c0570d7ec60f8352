"""Starts the window: attributes before the application, look, project, first body, event loop.

Nothing heavy is imported here or before the first frame; torch only when something is sampled.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from core.errors import StudioError
from studio import bridge, theme
from studio.collecting import ModuleKeeper

if TYPE_CHECKING:
    from core.project import Project
    from studio.document import Document
    from studio.settings import Settings
    from studio.window.main_window import MainWindow

log = logging.getLogger(__name__)


def make_application() -> QApplication:
    """The one QApplication, dressed; reuses the one that is there."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    # without shared contexts the OpenGL canvas stays empty after it changes its window
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Motion Studio")
    app.setDesktopFileName("motion-studio")
    theme.apply(app)
    from core.paths import RESOURCES

    app.setWindowIcon(QIcon(str(RESOURCES / "icons" / "logo.svg")))
    return app


def keep_log() -> None:
    """Write the log into the data folder; where that cannot be written, to stderr only."""
    from studio.window.dialogs import log_folder

    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            log_folder() / "studio.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)


def open_project(document: Document, settings: Settings, folder: Path | None) -> None:
    """Open the project asked for, else the last one, else the default one.

    A folder that cannot be opened is said in the window, which then works on the next of them.
    """
    from core.project import Project, default_project

    last = settings.text("project/folder")
    wanted: list[Path | None] = [folder] if folder is not None else []
    if folder is None and last and Path(last).is_dir():
        wanted.append(Path(last))
    wanted.append(None)
    for path in wanted:
        try:
            project: Project = default_project() if path is None else Project.open(path)
        except StudioError as error:
            document.problem.emit(error.message, error.hint)
        else:
            document.set_project(project)
            return


def show_something(document: Document, settings: Settings) -> None:
    """Show what was shown last, else the newest clip, else the greeting: never an empty floor."""
    clips = document.clips()
    alive = {clip.id for clip in clips}
    last = [clip_id for clip_id in settings.texts("project/shown") if clip_id in alive]
    document.show_from_library(last or [clip.id for clip in clips[:1]])
    if not document.shown:
        from studio.greeting import greeting

        document.show([greeting()])


def make_window(project: Path | None = None) -> MainWindow:
    """The whole window with its project open and a body on the floor, not yet shown."""
    from studio.document import Document
    from studio.settings import Settings
    from studio.window.main_window import MainWindow

    settings = Settings()
    document = Document()
    window = MainWindow(document, settings=settings)
    open_project(document, settings, project)
    show_something(document, settings)
    return window


def catch_bugs(window: MainWindow) -> None:
    """Log what no code expected and say so in the window, which goes on."""

    def caught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        log.error("unexpected error", exc_info=(kind, error, trace))
        if sys.__stderr__ is not None:
            sys.__excepthook__(kind, error, trace)
        window.show_problem(
            f"{bridge.BUG_MESSAGE} ({kind.__name__}: {error})".replace("\n", " "), bridge.BUG_HINT
        )

    sys.excepthook = caught


def run(
    project: Path | None = None, video: Path | None = None, screenshot: Path | None = None
) -> int:
    """Open the window and stay until it is closed; returns the exit status.

    ``video`` is imported at once; ``screenshot`` saves the window's picture there after the first
    frame and quits.
    """
    begun = time.perf_counter()
    app = make_application()
    keep_log()
    window = make_window(project)
    catch_bugs(window)
    ModuleKeeper(window)
    window.show()
    log.info("window after %.2f s", time.perf_counter() - begun)
    window.middle.viewport.first_frame_drawn.connect(
        lambda: log.info("first body after %.2f s", time.perf_counter() - begun)
    )
    QTimer.singleShot(2000, window, window.watch_trainings)  # after the first picture
    if video is not None:
        QTimer.singleShot(0, window, lambda: window.import_files([video]))
    else:
        window.middle.viewport.first_frame_drawn.connect(window.playback.play)
    if screenshot is not None:
        window.middle.viewport.first_frame_drawn.connect(
            lambda: QTimer.singleShot(700, window, lambda: _save_and_close(window, screenshot))
        )
    status = app.exec()
    sys.excepthook = sys.__excepthook__
    window.deleteLater()  # before the application goes, or the driver may crash at exit
    app.processEvents()
    return status


def _save_and_close(window: MainWindow, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    window.grab().save(str(path))
    window.close()
