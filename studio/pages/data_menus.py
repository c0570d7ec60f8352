"""The Data page's actions: keys, palette and tooltips come from this table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from studio.actions import Action

if TYPE_CHECKING:
    from studio.pages.data import DataPage


def page_actions(page: DataPage) -> tuple[Action, ...]:
    """Everything the page can do."""
    has_clip, has_store = page.has_clip, page.has_store
    return (
        Action(id="data.import", text="Import data set…", shortcut="Ctrl+Shift+D", icon="import",
               menu="File", section=1, run=page.ask_import, tip="Import a data set from files"),
        Action(id="data.finegym", text="Build FineGym2 clips…", run=page.build_finegym,
               icon="film", tip="Cut single gymnastic moves from your videos"),
        Action(id="data.review", text="Review FineGym2 clips…", run=page.review_finegym,
               icon="film", enabled=page.has_build, tip="Accept, trim and reject what was cut"),
        Action(id="data.keep", text="Keep clip", shortcut="K", run=page.keep, enabled=has_clip,
               icon="tick", tip="Keep the selected clip"),
        Action(id="data.reject", text="Reject clip", shortcut="X", run=page.reject,
               enabled=has_clip, icon="close", tip="Leave the selected clip out of everything"),
        Action(id="data.open", text="Leave clip open", shortcut="U", run=page.leave_open,
               enabled=has_clip, tip="Take the decision about the selected clip back"),
        Action(id="data.keep_all", text="Keep all shown", shortcut="Shift+K", run=page.keep_all,
               enabled=has_clip, tip="Keep every clip on the stage"),
        Action(id="data.relabel", text="Relabel clip…", shortcut="A", run=page.ask_label,
               enabled=has_clip, icon="pencil", tip="Move the selected clip to another class"),
        Action(id="data.grid", text="Other clips", shortcut="N", run=page.next_grid,
               enabled=has_store, icon="dice", tip="Show other clips of the class at random"),
        Action(id="data.next_class", text="Next class", shortcut="PgDown",
               run=partial(page.step_class, 1), enabled=has_store),
        Action(id="data.previous_class", text="Previous class", shortcut="PgUp",
               run=partial(page.step_class, -1), enabled=has_store),
        Action(id="data.next_outlier", text="Next outlier", shortcut="J",
               run=partial(page.step_outlier, 1), enabled=has_store),
        Action(id="data.previous_outlier", text="Previous outlier", shortcut="Shift+J",
               run=partial(page.step_outlier, -1), enabled=has_store),
        Action(id="data.manifest", text="Export manifest…", run=page.ask_manifest,
               enabled=has_store, icon="export", tip="Write every clip with label and decision"),
        Action(id="data.train", text="Train on this data set…", shortcut="Ctrl+T", run=page.train,
               enabled=has_store, icon="sparkle", tip="Set up a training on this data set"),
        Action(id="data.evaluate", text="Evaluate on this data set…", shortcut="Ctrl+Shift+T",
               run=page.evaluate, enabled=has_store, tip="Measure a model against this data set"),
    )  # fmt: skip


def label_menu(page: DataPage) -> QMenu:
    """The classes the selected clip can be moved to."""
    menu = QMenu("Relabel", page.right)
    for facts in page.session.classes:
        action = menu.addAction(f"{facts.name}  ({facts.count})")
        action.triggered.connect(
            lambda _checked=False, label=facts.label: page.session.relabel(label)
        )
    return menu
