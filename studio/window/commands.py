"""What the window can do, as rows of the table of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.actions import Action
from studio.window.middle import EXTRAS
from studio.window.page import PAGES

if TYPE_CHECKING:
    from studio.window.main_window import MainWindow


def file_actions(w: MainWindow) -> list[Action]:
    """Files in and out."""
    return [
        Action(id="import-video", text="Import video…", shortcut="Ctrl+I", icon="import",
               menu="File", run=w.import_video, tip="Turn a video into body motion"),
        Action(id="sample-video", text="Sample video", shortcut="Ctrl+Shift+I", icon="film",
               menu="File", run=w.import_sample, tip="Estimate the sample video"),
        Action(id="import-clip", text="Import clip…", icon="clip", menu="File",
               run=w.import_clip, tip="Add clips to the library: npz, BVH, FBX, GLB"),
        Action(id="import-mapped", text="Import with joint map…", icon="skeleton", menu="File",
               run=w.import_mapped,
               tip="See and correct which joint of a BVH, FBX or GLB is which of the body's"),
        Action(id="import-results", text="Import results…", shortcut="Ctrl+R", icon="import",
               menu="File", run=w.import_results,
               tip="Bodies from VIBE, PARE, WHAM, 4D-Humans, AMASS and others"),
        Action(id="new-project", text="New project…", shortcut="Ctrl+Shift+N", icon="folder-new",
               menu="File", section=1, run=w.new_project),
        Action(id="open-project", text="Open project…", shortcut="Ctrl+O", icon="folder",
               menu="File", section=1, run=w.open_project),
        Action(id="export", text="Export…", shortcut="Ctrl+E", icon="export", menu="File",
               section=2, run=w.export, enabled=w.can_export,
               tip="Write clips for other programs: FBX, GLB, BVH and others"),
        Action(id="film", text="Film the view…", shortcut="Ctrl+Shift+E", icon="film", menu="File",
               section=2, run=w.film, enabled=w.can_film,
               tip="Write a movie, a GIF or pictures of the bodies in the view"),
        Action(id="save-picture", text="Save picture…", shortcut="Ctrl+Shift+S", icon="camera",
               menu="File", section=2, run=w.save_picture, enabled=w.has_viewport,
               tip="Save what the view shows as PNG"),
        Action(id="models", text="Model files…", icon="chip", menu="File", section=3,
               run=w.show_models, tip="What is installed, where, and what is missing"),
        Action(id="quit", text="Quit", shortcut="Ctrl+Q", icon="quit", menu="File", section=4,
               run=w.close),
    ]  # fmt: skip


def edit_actions(w: MainWindow) -> list[Action]:
    """Undo and the library's clips."""
    d = w.document
    return [
        Action(id="undo", text="Undo", shortcut="Ctrl+Z", icon="undo", menu="Edit", run=d.undo,
               enabled=lambda: d.can_undo, text_now=lambda: d.undo_text),
        Action(id="redo", text="Redo", shortcut="Ctrl+Shift+Z; Ctrl+Y", icon="redo", menu="Edit",
               run=d.redo, enabled=lambda: d.can_redo, text_now=lambda: d.redo_text),
        Action(id="show-clips", text="Show clips", shortcut="Ctrl+Return", icon="body",
               menu="Edit", section=1, run=w.show_clips, enabled=w.has_library_selection,
               tip="Put the selected clips side by side into the view"),
        Action(id="compare-clips", text="Compare clips", shortcut="Ctrl+D", icon="split",
               menu="Edit", section=1, run=w.compare_clips, enabled=w.has_library_selection,
               tip="Put the selected clips beside each other and measure their differences"),
        Action(id="rename-clip", text="Rename clip", shortcut="F2", icon="pencil", menu="Edit",
               section=1, run=w.rename_clip, enabled=w.has_one_selected),
        Action(id="delete-clips", text="Delete clips", shortcut="Del", icon="trash", menu="Edit",
               section=1, run=w.delete_clips, enabled=w.can_delete_clips,
               tip="Move the selected clips to the project's bin"),
        Action(id="find-clip", text="Find clip", shortcut="Ctrl+F", icon="search", menu="Edit",
               section=2, run=w.find_clip, tip="Filter the library"),
    ]  # fmt: skip


def view_actions(w: MainWindow) -> list[Action]:
    """Pages, the body's look, cameras, panels."""
    m = w.middle_view
    rows = [
        Action(id=f"page-{entry.id}", text=entry.title, shortcut=entry.key, menu="View",
               run=partial(w.go_to, entry.id), tip=entry.tooltip,
               checked=partial(w.is_page, entry.id))
        for entry in PAGES if entry.make is not None
    ]  # fmt: skip
    rows += [
        Action(id="mode-body", text="Body", shortcut="B", icon="body", menu="View", section=1,
               enabled=w.has_viewport, run=lambda: m().set_mode("body"),
               checked=lambda: m().mode == "body",
               tip="Show bodies"),
        Action(id="mode-skeleton", text="Skeleton", shortcut="S", icon="skeleton", menu="View",
               section=1, enabled=w.has_viewport,
               run=lambda: m().set_mode("skeleton"),
               checked=lambda: m().mode == "skeleton", tip="Show bones and joints"),
    ]  # fmt: skip
    rows += [
        Action(id=name, text=text, shortcut=key, icon="ghosts" if name == "ghosts" else "", tip=tip,
               menu="View", section=1, enabled=w.has_viewport,
               run=partial(w.toggle_extra, name),
               checked=partial(w.has_extra, name))
        for name, (text, key, tip) in EXTRAS.items()
    ]  # fmt: skip
    tips = {"front": "Look from the front", "side": "Look from the side",
            "orbit": "Look from a quarter, and turn freely",
            "follow": "Keep the selected body in the middle"}  # fmt: skip
    rows += [
        Action(id=f"camera-{name}", text=f"{name.capitalize()} view", shortcut=str(number),
               icon="orbit" if name == "orbit" else "camera", menu="View", section=2, tip=tip,
               enabled=w.has_viewport, run=partial(w.set_camera, name),
               checked=partial(w.is_camera, name))
        for number, (name, tip) in enumerate(tips.items(), start=1)
    ]  # fmt: skip
    return [
        *rows,
        Action(id="frame-all", text="Frame everything", shortcut="F", icon="frame", menu="View",
               section=2, enabled=w.has_viewport, run=lambda: m().viewport.frame_all()),
        Action(id="panel-left", text="Left panel", shortcut="Ctrl+B", icon="sidebar-left",
               menu="View", section=3, run=lambda: w.toggle_panel("left"),
               checked=lambda: w.is_panel_open("left")),
        Action(id="panel-right", text="Right panel", shortcut="Ctrl+Shift+B",
               icon="sidebar-right", menu="View", section=3,
               run=lambda: w.toggle_panel("right"), checked=lambda: w.is_panel_open("right")),
        Action(id="full-screen", text="Full screen", shortcut="F11", icon="fullscreen",
               menu="View", section=3, run=w.toggle_full_screen, checked=w.isFullScreen),
    ]  # fmt: skip


def playback_actions(w: MainWindow) -> list[Action]:
    """Time."""
    p, d = w.playback, w.document
    return [
        Action(id="play", text="Play or pause", shortcut="Space", icon="play", menu="Playback",
               run=p.toggle),
        Action(id="step-back", text="One frame back", shortcut="Left", icon="step-back",
               menu="Playback", section=1, run=lambda: p.step(-1)),
        Action(id="step-on", text="One frame on", shortcut="Right", icon="step-forward",
               menu="Playback", section=1, run=lambda: p.step(1)),
        Action(id="jump-back", text="Ten frames back", shortcut="Shift+Left", menu="Playback",
               section=1, run=lambda: p.step(-10)),
        Action(id="jump-on", text="Ten frames on", shortcut="Shift+Right", menu="Playback",
               section=1, run=lambda: p.step(10)),
        Action(id="to-start", text="To the beginning", shortcut="Home", icon="to-start",
               menu="Playback", section=1, run=p.to_start),
        Action(id="to-end", text="To the end", shortcut="End", icon="to-end", menu="Playback",
               section=1, run=p.to_end),
        Action(id="slower", text="Slower", shortcut=",", menu="Playback", section=2,
               run=lambda: p.step_speed(-1)),
        Action(id="faster", text="Faster", shortcut=".", menu="Playback", section=2,
               run=lambda: p.step_speed(1)),
        Action(id="loop", text="Loop", shortcut="Ctrl+L", icon="loop", menu="Playback", section=2,
               run=lambda: p.set_looping(not p.is_looping), checked=lambda: p.is_looping,
               tip="Begin again at the end"),
        Action(id="whole-clip", text="Play the whole clip", shortcut="Ctrl+Shift+L",
               menu="Playback", section=2, run=lambda: p.set_range(None),
               enabled=lambda: p.range is not None),
        Action(id="next-body", text="Select the next body", shortcut="]", menu="Playback",
               section=3, run=lambda: d.select_next(1), enabled=lambda: len(d.shown) > 1),
        Action(id="previous-body", text="Select the body before", shortcut="[", menu="Playback",
               section=3, run=lambda: d.select_next(-1), enabled=lambda: len(d.shown) > 1),
    ]  # fmt: skip


def help_actions(w: MainWindow) -> list[Action]:
    """Finding one's way."""
    return [
        Action(id="palette", text="Find a command…", shortcut="Ctrl+K", icon="search",
               menu="Help", run=w.open_palette, tip="Find anything that can be done"),
        Action(id="menu", text="Open the menu", shortcut="F10", icon="menu", menu="Help",
               run=w.open_menu, tip="Menu"),
        Action(id="shortcuts", text="Keys", shortcut="F1; ?", icon="keyboard", menu="Help",
               run=w.show_shortcuts, tip="All keys at a glance"),
        Action(id="log-folder", text="Open log folder", icon="folder", menu="Help", section=1,
               run=w.open_log_folder),
        Action(id="about", text="About Motion Studio", icon="info", menu="Help", section=1,
               run=w.show_about),
    ]  # fmt: skip


def window_actions(w: MainWindow) -> list[Action]:
    """All actions of the window itself, in the order of the menus."""
    return [
        *file_actions(w), *edit_actions(w), *view_actions(w), *playback_actions(w),
        *help_actions(w),
    ]  # fmt: skip
