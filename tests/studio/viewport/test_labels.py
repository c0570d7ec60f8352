"""Where the names go: below their bodies, inside the picture, never over each other."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from studio.viewport.labels import place_labels

AREA = (800, 500)
SIZE = (120, 24)


def overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return abs(a[0] - b[0]) < SIZE[0] and abs(a[1] - b[1]) < SIZE[1]


def test_a_lone_label_is_centred_where_it_is_wanted() -> None:
    assert place_labels([(400.0, 300.0)], [SIZE], AREA) == [(340, 300)]


def test_neighbours_in_height_share_a_row() -> None:
    places = place_labels([(150.0, 400.0), (400.0, 425.0), (650.0, 410.0)], [SIZE] * 3, AREA)
    assert [y for _, y in places] == [425, 425, 425]


def test_a_body_far_behind_keeps_its_label_near_its_own_feet() -> None:
    places = place_labels([(150.0, 200.0), (400.0, 425.0)], [SIZE] * 2, AREA)
    assert [y for _, y in places] == [200, 425]


def test_labels_wanted_at_the_same_place_move_apart() -> None:
    places = place_labels([(400.0, 300.0)] * 4, [SIZE] * 4, AREA)
    assert not any(overlap(a, b) for a, b in combinations(places, 2))


@given(
    st.lists(
        st.tuples(st.floats(-200, 1000), st.floats(-100, 700)),
        min_size=1,
        max_size=9,
    )
)
def test_labels_stay_inside_and_never_overlap(wanted: list[tuple[float, float]]) -> None:
    places = place_labels(wanted, [SIZE] * len(wanted), AREA)
    for x, y in places:
        assert 0 <= x <= AREA[0] - SIZE[0]
        assert 0 <= y <= AREA[1] - SIZE[1]
    assert not any(overlap(a, b) for a, b in combinations(places, 2))
