"""What this program wrote about itself into its own FBX and GLB files, read with distrust."""

from __future__ import annotations

import json
from typing import Any

from core.errors import StudioError
from core.motion import Provenance


def _clip_entry(origin: dict[str, Any], clip: str) -> dict[str, Any]:
    clips = origin.get("clips")
    for entry in clips if isinstance(clips, list) else []:
        if isinstance(entry, dict) and entry.get("name") == clip:
            return entry
    return {}


def clip_provenance(origin: dict[str, Any], clip: str) -> Provenance | None:
    """Return the provenance of the clip of this name; None where there is none, or not readable."""
    entry = _clip_entry(origin, clip)
    try:
        return Provenance.from_json(json.dumps(entry["provenance"])) if entry else None
    except (StudioError, KeyError, TypeError, ValueError):
        return None


def clip_rate(origin: dict[str, Any], clip: str) -> float | None:
    """Return the frames a second of the clip of this name, or None."""
    rate = _clip_entry(origin, clip).get("fps")
    return float(rate) if isinstance(rate, int | float) else None


def origin_of(text: str) -> dict[str, Any]:
    """Return the JSON object of a user property; empty where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def betas_of(origin: dict[str, Any]) -> list[float] | None:
    """Return the ten betas the file was written with, or None."""
    betas = origin.get("betas")
    if not isinstance(betas, list) or len(betas) != 10:
        return None
    try:
        return [float(beta) for beta in betas]
    except (TypeError, ValueError):
        return None
