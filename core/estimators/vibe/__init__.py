"""VIBE: SPIN's image features, a temporal encoder, an iterative regressor."""

from core.estimators.vibe.network import VibeNetwork, load_vibe

__all__ = ["VibeNetwork", "load_vibe"]
