"""What a viewer would say of a motion, in numbers: turn, tempo, height of the hands, ...

Used to name directions of the latent space after what they do. One table; a measure is a function
of joint positions (B, T, 24, 3) metres, y up, to one number a clip (B,). Must not import torch.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from core.skeleton import JOINT_INDEX

FloatArray = npt.NDArray[np.floating]
Measure = Callable[[FloatArray], FloatArray]

_PELVIS, _NECK, _HEAD = (JOINT_INDEX[name] for name in ("pelvis", "neck", "head"))


def _pair(part: str) -> list[int]:
    return [JOINT_INDEX[f"left_{part}"], JOINT_INDEX[f"right_{part}"]]


_HIPS, _KNEES, _ANKLES, _WRISTS, _ELBOWS, _SHOULDERS = (
    _pair(part) for part in ("hip", "knee", "ankle", "wrist", "elbow", "shoulder")
)


def _facing(joints: FloatArray) -> FloatArray:
    """(B, T, 2) unit vectors (x, z) the hips face."""
    across = joints[:, :, _HIPS[0]] - joints[:, :, _HIPS[1]]  # towards the left: facing +Z it is +X
    facing = np.stack([-across[..., 2], across[..., 0]], axis=-1)
    facing /= np.maximum(np.linalg.norm(facing, axis=-1, keepdims=True), 1e-6)
    return facing


def _turn(joints: FloatArray) -> FloatArray:
    mean = _facing(joints).mean(axis=1)
    return np.arctan2(mean[:, 0], mean[:, 1])


def _relative(joints: FloatArray) -> FloatArray:
    return joints - joints[:, :, _PELVIS : _PELVIS + 1]


def _speed(joints: FloatArray) -> FloatArray:
    """(B, T - 1, 24) metres a frame, relative to the pelvis."""
    return np.linalg.norm(np.diff(_relative(joints), axis=1), axis=-1)


def _size(joints: FloatArray) -> FloatArray:
    local = _relative(joints)
    away = local - local.mean(axis=1, keepdims=True)
    return np.sqrt((away**2).sum(axis=-1).mean(axis=(1, 2)))


def _tempo(joints: FloatArray) -> FloatArray:
    return _speed(joints).mean(axis=(1, 2)) / np.maximum(_size(joints), 1e-3)


def _timing(joints: FloatArray) -> FloatArray:
    energy = (_speed(joints) ** 2).sum(axis=-1)
    time = np.linspace(0, 1, energy.shape[1])
    return (energy * time).sum(axis=1) / np.maximum(energy.sum(axis=1), 1e-9)


def _side(joints: FloatArray) -> FloatArray:
    """How much more the left limbs move than the right: 1 = only the left ones."""
    speed = _speed(joints).sum(axis=1)
    left, right = (
        sum(speed[:, pair[k]] for pair in (_ELBOWS, _WRISTS, _KNEES, _ANKLES)) for k in (0, 1)
    )
    return (left - right) / np.maximum(left + right, 1e-6)


def _height(pair: list[int]) -> Measure:
    """Greatest height of either joint above the pelvis's mean height."""

    def measure(joints: FloatArray) -> FloatArray:
        level = joints[:, :, _PELVIS, 1].mean(axis=1)
        return joints[:, :, pair, 1].max(axis=(1, 2)) - level

    return measure


def _gap(pair: list[int]) -> Measure:
    def measure(joints: FloatArray) -> FloatArray:
        across = joints[:, :, pair[0]] - joints[:, :, pair[1]]
        return np.linalg.norm(across[..., [0, 2]], axis=-1).mean(axis=1)

    return measure


def _bend(top: list[int], middle: list[int], end: list[int]) -> Measure:
    """Mean bend of the two hinges, 0 = straight, radians."""

    def measure(joints: FloatArray) -> FloatArray:
        upper = joints[:, :, middle] - joints[:, :, top]
        lower = joints[:, :, end] - joints[:, :, middle]
        cosine = (upper * lower).sum(-1) / np.maximum(
            np.linalg.norm(upper, axis=-1) * np.linalg.norm(lower, axis=-1), 1e-9
        )
        return np.arccos(np.clip(cosine, -1, 1)).mean(axis=(1, 2))

    return measure


def _lean(joints: FloatArray) -> FloatArray:
    spine = joints[:, :, _NECK] - joints[:, :, _PELVIS]
    forward = (spine[..., [0, 2]] * _facing(joints)).sum(-1)
    return np.arctan2(forward, spine[..., 1]).mean(axis=1)


def _side_lean(joints: FloatArray) -> FloatArray:
    spine, facing = joints[:, :, _NECK] - joints[:, :, _PELVIS], _facing(joints)
    left = spine[..., 0] * facing[..., 1] - spine[..., 2] * facing[..., 0]
    return np.arctan2(left, spine[..., 1]).mean(axis=1)


def _reach(joints: FloatArray) -> FloatArray:
    hands = (joints[:, :, _WRISTS] - joints[:, :, _NECK : _NECK + 1])[..., [0, 2]]
    return (hands * _facing(joints)[:, :, None]).sum(-1).max(axis=(1, 2))


def _depth(joints: FloatArray) -> FloatArray:
    height = joints[:, :, _PELVIS, 1] - joints[:, :, _ANKLES, 1].min(axis=-1)
    return -height.min(axis=1)


def _travel(joints: FloatArray) -> FloatArray:
    path = joints[:, :, _PELVIS][..., [0, 2]]
    return np.linalg.norm(path - path[:, :1], axis=-1).max(axis=1)


def _bounce(joints: FloatArray) -> FloatArray:
    return np.ptp(joints[:, :, _PELVIS, 1], axis=1)


def _nod(joints: FloatArray) -> FloatArray:
    head = joints[:, :, _HEAD] - joints[:, :, _NECK]
    return np.arctan2((head[..., [0, 2]] * _facing(joints)).sum(-1), head[..., 1]).mean(axis=1)


MEASURES: dict[str, Measure] = {
    "side": _side,
    "turn": _turn,
    "tempo": _tempo,
    "timing": _timing,
    "size": _size,
    "hand height": _height(_WRISTS),
    "knee height": _height(_KNEES),
    "foot height": _height(_ANKLES),
    "arm spread": _gap(_WRISTS),
    "stance width": _gap(_ANKLES),
    "reach": _reach,
    "elbow bend": _bend(_SHOULDERS, _ELBOWS, _WRISTS),
    "knee bend": _bend(_HIPS, _KNEES, _ANKLES),
    "lean": _lean,
    "side lean": _side_lean,
    "nod": _nod,
    "depth": _depth,
    "bounce": _bounce,
    "travel": _travel,
}
"""Name as shown -> measure, the plainest first. Turn, side and side lean rise to the left."""


def measured(joints: FloatArray) -> FloatArray:
    """Return all measures of clips (B, T, 24, 3) as (B, number of measures)."""
    return np.stack([measure(joints) for measure in MEASURES.values()], axis=1)
