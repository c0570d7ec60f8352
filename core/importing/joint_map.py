"""Which joint of a foreign skeleton is which of SMPL's, and where such maps are kept.

A map belongs to a skeleton (names and hierarchy), not to a file: once corrected by hand it is kept
in the data folder under the skeleton's signature and used for every file with that skeleton.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.atomic import written_whole
from core.errors import StudioError
from core.paths import data_folder
from core.skeleton import JOINT_INDEX

REQUIRED: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
)  # fmt: skip
"""Without these a body cannot be posed; the others follow their parent where they are missing."""


@dataclass(frozen=True)
class JointMap:
    """SMPL joint name -> name of the source's joint, with how sure the guess is (0..1)."""

    joints: Mapping[str, str]
    confidence: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for joint in self.joints:
            if joint not in JOINT_INDEX:
                raise StudioError(f"{joint} is not a joint of SMPL.")

    @property
    def missing(self) -> tuple[str, ...]:
        """The required joints that have no source joint yet."""
        return tuple(joint for joint in REQUIRED if joint not in self.joints)

    @property
    def is_complete(self) -> bool:
        """Whether a body can be posed with it."""
        return not self.missing

    @property
    def doubled(self) -> tuple[str, ...]:
        """Source joints that stand for more than one joint of SMPL."""
        names = list(self.joints.values())
        return tuple(sorted({name for name in names if names.count(name) > 1}))

    def with_joint(self, joint: str, source: str | None) -> JointMap:
        """Return a copy in which ``joint`` is ``source`` (None: not mapped), chosen for certain."""
        joints = {k: v for k, v in self.joints.items() if k != joint}
        confidence = {k: v for k, v in self.confidence.items() if k != joint}
        if source is not None:
            joints[joint] = source
            confidence[joint] = 1.0
        return JointMap(joints, confidence)

    def indices(self, names: tuple[str, ...]) -> dict[int, int]:
        """SMPL joint index -> index in ``names``. Raises StudioError for a name not among them."""
        where = {name: i for i, name in enumerate(names)}
        for name in self.joints.values():
            if name not in where:
                raise StudioError(
                    f"The joint map names {name}, which this skeleton does not have.",
                    "Open the joint map and choose another joint.",
                )
        return {JOINT_INDEX[joint]: where[name] for joint, name in self.joints.items()}


def maps_folder() -> Path:
    """Where maps are kept."""
    return data_folder() / "joint_maps"


def save_map(signature: str, joint_map: JointMap) -> Path:
    """Keep a map for every file with this skeleton. Raises FileProblem."""
    path = maps_folder() / f"{signature}.json"
    text = json.dumps({"joints": dict(joint_map.joints)}, indent=1)
    with written_whole(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
    return path


def saved_map(signature: str) -> JointMap | None:
    """Return the map kept for this skeleton, or None; an unreadable one counts as none."""
    path = maps_folder() / f"{signature}.json"
    try:
        joints = json.loads(path.read_text(encoding="utf-8"))["joints"]
        return JointMap(
            {str(k): str(v) for k, v in joints.items()}, dict.fromkeys(map(str, joints), 1.0)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StudioError):
        return None


def forget_map(signature: str) -> None:
    """Remove the map kept for this skeleton, if there is one."""
    (maps_folder() / f"{signature}.json").unlink(missing_ok=True)
