"""Actions are found by what people type."""

from __future__ import annotations

import pytest

from core.errors import StudioError
from studio.cli.labels import match_label

NTU13 = (
    "pick up", "throw", "sit down", "stand up", "cheer up", "hand waving", "kicking", "salute",
    "squat down", "shake fist", "running on the spot", "butt kicks", "side kick",
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kick", "kicking"),
        ("Kicks", "kicking"),
        ("side_kick", "side kick"),
        ("side kicks", "side kick"),
        ("butt kick", "butt kicks"),
        ("wave", "hand waving"),
        ("run", "running on the spot"),
        ("sit", "sit down"),
        ("squatting", "squat down"),
        ("cheer", "cheer up"),
        ("fist", "shake fist"),
        ("throwing", "throw"),
        ("  SALUTE ", "salute"),
        ("picking up", "pick up"),
    ],
)
def test_a_loose_name_finds_its_action(typed, meant):
    assert match_label(typed, NTU13) == meant


@pytest.mark.parametrize("label", NTU13)
def test_every_action_finds_itself(label):
    assert match_label(label, NTU13) == label


def test_a_name_that_fits_several_is_asked_back():
    with pytest.raises(StudioError, match="sit down or squat down"):
        match_label("down", NTU13)


def test_an_unknown_name_gets_the_nearest_and_the_list():
    with pytest.raises(StudioError, match="Did you mean salute") as told:
        match_label("salut3", NTU13)
    assert all(label in told.value.hint for label in NTU13)
    with pytest.raises(StudioError, match="knows no action"):
        match_label("playing the violin", NTU13)
