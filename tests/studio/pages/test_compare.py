"""The Compare page without a window: what every control leads to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.compare import Moment
from core.errors import StudioError
from core.motion import Motion, Provenance
from core.project import AddClips, DeleteClips, NewClip
from studio import theme
from studio.document import ShownClip
from studio.pages.compare import ComparePage
from studio.pages.compare_session import named
from studio.panels.compare_quality import QualityRow, shown
from studio.services.compare_figures import steps_for
from studio.services.comparing import held, on_one_clock, pairs_of, told_apart
from studio.window.page import PageContext


class FakeViewport(QWidget):
    """Records what the page asks of the viewport."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.layouts: list[str] = []
        self.heat: dict[str, Any] = {}
        self.readings: dict[str, str] = {}
        self.wipe = 0.5

    def set_layout(self, kind: str) -> None:  # type: ignore[override]
        self.layouts.append(kind)

    def set_heat(self, key: str, values: Any) -> None:
        self.heat[key] = values

    def set_readings(self, readings: dict[str, str]) -> None:
        self.readings = dict(readings)

    def set_wipe(self, at: float) -> None:
        self.wipe = at


def clip(
    estimator: str, bend: float, *, num_frames: int = 40, inferred: tuple[int, ...] = ()
) -> Motion:
    """A squat: the left knee bends by ``bend`` degrees in the middle."""
    poses = np.zeros((num_frames, 24, 3), np.float32)
    poses[:, 4, 0] = np.radians(bend) * np.sin(np.linspace(0, np.pi, num_frames))
    trans = np.zeros((num_frames, 3), np.float32)
    trans[:, 1] = 1.0
    made = Provenance(kind="estimated", estimator=estimator, source="squat.mp4", label="squat")
    return Motion(poses=poses, trans=trans, fps=30.0, inferred=inferred, provenance=made)


@pytest.fixture
def page(context: PageContext, qtbot: Any) -> ComparePage:
    viewport = FakeViewport(context.viewport)
    page = ComparePage(replace(context, viewport=viewport))
    for widget in (page.right, page.left, page.below):
        qtbot.addWidget(widget)
        widget.resize(900 if widget is page.below else 320, 700)
    qtbot.addWidget(page.overlay)
    context.document.execute(
        AddClips((NewClip(motion=clip("pare", 128), name="squat p"),
                  NewClip(motion=clip("vibe", 92, inferred=(20, 21)), name="squat v")))
    )  # fmt: skip
    context.actions.add(page.actions())
    context.document.shown_changed.connect(
        lambda: context.playback.set_length(
            max((c.motion.duration for c in context.document.shown), default=0.0), 30.0
        )
    )
    page.entered()
    return page


def compared(page: ComparePage, qtbot: Any) -> Any:
    """Compare the pair of the library and wait for all that follows."""
    (pair,) = pairs_of(page._context.document.clips())
    page.session.take_from_library(pair.clip_ids)
    qtbot.waitUntil(lambda: page.session.answer is not None and len(page.session.angles) == 2)
    return page.session.answer


def test_pairs_are_clips_of_one_video_with_vibe_before_pare(page: ComparePage) -> None:
    clips = page._context.document.clips()
    (pair,) = pairs_of(clips)
    by_id = {clip.id: clip.estimator for clip in clips}
    assert [by_id[i] for i in pair.clip_ids] == ["vibe", "pare"]
    assert pair.title == "squat.mp4"
    alone = [replace(clips[0], source="a.mp4"), replace(clips[1], source="b.mp4")]
    assert pairs_of(alone) == []


def test_each_clip_has_its_estimators_name_and_colour(page: ComparePage, qtbot: Any) -> None:
    compared(page, qtbot)
    assert [(c.name, c.color) for c in page.session.clips] == [
        ("VIBE", theme.VIBE), ("PARE", theme.PARE),
    ]  # fmt: skip
    shown = page._context.document.shown
    assert [(c.name, c.color) for c in shown] == [("VIBE", theme.VIBE), ("PARE", theme.PARE)]
    assert shown[0].place == shown[1].place is not None  # one floor, one camera


def test_two_clips_of_one_estimator_differ_in_letter_and_colour() -> None:
    clips = [
        ShownClip(key=str(i), motion=clip("blazepose", 90), name="x", kind="estimated")
        for i in range(2)
    ]
    a, b = named(clips)
    assert (a.name, b.name) == ("BlazePose a", "BlazePose b")
    assert a.color == theme.BLAZEPOSE != b.color


def test_the_table_has_a_column_a_clip_and_the_better_is_told(
    page: ComparePage, qtbot: Any
) -> None:
    compared(page, qtbot)
    row = next(row for row in page.quality.rows if "missing" in row.name)
    assert row.values[0] == 2.0 > row.values[1] and row.best() == 1


def test_the_worst_moment_is_the_left_knee_and_a_click_goes_there(
    page: ComparePage, qtbot: Any
) -> None:
    compared(page, qtbot)
    worst = page.moments.buttons[0]
    assert "knee" in worst.row.joint.lower() and "left" in worst.row.joint.lower()
    assert abs(worst.row.value - 36) < 2 and worst.row.unit == "°"
    worst.click()
    assert abs(page._context.playback.frame - 20) <= 1
    qtbot.waitUntil(lambda: worst._picture is not None)


def test_the_alignment_is_stated(page: ComparePage, qtbot: Any) -> None:
    compared(page, qtbot)
    assert "root + heading" in page.below.stated.accessibleName()
    assert "same frames" in page.below.stated.accessibleName()
    page.clips.space.setCurrentIndex(0)
    page.clips.space.activated.emit(0)
    qtbot.waitUntil(lambda: page.session.answer.question.space == "none")
    assert "root" not in page.below.stated.accessibleName()


def test_ribbons_show_difference_and_missing_frames(page: ComparePage, qtbot: Any) -> None:
    compared(page, qtbot)
    difference, missing = page.below.ribbons.rows
    assert difference.values.argmax() in (19, 20) and missing.mask.tolist().count(True) == 2
    assert "VIBE" in missing.name and "knee" in difference.spoken[20]


def test_pressing_a_ribbon_or_the_plot_goes_to_that_frame(page: ComparePage, qtbot: Any) -> None:
    compared(page, qtbot)
    for widget in (page.below.ribbons, page.below.plot):
        widget.resize(1000, widget.height())
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(500, 14))
        assert page._context.playback.frame == 20
        page._context.playback.seek_frame(0)


def test_curves_and_readings_are_the_chosen_angle(page: ComparePage, qtbot: Any) -> None:
    compared(page, qtbot)
    vibe, pare = page.below.plot.curves
    assert vibe.name == "VIBE" and abs(np.nanmax(vibe.values) - 92) < 8
    assert abs(np.nanmax(pare.values) - np.nanmax(vibe.values) - 36) < 2
    page._context.playback.seek_frame(20)
    said = page._viewport.readings[page.session.clips[0].key]
    assert said.startswith("left knee flexion 9") and said.endswith("°")
    page.session.set_angle("right knee flexion")
    qtbot.waitUntil(lambda: np.nanmax(page.below.plot.curves[0].values) < 30)


def test_heat_lies_on_all_but_the_reference_and_is_taken_off_again(
    page: ComparePage, qtbot: Any
) -> None:
    answer = compared(page, qtbot)
    page._context.actions.run("compare.heat")
    first, second = (page._viewport.heat[c.key] for c in page.session.clips)
    assert first is None and second is answer.heat[1]
    assert second.shape == (answer.num_frames, 24) and second[20, 4] > 0.7 > 0.1 > second[20, 5]
    page.left_behind()
    assert set(page._viewport.heat.values()) == {None}
    assert page._viewport.layouts[-1] == "together"


def test_the_heats_scale_is_told_while_there_is_something_to_compare(
    page: ComparePage, qtbot: Any
) -> None:
    assert page.below.heat_key.isHidden()
    compared(page, qtbot)
    assert not page.below.heat_key.isHidden()
    assert "0° to 45°" in page.below.heat_key.accessibleName()


def test_layouts_have_keys_and_an_overlay_is_see_through(page: ComparePage, qtbot: Any) -> None:
    compared(page, qtbot)
    page._context.actions.run("compare.overlay")
    assert page._viewport.layouts[-1] == "overlay"
    assert [c.opacity < 1 for c in page._context.document.shown] == [False, True]
    page._context.actions.run("compare.wipe")
    before = page._viewport.wipe
    page._context.actions.run("compare.wipe_right")
    assert page._viewport.wipe > before and page.below.layouts.current == "wipe"


def test_swapping_makes_the_other_the_reference(page: ComparePage, qtbot: Any) -> None:
    compared(page, qtbot)
    page.clips.swap_button.click()
    qtbot.waitUntil(lambda: page.session.answer.question.motions[0].provenance.estimator == "pare")
    assert [c.name for c in page.session.clips] == ["PARE", "VIBE"]


def test_an_offset_moves_a_clip_and_asking_back_is_answered_at_once(
    page: ComparePage, qtbot: Any
) -> None:
    first = compared(page, qtbot)
    key = page.session.clips[1].key
    field = page.clips.offsets[key]
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: page.session.answer.question.offsets == (0, 1))
    assert page.session.answer.num_frames in (40, 41)
    page.session.set_offset(key, 0)
    assert page.session.answer is first


def test_clips_can_be_taken_out_and_the_page_says_what_to_do(page: ComparePage, qtbot: Any) -> None:
    compared(page, qtbot)
    page.session.remove(page.session.clips[1].key)
    assert page.session.answer is None and not page.clips.hint.isHidden()
    assert page.below.ribbons.rows == () and not page.figure.buttons["pdf"].isEnabled()
    assert page.moments.nothing.text()


def test_a_clip_deleted_from_the_library_leaves_the_comparison(
    page: ComparePage, qtbot: Any
) -> None:
    compared(page, qtbot)
    document = page._context.document
    document.execute(DeleteClips((page.session.clips[1].clip_id,)))
    assert [c.name for c in page.session.clips] == ["VIBE"] and page.session.answer is None
    document.undo()
    assert len(page.session.clips) == 1  # to bring it back into the comparison is the user's


def test_one_clip_after_the_other_is_as_good_as_both_at_once(page: ComparePage, qtbot: Any) -> None:
    (pair,) = pairs_of(page._context.document.clips())
    for clip_id in pair.clip_ids:
        page.receive((clip_id,))
    assert [c.name for c in page.session.clips] == ["VIBE", "PARE"]


def test_more_than_four_clips_are_cut_off_with_a_word(page: ComparePage, qtbot: Any) -> None:
    said: list[str] = []
    page._context.document.message.connect(said.append)
    page.receive([clip("", 10 * i) for i in range(5)])
    assert len(page.session.clips) == 4 and "first 4 of 5" in said[0]
    qtbot.waitUntil(lambda: page.session.answer is not None)
    assert len(page.below.ribbons.rows) == 4  # three differences and a row for missing frames


def test_what_cannot_be_compared_is_a_sentence(
    page: ComparePage, qtbot: Any, problems: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise StudioError("These two have no frame in common.", "Choose best shift.")

    monkeypatch.setattr(page.session.comparer, "answer", refuse)
    (pair,) = pairs_of(page._context.document.clips())
    page.session.take_from_library(pair.clip_ids)
    qtbot.waitUntil(lambda: problems != [])
    assert problems == [("These two have no frame in common.", "Choose best shift.")]
    assert page.session.answer is None


def test_a_clip_on_another_clock_holds_its_nearest_frame() -> None:
    frames = np.array([-1, -1, 3, 4, -1, 8, -1])
    assert held(frames).tolist() == [3, 3, 3, 4, 4, 8, 8] or held(frames).tolist()[4] in (4, 8)
    motion = clip("vibe", 90, num_frames=10, inferred=(4,))
    moved = on_one_clock(motion, frames, 30.0)
    assert moved.num_frames == 7 and moved.inferred and 3 in moved.inferred
    np.testing.assert_array_equal(moved.poses[5], motion.poses[8])
    whole = np.arange(10)
    assert on_one_clock(motion, whole, 30.0) is motion


def test_a_strip_has_about_seven_bodies() -> None:
    for length in (1, 7, 60, 74, 300):
        step = steps_for(length)
        assert step >= 1 and len(range(0, length, step)) <= 8


def test_shoulders_of_a_peak_are_no_moments_of_their_own() -> None:
    def moment(joint: int, first: int, last: int, value: float) -> Moment:
        return Moment(joint=joint, first=first, last=last, peak_frame=first, value=value)

    peak, shoulder = moment(4, 18, 40, 35.0), moment(4, 41, 44, 24.0)
    later, other = moment(4, 80, 90, 12.0), moment(5, 41, 44, 11.0)
    found = told_apart([(1, shoulder), (1, other), (1, peak), (1, later)], 30.0)
    assert [m for _, m in found] == [peak, later, other]


def test_numbers_have_three_figures_and_ties_have_no_better() -> None:
    assert [shown(v) for v in (None, 0.0001, 0.123, 4.06, 128.4, 7.0)] == [
        "–", "0", "0.12", "4.1", "128", "7",
    ]  # fmt: skip
    assert QualityRow(name="a", unit="", values=(4.06, 4.08), better="low").best() is None
    assert QualityRow(name="a", unit="", values=(4.0, 5.0), better="high").best() == 1
