"""Panes: who is drawn where; plain numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.errors import StudioError
from studio.viewport.captions import side_by_side
from studio.viewport.panes import Layout, grid, meet

SIZE = (1000, 600)


def test_together_is_one_pane_with_everybody() -> None:
    (pane,) = Layout().panes(SIZE, ["a", "b"])
    assert pane.view == pane.clip == (0, 0, 1000, 600)
    assert pane.shows("a") and pane.shows("anybody")


@pytest.mark.parametrize("count", [2, 3, 4])
def test_views_cover_the_picture_without_overlap(count: int) -> None:
    keys = ["a", "b", "c", "d"][:count]
    panes = Layout("views").panes(SIZE, keys)
    assert sum(p.size[0] * p.size[1] for p in panes) == SIZE[0] * SIZE[1]
    assert all(meet(p.view, q.view) is None for p in panes for q in panes if p is not q)
    assert [next(k for k in keys if p.shows(k)) for p in panes] == keys
    assert panes[0].view[0] == 0 and panes[0].view[3] == SIZE[1]  # reading order


def test_all_views_are_equally_large_so_one_camera_fits_all() -> None:
    for count in (2, 4):
        assert len({p.size for p in Layout("views").panes(SIZE, list("abcd")[:count])}) == 1


def test_an_upright_picture_stacks_its_views() -> None:
    top, bottom = grid((400, 900), 2)
    assert top == (0, 450, 400, 900) and bottom == (0, 0, 400, 450)


def test_a_wipe_draws_the_whole_picture_twice_and_shows_one_part_of_each() -> None:
    left, right = Layout("wipe", wipe=0.25).panes(SIZE, ["a", "b"])
    assert left.view == right.view == (0, 0, 1000, 600)
    assert left.clip == (0, 0, 250, 600) and right.clip == (250, 0, 1000, 600)
    assert left.shows("a") and not left.shows("b") and right.shows("b")
    assert left.holds(249, 10) and not left.holds(250, 10) and right.holds(250, 10)


def test_one_body_alone_fills_the_picture_whatever_the_layout() -> None:
    for kind in ("views", "wipe", "overlay"):
        (pane,) = Layout(kind).panes(SIZE, ["a"])
        assert pane.clip == (0, 0, 1000, 600)


def test_unknown_layouts_and_too_many_views_are_refused() -> None:
    with pytest.raises(StudioError, match="sideways"):
        Layout("sideways")
    with pytest.raises(StudioError, match="4 views"):
        Layout("views", (("a",),) * 5)


def test_rows_lie_one_below_the_other_in_reading_order() -> None:
    panes = Layout(kind="rows", views=(("a", "b"), ("c", "d"), ("e",))).panes((600, 300), "abcde")
    assert [pane.view for pane in panes] == [
        (0, 200, 600, 300), (0, 100, 600, 200), (0, 0, 600, 100),
    ]  # fmt: skip
    assert panes[1].shows("c") and not panes[1].shows("a")


def test_names_in_a_row_stand_below_their_bodies_and_apart() -> None:
    assert side_by_side([100, 300], [80, 80], 400) == [60, 260]
    lefts = side_by_side([390, 200, 210], [80, 80, 80], 400)
    assert sorted(lefts) == [lefts[1], lefts[2], lefts[0]]
    assert all(b - a >= 80 for a, b in pairwise(sorted(lefts)))
    assert max(lefts) + 80 <= 400
