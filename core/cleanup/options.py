"""What the clean-up is asked to do, with the words the window and the command line show for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from core.errors import StudioError

FootLock = Literal["off", "auto", "always"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the clean-up: its name, its title on a switch, and what it does."""

    name: str
    title: str
    help: str


STEPS: tuple[Step, ...] = (
    Step(name="flips", title="Flips", help="Turn back frames that took front for back."),
    Step(name="outliers", title="Outliers", help="Take out joints that jump for a moment."),
    Step(name="gaps", title="Gaps", help="Bridge frames nobody saw, and mark them."),
    Step(name="smooth", title="Smooth", help="Calm the tremble; fast movement stays."),
    Step(name="gravity", title="Upright", help="Level a tilted floor."),
    Step(name="floor", title="Floor", help="Put the standing feet on the floor."),
)
"""In the order in which they run; foot locking comes last and has a choice of its own."""

FOOT_LOCKS: dict[FootLock, str] = {
    "off": "Feet stay as they are.",
    "auto": "Feet are held where they stand, found by height and speed.",
    "always": "Nobody jumps: the lower foot is held in every frame.",
}


@dataclass(frozen=True, kw_only=True)
class CleanupOptions:
    """How to clean a clip.

    strength 0..1: 0 leaves it untouched; it sets how small an outlier is found, how much is
    smoothed, and up to 0.25 how much of the floor's and the feet's correction is made. Repairs
    (flips, gaps) are made or not. steps: names from ``STEPS``.
    Raises StudioError on anything else.
    """

    strength: float = 0.5
    steps: frozenset[str] = frozenset(step.name for step in STEPS)
    foot_lock: FootLock = "auto"

    def __post_init__(self) -> None:
        steps: Iterable[str] = self.steps
        object.__setattr__(self, "steps", frozenset(steps))
        if not 0.0 <= self.strength <= 1.0:
            raise StudioError(f"The strength must lie between 0 and 1, not {self.strength}.")
        known = [step.name for step in STEPS]
        unknown = sorted(self.steps - set(known))
        if unknown:
            raise StudioError(
                f"There is no clean-up step called {', '.join(unknown)}.",
                f"Choose from: {', '.join(known)}.",
            )
        if self.foot_lock not in get_args(FootLock):
            raise StudioError(
                f"Foot locking is off, auto or always, not {self.foot_lock}.", "Choose one of them."
            )

    @property
    def amount(self) -> float:
        """How much of the floor's and the feet's correction is made, 0..1."""
        return min(1.0, 4.0 * self.strength)
