"""Class names of published data sets, by their own numbering. Must not import torch."""

from __future__ import annotations

NTU13: dict[int, str] = {
    6: "pick up", 7: "throw", 8: "sit down", 9: "stand up", 22: "cheer up", 23: "hand waving",
    24: "kicking", 38: "salute", 80: "squat down", 93: "shake fist", 99: "running on the spot",
    100: "butt kicks", 102: "side kick",
}  # fmt: skip
"""NTU RGB+D number -> name; the class is the place in this order (Action2Motion, ACTOR)."""

HUMANACT12: tuple[str, ...] = (
    "warm up", "walk", "run", "jump", "drink", "lift dumbbell", "sit", "eat",
    "turn steering wheel", "phone", "boxing", "throw",
)  # fmt: skip

NUM_UESTC = 40
UESTC_TRAIN_SUBJECTS = frozenset(
    (
        1, 2, 6, 12, 13, 16, 21, 24, 28, 29, 30, 31, 33, 35, 39, 41, 42, 45, 47, 50, 52, 54, 55, 57,
        59, 61, 63, 64, 67, 69, 70, 71, 73, 77, 81, 84, 86, 87, 88, 90, 91, 93, 96, 99, 102, 103,
        104, 107, 108, 112, 113,
    )
)  # fmt: skip
"""The 51 of 118 people the cross-subject protocol trains on (Ji et al. 2018)."""
