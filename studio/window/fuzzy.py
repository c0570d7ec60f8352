"""Finding by a few letters: how well a text fits what was typed. No Qt here."""

from __future__ import annotations

_START, _WORD, _NEXT, _HIT = 12, 8, 6, 1
GOOD = 120
"""From here on the text holds what was typed as it stands; below, only its letters in order."""


def score(query: str, text: str) -> int | None:
    """Return how well ``text`` holds the letters of ``query`` in order, or None.

    Whole words count most, then beginnings of words ("sv" finds "Sample video"), then letters
    that stand together; shorter texts win among equals.
    """
    query, text = query.casefold().strip(), text.casefold()
    if not query:
        return 0
    at = text.find(query)
    if at >= 0:
        whole = 60 + (_START if at == 0 else _WORD if not text[at - 1].isalnum() else 0)
        return whole * 4 - min(len(text), 80)
    total, place = 0, -1
    for letter in query.replace(" ", ""):
        found = _best_place(text, letter, place)
        if found < 0:
            return None
        gain = _HIT
        if found == 0:
            gain += _START
        elif not text[found - 1].isalnum():
            gain += _WORD
        if found == place + 1:
            gain += _NEXT
        total, place = total + gain, found
    return min(total * 2, GOOD - 1) - min(len(text), 80)


def _best_place(text: str, letter: str, after: int) -> int:
    """The next letter, or rather one that begins a word if it is not far."""
    first = text.find(letter, after + 1)
    if first < 0 or first == after + 1:
        return first
    at = first
    while 0 <= at < first + 14:
        if at == 0 or not text[at - 1].isalnum():
            return at
        at = text.find(letter, at + 1)
    return first
