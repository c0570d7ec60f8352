"""What can be chosen about an import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RetargetOptions:
    """What can be chosen about an import.

    ``align_bones``: lay the source's limbs along SMPL's before comparing (else orientations are
    taken as they are, as most published data sets were made); ``scale_root``: travel in proportion
    to the legs (else in the source's own metres, pelvis where its hips are); ``spread_spine``:
    share a turn over spine joints the source does not have; ``on_floor``: let standing ankles
    stand at SMPL's ankle height; ``keep_feet``: bend the legs a little so that feet stay where the
    source has them (only with the first two).
    """

    align_bones: bool = True
    scale_root: bool = True
    spread_spine: bool = True
    on_floor: bool = True
    keep_feet: bool = True


PLAIN = RetargetOptions(
    align_bones=False, scale_root=False, spread_spine=False, on_floor=False, keep_feet=False
)
"""Orientations and pelvis exactly as the source has them."""
