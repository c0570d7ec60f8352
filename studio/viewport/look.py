"""The colours of the place the bodies stand in. No Qt; a test holds them to studio.theme."""

from __future__ import annotations

from dataclasses import dataclass

Rgb = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Look:
    """The colours of the place (sRGB); :mod:`studio.theme` has the same window colours."""

    backdrop_mid: Rgb = (0.170, 0.186, 0.222)
    backdrop_edge: Rgb = (0.072, 0.080, 0.100)
    grid: Rgb = (0.62, 0.68, 0.80)
    grid_strength: float = 0.15
    shadow_strength: float = 0.54
    accent: Rgb = (0.247, 0.816, 0.741)
    contact: Rgb = (0.345, 0.788, 0.478)
    transparent: bool = False


DARK = Look()
PAPER = Look(
    backdrop_mid=(1.0, 1.0, 1.0),
    backdrop_edge=(1.0, 1.0, 1.0),
    grid_strength=0.0,
    shadow_strength=0.22,
)
TRANSPARENT = Look(grid_strength=0.0, shadow_strength=0.24, transparent=True)
LOOKS = {"dark": DARK, "white": PAPER, "transparent": TRANSPARENT}
