"""Motion made by other programs, brought onto SMPL's skeleton: BVH, FBX, GLB and npz.

``import_motions(path)`` does it all; ``read_clips``, ``guess_map`` and ``retarget`` are its steps,
for a window that lets the user correct the joint map in between. Torch-free.
"""

from core.importing.guess import guess_map
from core.importing.joint_map import (
    REQUIRED,
    JointMap,
    forget_map,
    save_map,
    saved_map,
)
from core.importing.load import (
    ENDINGS,
    Imported,
    JointMapNeeded,
    import_clips,
    import_motions,
    map_for,
    read_clip,
    read_clips,
)
from core.importing.options import PLAIN, RetargetOptions
from core.importing.retarget import Retargeted, retarget, retargeted
from core.importing.smpl_npz import is_ours
from core.importing.source import Source

__all__ = [
    "ENDINGS",
    "PLAIN",
    "REQUIRED",
    "Imported",
    "JointMap",
    "JointMapNeeded",
    "RetargetOptions",
    "Retargeted",
    "Source",
    "forget_map",
    "guess_map",
    "import_clips",
    "import_motions",
    "is_ours",
    "map_for",
    "read_clip",
    "read_clips",
    "retarget",
    "retargeted",
    "save_map",
    "saved_map",
]
