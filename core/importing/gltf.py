"""Read the skeleton and the animations of a GLB or glTF 2.0 file.

Only what moves bones is looked at: nodes, skins, animation samplers, and the humanoid of VRM 0.x
and 1.0, which says itself which bone is which. Metres, y up, as the format demands.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import FileProblem, StudioError
from core.export.presets import VRM_BONES
from core.importing.gltf_samplers import Track, sampled, times_of
from core.importing.nodes import Clip, Node, matrix_of, to_source
from core.importing.origin import clip_provenance, clip_rate
from core.importing.source import MAX_JOINTS, Array, Source, checked_size
from core.rotation import quat_to_rotmat
from core.skeleton import JOINT_NAMES

MAX_BYTES = 1 << 30
MAX_KEYS = 2_000_000
AGAIN = "Copy or export it again."
_JSON, _BINARY = 0x4E4F534A, 0x004E4942
_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_VRM = dict(zip(VRM_BONES, JOINT_NAMES, strict=True))


def read(path: Path) -> list[Source]:
    """Read every animation of the file. Raises FileProblem saying what is wrong with it."""
    document = _Document(path)
    try:
        return document.sources()
    except FileProblem:
        raise
    except StudioError as error:
        raise FileProblem(error.message, error.hint) from error
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error) as error:
        raise FileProblem(f"{path.name} is damaged: its contents do not fit.", AGAIN) from error


class _Document:
    """The JSON of a file and its buffers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.json, self.binary = _opened(path)
        self._buffers: dict[int, bytes] = {}

    def sources(self) -> list[Source]:
        animations = self.json.get("animations", [])
        nodes = self._nodes()
        if not any(node.is_bone for node in nodes):
            raise FileProblem(f"{self.path.name} holds no skeleton.", "Choose an animated file.")
        if not animations:
            raise FileProblem(
                f"{self.path.name} holds a skeleton but no motion.", "Export it with animation."
            )
        scenes = self.json.get("scenes") or [{}]
        origin = scenes[self.json.get("scene", 0)].get("extras", {}).get("MotionStudio", {})
        origin = origin if isinstance(origin, dict) else {}
        roles = self._roles(nodes)
        out = []
        for number, animation in enumerate(animations):
            clip = self._clip(animation, number, origin)
            if clip is None:
                continue
            out.append(
                to_source(
                    nodes, clip, self.path.name, file_format="GLB", binds_first=False,
                    metres_per_unit=1.0, up="y", roles=roles, origin=origin,
                    provenance=clip_provenance(origin, clip.name),
                )
            )  # fmt: skip
        if not out:
            raise FileProblem(f"{self.path.name} has no animation that moves bones.", AGAIN)
        return out

    def _nodes(self) -> list[Node]:
        entries = self.json.get("nodes", [])
        if len(entries) > 20 * MAX_JOINTS:
            raise FileProblem(f"{self.path.name} has {len(entries)} nodes, too many.", AGAIN)
        skins = self.json.get("skins", [])
        bones = {joint for skin in skins for joint in skin["joints"]}
        if not bones:  # no skin: whatever is animated or a VRM's bone
            bones = {
                channel["target"].get("node", -1)
                for animation in self.json.get("animations", [])
                for channel in animation["channels"]
            }
        nodes = [
            Node(str(entry.get("name", f"node{i}")), -1, i in bones, self._local(entry))
            for i, entry in enumerate(entries)
        ]
        for i, entry in enumerate(entries):
            for child in entry.get("children", []):
                if not 0 <= child < len(nodes) or nodes[child].parent >= 0 or child == i:
                    raise FileProblem(
                        f"{self.path.name} is damaged: its skeleton is no tree.", AGAIN
                    )
                nodes[child].parent = i
        self._bind(nodes, skins)
        return nodes

    def _local(self, entry: dict[str, Any]) -> Array:
        if "matrix" in entry:
            return np.array(entry["matrix"], np.float64).reshape(4, 4).T
        translation, rotation, scale = _rest_of(entry)
        return matrix_of(translation[None], quat_to_rotmat(rotation[None]), scale[None])[0]

    def _bind(self, nodes: list[Node], skins: list[dict[str, Any]]) -> None:
        """Bind poses are relative to the mesh: put them where the skeleton's first joint stands."""
        for skin in skins:
            if "inverseBindMatrices" not in skin:
                continue
            inverse = self.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
            binds = np.linalg.pinv(inverse.swapaxes(-1, -2))
            first = skin["joints"][0]
            world = nodes[first].local
            node, steps = nodes[first].parent, 0
            while node >= 0 and steps <= len(nodes):
                world, node, steps = nodes[node].local @ world, nodes[node].parent, steps + 1
            place = world @ np.linalg.pinv(binds[0])
            for joint, bind in zip(skin["joints"], binds, strict=True):
                nodes[joint].bind = place @ bind

    def _roles(self, nodes: list[Node]) -> dict[str, str]:
        """SMPL joint -> node name, from a VRM's humanoid."""
        extensions = self.json.get("extensions", {})
        bones: Any = {}
        for name in ("VRMC_vrm", "VRMC_vrm_animation"):
            bones = bones or extensions.get(name, {}).get("humanoid", {}).get("humanBones", {})
        if not bones:
            listed = extensions.get("VRM", {}).get("humanoid", {}).get("humanBones", [])
            bones = {entry["bone"]: entry for entry in listed}
        return {
            _VRM[bone]: nodes[entry["node"]].name for bone, entry in bones.items() if bone in _VRM
        }

    def _clip(self, animation: dict[str, Any], number: int, origin: dict[str, Any]) -> Clip | None:
        tracks: dict[int, dict[str, Track]] = {}
        for channel in animation["channels"]:
            node, kind = channel["target"].get("node"), channel["target"]["path"]
            if node is None or kind not in ("translation", "rotation", "scale"):
                continue
            sampler = animation["samplers"][channel["sampler"]]
            tracks.setdefault(node, {})[kind] = Track(
                self.accessor(sampler["input"]).reshape(-1),
                self.accessor(sampler["output"]),
                sampler.get("interpolation", "LINEAR"),
            )
        if not tracks:
            return None
        everything = [track for node in tracks.values() for track in node.values()]
        name = str(animation.get("name") or self._title(number))
        times, fps = times_of(everything, self.path.name, clip_rate(origin, name))
        checked_size(len(times), len(tracks), self.path.name)
        clip = Clip(name, fps, len(times))
        for node, kinds in tracks.items():
            translation, rotation, scale = _rest_of(self.json["nodes"][node])
            places, turns, sizes = translation[None], rotation[None], scale[None]
            if "translation" in kinds:
                places = sampled(kinds["translation"], times, 3)
            if "rotation" in kinds:
                turns = sampled(kinds["rotation"], times, 4)[:, [3, 0, 1, 2]]
            if "scale" in kinds:
                sizes = sampled(kinds["scale"], times, 3)
            clip.locals_[node] = matrix_of(places, quat_to_rotmat(turns), sizes)
        return clip

    def _title(self, number: int) -> str:
        return self.path.stem if number == 0 else f"{self.path.stem} {number + 1}"

    def accessor(self, number: int) -> Array:
        """(count, width) numbers of an accessor as float64, normalised integers as fractions."""
        entry = self.json["accessors"][number]
        width, kind = _WIDTHS[entry["type"]], np.dtype(_TYPES[entry["componentType"]])
        count = int(entry["count"])
        if not 0 < count <= MAX_KEYS:
            raise FileProblem(f"{self.path.name} promises {count:,} keys, too many.", AGAIN)
        if "bufferView" not in entry:
            out = np.zeros((count, width))
        else:
            out = self._view(entry["bufferView"], entry.get("byteOffset", 0), count, width, kind)
        if "sparse" in entry:
            sparse = entry["sparse"]
            index, values = sparse["indices"], sparse["values"]
            chosen = np.dtype(_TYPES[index["componentType"]])
            number_of = int(sparse["count"])
            where = self._view(
                index["bufferView"], index.get("byteOffset", 0), number_of, 1, chosen
            )
            out = out.copy()
            out[where[:, 0].astype(np.int64)] = self._view(
                values["bufferView"], values.get("byteOffset", 0), number_of, width, kind
            )
        if entry.get("normalized") and kind.kind in "iu":
            out = np.maximum(out / float(np.iinfo(kind).max), -1.0)
        if not np.isfinite(out).all():
            raise FileProblem(f"{self.path.name} holds numbers that are not finite.", AGAIN)
        return out

    def _view(self, number: int, offset: int, count: int, width: int, kind: np.dtype) -> Array:
        view = self.json["bufferViews"][number]
        data = self.buffer(view["buffer"])
        start = int(view.get("byteOffset", 0)) + int(offset)
        size = width * kind.itemsize
        stride = int(view.get("byteStride", size))
        if (
            count < 1
            or start < 0
            or stride < size
            or start + stride * (count - 1) + size > len(data)
        ):
            raise FileProblem(f"{self.path.name} is cut off: numbers are missing.", AGAIN)
        raw = np.lib.stride_tricks.as_strided(
            np.frombuffer(data, np.uint8)[start:], (count, size), (stride, 1), writeable=False
        )
        return np.ascontiguousarray(raw).view(kind).astype(np.float64)

    def buffer(self, number: int) -> bytes:
        """The bytes of a buffer: in the file, in its JSON, or in a file beside it."""
        if number not in self._buffers:
            self._buffers[number] = self._load(self.json["buffers"][number].get("uri"))
        return self._buffers[number]

    def _load(self, uri: str | None) -> bytes:
        if uri is None:
            return self.binary
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=True)
            except binascii.Error as error:
                raise FileProblem(f"{self.path.name} is damaged: its data.", AGAIN) from error
        beside = self.path.parent / uri
        if Path(uri).name != uri or not beside.is_file():  # never out of the file's own folder
            raise FileProblem(
                f"{self.path.name} needs {Path(uri).name}, which is not beside it.",
                "Copy both files into one folder.",
            )
        if beside.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{uri} is larger than 1 GB.", "Cut it into shorter clips.")
        return beside.read_bytes()


def _rest_of(entry: dict[str, Any]) -> tuple[Array, Array, Array]:
    """Translation (3,), rotation (4,) as w, x, y, z, and scale (3,) of a node at rest."""
    rotation = np.array(entry.get("rotation", (0, 0, 0, 1)), np.float64)[[3, 0, 1, 2]]
    translation = np.array(entry.get("translation", (0, 0, 0)), np.float64)
    return translation, rotation, np.array(entry.get("scale", (1, 1, 1)), np.float64)


def _opened(path: Path) -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary part. Raises FileProblem."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(f"{path.name} is larger than 1 GB.", "Cut it into shorter clips.")
        data = path.read_bytes()
    except OSError as error:
        raise FileProblem(
            f"{path.name} cannot be read: {error.strerror or error}.", "Check the name and rights."
        ) from error
    if not data:
        raise FileProblem(f"{path.name} is empty.", AGAIN)
    text, binary = data, b""
    if data[:4] == b"glTF":
        text, binary = _chunks(data, path.name)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileProblem(f"{path.name} is not a readable glTF file.", AGAIN) from error
    if not isinstance(document, dict) or "asset" not in document:
        raise FileProblem(f"{path.name} is not a glTF file.", "Choose another file.")
    return document, binary


def _chunks(data: bytes, name: str) -> tuple[bytes, bytes]:
    if len(data) < 20:
        raise FileProblem(f"{name} is cut off.", AGAIN)
    version, total = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise FileProblem(f"{name} is glTF {version}; version 2 is read.", "Convert it to glTF 2.")
    if total > len(data):
        raise FileProblem(f"{name} is cut off: {len(data):,} of {total:,} bytes are there.", AGAIN)
    found: dict[int, bytes] = {}
    at = 12
    while at + 8 <= total:
        length, kind = struct.unpack_from("<II", data, at)
        found.setdefault(kind, data[at + 8 : at + 8 + length])
        at += 8 + length
    return found.get(_JSON, b""), found.get(_BINARY, b"")
