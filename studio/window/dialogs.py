"""The one place that opens dialogs, so that tests and the guided tour can answer for the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from core.atomic import written_whole
from core.errors import StudioError
from core.paths import data_folder
from studio.actions import Actions
from studio.document import Document

if TYPE_CHECKING:
    from studio.viewport import Viewport


def log_folder() -> Path:
    """Where the log is kept."""
    return data_folder() / "logs"


def ask_folder(parent: QWidget, title: str) -> Path | None:
    """Ask for a folder."""
    answer = QFileDialog.getExistingDirectory(parent, title, str(Path.home()))
    return Path(answer) if answer else None


def ask_clips(parent: QWidget) -> list[Path]:
    """Ask for clip files."""
    answer, _ = QFileDialog.getOpenFileNames(
        parent, "Import clips", str(Path.home()),
        "Motion clips (*.npz *.bvh *.fbx *.glb *.gltf *.vrm *.vrma);;All files (*)",
    )  # fmt: skip
    return [Path(name) for name in answer]


def ask_skeleton(parent: QWidget) -> Path | None:
    """Ask for one file with a skeleton in motion."""
    answer, _ = QFileDialog.getOpenFileName(
        parent, "Import with joint map", str(Path.home()),
        "Skeletons (*.bvh *.fbx *.glb *.gltf *.vrm *.vrma);;All files (*)",
    )  # fmt: skip
    return Path(answer) if answer else None


def save_picture(parent: QWidget, document: Document, picture: npt.NDArray[np.uint8]) -> None:
    """Ask where to, and write an (H, W, 3) uint8 picture as PNG."""
    answer, _ = QFileDialog.getSaveFileName(
        parent, "Save picture", str(Path.home() / "motion.png"), "PNG picture (*.png)"
    )
    if not answer:
        return
    path = Path(answer).with_suffix(".png")
    try:
        write_picture(path, picture)
    except StudioError as error:
        document.problem.emit(error.message, error.hint)
    else:
        document.message.emit(f"Picture saved: {path}")


def write_picture(path: Path, picture: npt.NDArray[np.uint8]) -> None:
    """Write an (H, W, 3) uint8 picture as PNG, whole or not at all. Raises FileProblem."""
    height, width = picture.shape[:2]
    pixels = np.ascontiguousarray(picture)
    image = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
    with written_whole(path) as temporary:
        if not image.save(str(temporary)):
            raise OSError(None, "the picture could not be encoded")


def _show(dialog: QDialog) -> None:
    dialog.setModal(True)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def open_export(parent: QWidget, document: Document) -> None:
    """Open the export dialog for what is selected or shown."""
    from studio.dialogs.export import ExportDialog

    _show(ExportDialog(document, parent))


def open_film(parent: QWidget, document: Document, viewport: Viewport) -> None:
    """Open the dialog that films what the view shows."""
    from studio.dialogs.movie import MovieDialog

    _show(MovieDialog(document, viewport, parent))


def open_models(
    parent: QWidget, document: Document, on_installed: Callable[[], None] | None = None,
    weights: Sequence[tuple[str, Path]] = (),
) -> None:  # fmt: skip
    """Open the dialog about model files; ``on_installed`` is called after one came.

    ``weights``: files that were dropped, by the name of what they are, to check and take over.
    """
    from studio.dialogs.models import ModelsDialog

    dialog = ModelsDialog(document, parent)
    if on_installed is not None:
        dialog.installed.connect(on_installed)
    _show(dialog)
    dialog.take(weights)


def open_joint_map(parent: QWidget, document: Document, path: Path) -> None:
    """Read a file with a skeleton in a thread, then show its joint map and import with it."""
    from studio import bridge
    from studio.services import joint_maps
    from studio.window.files import add_clips, new_clips

    def show(read: joint_maps.Loaded) -> None:
        from studio.dialogs.joint_map import JointMapDialog

        dialog = JointMapDialog(path, read.sources, read.joint_map, parent)
        dialog.imported.connect(lambda clips: add_clips(document, new_clips(path, clips)))
        dialog.problem.connect(document.problem)
        _show(dialog)

    bridge.run_in_thread(
        lambda _progress: joint_maps.load(path), show, document.problem.emit, owner=parent
    )


def open_results(parent: QWidget, document: Document, paths: Sequence[Path]) -> None:
    """Open the dialog about results made elsewhere, for these files."""
    from studio.dialogs.results import ResultsDialog

    _show(ResultsDialog(document, paths, parent))


def ask_results(parent: QWidget) -> list[Path]:
    """Ask for files that other programs wrote."""
    answer, _ = QFileDialog.getOpenFileNames(
        parent, "Import results", str(Path.home()),
        "Results (*.pkl *.pickle *.joblib *.pt *.pth *.npy *.npz *.motion);;All files (*)",
    )  # fmt: skip
    return [Path(name) for name in answer]


def open_shortcuts(parent: QWidget, actions: Actions) -> None:
    """Show the cheat sheet."""
    from studio.window.sheets import ShortcutsDialog

    _show(ShortcutsDialog(actions, parent))


def open_about(parent: QWidget) -> None:
    """Show what this program is."""
    from studio.window.sheets import AboutDialog

    _show(AboutDialog(parent))


def open_log_folder(document: Document) -> None:
    """Open the log's folder in the system's file browser."""
    folder = log_folder()
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        document.message.emit(f"The log is in {folder}")
