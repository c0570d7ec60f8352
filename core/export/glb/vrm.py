"""VRM 1.0's humanoid: which node is which of its bones, and who may use the file."""

from __future__ import annotations

from typing import Any

from core.export.presets import VRM_BONES
from core.export.rig import Rig

LICENCE_URL = "https://vrm.dev/licenses/1.0/"


def humanoid(rig: Rig, nodes: list[int]) -> dict[str, Any]:
    """Return the VRMC_vrm extension; ``nodes`` are the node numbers of the rig's bones."""
    bones = {
        VRM_BONES[joint]: {"node": nodes[bone]}
        for bone, joint in enumerate(rig.joints)
        if joint >= 0
    }
    title = rig.takes[0].name if rig.takes else "Body"
    return {
        "specVersion": "1.0",
        "meta": {"name": title, "authors": ["Motion Studio"], "licenseUrl": LICENCE_URL},
        "humanoid": {"humanBones": bones},
    }
