"""The thirteen actions, one function each: ``(rng, style, seconds) -> Score``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.datasets.demo.actions.gestures import cheer_up, hand_waving, salute, shake_fist
from core.datasets.demo.actions.kicks import kicking, side_kick
from core.datasets.demo.actions.levels import pick_up, sit_down, squat_down, stand_up
from core.datasets.demo.actions.runs import butt_kicks, running_on_the_spot
from core.datasets.demo.actions.throws import throw
from core.datasets.demo.score import Score
from core.datasets.demo.style import Style

Action = Callable[[np.random.Generator, Style, float], Score]

TABLE: dict[str, Action] = {
    "pick up": pick_up,
    "throw": throw,
    "sit down": sit_down,
    "stand up": stand_up,
    "cheer up": cheer_up,
    "hand waving": hand_waving,
    "kicking": kicking,
    "salute": salute,
    "squat down": squat_down,
    "shake fist": shake_fist,
    "running on the spot": running_on_the_spot,
    "butt kicks": butt_kicks,
    "side kick": side_kick,
}
"""In NTU13's order, which is the order of the demo model's classes."""
