"""What this program wrote about itself into its own FBX and GLB files, read with distrust."""

from __future__ import annotations

import json
from typing import Any

from core.errors import StudioError
from core.motion import Provenance


def clip_provenance(origin: dict[str, Any], clip: str) -> Provenance | None:
    """Return the provenance of the clip of this name; None where there is none, or not readable."""
    clips = origin.get("clips")
    for entry in clips if isinstance(clips, list) else []:
        if isinstance(entry, dict) and entry.get("name") == clip:
            try:
                return Provenance.from_json(json.dumps(entry.get("provenance", {})))
            except (StudioError, TypeError, ValueError):
                return None
    return None


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
