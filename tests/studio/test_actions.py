"""The table of actions feeds keys, menus, tooltips; two actions never share a key."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from studio.actions import MENUS, Action, Actions


def test_two_actions_cannot_share_a_key_or_an_id(qapp):
    actions = Actions()
    actions.add([Action(id="a", text="A", run=print, shortcut="Ctrl+A; F3")])
    with pytest.raises(ValueError, match="share"):
        actions.add([Action(id="b", text="B", run=print, shortcut="F3")])
    with pytest.raises(ValueError, match="already"):
        actions.add([Action(id="a", text="A", run=print)])


def test_a_disabled_action_does_not_run(qapp):
    ran = []
    actions = Actions()
    actions.add([Action(id="a", text="A", run=lambda: ran.append(1), enabled=lambda: False)])
    assert not actions.run("a")
    assert not actions.run("unknown")
    assert ran == []


def test_the_tooltip_ends_with_the_key(dressed):
    action = Action(id="x", text="Export…", run=print, shortcut="Ctrl+E", tip="Write clips")
    assert action.tooltip == "Write clips  (Ctrl+E)"


def test_texts_and_marks_follow_what_they_stand_for(qapp):
    state = {"text": "Undo rename", "on": False}
    actions = Actions()
    actions.add(
        [
            Action(id="u", text="Undo", run=print, text_now=lambda: state["text"]),
            Action(id="l", text="Loop", run=print, checked=lambda: state["on"]),
        ]
    )
    actions.refresh()
    assert actions.qaction("u").text() == "Undo rename"
    state["on"] = True
    actions.refresh()
    assert actions.qaction("l").isChecked()


def test_a_menu_has_its_actions_with_lines_between_sections(qtbot):
    actions = Actions()
    actions.add(
        Action(id=name, text=name, run=print, menu="File", section=section)
        for name, section in (("a", 0), ("b", 1), ("c", 0))
    )
    menu = QMenu()
    qtbot.addWidget(menu)
    actions.fill_menu(menu, "File")
    assert [a.text() if not a.isSeparator() else "-" for a in menu.actions()] == [
        "a", "c", "-", "b",
    ]  # fmt: skip


def test_removed_actions_give_their_keys_back(qapp):
    actions = Actions()
    row = Action(id="a", text="A", run=print, shortcut="K")
    actions.add([row])
    actions.remove(["a"])
    assert actions.with_key(QKeySequence("K")) is None
    actions.add([row])


def test_menus_are_the_five_a_user_expects():
    assert MENUS == ("File", "Edit", "View", "Playback", "Help")
