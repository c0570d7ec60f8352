"""What can be done on the Capture page, as rows of the table of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.actions import Action
from studio.pages.capture_video import LAYERS

if TYPE_CHECKING:
    from studio.pages.capture import CapturePage


def capture_actions(page: CapturePage) -> list[Action]:
    """All of them, in the order of the menus."""
    return [*queue_actions(page), *people_actions(page), *cleanup_actions(page), *layers(page)]


def queue_actions(page: CapturePage) -> list[Action]:
    """The queue of videos."""
    session = page.session
    return [
        Action(id="capture.pause", text="Pause the queue", run=page.toggle_pause,
               shortcut="Shift+P", icon="pause", menu="Edit", section=5,
               enabled=lambda: session.queue.has_work, checked=lambda: session.queue.is_paused,
               tip="Let the queue wait, also in the middle of a video, or go on"),
        Action(id="capture.cancel", text="Cancel estimating", run=page.cancel, shortcut="Esc",
               icon="close", menu="Edit", section=5,
               enabled=lambda: session.is_running or page.overlays.is_running,
               tip="Stop this video; nothing of it is kept"),
        Action(id="capture.keep", text="Keep result", run=page.keep, shortcut="K", icon="tick",
               menu="Edit", section=5, enabled=page.can_keep),
        Action(id="capture.again", text="Estimate again", run=page.again, shortcut="R",
               icon="refresh", menu="Edit", section=5, enabled=page.can_repeat,
               tip="Estimate the people who are picked, with the options as they are now"),
        Action(id="capture.overlay", text="Save overlay video…", run=page.save_overlay,
               shortcut="Shift+V", icon="film", menu="File", section=2,
               enabled=lambda: page.deck.can_save,
               tip="The source video with the bodies drawn over it"),
    ]  # fmt: skip


def people_actions(page: CapturePage) -> list[Action]:
    """The people found in a video."""
    rows = (
        (
            "merge",
            "Merge the picked people",
            "M",
            "merge",
            "Make one person of those picked: the same one under several numbers",
        ),
        (
            "split",
            "Split the person here",
            "Shift+S",
            "split",
            "From the frame one sees on, it is somebody else",
        ),
        ("name", "Name the person", "N", "pencil", "Name the person pressed last"),
        ("leave-out", "Leave the person out", "X", "trash", "Take the person off the list"),
    )
    return [
        Action(id=f"capture.{name}", text=text, shortcut=key, icon=icon, menu="Edit", section=6,
               run=partial(page.deck.order, name), enabled=page.can_edit_people, tip=tip)
        for name, text, key, icon, tip in rows
    ]  # fmt: skip


def cleanup_actions(page: CapturePage) -> list[Action]:
    """Cleaning the selected clip up."""
    cleaning = page.cleaning
    return [
        Action(id="capture.clean", text="Clean up the clip", shortcut="L", icon="sparkle",
               menu="Edit", section=7, run=page.clean_now,
               enabled=lambda: cleaning.target is not None,
               tip="Preview the clean-up at half strength; pressed again, keep what is previewed"),
        Action(id="capture.clean-reset", text="Reset the clean-up", shortcut="Shift+L",
               icon="undo", menu="Edit", section=7, run=cleaning.reset,
               enabled=lambda: cleaning.can_reset, tip="Back to the clip as it was estimated"),
        Action(id="capture.contacts", text="Edit foot contacts", shortcut="E", menu="Edit",
               section=7, run=page.toggle_contacts, enabled=lambda: cleaning.target is not None,
               checked=lambda: page.edits_contacts,
               tip="Draw on the timeline's foot rows when each foot stands"),
    ]  # fmt: skip


def layers(page: CapturePage) -> list[Action]:
    """What is drawn over the video."""
    return [
        Action(id=f"capture.{name}", text=f"{text} over the video", shortcut=key, menu="View",
               section=5, run=partial(page.deck.toggle_layer, name), tip=tip,
               checked=partial(page.deck.layers.__contains__, name))
        for name, text, key, tip in LAYERS
    ]  # fmt: skip
