"""CMU motion capture as 117 columns of text: the root's place and 38 exponential maps a row.

The dump of the "8 actions" used in motion prediction (Li et al. 2018) and of its relatives. Columns
hold row vectors' rotations, so a column vector's is exp(-r); lengths are in CMU's unit. The first
row is a T-pose facing +Z. Names and the hierarchy follow from the dump's parents and offsets. The
rate is not in the file: 120 a second.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from core.errors import FileProblem
from core.importing import Source
from core.rotation import rotvec_to_rotmat

COLUMNS = 117
FPS = 120.0
METRES_PER_UNIT = 0.056444
MAX_BYTES = 256 << 20
_TABLE = """
Hips -1 0 0 0
LHipJoint 0 0 0 0
LeftUpLeg 1 1.65674 -1.80282 .62477
LeftLeg 2 2.5972 -7.13576 0
LeftFoot 3 2.49236 -6.8477 0
LeftToeBase 4 .19704 -.54136 2.14581
LeftToeEnd 5 0 0 1.11249
RHipJoint 0 0 0 0
RightUpLeg 7 -1.6107 -1.80282 .62476
RightLeg 8 -2.59502 -7.12977 0
RightFoot 9 -2.4678 -6.78024 0
RightToeBase 10 -.23024 -.63258 2.13368
RightToeEnd 11 0 0 1.11569
LowerBack 0 0 0 0
Spine 13 .01961 2.0545 -.14112
Spine1 14 .01021 2.06436 -.05921
Neck 15 0 0 0
Neck1 16 .00713 1.56711 .14968
Head 17 .03429 1.56041 -.10006
HeadEnd 18 .01305 1.6256 -.05265
LeftShoulder 15 0 0 0
LeftArm 20 3.54205 .90436 -.17364
LeftForeArm 21 4.86513 0 0
LeftHand 22 3.35554 0 0
LeftFingerBase 23 0 0 0
LeftHandIndex1 24 .66117 0 0
LeftFingerEnd 25 .53306 0 0
LThumb 23 0 0 0
LThumbEnd 27 .5412 0 .5412
RightShoulder 15 0 0 0
RightArm 29 -3.49802 .75994 -.32616
RightForeArm 30 -5.02649 0 0
RightHand 31 -3.36431 0 0
RightFingerBase 32 0 0 0
RightHandIndex1 33 -.73041 0 0
RightFingerEnd 34 -.58887 0 0
RThumb 32 0 0 0
RThumbEnd 36 -.59786 0 .59786
"""
_ROWS = [line.split() for line in _TABLE.split("\n") if line]
NAMES: tuple[str, ...] = tuple(row[0] for row in _ROWS)
PARENTS: tuple[int, ...] = tuple(int(row[1]) for row in _ROWS)
OFFSETS = np.array([[float(number) for number in row[2:]] for row in _ROWS])


def is_cmu_text(beginning: bytes) -> bool:
    """Whether a file beginning with these bytes (at least its first line) is such a dump."""
    line = beginning.split(b"\n", 1)[0]
    return line.count(b",") == COLUMNS - 1 and re.fullmatch(rb"[-+0-9.eE,\s]+", line) is not None


def read(path: Path) -> list[Source]:
    """Read the file's one clip. Raises FileProblem."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{path.name} is larger than 256 MB.", "Cut it.")
        rows = np.loadtxt(path, delimiter=",", dtype=np.float64, ndmin=2)
    except OSError as error:
        raise FileProblem(f"{path.name} cannot be read: {error}.", "Check its rights.") from error
    except ValueError as error:
        raise FileProblem(f"{path.name} is damaged: {error}.", "Copy it again.") from error
    if rows.shape[1] != COLUMNS or not np.isfinite(rows).all():
        raise FileProblem(f"{path.name} is damaged: {rows.shape[1]} columns.", "Copy it again.")
    return [source_of(rows, path.stem)]


def source_of(rows: np.ndarray, name: str) -> Source:
    """A source of rows (T, 117) in CMU's unit, y up."""
    local = np.asarray(rotvec_to_rotmat(-rows[:, 3:].reshape(len(rows), len(NAMES), 3)))
    rotations, positions = np.empty_like(local), np.empty((len(rows), len(NAMES), 3))
    rest = np.zeros((len(NAMES), 3))
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            rotations[:, joint], positions[:, joint] = local[:, joint], rows[:, :3]
            continue
        rotations[:, joint] = rotations[:, parent] @ local[:, joint]
        positions[:, joint] = positions[:, parent] + rotations[:, parent] @ OFFSETS[joint]
        rest[joint] = rest[parent] + OFFSETS[joint]
    return Source(
        clip=name, file_format="CMU text", names=NAMES, parents=PARENTS,
        rest_rotations=np.broadcast_to(np.eye(3), (len(NAMES), 3, 3)).copy(), rest_positions=rest,
        rotations=rotations, positions=positions, fps=FPS, metres_per_unit=METRES_PER_UNIT, up="y",
    )  # fmt: skip
