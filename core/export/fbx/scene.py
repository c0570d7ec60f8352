"""The scene's objects: bones, body, skin, bind pose and material, with their connections."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.export.fbx.binary import (
    Long,
    Record,
    p,
    p_double,
    p_enum,
    p_int,
    p_text,
    p_vector,
    properties70,
)
from core.export.rig import Rig, RigMesh

CM = 100.0
"""Centimetres in a metre: the file's unit is the centimetre."""
PROVENANCE = "MotionStudio"
"""User property of the topmost node: the clips' origin as JSON."""
SKIN_COLOUR = (0.72, 0.74, 0.78)

Array = npt.NDArray[np.float64]


@dataclass
class Objects:
    """Objects and connections as they come together, and the ids they get."""

    records: list[Record] = field(default_factory=list)
    connections: list[Record] = field(default_factory=list)
    _last_id: int = 1_000_000

    def new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def add(self, record: Record) -> None:
        self.records.append(record)

    def connect(self, child: int, parent: int, target: str | None = None) -> None:
        """Connect an object to an object (parent 0: the scene) or to its property ``target``."""
        link = ("OO", Long(child), Long(parent)) if target is None else (
            "OP", Long(child), Long(parent), target
        )  # fmt: skip
        self.connections.append(Record("C", *link))


def add_skeleton(
    objects: Objects, rig: Rig, orders: Sequence[int], travelling: Collection[int]
) -> tuple[dict[int, int], int]:
    """Add the bones below one node. Returns {bone: model id} and the id of that node.

    ``orders`` are FBX's numbers of the rotation orders; ``travelling`` are the bones with
    translation curves. Also a ground bone needs the node: Blender takes the topmost for the
    armature itself. Its name is the one Unreal leaves out.
    """
    origin = p_text(PROVENANCE, json.dumps(rig.origin, ensure_ascii=False), flags="U")
    top = _add_model(objects, "Armature", "Null", np.zeros(3), lines=[origin])
    objects.connect(top, 0)
    _add_attribute(objects, "Armature", "Null", top)
    turns, offsets = rig.rest_turns, rig.offsets * CM
    models: dict[int, int] = {}
    for bone, name in enumerate(rig.names):
        lines = _rotation_lines(turns[bone], orders[bone])
        travels = bone in travelling
        model = _add_model(objects, name, "LimbNode", offsets[bone], lines, "A+", travels)
        parent = rig.parents[bone]
        objects.connect(model, models[parent] if parent >= 0 else top)
        _add_attribute(objects, name, "LimbNode", model)
        models[bone] = model
    return models, top


def _rotation_lines(turn: Array, order: int) -> list[Record]:
    """RotationActive must go with an order or a pre-rotation, or Blender ignores both."""
    lines = []
    pre = _euler_xyz_degrees(turn)
    if order or pre.any():
        lines.append(p("RotationActive", "bool", "", "", 1))
    if order:
        lines.append(p_enum("RotationOrder", order))
    if pre.any():
        lines.append(p_vector("PreRotation", pre))
    return lines


def _euler_xyz_degrees(turn: Array) -> Array:
    """Angles of Rz Ry Rx, the order PreRotation always has; exact zeros for no turn."""
    if np.allclose(turn, np.eye(3), atol=1e-12):
        return np.zeros(3)
    y = np.arctan2(-turn[2, 0], np.hypot(turn[0, 0], turn[1, 0]))
    if np.hypot(turn[0, 0], turn[1, 0]) < 1e-9:  # x and z turn about one axis: put it all in x
        return np.degrees([np.arctan2(-turn[1, 2], turn[1, 1]), y, 0.0])
    x = np.arctan2(turn[2, 1], turn[2, 2])
    return np.degrees([x, y, np.arctan2(turn[1, 0], turn[0, 0])])


def _add_model(
    objects: Objects,
    name: str,
    kind: str,
    translation: Array,
    lines: Sequence[Record] = (),
    rotation_flags: str = "A",
    travels: bool = False,
) -> int:
    model_id = objects.new_id()
    values = [float(value) for value in translation]
    content = properties70(
        *lines,
        p_enum("InheritType", 1),
        p_int("DefaultAttributeIndex", 0),
        p("Lcl Translation", "Lcl Translation", "", "A+" if travels else "A", *values),
        p("Lcl Rotation", "Lcl Rotation", "", rotation_flags, 0.0, 0.0, 0.0),
        p("Lcl Scaling", "Lcl Scaling", "", "A", 1.0, 1.0, 1.0),
        p("Visibility", "Visibility", "", "A", 1.0),
    )
    objects.add(
        Record(
            "Model",
            Long(model_id),
            f"{name}\0\1Model",
            kind,
            children=[
                Record("Version", 232),
                content,
                Record("MultiLayer", 0),
                Record("MultiTake", 0),
                Record("Shading", True),
                Record("Culling", "CullingOff"),
            ],
        )
    )
    return model_id


def _add_attribute(objects: Objects, name: str, kind: str, model: int) -> None:
    attribute = objects.new_id()
    flags = Record("TypeFlags", "Skeleton" if kind == "LimbNode" else "Null")
    size = [properties70(p_double("Size", 5.0))] if kind == "LimbNode" else []
    objects.add(
        Record(
            "NodeAttribute",
            Long(attribute),
            f"{name}\0\1NodeAttribute",
            kind,
            children=[*size, flags],
        )
    )
    objects.connect(attribute, model)


def bind_matrices(rig: Rig) -> Array:
    """(B, 4, 4) global rest matrices of the bones, centimetres."""
    out = np.tile(np.eye(4), (len(rig.names), 1, 1))
    out[:, :3, :3] = rig.axes
    out[:, :3, 3] = rig.heads * CM
    return out


def add_body(objects: Objects, rig: Rig, mesh: RigMesh, models: Mapping[int, int]) -> int:
    """Add the mesh, its material and skin. Returns the id of the mesh's model."""
    model = _add_model(objects, "Body", "Mesh", np.zeros(3))
    objects.connect(model, 0)
    geometry, material, skin = objects.new_id(), objects.new_id(), objects.new_id()
    objects.add(_geometry(geometry, mesh))
    objects.connect(geometry, model)
    look = properties70(
        p("DiffuseColor", "Color", "", "A", *SKIN_COLOUR),
        p("DiffuseFactor", "Number", "", "A", 1.0),
    )
    content = [
        Record("Version", 102),
        Record("ShadingModel", "Phong"),
        Record("MultiLayer", 0),
        look,
    ]
    objects.add(Record("Material", Long(material), "Body\0\1Material", "", children=content))
    objects.connect(material, model)
    content = [Record("Version", 101), Record("Link_DeformAcuracy", 50.0)]
    objects.add(Record("Deformer", Long(skin), "Body\0\1Deformer", "Skin", children=content))
    objects.connect(skin, geometry)
    _add_clusters(objects, rig, mesh, models, skin)
    return model


def _geometry(geometry: int, mesh: RigMesh) -> Record:
    corners = mesh.faces.astype(np.int32).copy()
    corners[:, 2] = ~corners[:, 2]  # a polygon's last corner is marked by its complement
    normals = Record(
        "LayerElementNormal",
        0,
        children=[
            Record("Version", 101),
            Record("Name", ""),
            Record("MappingInformationType", "ByVertice"),
            Record("ReferenceInformationType", "Direct"),
            Record("Normals", np.round(mesh.normals.astype(np.float64), 4).ravel()),
        ],
    )
    material = Record(
        "LayerElementMaterial",
        0,
        children=[
            Record("Version", 101),
            Record("Name", ""),
            Record("MappingInformationType", "AllSame"),
            Record("ReferenceInformationType", "IndexToDirect"),
            Record("Materials", np.zeros(1, np.int32)),
        ],
    )
    layers = [normals, material] if mesh.uvs is None else [normals, _uv_layer(mesh.uvs), material]
    elements = [
        Record("LayerElement", children=[Record("Type", kind), Record("TypedIndex", 0)])
        for kind in (layer.name.decode() for layer in layers)
    ]
    # values of single precision (a tenth of a micrometre) pack better
    points = (mesh.vertices.ravel() * CM).astype(np.float32).astype(np.float64)
    return Record(
        "Geometry",
        Long(geometry),
        "Body\0\1Geometry",
        "Mesh",
        children=[
            properties70(),
            Record("GeometryVersion", 124),
            Record("Vertices", points),
            Record("PolygonVertexIndex", corners.ravel()),
            *layers,
            Record("Layer", 0, children=[Record("Version", 100), *elements]),
        ],
    )


def _uv_layer(uvs: Array) -> Record:
    """Texture coordinates (F, 3, 2), each place once, with an index a corner."""
    places, index = np.unique(uvs.reshape(-1, 2), axis=0, return_inverse=True)
    return Record(
        "LayerElementUV",
        0,
        children=[
            Record("Version", 101),
            Record("Name", "UVMap"),
            Record("MappingInformationType", "ByPolygonVertex"),
            Record("ReferenceInformationType", "IndexToDirect"),
            Record("UV", places.ravel()),
            Record("UVIndex", index.ravel().astype(np.int32)),
        ],
    )


def _add_clusters(
    objects: Objects, rig: Rig, mesh: RigMesh, models: Mapping[int, int], skin: int
) -> None:
    """One cluster a bone, also for bones without vertices: readers take the rest pose from it."""
    binds = bind_matrices(rig)
    inverses = np.linalg.inv(binds)
    for bone, name in enumerate(rig.names):
        rows, columns = np.nonzero((mesh.bones == bone) & (mesh.weights > 0))
        cluster = objects.new_id()
        objects.add(
            Record(
                "Deformer",
                Long(cluster),
                f"{name}\0\1SubDeformer",
                "Cluster",
                children=[
                    Record("Version", 100),
                    Record("UserData", "", ""),
                    Record("Indexes", rows.astype(np.int32)),
                    Record("Weights", mesh.weights[rows, columns].astype(np.float64)),
                    Record("Transform", inverses[bone].T.ravel()),
                    Record("TransformLink", binds[bone].T.ravel()),
                ],
            )
        )
        objects.connect(cluster, skin)
        objects.connect(models[bone], cluster)


def add_bind_pose(
    objects: Objects, rig: Rig, models: Mapping[int, int], others: Sequence[int]
) -> None:
    """Add the bind pose of the bones and of ``others``, which stand at the origin."""
    poses = [(node, np.eye(4)) for node in others]
    poses += [(models[bone], bind) for bone, bind in enumerate(bind_matrices(rig))]
    nodes = [
        Record(
            "PoseNode",
            children=[Record("Node", Long(node)), Record("Matrix", matrix.T.ravel())],
        )
        for node, matrix in poses
    ]
    objects.add(
        Record(
            "Pose",
            Long(objects.new_id()),
            "BindPose\0\1Pose",
            "BindPose",
            children=[
                Record("Type", "BindPose"),
                Record("Version", 100),
                Record("NbPoseNodes", len(nodes)),
                *nodes,
            ],
        )
    )
