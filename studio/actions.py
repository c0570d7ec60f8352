"""The one table of what can be done: menus, keys, palette, tooltips and cheat sheet come from it.

An :class:`Action` is data. :class:`Actions` keeps them in order and makes one QAction of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

MENUS: tuple[str, ...] = ("File", "Edit", "View", "Playback", "Help")


def _always() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing a user can do.

    ``shortcut`` in Qt's portable text ("Ctrl+K"), several separated by "; "; ``menu`` is one of
    :data:`MENUS` or "" for palette and keys only; ``section`` groups within a menu; ``checked``
    makes it a switch; ``text_now`` gives a text that changes ("Undo rename").
    """

    id: str
    text: str
    run: Callable[[], object]
    shortcut: str = ""
    icon: str = ""
    menu: str = ""
    section: int = 0
    tip: str = ""
    enabled: Callable[[], bool] = _always
    checked: Callable[[], bool] | None = None
    text_now: Callable[[], str] | None = None

    @property
    def keys(self) -> list[QKeySequence]:
        return [QKeySequence(part) for part in self.shortcut.split("; ") if part]

    @property
    def key_text(self) -> str:
        """The first shortcut as it is written on keys: "Ctrl+K"."""
        keys = self.keys
        return keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""

    @property
    def tooltip(self) -> str:
        """What to show over a control that does this, with its key."""
        text = self.tip or self.text.rstrip("…")
        return f"{text}  ({self.key_text})" if self.key_text else text


class Actions(QObject):
    """All actions of a window, in the order of the menus.

    ``changed`` when actions were added or removed; :meth:`refresh` asks every action anew whether
    it is enabled, checked, and what it is called.
    """

    changed = Signal()

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, Action] = {}
        self._qactions: dict[str, QAction] = {}

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())

    def __contains__(self, action_id: str) -> bool:
        return action_id in self._actions

    def __getitem__(self, action_id: str) -> Action:
        return self._actions[action_id]

    def add(self, actions: Iterable[Action]) -> None:
        """Add actions; an id or a key that is taken is a mistake in the program (ValueError).

        Whoever adds calls :meth:`refresh` once everything the actions ask about is there.
        """
        for action in actions:
            if action.id in self._actions:
                raise ValueError(f"action {action.id!r} is there already")
            for key in action.keys:
                if (other := self.with_key(key)) is not None:
                    raise ValueError(f"{action.id!r} and {other.id!r} share {key.toString()}")
            self._actions[action.id] = action
            qaction = self._qactions[action.id] = self._make(action)
            if self._window is not None:
                self._window.addAction(qaction)
        self.changed.emit()

    def remove(self, action_ids: Iterable[str]) -> None:
        """Take actions away, for instance those of a page that was left."""
        for action_id in action_ids:
            self._actions.pop(action_id, None)
            qaction = self._qactions.pop(action_id, None)
            if qaction is not None:
                if self._window is not None:
                    self._window.removeAction(qaction)
                qaction.deleteLater()
        self.changed.emit()

    def with_key(self, key: QKeySequence) -> Action | None:
        """The action a key belongs to."""
        return next((a for a in self._actions.values() if key in a.keys), None)

    def run(self, action_id: str) -> bool:
        """Run an action as if its menu item was chosen; False when it is disabled or unknown."""
        action = self._actions.get(action_id)
        if action is None or not action.enabled():
            return False
        action.run()
        self.refresh()
        return True

    def qaction(self, action_id: str) -> QAction:
        """The QAction of an action, for menus and tool buttons."""
        return self._qactions[action_id]

    def tooltip(self, action_id: str) -> str:
        """The tooltip for a control that does what this action does."""
        action = self._actions.get(action_id)
        return action.tooltip if action is not None else ""

    def key_text(self, action_id: str) -> str:
        """The key to print beside the action's name."""
        action = self._actions.get(action_id)
        return action.key_text if action is not None else ""

    def refresh(self) -> None:
        """Bring every QAction in line with what its action says now."""
        for action_id, action in self._actions.items():
            qaction = self._qactions[action_id]
            qaction.setEnabled(action.enabled())
            if action.checked is not None:
                qaction.setChecked(action.checked())
            if action.text_now is not None:
                qaction.setText(action.text_now().replace("&", "&&"))

    def fill_menu(self, menu: QMenu, name: str) -> None:
        """Put one menu's actions into ``menu``, with a line between sections."""
        self.refresh()
        section: int | None = None
        for action in sorted(
            (a for a in self._actions.values() if a.menu == name), key=lambda a: a.section
        ):
            if section is not None and action.section != section:
                menu.addSeparator()
            section = action.section
            menu.addAction(self._qactions[action.id])

    def _make(self, action: Action) -> QAction:
        from studio import icons

        qaction = QAction(action.text, self)
        qaction.setObjectName(action.id)
        qaction.setShortcuts(action.keys)
        qaction.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        qaction.setCheckable(action.checked is not None)
        qaction.setToolTip(action.tooltip)
        if action.icon:
            qaction.setIcon(icons.icon(action.icon))
        qaction.triggered.connect(lambda _checked=False, name=action.id: self.run(name))
        return qaction
