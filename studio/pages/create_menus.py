"""What the Create page can do, as rows of the table of actions, and the menus it opens."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from studio.actions import Action
from studio.services.sampler import DEMO_CHECKPOINT
from studio.services.trained import facts_of, recent_models, recent_text, trained_models

if TYPE_CHECKING:
    from studio.document import ShownClip
    from studio.pages.create import CreatePage

LENGTHS = (40, 60, 80, 120)  # frames a clip can be decoded again with


def page_actions(page: CreatePage) -> list[Action]:
    """The page's own actions with their keys."""
    session = page.session

    def has_unsaved() -> bool:
        return session.selected_unsaved is not None

    return [
        Action(id="create.sample", text="Sample", run=page.enter, shortcut="Return; Enter",
               icon="sparkle", menu="Edit", section=5, enabled=page.can_take_enter,
               tip="Sample the chosen action"),
        Action(id="create.roll", text="Sample with another seed", run=page.roll, shortcut="R",
               icon="dice", menu="Edit", section=5, enabled=page.can_sample),
        Action(id="create.keep", text="Keep clip", run=page.keep, shortcut="K", icon="tick",
               menu="Edit", section=5, enabled=has_unsaved,
               tip="Keep the selected clip in the library"),
        Action(id="create.keep_all", text="Keep all clips", run=page.keep_all,
               shortcut="Shift+K", menu="Edit", section=5,
               enabled=lambda: bool(session.unsaved)),
        Action(id="create.reject", text="Reject clip", run=page.reject, shortcut="X",
               icon="close", menu="Edit", section=5, enabled=has_unsaved,
               tip="Take the selected clip away without keeping it"),
        Action(id="create.find", text="Filter actions", run=page.open_filter, shortcut="A",
               icon="search"),
        Action(id="create.again", text="Decode again as …", run=page.ask_again, shortcut="D",
               icon="refresh", menu="Edit", section=5, enabled=page.has_selected,
               tip="Encode the selected clip and decode it as another action or length"),
        Action(id="create.reset", text="Reset shape", run=page.reset_shape, shortcut="0",
               enabled=lambda: session.selected_index is not None),
        Action(id="create.model", text="Choose model …", run=page.choose_model, icon="chip"),
    ]  # fmt: skip


def label_actions(page: CreatePage) -> list[Action]:
    """One action a label, so that the palette finds them: "salute" and Enter samples it."""
    return [
        Action(
            id=f"create.sample.{label}",
            text=label,
            run=partial(page.sample_action, label),
            icon="sparkle",
            enabled=page.can_sample,
            tip=f"Sample {label}",
        )
        for label in page.picker.labels
    ]


def again_menu(page: CreatePage, clip: ShownClip) -> QMenu:
    """What a clip can be decoded again as: every action at its length, its action at others."""
    menu = QMenu(page.right)
    menu.setAccessibleName("Decode again as")
    length = min(max(clip.motion.num_frames, LENGTHS[0]), LENGTHS[-1])
    for action in page.picker.labels:
        item = menu.addAction(action)
        item.triggered.connect(partial(page.decode_again, clip, action, length))
    menu.addSeparator()
    own = clip.motion.provenance.label
    action = own if own in page.picker.labels else page.picker.current
    for frames in LENGTHS:
        item = menu.addAction(f"{frames} frames")
        item.setEnabled(bool(action))
        item.triggered.connect(partial(page.decode_again, clip, action, frames))
    return menu


def model_menu(page: CreatePage) -> QMenu:
    """The demo model, the trainings' checkpoints, files opened lately, and any other file."""
    menu = QMenu(page.right)
    menu.setToolTipsVisible(True)
    demo = menu.addAction("Demo model", lambda: page.open_model(DEMO_CHECKPOINT))
    demo.setEnabled(DEMO_CHECKPOINT.is_file())
    models, recent = trained_models(), recent_models()
    if models:
        menu.addSection("Trainings")
    for model in models:
        item = menu.addAction(model.text, partial(page.open_model, model.path))
        item.setToolTip(model.about)
        if model.older:
            older = menu.addMenu(f"{model.text.split(', epoch')[0]}, older epochs")
            for file in model.older:
                older.addAction(f"epoch {file.epoch:,}", partial(page.open_model, file.path))
    if recent:
        menu.addSection("Opened lately")
    for path in recent:
        item = menu.addAction(recent_text(path), partial(page.open_model, path))
        item.setToolTip("\n".join((*facts_of(path), str(path))))
    menu.addSeparator()
    menu.addAction("Open another model …", page.ask_model)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
