"""FineGym2: a data set of single gymnastic moves, cut from the user's own videos and reviewed.

FineGym (Shao et al. 2020) says when in which video which element is done; its videos are not
supplied. :func:`build` cuts and judges, :class:`Review` holds a person's decisions, and
:mod:`core.datasets.finegym.motions` estimates what was accepted and stores it as a data set.
"""

from core.datasets.finegym.builder import BuildOptions, BuildReport, build, plan
from core.datasets.finegym.checks import TITLES, Limits, Verdict
from core.datasets.finegym.lengths import RULES
from core.datasets.finegym.manifest import Row
from core.datasets.finegym.moves import PRESET
from core.datasets.finegym.review import REASONS, Review

__all__ = [
    "PRESET",
    "REASONS",
    "RULES",
    "TITLES",
    "BuildOptions",
    "BuildReport",
    "Limits",
    "Review",
    "Row",
    "Verdict",
    "build",
    "plan",
]
