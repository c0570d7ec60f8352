"""Comparing motions: laid on one clock and into one place, their differences and their quality."""

from core.compare.comparison import Comparison, Moment, compare
from core.compare.options import CompareOptions

__all__ = ["CompareOptions", "Comparison", "Moment", "compare"]
