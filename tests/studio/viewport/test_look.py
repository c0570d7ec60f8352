"""The viewport's colours, kept without Qt, are the theme's."""

from __future__ import annotations

import pytest

from studio import theme
from studio.viewport.items import hex_to_rgb
from studio.viewport.look import DARK
from studio.viewport.strip import KIND_COLORS
from studio.viewport.strip_sheet import PAPERS


def test_strips_colour_clips_as_the_library_does() -> None:
    for kind, color in KIND_COLORS.items():
        assert color == theme.source_color(kind)


def test_accent_and_contact_are_the_themes() -> None:
    assert DARK.accent == pytest.approx(hex_to_rgb(theme.ACCENT), abs=2e-3)
    assert DARK.contact == pytest.approx(hex_to_rgb(theme.GOOD), abs=2e-3)


def test_the_dark_sheet_uses_the_themes_panel_and_text() -> None:
    paper = PAPERS["dark"]
    assert tuple(c / 255 for c in paper.ground[:3]) == pytest.approx(hex_to_rgb(theme.PANEL))
    assert (paper.ink, paper.dim) == (theme.TEXT, theme.DIM)
