"""Animation: stacks, layers, curve nodes and curves with one linear key a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from core.export.fbx.binary import Encoded, Long, Record, encoded, p, p_time, properties70
from core.export.fbx.scene import Objects

TICKS_PER_SECOND = 46_186_158_000
_LINEAR = 24836  # linear interpolation; the tangent bits Blender writes too
_KEY_DATA = (0.0, 0.0, 9.419963346924634e-30, 0.0)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Stack:
    """One clip's curves: {bone: (T, 3)} Lcl Rotation in degrees and Lcl Translation in cm.

    Angles stand in the X, Y, Z slots whatever the rotation order. ``rate`` in frames per second.
    """

    name: str
    rate: Fraction
    num_frames: int
    rotations: Mapping[int, Array]
    translations: Mapping[int, Array] = field(default_factory=dict)

    @property
    def stop(self) -> int:
        """Time of the last key in ticks."""
        return ticks_of(self.num_frames - 1, self.rate)

    @property
    def key_times(self) -> npt.NDArray[np.int64]:
        """(T,) each key's time in ticks, rounded on its own so that nothing drifts."""
        return np.array([ticks_of(k, self.rate) for k in range(self.num_frames)], np.int64)


def ticks_of(frame: int, rate: Fraction) -> int:
    """The time of a frame in FBX's ticks."""
    return round(Fraction(frame * TICKS_PER_SECOND) / rate)


def add_stack(objects: Objects, stack: Stack, models: Mapping[int, int]) -> None:
    """Add a stack with one layer; ``models`` are the ids of the bones' models."""
    stack_id, layer_id = objects.new_id(), objects.new_id()
    span = [
        p_time("LocalStart", 0),
        p_time("LocalStop", stack.stop),
        p_time("ReferenceStart", 0),
        p_time("ReferenceStop", stack.stop),
    ]
    objects.add(
        Record(
            "AnimationStack",
            Long(stack_id),
            f"{stack.name}\0\1AnimStack",
            "",
            children=[properties70(*span)],
            is_closed=True,
        )
    )
    objects.add(
        Record("AnimationLayer", Long(layer_id), f"{stack.name}\0\1AnimLayer", "", is_closed=True)
    )
    objects.connect(layer_id, stack_id)
    shared = [
        Record("KeyTime", Encoded(encoded(stack.key_times))),
        Record("KeyAttrFlags", np.array([_LINEAR], np.int32)),
        Record("KeyAttrDataFloat", np.array(_KEY_DATA, np.float32)),
        Record("KeyAttrRefCount", np.array([stack.num_frames], np.int32)),
    ]
    for kind, target, curves in (
        ("T", "Lcl Translation", stack.translations),
        ("R", "Lcl Rotation", stack.rotations),
    ):
        for bone, values in curves.items():
            node_id = _add_node(objects, kind, values[0])
            objects.connect(node_id, layer_id)
            objects.connect(node_id, models[bone], target)
            for axis, channel in zip("XYZ", values.T, strict=True):
                curve_id = _add_curve(objects, channel, shared)
                objects.connect(curve_id, node_id, f"d|{axis}")


def _add_node(objects: Objects, kind: str, values: Array) -> int:
    node_id = objects.new_id()
    lines = [p(f"d|{a}", "Number", "", "A", float(v)) for a, v in zip("XYZ", values, strict=True)]
    objects.add(
        Record(
            "AnimationCurveNode",
            Long(node_id),
            f"{kind}\0\1AnimCurveNode",
            "",
            children=[properties70(*lines)],
        )
    )
    return node_id


def _add_curve(objects: Objects, values: Array, shared: list[Record]) -> int:
    curve_id = objects.new_id()
    time, *attributes = shared
    objects.add(
        Record(
            "AnimationCurve",
            Long(curve_id),
            "\0\1AnimCurve",
            "",
            children=[
                Record("Default", float(values[0])),
                Record("KeyVer", 4008),
                time,
                Record("KeyValueFloat", values.astype(np.float32)),
                *attributes,
            ],
        )
    )
    return curve_id
