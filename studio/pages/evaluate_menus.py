"""The Evaluate page's actions: menus, keys and palette come from here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.actions import Action

if TYPE_CHECKING:
    from studio.pages.evaluate import EvaluatePage

FORMATS = {"LaTeX": "latex", "CSV": "csv_text", "Markdown": "markdown"}


def page_actions(page: EvaluatePage) -> list[Action]:
    """Everything one can do on the page."""
    session = page.session
    return [
        Action(id="evaluate.new", text="New evaluation…", shortcut="N", run=page.ask_new,
               tip="Choose a model, data and a recogniser"),
        Action(id="evaluate.again", text="Evaluate again…", shortcut="Shift+N",
               run=page.ask_again, enabled=page.has_report,
               tip="The form with this report's model and data"),
        Action(id="evaluate.cancel", text="Cancel evaluation", run=session.cancel,
               enabled=lambda: session.is_busy, tip="Stop it; nothing is kept"),
        Action(id="evaluate.next", text="Next report", shortcut="PgDown",
               run=partial(page.list.step, 1), tip="Look at the report below in the list"),
        Action(id="evaluate.previous", text="Previous report", shortcut="PgUp",
               run=partial(page.list.step, -1), tip="Look at the report above in the list"),
        Action(id="evaluate.misread", text="Play the most misread clips", shortcut="X",
               run=page.play_most_misread, enabled=page.has_report,
               tip="The clips of the fullest cell beside the diagonal"),
        Action(id="evaluate.rename", text="Rename report", shortcut="", icon="pencil",
               run=page.list.rename_current, enabled=page.has_report,
               tip="Type a new name in the list (F2 there)"),
        Action(id="evaluate.delete", text="Delete report", icon="trash", run=session.delete,
               enabled=page.has_report, tip="Move the chosen reports to the bin (Del in the list)"),
        Action(id="evaluate.folder", text="Open reports' folder", icon="folder",
               run=page.open_folder, tip="In the system's file browser"),
        Action(id="evaluate.references", text="Edit reference rows…", run=page.edit_references,
               tip="Numbers of papers to show below the table, marked as theirs"),
        *(Action(id=f"evaluate.copy-{name.lower()}", text=f"Copy table as {name}",
                 run=partial(page.copy, name), enabled=page.has_report,
                 shortcut="Ctrl+Shift+C" if name == "LaTeX" else "",
                 tip="What is shown, to the clipboard")
          for name in FORMATS),
    ]  # fmt: skip
