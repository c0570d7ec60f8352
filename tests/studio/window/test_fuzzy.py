"""The palette finds what was meant."""

from __future__ import annotations

import pytest

from studio.window.fuzzy import score
from studio.window.palette import Entry, found


def entries(*texts):
    return [Entry(text=text, group="File", run=print) for text in texts]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("sample v", "Sample video"),
        ("sv", "Sample video"),
        ("export", "Export"),
        ("front", "Front view"),
        ("kick", "kicking_0007 a"),
        ("undo", "Undo rename to jump"),
    ],
)
def test_what_was_typed_comes_first(typed, wanted):
    texts = ("Save picture", "Sample video", "Export", "Front view", "kicking_0007 a",
             "Undo rename to jump", "stand up", "Import video", "Skeleton")  # fmt: skip
    assert found(entries(*texts), typed)[0].text == wanted


def test_letters_out_of_order_do_not_fit():
    assert score("tropxe", "export") is None


def test_without_a_query_everything_is_there_in_order():
    assert [e.text for e in found(entries("b", "a", "c"), "")] == ["b", "a", "c"]


def test_what_cannot_be_done_now_comes_last():
    usable = Entry(text="Export all", group="", run=print)
    not_now = Entry(text="Export", group="", run=print, enabled=False)
    assert [e.text for e in found([not_now, usable], "export")] == ["Export all", "Export"]
