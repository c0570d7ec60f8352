"""Controls: sliders by mouse and keys, values typed, groups of switches, rows that wrap."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.widgets import Button, Chip, ElidedLabel, FlowLayout, SliderRow, ToggleGroup, paint
from studio.widgets.slider import Slider


@pytest.fixture
def slider(dressed, qtbot):
    slider = Slider(0, 10, 3, step=1)
    slider.resize(214, 28)
    qtbot.addWidget(slider)
    slider.show()
    return slider


def test_pressing_on_the_line_goes_there(slider, qtbot):
    heard = []
    slider.value_changed.connect(heard.append)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(107, 14))
    assert slider.value == 5
    assert heard == [5]


def test_arrows_home_and_end_move_it_and_the_window_does_not_get_them(slider, qtbot):
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value == 4
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert slider.value == 10
    override = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier
    )
    override.ignore()
    slider.event(override)
    assert override.isAccepted()


def test_a_double_click_goes_back_to_the_default(slider, qtbot):
    slider.set_value(9)
    released = []
    slider.released.connect(released.append)
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton)
    assert slider.value == 3
    assert released[-1] == 3


@pytest.mark.parametrize(("has_focus", "value"), [(False, 3), (True, 4)])
def test_the_wheel_turns_a_slider_only_while_it_has_the_focus(
    slider, qtbot, monkeypatch, has_focus, value
):
    monkeypatch.setattr(slider, "hasFocus", lambda: has_focus)
    wheel = QWheelEvent(
        QPointF(10, 10), QPointF(10, 10), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    slider.wheelEvent(wheel)
    assert slider.value == value


def test_typing_a_value_with_its_unit_sets_the_slider(dressed, qtbot):
    row = SliderRow("Length", 20, 120, 60, text=lambda v: f"{v:.0f} f")
    qtbot.addWidget(row)
    heard = []
    row.value_changed.connect(heard.append)
    row.field.setText("90 f")
    row.field.editingFinished.emit()
    assert row.value == 90
    assert heard == [90]
    row.field.setText("nonsense")
    row.field.editingFinished.emit()
    assert row.value == 90
    assert row.field.text() == "90 f"


def test_a_value_beyond_the_ends_is_brought_back_and_shown_so(dressed, qtbot):
    row = SliderRow("Samples", 1, 9, 3)
    qtbot.addWidget(row)
    row.field.setText("50")
    row.field.editingFinished.emit()
    assert row.value == 9
    assert row.field.text() == "9"


def test_an_exclusive_group_has_one_choice(dressed, qtbot):
    group = ToggleGroup([("a", "A", ""), ("b", "B", "")])
    qtbot.addWidget(group)
    group.set_current("a")
    picked = []
    group.picked.connect(picked.append)
    qtbot.mouseClick(group._buttons["b"], Qt.MouseButton.LeftButton)
    assert group.current == "b"
    assert picked == ["b"]


def test_chips_wrap_to_the_next_row_and_hidden_ones_take_no_room(dressed, qtbot):
    box = QWidget()
    qtbot.addWidget(box)
    flow = FlowLayout(box)
    chips = [Chip(text) for text in ("pick up", "throw", "running on the spot", "kicking")]
    for chip in chips:
        flow.addWidget(chip)
    one_row = flow.heightForWidth(2000)
    assert flow.heightForWidth(160) > one_row
    box.resize(160, 300)
    box.show()
    assert all(chip.geometry().right() <= 160 for chip in chips)
    for chip in chips[1:]:
        chip.hide()
    assert flow.heightForWidth(160) == one_row


def test_a_long_name_elides_and_the_tooltip_has_all_of_it(dressed, qtbot):
    name = "a very long name of a clip that does not fit " * 3
    widget = ElidedLabel(name)
    qtbot.addWidget(widget)
    assert widget.toolTip() == name
    assert widget.minimumSizeHint().width() < 40


def test_a_buttons_hint_has_room_for_text_and_key(dressed, qtbot):
    button = Button("Sample 3 clips", key="Return")
    qtbot.addWidget(button)
    text = paint.text_width("Sample 3 clips", weight=600)
    assert button.sizeHint().width() >= text + paint.key_cap_width("Enter")
    assert button.minimumSizeHint().width() >= text
    assert button.accessibleName() == "Sample 3 clips"


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("Ctrl+K", "Ctrl K"),
        ("Return", "Enter"),
        ("K", "K"),
        ("+", "+"),
        ("Shift+Left", "Shift Left"),
    ],
)
def test_keys_are_printed_as_on_a_keyboard(key, shown):
    assert paint.pretty_key(key) == shown
