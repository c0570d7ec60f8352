"""Writes docs/shortcuts.md from the program's one table of actions.

python tools/shortcuts.py          # write it
python tools/shortcuts.py --check  # exit status 1 when the file is out of date
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "shortcuts.md"
sys.path.insert(0, str(ROOT))

HEAD = """# Keys

Written by `python tools/shortcuts.py` from the table of actions that also makes the menus, the
command palette (`Ctrl K`) and the cheat sheet (`F1`). Keys of a page work while it is open.
"""


def text() -> str:
    """The whole page of documentation."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from core.project import Project
    from studio import bridge
    from studio.app import make_application
    from studio.document import Document
    from studio.settings import Settings
    from studio.window.commands import window_actions
    from studio.window.main_window import MainWindow
    from studio.window.page import PAGES
    from studio.window.sheets import key_groups

    make_application()
    parts = [HEAD]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MOTION_STUDIO_HOME"] = folder
        project = Project.open(Path(folder) / "project")
        document = Document(project)
        window = MainWindow(document, settings=Settings(Path(folder) / "studio.ini"))
        own = {action.id for action in window_actions(window)}
        pages = {}
        for entry in PAGES:
            if entry.make is not None:
                window.go_to(entry.id)
                pages[entry.title] = [
                    (a.text.rstrip(" …"), a.key_text)
                    for a in window.actions_table
                    if a.id not in own and a.shortcut
                ]
        window.actions_table.remove([a.id for a in window.actions_table if a.id not in own])
        for heading, rows in key_groups(window.actions_table):
            parts.append(_table(heading, rows))
        parts += [_table(f"{title} page", rows) for title, rows in pages.items() if rows]
        bridge.shut_down()
        project.close()
        window.middle.viewport.shut_down()
    return "\n".join(parts)


def _table(heading: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"## {heading}", "", "| what | key |", "|---|---|"]
    lines += [f"| {what} | `{key.replace('Return', 'Enter')}` |" for what, key in rows]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check the file."""
    wanted = text()
    if "--check" in sys.argv:
        is_current = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == wanted
        if not is_current:
            print("docs/shortcuts.md is out of date: run python tools/shortcuts.py")
        return 0 if is_current else 1
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # the window was never shown; there is nothing to wait for
