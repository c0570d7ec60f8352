"""Which elements are wanted, by name: resolved by FineGym's Glabel, the same in all its lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.datasets.finegym.lists import Category
from core.errors import StudioError

_APPARATUS = re.compile(r"^\([A-Z]{2}\)\s*")
_MANY = 6  # matches told in full


@dataclass(frozen=True, kw_only=True)
class Move:
    """A wanted move: the name it will carry as an action, and FineGym's number for it."""

    name: str
    glabel: int


PRESET: tuple[Move, ...] = (  # the two of the report, both on balance beam
    Move(name="Split Jump", glabel=213),
    Move(name="Back Handspring", glabel=335),  # "flic-flac with step-out"
)
_KNOWN = {move.name.lower(): move for move in PRESET}


def find_categories(categories: Sequence[Category], text: str) -> tuple[Category, ...]:
    """The classes whose name holds every word of ``text``; a whole name alone where it fits."""
    wanted = text.strip().lower()
    whole = [c for c in categories if wanted in (c.name.lower(), _bare(c.name))]
    if whole:
        return tuple(whole)
    words = wanted.split()
    return tuple(c for c in categories if words and all(w in c.name.lower() for w in words))


def resolve(text: str, categories: Sequence[Category]) -> Move:
    """The move meant by a preset's name, a class's name or "Glabel 213".

    Raises StudioError where none or several are meant, or the list does not have it.
    """
    known = _KNOWN.get(text.strip().lower())
    if known is not None:
        return _checked(known, categories)
    number = re.fullmatch(r"\s*(?:glabel\s*:?\s*)?(\d+)\s*", text, re.IGNORECASE)
    if number is not None:
        return _checked(Move(name="", glabel=int(number[1])), categories)
    found = find_categories(categories, text)
    if len(found) == 1:
        return Move(name=_bare(found[0].name, lower=False), glabel=found[0].glabel)
    if not found:
        raise StudioError(
            f'No class of the list is called "{text}".',
            f"The preset's names are {' and '.join(m.name for m in PRESET)}; others are as in the "
            "category file.",
        )
    names = "; ".join(f"{c.name} (Glabel {c.glabel})" for c in found[:_MANY])
    more = f"; and {len(found) - _MANY} more" if len(found) > _MANY else ""
    raise StudioError(f'"{text}" may mean {len(found)} classes.', f"Choose one of: {names}{more}.")


def label_of(move: Move, categories: Sequence[Category]) -> int:
    """The move's class number in the list these categories belong to. Raises StudioError."""
    _checked(move, categories)
    return next(c.label for c in categories if c.glabel == move.glabel)


def _checked(move: Move, categories: Sequence[Category]) -> Move:
    found = next((c for c in categories if c.glabel == move.glabel), None)
    if found is None:
        title = f"{move.name} (Glabel {move.glabel})" if move.name else f"Glabel {move.glabel}"
        raise StudioError(
            f"The category file does not have {title}.", "Use the file that goes with the split."
        )
    return move if move.name else Move(name=_bare(found.name, lower=False), glabel=move.glabel)


def _bare(name: str, *, lower: bool = True) -> str:
    """A class's name without its apparatus."""
    bare = _APPARATUS.sub("", name).strip()
    return bare.lower() if lower else bare
