"""What the Compare page can do, as rows of the table of actions, and the menu of pairs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from studio import theme
from studio.actions import Action
from studio.services.comparing import pairs_of

if TYPE_CHECKING:
    from studio.pages.compare import ComparePage

MAX_PAIRS = 12


def page_actions(page: ComparePage) -> list[Action]:
    """The page's own actions with their keys."""
    session = page.session

    def is_there() -> bool:
        return session.answer is not None

    layouts = [
        Action(id=f"compare.{name}", text=text, shortcut=f"Shift+{number}", menu="View", section=4,
               run=partial(page.set_layout, name), tip=tip,
               checked=partial(page.is_layout, name))
        for number, (name, text, tip) in enumerate(
            (("views", "Views side by side", "Each clip in a view of its own"),
             ("overlay", "Overlay", "The other clips laid over the first"),
             ("wipe", "Wipe", "The first clip left of a line, the second right of it")), start=1)
    ]  # fmt: skip
    return [
        *layouts,
        Action(id="compare.heat", text="Heat", shortcut="H", menu="View", section=4,
               run=page.toggle_heat, checked=lambda: session.has_heat,
               tip="Colour the bodies by how far each joint is from the reference"),
        Action(id="compare.video", text="Source video", shortcut="V", icon="video", menu="View",
               section=4, run=page.toggle_video, checked=lambda: page.shows_video,
               tip="The source video in step, with the estimates over it"),
        Action(id="compare.wipe_left", text="Move the wipe left", shortcut="Alt+Left",
               run=partial(page.step_wipe, -1), enabled=lambda: session.layout == "wipe"),
        Action(id="compare.wipe_right", text="Move the wipe right", shortcut="Alt+Right",
               run=partial(page.step_wipe, 1), enabled=lambda: session.layout == "wipe"),
        Action(id="compare.swap", text="Swap the first two clips", shortcut="W", menu="Edit",
               section=5, run=session.swap, enabled=lambda: len(session.clips) > 1),
        Action(id="compare.pairs", text="Find pairs", shortcut="Y", icon="sparkle", menu="Edit",
               section=5, run=page.open_pairs,
               tip="Estimates of one video, or one seed through two models"),
        Action(id="compare.models", text="One seed through two models…", menu="Edit", section=5,
               run=page.ask_models, icon="chip",
               tip="Sample the same action and seed from two checkpoints and compare"),
        Action(id="compare.sets", text="Compare whole data sets…", shortcut="Shift+Y", menu="Edit",
               section=5, run=page.ask_sets,
               tip="Means and paired differences of two estimators, action by action"),
        Action(id="compare.angle", text="Plot another joint", shortcut="J", menu="View", section=4,
               run=page.below.open_angles, enabled=is_there),
        Action(id="compare.worst", text="Go to the worst moment", shortcut="X", menu="Playback",
               section=4, run=partial(session.go_to_moment, 0), enabled=is_there,
               tip="Where the clips differ most"),
        Action(id="compare.figure", text="Comparison figure…", shortcut="Ctrl+Shift+P",
               icon="export", menu="File", section=2, run=partial(page.make_figure, "pdf"),
               enabled=is_there, tip="A strip of the compared clips as PDF or PNG"),
        Action(id="compare.movie", text="Comparison movie…", icon="film", menu="File", section=2,
               run=partial(page.make_figure, "movie"), enabled=is_there,
               tip="A movie or GIF of the comparison with the names burnt in"),
    ]  # fmt: skip


def pairs_menu(page: ComparePage) -> QMenu:
    """Pairs found in the library, and two models."""
    menu = QMenu(page.left)
    clips = page.session._document.clips()
    estimators = {clip.id: clip.estimator for clip in clips}
    pairs = pairs_of(clips)
    for pair in pairs[:MAX_PAIRS]:
        names = " · ".join(
            theme.source_name("estimated", estimators.get(i, "")) for i in pair.clip_ids
        )
        action = menu.addAction(f"{names}: {pair.title}")
        action.triggered.connect(
            lambda _=False, ids=pair.clip_ids: page.session.take_from_library(ids)
        )
    if not pairs:
        menu.addAction("No video in the library has two estimates yet").setEnabled(False)
    menu.addSeparator()
    menu.addAction("One seed through two models…").triggered.connect(page.ask_models)
    menu.addAction("Whole data sets…").triggered.connect(page.ask_sets)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
