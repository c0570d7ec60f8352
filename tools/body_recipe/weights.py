"""Skin weights: from the 163 bones of the fine rig to SMPL's 24 joints."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from body_recipe.source import NUM_BODY_VERTICES, Source
from core.skeleton import JOINT_INDEX, MIRROR, NUM_JOINTS

# bone prefix -> joint (with side) or shares; the first that fits wins
PREFIXES: tuple[tuple[str, str], ...] = (
    ("clavicle", "collar"), ("shoulder01", "collar"), ("upperarm", "shoulder"),
    ("lowerarm", "elbow"), ("wrist", "wrist"), ("metacarpal", "wrist"),
    ("finger1", "wrist"), ("finger", "hand"), ("upperleg", "hip"), ("lowerleg", "knee"),
    ("foot", "ankle"), ("toe", "foot"), ("neck01", "neck"), ("neck02", "neck"),
    ("neck03", "neck03"), ("root", "torso"), ("pelvis", "torso"), ("breast", "torso"),
    ("spine", "torso"),
)  # fmt: skip
TORSO_HALF_WIDTHS = (0.085, 0.075, 0.070)  # blend of pelvis/spine1/spine2/spine3, metres

KNEE_FRONT, KNEE_BEHIND = 0.055, 0.12
"""Half-widths of the thigh-shin blend before and behind the knee, metres."""
SPREAD_STEPS = 120


def _smoothstep(x: np.ndarray, centre: float, half_width: float) -> np.ndarray:
    t = np.clip((x - centre + half_width) / (2 * half_width), 0, 1)
    return t * t * (3 - 2 * t)


def _pool(source: Source) -> tuple[np.ndarray, np.ndarray]:
    """(N, 24) weights of the bones with a joint of their own, and (N,) what the torso shares."""
    dense = np.zeros((len(source.vertices), NUM_JOINTS))
    torso = np.zeros(len(source.vertices))
    bones = source.weights.tocsc()
    for i, bone in enumerate(source.bones):
        column = bones[:, i].toarray().ravel()
        part = next((j for prefix, j in PREFIXES if bone.name.startswith(prefix)), "head")
        side = {"L": "left_", "R": "right_"}.get(bone.name.rpartition(".")[2], "")
        if part == "torso":
            torso += column
        elif part == "neck03":
            dense[:, JOINT_INDEX["neck"]] += 0.4 * column
            dense[:, JOINT_INDEX["head"]] += 0.6 * column
        elif part in ("neck", "head"):
            dense[:, JOINT_INDEX[part]] += column
        else:
            dense[:, JOINT_INDEX[side + part]] += column
    return dense, torso


def _rework_knees(dense: np.ndarray, tposed: np.ndarray, joints: np.ndarray) -> None:
    """Blend thigh and shin over more of the leg behind the knee than before it, in place.

    The rig's own blend is so short that the hollow of the knee folds sharply from 90 degrees on.
    """
    for side in ("left_", "right_"):
        hip, knee = JOINT_INDEX[side + "hip"], JOINT_INDEX[side + "knee"]
        centre = joints[knee]
        leg = dense[:, hip] + dense[:, knee]
        behind = _smoothstep(-(tposed[:, 2] - centre[2]), 0.0, 0.05)
        half_width = KNEE_FRONT * (1 - behind) + KNEE_BEHIND * behind
        down = centre[1] - tposed[:, 1]
        t = np.clip((down + half_width) / (2 * half_width), 0, 1)
        shin = t * t * (3 - 2 * t)
        near = np.abs(tposed[:, 1] - centre[1]) < 0.2
        keep = 1 - _smoothstep(np.abs(tposed[:, 1] - centre[1]), 0.16, 0.04)
        mixed = shin * keep + (tposed[:, 1] < centre[1]) * (1 - keep)
        dense[near, knee] = (leg * mixed)[near]
        dense[near, hip] = (leg * (1 - mixed))[near]


def _between_legs(tposed: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(N,) soft mask of the skin between the legs, where left and right meet abruptly."""
    hip_y = joints[JOINT_INDEX["left_hip"], 1]
    offset = (tposed - [0.0, hip_y - 0.08, -0.01]) / [0.11, 0.17, 0.20]
    return np.clip(2 * (1 - np.linalg.norm(offset, axis=1)), 0, 1)


def _spread(source: Source, dense: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Diffuse weights along the mesh's edges, as far as ``mask`` (N,) allows."""
    n = len(dense)
    pairs = np.concatenate([source.triangles[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    edges = sparse.csr_matrix((np.ones(len(pairs)), pairs.T), shape=(n, n))
    edges.data[:] = 1
    mean = sparse.diags(1 / np.maximum(np.asarray(edges.sum(axis=1)).ravel(), 1)) @ edges
    for _ in range(SPREAD_STEPS):
        dense = dense + mask[:, None] * (mean @ dense - dense)
    return dense


def smpl_weights(source: Source, tposed: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(N, 24) weights of the T-posed vertices (N, 3): symmetric, rows summing to 1."""
    dense, torso = _pool(source)
    spine = ("spine1", "spine2", "spine3")
    steps = [
        _smoothstep(tposed[:, 1], joints[JOINT_INDEX[name], 1], width)
        for name, width in zip(spine, TORSO_HALF_WIDTHS, strict=True)
    ]
    s1 = steps[0]
    s2 = np.minimum(s1, steps[1])
    s3 = np.minimum(s2, steps[2])
    for name, share in zip(("pelvis", *spine), (1 - s1, s1 - s2, s2 - s3, s3), strict=True):
        dense[:, JOINT_INDEX[name]] += torso * share
    _rework_knees(dense, tposed, joints)
    dense = _spread(source, dense, _between_legs(tposed, joints))
    dense[source.eyes] = 0
    dense[source.eyes, JOINT_INDEX["head"]] = 1
    body = np.concatenate([np.arange(NUM_BODY_VERTICES), source.eyes])
    out = np.zeros_like(dense)
    out[body] = (dense[body] + dense[source.mirror[body]][:, list(MIRROR)]) / 2
    return out


def four_largest(weights: np.ndarray) -> np.ndarray:
    """(V, 24) -> the same with the four largest a row kept and renormalised.

    Where the fourth and fifth are as large, as left and right are on the middle line, both go:
    keeping one would break the symmetry.
    """
    fifth = -np.sort(-weights, axis=1)[:, 4:5]
    out = np.where(weights > fifth + 1e-6, weights, 0)
    return out / out.sum(axis=1, keepdims=True)
