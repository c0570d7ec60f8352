"""What callers hand over, and which frame a time means."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.errors import StudioError
from studio.viewport.items import BodyItem, frame_at, hex_to_rgb
from tests.studio.viewport.clips import swinging


def test_a_time_becomes_a_frame_by_the_clips_own_rate_and_holds_at_the_end() -> None:
    clip = swinging(60, fps=60.0)
    assert frame_at(clip, 0.25) == pytest.approx(15.0)
    assert frame_at(clip, -1.0) == 0.0
    assert frame_at(clip, 9.0) == 59.0


def test_a_looping_clip_begins_again_after_its_own_length() -> None:
    clip = swinging(30, fps=30.0)
    assert frame_at(clip, 1.5, looping=True) == pytest.approx(15.0)
    assert frame_at(clip, 0.999, looping=True) == 29.0  # rests, blends nothing back to frame 0


def test_one_frame_is_shown_at_every_time() -> None:
    assert frame_at(swinging(1), 4.2, looping=True) == 0.0


def test_a_colour_is_read_as_red_green_blue() -> None:
    assert hex_to_rgb("#ff8000") == pytest.approx((1.0, 128 / 255, 0.0))


@pytest.mark.parametrize("color", ["red", "#12345", "#12345g"])
def test_a_colour_that_cannot_be_drawn_is_refused_with_a_sentence(color: str) -> None:
    with pytest.raises(StudioError, match="colour"):
        BodyItem(key="a", motion=swinging(1), color=color)


def test_items_strips_and_thumbnails_need_no_qt_vispy_or_torch_at_import() -> None:
    code = (
        "import sys, studio.viewport.items, studio.viewport.strip, studio.viewport.thumbnail\n"
        "bad = {'PySide6', 'vispy', 'torch', 'pyqtgraph'} & set(sys.modules)\n"
        "sys.exit(f'imported {bad}' if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
