"""Cleaning a clip up as the panel asks for it: choices in, a cleaned motion and numbers out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import get_args

from core.cleanup import (
    STEPS,
    Cleaned,
    CleanupOptions,
    Contacts,
    FootLock,
    Measure,
    clean,
    find_contacts,
)
from core.motion import Motion

_EDIT = re.compile(r"clean-up, strength ([\d.]+), foot lock (\w+)")


def untouched() -> CleanupOptions:
    """Options that leave a clip as it is, with every repair ready."""
    return CleanupOptions(strength=0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cleaning:
    """What the panel says: the options, and the contacts edited by hand (None finds them)."""

    options: CleanupOptions = field(default_factory=untouched)
    contacts: Contacts | None = None

    def toggled(self, step: str, is_on: bool) -> Cleaning:
        """Return the choices with a step of ``core.cleanup.STEPS`` on or off."""
        steps = self.options.steps | {step} if is_on else self.options.steps - {step}
        return replace(self, options=replace(self.options, steps=frozenset(steps)))

    def with_strength(self, strength: float) -> Cleaning:
        """Return the choices with another strength 0..1."""
        return replace(self, options=replace(self.options, strength=strength))

    def with_foot_lock(self, foot_lock: str) -> Cleaning:
        """Return the choices with feet held "off", "auto" or "always"."""
        if foot_lock not in get_args(FootLock):
            return self
        return replace(self, options=replace(self.options, foot_lock=foot_lock))  # type: ignore[arg-type]


def choices_of(motion: Motion) -> Cleaning:
    """Read from a clip how it was cleaned, as far as it says; untouched where it was not."""
    match = _EDIT.search(motion.provenance.edit)
    if match is None:
        return Cleaning()
    strength = min(max(float(match[1]), 0.0), 1.0)
    choices = Cleaning(options=CleanupOptions(strength=strength), contacts=Contacts.of(motion))
    return choices.with_foot_lock(match[2])


def clean_clip(motion: Motion, choices: Cleaning) -> Cleaned:
    """Clean a clip; with strength 0 only contacts edited by hand are noted in it."""
    result = clean(motion, choices.options, choices.contacts)
    if choices.options.strength > 0 or choices.contacts is None:
        return result
    return replace(result, motion=motion.with_channels(**choices.contacts.channels))


def with_contact(
    contacts: Contacts | None, motion: Motion, *, side: str, first: int, stop: int, stands: bool
) -> Contacts:
    """Return contacts with one key more; those found in the motion where there are none yet."""
    known = contacts or Contacts.of(motion) or find_contacts(motion)
    return known.with_key(side, first, stop, stands)


def told_measures(report: list[Measure]) -> list[Measure]:
    """The measures worth a row: those that are not nothing before and after."""
    return [m for m in report if max(abs(m.before), abs(m.after)) >= 0.05]


def step_rows() -> list[tuple[str, str, str]]:
    """(name, title, help) of every step, in the order in which they run."""
    return [(step.name, step.title, step.help) for step in STEPS]
