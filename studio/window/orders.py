"""What the rows of the table of actions do in the window: each order is a call or two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.window import dialogs, files

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow as _Window

    from studio.actions import Actions
    from studio.document import Document
    from studio.panels.library import LibraryPanel
    from studio.window.header import Header
    from studio.window.middle import Middle
    from studio.window.palette import CommandPalette
    from studio.window.splitter import Columns
else:
    _Window = object


class Orders(_Window):
    """The part of the main window that ``studio.window.commands`` points to."""

    document: Document
    actions_table: Actions
    header: Header
    middle: Middle
    columns: Columns
    palette_: CommandPalette
    page_id: str

    def go_to(self, page_id: str) -> None:
        """Switch to a page."""
        raise NotImplementedError

    def hand_over(self, page_id: str, what: Any) -> None:
        """Switch to a page and give it something to work on."""
        raise NotImplementedError

    def page(self, page_id: str) -> Any:
        """The page, made on first use."""
        raise NotImplementedError

    def visible_library(self) -> LibraryPanel | None:
        """The library panel one sees, if the page has one."""
        raise NotImplementedError

    def middle_view(self) -> Middle:
        """The middle, for actions that are asked before it is there."""
        return self.middle

    def is_page(self, page_id: str) -> bool:
        """Whether a page is on screen."""
        return self.page_id == page_id

    def set_camera(self, name: str) -> None:
        """Look from one of the presets."""
        self.middle.set_camera(name)

    def is_camera(self, name: str) -> bool:
        """Whether the view looks from this preset."""
        return self.middle.viewport.camera == name

    def toggle_extra(self, name: str) -> None:
        """Draw ghosts, trails or contacts, or no longer."""
        self.middle.toggle_extra(name)

    def has_extra(self, name: str) -> bool:
        """Whether ghosts, trails or contacts are drawn."""
        return name in self.middle.extras

    def has_viewport(self) -> bool:
        """Whether there is a picture to save."""
        return self.middle.viewport.is_available

    def has_library_selection(self) -> bool:
        """Whether clips are selected in the library."""
        return bool(self.document.library_selection)

    def has_one_selected(self) -> bool:
        """Whether exactly one clip is selected in a library that is on screen."""
        return len(self.document.library_selection) == 1 and self.visible_library() is not None

    def can_delete_clips(self) -> bool:
        """Whether clips are selected in a library that is on screen; none goes unseen."""
        return self.has_library_selection() and self.visible_library() is not None

    def can_export(self) -> bool:
        """Whether there is anything to export."""
        return bool(self.document.shown or self.document.library_selection)

    def import_video(self) -> None:
        """Ask for a video and estimate it."""
        self.go_to("capture")
        self.page("capture").import_videos(None)

    def import_sample(self) -> None:
        """Estimate the sample video."""
        self.go_to("capture")
        self.page("capture").import_sample()

    def import_clip(self) -> None:
        """Ask for clip files and add them to the library."""
        self.import_files(dialogs.ask_clips(self))

    def import_mapped(self) -> None:
        """Ask for a file with a skeleton and show which joint it takes for which."""
        path = dialogs.ask_skeleton(self)
        if path is not None:
            dialogs.open_joint_map(self, self.document, path)

    def import_results(self) -> None:
        """Ask for files that other programs wrote, and show what is in them."""
        paths = dialogs.ask_results(self)
        if paths:
            dialogs.open_results(self, self.document, paths)

    def import_files(self, paths: Sequence[Path]) -> None:
        """Take in files dropped or named at the start: videos, clips, results, weights, models."""
        chosen = files.sorted_files(paths)
        if chosen.models:
            self.hand_over("create", {"checkpoint": chosen.models[0], "is_own": True})
        if chosen.weights:
            dialogs.open_models(self, self.document, self._models_came, chosen.weights)
        if chosen.videos:
            self.go_to("capture")
            self.page("capture").import_videos(list(chosen.videos))

        def rest(read: files.Read) -> None:
            results = (*(path for path in chosen.results if path.is_file()), *read.results)
            if results:
                dialogs.open_results(self, self.document, results)
            for path in read.unmapped:
                dialogs.open_joint_map(self, self.document, path)
            for path in read.datasets[:1]:  # one dialog at a time
                self.hand_over("data", {"import": path})

        folders = [path for path in chosen.results if path.is_dir()]
        if chosen.clips or folders:
            files.read_in_thread(self.document, (*chosen.clips, *folders), rest)
        else:
            rest(files.Read())

    def new_project(self) -> None:
        """Ask for a folder and start a project in it."""
        folder = dialogs.ask_folder(self, "New project: choose an empty folder")
        if folder is not None:
            self.document.open_project(folder)

    def open_project(self) -> None:
        """Ask for a project's folder and open it."""
        folder = dialogs.ask_folder(self, "Open project")
        if folder is not None:
            self.document.open_project(folder)

    def export(self) -> None:
        """Open the export dialog."""
        dialogs.open_export(self, self.document)

    def can_film(self) -> bool:
        """Whether there is anybody to film."""
        return bool(self.document.shown)

    def film(self) -> None:
        """Open the dialog that films the view."""
        dialogs.open_film(self, self.document, self.middle.viewport)

    def save_picture(self) -> None:
        """Save what the viewport shows."""
        dialogs.save_picture(self, self.document, self.middle.viewport.grab_image())

    def show_models(self) -> None:
        """Show what is installed and what is missing."""
        dialogs.open_models(self, self.document, self._models_came)

    def _models_came(self) -> None:
        """A page that lists estimators looks again."""
        show = getattr(self.page(self.page_id), "show_estimators", None)
        if show is not None:
            show()

    def show_clips(self) -> None:
        """Put the library's selection into the viewport."""
        self.document.show_from_library(self.document.library_selection)

    def compare_clips(self) -> None:
        """Compare the library's selection on its page."""
        self.hand_over("compare", self.document.library_selection)

    def rename_clip(self) -> None:
        """Rename the selected clip where it stands."""
        library = self.visible_library()
        if library is not None:
            library.rename_current()

    def delete_clips(self) -> None:
        """Move the library's selection to the bin."""
        from core.project import DeleteClips

        chosen = self.document.library_selection
        if self.document.execute(DeleteClips(chosen)):
            what = "Clip" if len(chosen) == 1 else f"{len(chosen)} clips"
            key = self.actions_table.key_text("undo")
            self.document.message.emit(f"{what} deleted. {key} brings it back.")

    def find_clip(self) -> None:
        """Go to the library's filter."""
        if self.visible_library() is None:
            self.go_to("create")
            self.columns.open("left")
        library = self.visible_library()
        if library is not None:
            library.search.setFocus()
            library.search.selectAll()

    def toggle_panel(self, side: str) -> None:
        """Hide or show the left or the right column."""
        self.columns.toggle(side)
        self.actions_table.refresh()

    def is_panel_open(self, side: str) -> bool:
        """Whether a column is seen."""
        return self.columns.is_open(side)

    def toggle_full_screen(self) -> None:
        """Take the whole screen, or give it back."""
        (self.showNormal if self.isFullScreen() else self.showFullScreen)()

    def open_palette(self) -> None:
        """Open the command palette."""
        self.palette_.open()

    def open_menu(self) -> None:
        """Open the menu."""
        self.header.open_menu()

    def show_shortcuts(self) -> None:
        """Show all keys."""
        dialogs.open_shortcuts(self, self.actions_table)

    def show_about(self) -> None:
        """Say what this program is."""
        dialogs.open_about(self)

    def open_log_folder(self) -> None:
        """Show the folder with the log."""
        dialogs.open_log_folder(self.document)
