"""Colours and icons come from one place, and text can be read on its ground."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from studio import icons, theme

STUDIO = Path(theme.__file__).parent
GROUNDS = (theme.WINDOW, theme.PANEL, theme.RAISED)


def luminance(color: str) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
             for c in QColor(color).getRgbF()[:3]]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", GROUNDS)
def test_text_can_be_read_on_every_ground(ground):
    assert contrast(theme.TEXT, ground) >= 7  # WCAG AAA
    assert contrast(theme.DIM, ground) >= 4.5  # WCAG AA
    assert contrast(theme.FAINT, ground) >= 2.9  # placeholders and second lines only


def test_the_primary_buttons_text_can_be_read():
    assert contrast(theme.ON_ACCENT, theme.ACCENT) >= 7


def test_the_colours_of_samples_and_estimators_differ():
    assert len(set(theme.SAMPLE_COLORS)) == len(theme.SAMPLE_COLORS) >= 9
    assert len({theme.BLAZEPOSE, theme.VIBE, theme.PARE, theme.ACCENT, theme.DATA}) == 5


def test_every_source_has_a_name_beside_its_colour():
    assert set(theme.SOURCE_NAMES) == set(theme.SOURCE_COLORS)


def test_widgets_panels_pages_and_window_name_no_colour_of_their_own():
    allowed = {"#ffffff"}
    found = []
    for folder in ("widgets", "panels", "pages", "window", "dialogs"):
        for path in (STUDIO / folder).rglob("*.py"):
            for color in re.findall(r'"(#[0-9a-fA-F]{6})"', path.read_text(encoding="utf-8")):
                if color.lower() not in allowed:
                    found.append(f"{path.name}: {color}")
    assert not found


def test_every_icon_draws_something(dressed):
    for name in icons.names():
        image = icons.pixmap(name, theme.TEXT, 24, 1.0).toImage()
        inked = sum(image.pixelColor(x, y).alpha() > 60 for x in range(24) for y in range(24))
        assert inked > 15, name


def test_icons_named_in_the_code_exist():
    known = set(icons.names())
    for path in STUDIO.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r'icon="([a-z-]+)"|IconButton\(\s*"([a-z-]+)"', text):
            name = next(part for part in name if part)
            assert name in known, f"{path.name} names the icon {name!r}"


def test_numbers_have_figures_of_one_width(dressed):
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(theme.font())
    widths = {round(metrics.horizontalAdvance(str(d)), 2) for d in range(10)}
    assert len(widths) == 1


def test_none_keeps_its_references_through_calls_into_qt(qapp):
    """PySide6 6.12.0 drops one reference to None a call on Python 3.11 and aborts in the end."""
    import sys

    if sys.version_info >= (3, 12):
        pytest.skip("None is immortal since Python 3.12")
    before = sys.getrefcount(None)
    for _ in range(300):
        qapp.processEvents()
    assert sys.getrefcount(None) > before - 150
