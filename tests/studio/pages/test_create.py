"""The Create page with a sampler that needs no network: what every control leads to."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.errors import ModelProblem
from studio.pages.create import CreatePage
from studio.pages.create_menus import again_menu
from studio.pages.create_session import index_of, key_of
from studio.window.page import PageContext
from tests.studio.pages.conftest import LABELS, FakeSampler


@pytest.fixture
def page(context: PageContext, fake_sampler: FakeSampler, qtbot: Any) -> CreatePage:
    page = CreatePage(context, sampler=fake_sampler)  # type: ignore[arg-type]
    qtbot.addWidget(page.right)
    page.right.resize(320, 900)
    context.actions.add(page.actions())
    page.entered()
    return page


def sampled(page: CreatePage, qtbot: Any) -> None:
    """Sample and wait until clips, directions and map are there."""
    page.sample()
    qtbot.waitUntil(lambda: page.session.map is not None and page.session.has_samples)
    qtbot.waitUntil(lambda: page.sliders.offsets == (0.0, 0.0))


def keys(page: CreatePage) -> list[str]:
    return [clip.key for clip in page.session._document.shown]


def test_keys_of_samples_round_trip_and_others_have_no_place() -> None:
    assert index_of(key_of(4)) == 4
    assert index_of("a1b2c3") is None and index_of(None) is None
    assert index_of("again-sample-0-salute-60") is None


def test_a_chip_samples_that_action_at_once(
    page: CreatePage, fake_sampler: FakeSampler, qtbot: Any
) -> None:
    page.picker._chips["salute"].click()
    qtbot.waitUntil(lambda: page.session.has_samples)
    assert fake_sampler.asked[-1].label == "salute"
    assert [c.name for c in page.session._document.shown] == ["salute"] * 3
    assert [c.detail for c in page.session._document.shown] == ["seed 7 a", "seed 7 b", "seed 7 c"]


def test_nothing_is_sampled_before_it_is_asked_for(
    page: CreatePage, fake_sampler: FakeSampler
) -> None:
    page.sampling.sigma.slider.set_value(1.5, quietly=False)
    QTest.qWait(30)
    assert fake_sampler.asked == []


def test_a_slider_regenerates_what_is_on_screen(
    page: CreatePage, fake_sampler: FakeSampler, qtbot: Any
) -> None:
    sampled(page, qtbot)
    page.sampling.length.slider.set_value(80, quietly=False)
    qtbot.waitUntil(lambda: page.session._document.shown[0].motion.num_frames == 80)
    page.sampling.samples.slider.set_value(5, quietly=False)
    qtbot.waitUntil(lambda: len(page.session._document.shown) == 5)
    assert page.sampling.button.text() == "Sample 5 clips"


def test_the_hint_appears_only_beyond_the_trained_length(page: CreatePage) -> None:
    assert page.sampling.long_hint.isHidden()
    page.sampling.length.slider.set_value(90, quietly=False)
    assert not page.sampling.long_hint.isHidden()


def test_the_newest_of_many_requests_wins(
    page: CreatePage, fake_sampler: FakeSampler, qtbot: Any
) -> None:
    sampled(page, qtbot)
    for value in range(20, 60):
        page.sliders.rows[0].slider.set_value(value / 20 - 1, quietly=False)
    last = page.sliders.offsets
    qtbot.waitUntil(
        lambda: bool(fake_sampler.shaped) and fake_sampler.shaped[-1][1].offsets == last
    )
    qtbot.waitUntil(
        lambda: abs(page.session._document.shown[0].motion.poses[0, 0, 0] - sum(last)) < 1e-5
    )
    assert page.session._document.shown[1].motion.poses[0, 0, 0] == 7  # others stay as they were


def test_each_clip_keeps_its_own_shape(page: CreatePage, qtbot: Any) -> None:
    sampled(page, qtbot)
    page.sliders.rows[0].slider.set_value(1.5, quietly=False)
    page.session._document.select(key_of(1))
    assert page.sliders.offsets == (0.0, 0.0)
    page.session._document.select(key_of(0))
    assert page.sliders.offsets == (1.5, 0.0)


def test_keep_puts_the_selected_clip_into_the_library_and_undo_takes_it_out(
    page: CreatePage, context: PageContext, qtbot: Any
) -> None:
    sampled(page, qtbot)
    context.document.select(key_of(1))
    assert context.actions.run("create.keep")
    (clip,) = context.document.clips()
    assert (clip.name, clip.label) == ("kicking_0007 b", "kicking")
    assert not page.keep_button.isEnabled()  # it is in the library now
    context.document.undo()
    assert context.document.clips() == []


def test_keep_all_is_one_step_of_undo(page: CreatePage, context: PageContext, qtbot: Any) -> None:
    sampled(page, qtbot)
    page.keep_all()
    assert len(context.document.clips()) == 3
    context.document.undo()
    assert context.document.clips() == []


def test_reject_takes_the_clip_away_and_selects_the_next(page: CreatePage, qtbot: Any) -> None:
    sampled(page, qtbot)
    page.session._document.select(key_of(1))
    page.reject()
    assert keys(page) == ["sample-0", "sample-2"]
    assert page.session._document.selected_key == "sample-2"
    page.sampling.sigma.slider.set_value(0.5, quietly=False)  # a live change brings it not back
    QTest.qWait(60)
    assert keys(page) == ["sample-0", "sample-2"]


def test_the_dice_takes_another_seed(
    page: CreatePage, fake_sampler: FakeSampler, qtbot: Any
) -> None:
    page.sampling.dice.click()
    qtbot.waitUntil(lambda: bool(fake_sampler.asked))
    assert fake_sampler.asked[-1].seed == page.sampling.seed_value


def test_pointing_into_the_map_takes_the_selected_clip_there(
    page: CreatePage, fake_sampler: FakeSampler, qtbot: Any
) -> None:
    sampled(page, qtbot)
    page.right.show()
    view = page.map.view
    assert view is not None
    view.resize(200, 160)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 40))
    qtbot.waitUntil(lambda: bool(fake_sampler.shaped))
    index, shape = fake_sampler.shaped[-1]
    assert index == 0 and shape.place is not None
    assert shape.place == pytest.approx(view.place)


def test_decoding_again_puts_the_new_clip_beside_the_old_one(page: CreatePage, qtbot: Any) -> None:
    sampled(page, qtbot)
    clip = page.session._document.shown[0]
    menu = again_menu(page, clip)
    assert [a.text() for a in menu.actions()][:3] == list(LABELS)
    menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: len(page.session._document.shown) == 4)
    again = page.session._document.shown[1]
    assert again.name == "salute" and again.key == page.session._document.selected_key
    assert page.keep_button.isEnabled()


def test_a_failure_is_said_and_the_clips_stay(
    page: CreatePage, fake_sampler: FakeSampler, problems: list, qtbot: Any
) -> None:
    sampled(page, qtbot)
    fake_sampler.error = ModelProblem("The model is broken.", "Choose another.")
    page.sample()
    qtbot.waitUntil(lambda: bool(problems))
    assert problems == [("The model is broken.", "Choose another.")]
    assert len(page.session._document.shown) == 3


def test_without_a_model_the_page_says_so(
    context: PageContext, problems: list, tmp_path: Any, qtbot: Any
) -> None:
    from studio.services.sampler import Sampler

    page = CreatePage(context, sampler=Sampler(tmp_path / "none.safetensors"))
    qtbot.addWidget(page.right)
    assert page.picker.labels == () and not page.sampling.button.isEnabled()
    page.sample()
    assert "none.safetensors" in problems[0][0]


def test_a_file_that_is_no_checkpoint_changes_nothing(
    page: CreatePage, problems: list, tmp_path: Any, qtbot: Any
) -> None:
    before = page.session.sampler
    wrong = tmp_path / "notes.safetensors"
    wrong.write_text("not a model")
    page.open_model(wrong)
    qtbot.waitUntil(lambda: bool(problems), timeout=20_000)
    assert "notes.safetensors" in problems[0][0]
    assert page.session.sampler is before


def test_typing_filters_the_actions_and_enter_takes_the_first(
    page: CreatePage, fake_sampler: FakeSampler, qtbot: Any
) -> None:
    page.right.show()
    page.picker.open_filter()
    QTest.keyClicks(page.picker.filter, "kick")
    assert page.picker.visible_labels == ["kicking", "side kick"]
    QTest.keyClicks(page.picker.filter, "zz")
    assert page.picker.visible_labels == []
    page.picker.filter.setText("side")
    QTest.keyClick(page.picker.filter, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(fake_sampler.asked))
    assert fake_sampler.asked[-1].label == "side kick"
    assert page.picker.visible_labels == list(LABELS)


def test_enter_belongs_to_a_field_that_has_the_focus(page: CreatePage, qtbot: Any) -> None:
    page.right.show()
    page.right.activateWindow()
    page.sampling.seed.setFocus()
    qtbot.waitUntil(page.sampling.seed.hasFocus)
    assert not page.can_take_enter()
    page.sampling.dice.setFocus()
    assert page.can_take_enter()


def test_every_control_has_a_name_and_a_tooltip(page: CreatePage) -> None:
    from PySide6.QtWidgets import QAbstractButton, QLineEdit

    controls = page.right.findChildren(QAbstractButton) + page.right.findChildren(QLineEdit)
    assert len(controls) > 15
    for control in controls:
        if control.objectName().startswith("_q") or control.parent().inherits("QLineEdit"):
            continue
        if control.parent() in page.sliders.rows:
            continue  # named with the directions
        assert control.accessibleName(), control
        assert control.toolTip(), control.accessibleName()


def test_a_clip_whose_keeping_is_undone_stands_there_unsaved_again(
    page: CreatePage, context: PageContext, qtbot: Any
) -> None:
    sampled(page, qtbot)
    context.document.select(key_of(1))
    page.keep()
    context.document.undo()
    assert keys(page) == ["sample-0", "sample-1", "sample-2"]
    assert context.document.selected_key == "sample-1" and page.keep_button.isEnabled()


def test_the_palette_finds_actions_by_their_label(
    page: CreatePage, context: PageContext, fake_sampler: FakeSampler, qtbot: Any
) -> None:
    assert context.actions.run("create.sample.side kick")
    qtbot.waitUntil(lambda: page.session.has_samples)
    assert fake_sampler.asked[-1].label == "side kick" == page.picker.current


def test_enter_presses_the_chip_that_tab_reached(
    page: CreatePage, context: PageContext, fake_sampler: FakeSampler, qtbot: Any
) -> None:
    page.right.show()
    page.right.activateWindow()
    chip = page.picker._chips["salute"]
    chip.setFocus()
    qtbot.waitUntil(chip.hasFocus)
    assert context.actions.run("create.sample")
    qtbot.waitUntil(lambda: bool(fake_sampler.asked))
    assert fake_sampler.asked[-1].label == "salute"
