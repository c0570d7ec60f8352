"""What an FBX's records say about nodes: transforms, curves, the pose the skin is bound in.

local = T Roff Rp PreRot Rot PostRot^-1 Rp^-1 Soff Sp S Sp^-1 with column vectors (FBX SDK's
documentation of node transformations); pre- and post-rotations are always in XYZ order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import FileProblem
from core.importing.fbx_tree import AGAIN, Packed, Record
from core.importing.nodes import matrix_of
from core.importing.source import Array

TICKS = 46_186_158_000  # KTime units a second
_TICKS_V8 = 141_120_000
ORDERS = ("xyz", "xzy", "yzx", "yxz", "zxy", "zyx")  # first letter is applied first
_BONES = ("LimbNode", "Limb", "Root")
CONSTANT, LINEAR, CUBIC = 2, 4, 8


@dataclass
class Model:
    """A node of the scene: its record, its parent's id (0: none), its curves by layer."""

    key: int
    name: str
    kind: str
    settings: dict[str, list[Any]]
    parent: int = 0

    @property
    def is_bone(self) -> bool:
        return self.kind in _BONES


@dataclass(frozen=True)
class Curve:
    """Keys of one number: times (K,) in seconds, values (K,), how it goes on after each key.

    ``slopes`` (K, 2): leaving this key and arriving at the next, in units a second.
    """

    times: Array
    values: Array
    flags: npt.NDArray[np.int64]
    slopes: Array


@dataclass
class Scene:
    """The objects of a file by id, and who hangs on whom."""

    file: str
    models: dict[int, Model] = field(default_factory=dict)
    stacks: dict[int, str] = field(default_factory=dict)
    layers: dict[int, list[int]] = field(default_factory=dict)  # stack -> its layers
    nodes: dict[int, list[int]] = field(default_factory=dict)  # layer -> its curve nodes
    targets: dict[int, tuple[int, str]] = field(default_factory=dict)  # curve node -> model, what
    axes: dict[int, dict[str, int]] = field(default_factory=dict)  # curve node -> d|X -> curve
    defaults: dict[int, dict[str, list[Any]]] = field(default_factory=dict)
    curves: dict[int, Record] = field(default_factory=dict)
    binds: dict[int, Array] = field(default_factory=dict)
    settings: dict[str, list[Any]] = field(default_factory=dict)
    ticks: int = TICKS

    def number(self, name: str, default: float) -> float:
        """A number of GlobalSettings."""
        values = self.settings.get(name) or [default]
        return float(values[0])


def read_scene(root: Record, file: str) -> Scene:
    """Sort the records. Raises FileProblem where there is nothing to sort."""
    objects, links = root.first("Objects"), root.first("Connections")
    if objects is None or links is None:
        raise FileProblem(f"{file} holds no scene.", AGAIN)
    scene = Scene(file)
    settings = root.first("GlobalSettings")
    scene.settings = settings.properties() if settings is not None else {}
    kinds: dict[int, str] = {}
    clusters: dict[int, Record] = {}
    for record in objects.children:
        if not record.values or not isinstance(record.values[0], int):
            continue
        key = record.values[0]
        kinds[key] = record.name
        name = str(record.values[1]).partition("\x00")[0] if len(record.values) > 1 else ""
        match record.name:
            case "Model":
                kind = str(record.values[2]) if len(record.values) > 2 else ""
                scene.models[key] = Model(key, name or f"node{key}", kind, record.properties())
            case "AnimationStack":
                scene.stacks[key] = name
            case "AnimationCurveNode":
                scene.defaults[key] = record.properties()
            case "AnimationCurve":
                scene.curves[key] = record
            case "Deformer":
                clusters[key] = record
            case "Pose":
                _bind_poses(scene, record)
    _connect(scene, links, kinds, clusters)
    return scene


def _bind_poses(scene: Scene, pose: Record) -> None:
    if str(pose.values[-1]) != "BindPose":
        return
    for entry in pose.all("PoseNode"):
        node, matrix = entry.first("Node"), entry.first("Matrix")
        if node is not None and matrix is not None and node.values:
            scene.binds.setdefault(int(node.values[0]), _matrix(scene, matrix))


def _matrix(scene: Scene, record: Record) -> Array:
    """(4, 4) of a record of 16 numbers, columns one after the other."""
    packed = record.values[0] if record.values else None
    values = packed.unpack(scene.file) if isinstance(packed, Packed) else np.array(record.values)
    if values.shape != (16,) or not np.isfinite(values.astype(np.float64)).all():
        raise FileProblem(f"{scene.file} is damaged: a bind pose is no matrix.", AGAIN)
    return np.asarray(values, np.float64).reshape(4, 4).T


def _connect(
    scene: Scene, links: Record, kinds: dict[int, str], clusters: dict[int, Record]
) -> None:
    for link in links.all("C"):
        if len(link.values) < 3:
            continue
        child, parent = int(link.values[1]), int(link.values[2])
        target = str(link.values[3]) if len(link.values) > 3 else ""
        match kinds.get(child, ""), kinds.get(parent, ""):
            case "Model", "Model":
                scene.models[child].parent = parent
            case "Model", "Deformer":
                matrix = clusters[parent].first("TransformLink")
                if matrix is not None:
                    scene.binds[child] = _matrix(scene, matrix)
            case "AnimationLayer", "AnimationStack":
                scene.layers.setdefault(parent, []).append(child)
            case "AnimationCurveNode", "AnimationLayer":
                scene.nodes.setdefault(parent, []).append(child)
            case "AnimationCurveNode", "Model":
                scene.targets[child] = parent, target
            case "AnimationCurve", "AnimationCurveNode":
                scene.axes.setdefault(parent, {})[target] = child


def curve_of(scene: Scene, record: Record) -> Curve:
    """Unpack a curve. Raises FileProblem for one that is damaged."""

    def numbers(name: str) -> Array:
        found = record.first(name)
        packed = found.values[0] if found is not None and found.values else None
        return packed.unpack(scene.file) if isinstance(packed, Packed) else np.zeros(0)

    times, values = numbers("KeyTime"), numbers("KeyValueFloat")
    if len(times) != len(values) or not np.isfinite(values).all():
        raise FileProblem(f"{scene.file} is damaged: a curve's keys do not fit.", AGAIN)
    if (np.diff(times) < 0).any():
        raise FileProblem(f"{scene.file} is damaged: a curve runs backwards.", AGAIN)
    counts = numbers("KeyAttrRefCount").astype(np.int64)
    flags, data = numbers("KeyAttrFlags").astype(np.int64), numbers("KeyAttrDataFloat")
    slopes = np.zeros((len(times), 2))
    if len(counts) == len(flags) and counts.sum() == len(times) and (counts >= 0).all():
        flags = np.repeat(flags, counts)
        if len(data) == 4 * len(counts):
            slopes = np.repeat(data.reshape(-1, 4)[:, :2], counts, axis=0)
    else:
        flags = np.full(len(times), LINEAR, np.int64)
    return Curve(times / scene.ticks, values, flags, slopes)


_NEAR = 1e-3  # of a frame


def sample(curve: Curve, times: Array) -> Array:
    """(T,) values at the times (seconds)."""
    keys, values = curve.times, curve.values
    if len(keys) == 0:
        return np.zeros(len(times))
    if len(keys) == 1:
        return np.full(len(times), values[0])
    after = np.clip(np.searchsorted(keys, times, side="right"), 1, len(keys) - 1)
    before = after - 1
    span = np.maximum(keys[after] - keys[before], 1e-12)
    step = times[1] - times[0] if len(times) > 1 else 1.0
    fraction = np.clip((times - keys[before]) / span, 0.0, 1.0)
    slack = np.minimum(_NEAR * step / span, 0.4)
    fraction = np.where(fraction < slack, 0.0, np.where(fraction > 1 - slack, 1.0, fraction))
    out = values[before] + fraction * (values[after] - values[before])
    kind = curve.flags[before]
    holds = (kind & CONSTANT).astype(bool)
    out = np.where(holds, np.where(fraction >= 1.0, values[after], values[before]), out)
    bends = (kind & CUBIC).astype(bool) & (fraction > 0) & (fraction < 1)
    if bends.any():
        leaving, arriving = _slopes(curve)
        m0, m1 = leaving[before] * span, arriving[before] * span
        t = fraction
        spline = (2 * t**3 - 3 * t**2 + 1) * values[before] + (t**3 - 2 * t**2 + t) * m0
        spline += (-2 * t**3 + 3 * t**2) * values[after] + (t**3 - t**2) * m1
        out = np.where(bends, spline, out)
    return np.asarray(out)


_AUTO, _TCB, _USER = 0x100, 0x200, 0x400


def _slopes(curve: Curve) -> tuple[Array, Array]:
    """(K,) slopes leaving each key and arriving at the one after it.

    Stored ones for user tangents; the mean slope of the neighbours, flat at the ends of a rise,
    for automatic ones.
    """
    keys, values = curve.times, curve.values
    chord = np.diff(values) / np.maximum(np.diff(keys), 1e-12)
    auto = np.zeros(len(keys))
    auto[1:-1] = (values[2:] - values[:-2]) / np.maximum(keys[2:] - keys[:-2], 1e-12)
    auto[1:-1] = np.where(chord[1:] * chord[:-1] <= 0, 0.0, auto[1:-1])
    auto[0], auto[-1] = chord[0], chord[-1]
    is_user = (curve.flags & _USER).astype(bool)
    leaving = np.where(is_user, curve.slopes[:, 0], auto)
    arriving = np.where(is_user, curve.slopes[:, 1], np.append(auto[1:], auto[-1]))
    return leaving, arriving


def local_matrix(settings: dict[str, list[Any]], moving: dict[str, Array]) -> Array:
    """(T, 4, 4) of a node; ``moving``: "T", "R" (degrees), "S" (T, 3) where curves say so."""

    def still(name: str, default: float = 0.0) -> Array:
        values = settings.get(name) or []
        if len(values) < 3:
            return np.full((1, 3), default)
        return np.array([[float(v) for v in values[:3]]])

    translation = moving.get("T", still("Lcl Translation"))
    angles = moving.get("R", still("Lcl Rotation"))
    scale = moving.get("S", still("Lcl Scaling", 1.0))
    order = int((settings.get("RotationOrder") or [0])[0])
    order_name = ORDERS[order] if 0 <= order < len(ORDERS) else ORDERS[0]
    pre, post = (euler(still(name), "xyz") for name in ("PreRotation", "PostRotation"))
    rotation = pre @ euler(angles, order_name) @ post.swapaxes(-1, -2)
    pivot, offset = still("RotationPivot"), still("RotationOffset")
    scaling_pivot, scaling_offset = still("ScalingPivot"), still("ScalingOffset")
    place = translation + offset + pivot
    inner = scaling_offset + scaling_pivot - pivot - scale * scaling_pivot
    place = place + (rotation @ inner[..., None])[..., 0]
    return matrix_of(place, rotation, scale)


def euler(degrees: Array, order: str) -> Array:
    """(T, 3) angles about X, Y, Z -> (T, 3, 3); the order's first letter turns first."""
    angles = np.radians(degrees)
    out = np.eye(3)
    for letter in order:
        axis = "xyz".index(letter)
        j, k = (axis + 1) % 3, (axis + 2) % 3
        turn = np.zeros((len(angles), 3, 3))
        cosine, sine = np.cos(angles[:, axis]), np.sin(angles[:, axis])
        turn[:, axis, axis] = 1.0
        turn[:, j, j] = turn[:, k, k] = cosine
        turn[:, k, j], turn[:, j, k] = sine, -sine
        out = turn @ out
    return np.asarray(out)
