"""Nothing on the Capture page is cut or lies over anything else, at the sizes people have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from studio.pages.capture import CapturePage
from studio.services.importing import judged
from studio.widgets import Button, Chip
from studio.window.page import PageContext
from tests.studio.pages.importer import FakeImporter, made_motion

SIDES = {(1280, 800): (272, 300, 290), (1920, 1080): (300, 340, 620), (1000, 640): (220, 296, 290)}
"""Window: what left column, right column and video are wide in it (the narrowest they get)."""


@pytest.fixture
def page(context: PageContext, qtbot: Any, tmp_path: Path) -> CapturePage:
    importer = FakeImporter()
    importer.people = 3
    page = CapturePage(context, importer=importer)
    for widget in (page.left, page.right, page.deck):
        qtbot.addWidget(widget)
    page.entered()
    page.options.whom.picked.emit("ask")
    video = tmp_path / "a_video_with_a_very_long_name_that_goes_on_and_on.mp4"
    video.touch()
    page.import_videos([video])
    qtbot.waitUntil(lambda: page.session.queue.items[0].state == "choosing")
    page.options.set_estimators(("blazepose", "vibe", "pare"))
    page.verdict.show_item(None, judged(made_motion("a.mp4")))
    return page


def shown(widget: QWidget, kind: type) -> list[Any]:
    return [child for child in widget.findChildren(kind) if child.isVisible()]


@pytest.mark.parametrize("window", SIDES)
def test_controls_have_the_room_their_words_need(
    page: CapturePage, qtbot: Any, window: tuple[int, int]
) -> None:
    left, right, video = SIDES[window]
    for widget, width in ((page.left, left), (page.right, right), (page.deck, video)):
        widget.resize(width, window[1] - 76)
        widget.show()
    page.deck.resize(max(video, page.deck.minimumSizeHint().width()), 420)
    qtbot.wait(20)
    for side in (page.left, page.right, page.deck):
        for control in shown(side, QAbstractButton):
            name = control.accessibleName() or control.text()
            if isinstance(control, Button):
                assert control.width() >= control.minimumSizeHint().width() - 1, name
            elif isinstance(control, Chip):
                assert control.width() >= control.sizeHint().width(), name
            parent = control.parentWidget()
            assert parent is not None and parent.rect().contains(control.geometry()), name
        for text in shown(side, QLabel):
            if text.wordWrap():
                assert text.height() >= text.heightForWidth(text.width()) - 1, text.text()
            else:
                assert text.width() >= text.sizeHint().width() - 1, text.text()
    assert not page.deck.switches.geometry().intersects(page.deck.save_button.geometry())


def test_the_side_panel_never_needs_to_scroll_sideways(page: CapturePage) -> None:
    needed = max(
        child.minimumSizeHint().width() for child in (page.options, page.cleanup, page.estimators)
    )
    assert needed <= page.right.minimumWidth() - 2 * 16 - 10  # margins, and the scroll bar
