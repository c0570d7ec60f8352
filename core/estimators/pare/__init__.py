"""PARE: part attention over HRNet's features, one body a crop."""

from core.estimators.pare.network import PareNetwork, load_pare

__all__ = ["PareNetwork", "load_pare"]
