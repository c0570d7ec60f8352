"""The Train page's actions: menus, keys and palette come from here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.actions import Action

if TYPE_CHECKING:
    from studio.pages.train import TrainPage


def page_actions(page: TrainPage) -> list[Action]:
    """Everything one can do on the page."""
    session = page.session
    return [
        Action(id="train.new", text="New training…", shortcut="Ctrl+T", run=page.ask_new,
               tip="Choose data and settings"),
        Action(id="train.pause", text="Pause training", run=session.pause, enabled=page.can_pause,
               tip="Save and end; it can go on later"),
        Action(id="train.resume", text="Resume training", run=session.resume,
               enabled=page.can_resume, tip="Go on from the last saved state"),
        Action(id="train.stop", text="Stop training", run=session.stop, enabled=page.can_pause,
               tip="Save and end the training"),
        Action(id="train.duplicate", text="Duplicate training…", shortcut="D",
               run=lambda: page.ask_duplicate(), enabled=page.has_settings,
               tip="A new training from these settings"),
        Action(id="train.use", text="Use in Create", shortcut="U", icon="body",
               run=page.use_checkpoint, enabled=page.has_checkpoint,
               tip="Sample from the checkpoint that is shown"),
        Action(id="train.delete", text="Delete training", icon="trash", run=session.delete,
               enabled=page.can_delete, tip="Move the training to the bin beside the trainings"),
        Action(id="train.earlier", text="Earlier checkpoint", shortcut="Alt+Left",
               run=partial(session.step_epoch, -1), enabled=page.has_samples,
               tip="The same samples at the checkpoint before"),
        Action(id="train.later", text="Later checkpoint", shortcut="Alt+Right",
               run=partial(session.step_epoch, 1), enabled=page.has_samples,
               tip="The same samples at the next checkpoint"),
        Action(id="train.next-run", text="Next training", shortcut="PgDown",
               run=partial(page.runs.step, 1), tip="Look at the training below in the list"),
        Action(id="train.previous-run", text="Previous training", shortcut="PgUp",
               run=partial(page.runs.step, -1), tip="Look at the training above in the list"),
        Action(id="train.overlay", text="Compare with all trainings", shortcut="O",
               run=page.toggle_overlay, checked=page.is_overlaid,
               tip="Draw the other trainings' curves too, dashed"),
    ]  # fmt: skip
